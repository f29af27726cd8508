"""Who paid whom, in which month, for what: every amount of the cars and of the plant, once."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.money.agreements import payer_of
from quayline.money.elements import left_plant
from quayline.money.pack import NEVER, days_of
from quayline.money.plant import CHANGES, ENERGY, IDLE, OVERHEAD, STOPS
from quayline.records.schemas import COST_ELEMENTS, MONEY

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quayline.money.pack import Cars, Ints
    from quayline.money.plant import Bill
    from quayline.scenario.parties import Agreement
    from quayline.scenario.schema import Scenario

OF_MARKET, OF_LANE = ("duty", "port_fee"), ("port_loading", "freight", "port_discharge")
Row = tuple[int, str, str, str]
"""Month in months since 1970, payer, payee, item."""


def settlement(
    scenario: Scenario, cars: Cars, costs: dict[str, Ints], fee: Ints, price: Ints,
    subsidy: list[tuple[str, Ints, Ints]], nobody: dict[tuple[int, str], int],
    bills: list[Bill], shortfalls: list[tuple[int, Agreement, int, int]],
) -> pl.DataFrame:  # fmt: skip
    """Rows of month × payer × payee × item, sorted so; amounts of no cars have 0 cars."""
    book = _Book([party.id for party in scenario.parties])
    days, models, other = _days_due(scenario, cars), scenario.vehicles.models, scenario.counterparties
    for element in COST_ELEMENTS:
        payer = book.codes(payer_of(scenario, k, element) for k in range(len(models)))[cars.model]
        payee = book.codes(_payees(scenario, element))[_key(scenario, cars, element)]
        if element == "works":  # a plant of the payer's own: what it asks is what it pays for parts and work
            payee = np.where(payee == payer, book.code[other.suppliers], payee)
        book.add(element, costs[element], days[element], payer, payee)
    seller = book.codes(m.seller for m in models)[cars.model]
    book.add("price", price, days["price"], np.full(len(seller), book.code[other.customers]), seller)
    for authority, granted, _ in subsidy:
        book.add("subsidy", granted, days["price"], np.full(len(seller), book.code[authority]), seller)
    brand = book.codes([*(a.brand for a in scenario.agreements), ""])[cars.agreement]
    maker = book.codes([*(a.maker for a in scenario.agreements), ""])[cars.agreement]
    book.add("fee", fee, days["fee"], brand, maker)
    for year, agreement, short, amount in shortfalls:
        book.add_one((_year_end(scenario, year), agreement.brand, agreement.maker, "shortfall"), amount, short)
    payees = {IDLE: other.workforce, STOPS: other.workforce, ENERGY: other.energy, OVERHEAD: other.overhead,
              CHANGES: other.overhead}  # fmt: skip
    for (year, item), amount in nobody.items():
        book.add_one((_year_end(scenario, year), scenario.plant.party, payees[item], item), amount, 0)
    for year, item, payee_of, amount in bills:
        book.add_one((_year_end(scenario, year), scenario.plant.party, payee_of, item), amount, 0)
    return book.table()


class _Book:
    """Sums of cents and cars by row, as they are added."""

    def __init__(self, parties: list[str]) -> None:
        self.names = [*parties, ""]  # the last stands for nobody: nothing is paid there
        self.code = {name: k for k, name in enumerate(self.names)}
        self.paid: Counter[Row] = Counter()
        self.num: Counter[Row] = Counter()

    def codes(self, names: Iterable[str]) -> Ints:
        """The numbers of parties."""
        return np.array([self.code[name] for name in names], np.int64)

    def add_one(self, row: Row, amount: int, num: int) -> None:
        """Adds cents and cars to a row."""
        self.paid[row] += amount
        self.num[row] += num

    def add(self, item: str, amounts: Ints, days: Ints, payer: Ints, payee: Ints) -> None:
        """Adds each car's amount to the row of its month and parties."""
        mine = np.flatnonzero(amounts)
        if not len(mine):
            return
        month = days[mine].astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        first, size = int(month.min()), len(self.names)
        key = ((month - first) * size + payer[mine]) * size + payee[mine]
        num_of = np.bincount(key)
        totals = np.bincount(key, amounts[mine])  # exact: whole cents far below 2**53
        for code in np.flatnonzero(num_of).tolist():
            at, parties = divmod(code, size * size)
            one, two = divmod(parties, size)
            self.add_one((first + at, self.names[one], self.names[two], item), int(totals[code]), int(num_of[code]))

    def table(self) -> pl.DataFrame:
        """The rows with an amount, sorted."""
        rows = sorted(row for row, amount in self.paid.items() if amount)
        table = pl.DataFrame({
            "month": pl.Series([date(1970 + at // 12, at % 12 + 1, 1) for at, *_ in rows], dtype=pl.Date),
            "payer": pl.Series([row[1] for row in rows], dtype=pl.String),
            "payee": pl.Series([row[2] for row in rows], dtype=pl.String),
            "item": pl.Series([row[3] for row in rows], dtype=pl.String),
            "cars": pl.Series([self.num[row] for row in rows], dtype=pl.Int32),
            "usd": pl.Series([self.paid[row] / 100 for row in rows], dtype=pl.Float64),
        })  # fmt: skip
        return table.select(column.name for column in MONEY["settlement"].columns)


def _days_due(scenario: Scenario, cars: Cars) -> dict[str, Ints]:
    """The day on which each element of each car falls due, in days since 1970."""
    end = cars.closing - 1  # of a car that stands somewhere: the last day of the horizon

    def due(*moments: Ints) -> Ints:
        """The last of `moments` that a car reaches; with none, the end."""
        chosen = np.full(len(cars.order_id), end)
        for moment in moments:
            chosen = np.where(moment != NEVER, moment, chosen)
        return days_of(chosen)

    built = days_of(cars.line_off)
    by_event = {
        "yard": due(left_plant(scenario, cars)), "truck": due(cars.port), "port_loading": due(cars.departed),
        "freight": due(cars.departed), "duty": due(cars.arrived), "port_fee": due(cars.arrived),
        "port_discharge": due(cars.released), "inland": due(cars.released, cars.delivered),
    }  # fmt: skip
    names = ("stock", "lateness", "warranty", "price")
    return dict.fromkeys((*COST_ELEMENTS, "fee"), built) | dict.fromkeys(names, due(cars.delivered)) | by_event


def _payees(scenario: Scenario, element: str) -> list[str]:
    """Who is paid for `element`, by what `_key` counts: plants, markets or lanes; one for all else."""
    other = scenario.counterparties
    if element == "works":
        return ["", *(a.party for a in scenario.alternates)]
    if element in OF_MARKET:
        collects = {a.country: a.party for a in scenario.authorities}
        return [collects.get(market.country, "") for market in scenario.markets]
    if element in OF_LANE:
        operators = {port.id: port.operator for port in scenario.logistics.ports}
        of_lane = {
            "freight": [lane.carrier for lane in scenario.logistics.lanes],
            "port_loading": [operators[lane.pol] for lane in scenario.logistics.lanes],
            "port_discharge": [operators[lane.pod] for lane in scenario.logistics.lanes],
        }[element]
        return [*of_lane, ""]
    return [{
        "parts": other.suppliers, "labour": other.workforce, "energy": other.energy, "overhead": other.overhead,
        "yard": other.overhead, "truck": other.haulier, "inland": other.haulier, "stock": other.overhead,
        "lateness": other.customers, "warranty": other.customers,
    }[element]]  # fmt: skip


def _key(scenario: Scenario, cars: Cars, element: str) -> Ints:
    """Of each car, the place in `_payees` of who is paid for `element`; by road, lane -1 is the last."""
    if element == "works":
        return cars.plant
    if element in OF_MARKET:
        return cars.market
    return cars.lane if element in OF_LANE else np.zeros(len(cars.market), np.int64)


def _year_end(scenario: Scenario, year: int) -> int:
    """The month in which the sums of a year are settled: its last one in the horizon."""
    last = scenario.horizon.end
    month = last.month if year == last.year else 12
    return (year - 1970) * 12 + month - 1
