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
from quayline.money.plant import CHANGES, ENERGY, IDLE, OVERHEAD
from quayline.records.schemas import COST_ELEMENTS, MONEY

if TYPE_CHECKING:
    from quayline.money.pack import Cars, Ints
    from quayline.scenario.parties import Agreement
    from quayline.scenario.schema import Scenario

Row = tuple[int, str, str, str]
"""Month in months since 1970, payer, payee, item."""


def settlement(
    scenario: Scenario, cars: Cars, costs: dict[str, Ints], fee: Ints, price: Ints,
    nobody: dict[tuple[int, str], int], shortfalls: list[tuple[int, Agreement, int, int]],
) -> pl.DataFrame:  # fmt: skip
    """Rows of month × payer × payee × item, sorted so; amounts of no cars have 0 cars."""
    paid: Counter[Row] = Counter()
    num: Counter[Row] = Counter()
    days = _days_due(scenario, cars)
    for element in COST_ELEMENTS:
        payers = [payer_of(scenario, k, element) for k in range(len(scenario.vehicles.models))]
        payees = [_payee(scenario, k, element) for k in range(len(scenario.markets))]
        _book(paid, num, cars, element, costs[element], days[element], payers, payees)
    by_market = [scenario.counterparties.customers] * len(scenario.markets)
    sellers = [m.seller for m in scenario.vehicles.models]
    _book(paid, num, cars, "price", price, days["price"], sellers, by_market, is_received=True)
    for k, agreement in enumerate(scenario.agreements):
        mine = np.where(cars.agreement == k, fee, 0)
        brand, maker = [agreement.brand] * len(sellers), [agreement.maker] * len(by_market)
        _book(paid, num, cars, "fee", mine, days["fee"], brand, maker)
    for year, agreement, short, amount in shortfalls:
        row = _year_end(scenario, year), agreement.brand, agreement.maker, "shortfall"
        paid[row] += amount
        num[row] += short
    other = scenario.counterparties
    payee = {IDLE: other.workforce, ENERGY: other.energy, OVERHEAD: other.overhead, CHANGES: other.overhead}
    for (year, item), amount in nobody.items():
        paid[_year_end(scenario, year), scenario.plant.party, payee[item], item] += amount
    return _table(paid, num)


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
        "freight": due(cars.departed), "duty": due(cars.arrived), "port_discharge": due(cars.released),
    }  # fmt: skip
    names = ("inland", "stock", "lateness", "warranty", "price")
    return dict.fromkeys((*COST_ELEMENTS, "fee"), built) | dict.fromkeys(names, due(cars.delivered)) | by_event


def _payee(scenario: Scenario, market: int, element: str) -> str:
    """Who is paid for `element` of the cars of a market."""
    other, place = scenario.counterparties, scenario.markets[market]
    fixed = {
        "parts": other.suppliers, "labour": other.workforce, "energy": other.energy, "overhead": other.overhead,
        "yard": other.overhead, "truck": other.haulier, "inland": other.haulier, "stock": other.overhead,
        "lateness": other.customers, "warranty": other.customers,
    }  # fmt: skip
    if element in fixed:
        return fixed[element]
    if element == "duty":
        return next((a.party for a in scenario.authorities if a.country == place.country), "")
    lane = next((lane for lane in scenario.logistics.lanes if lane.id == place.lane), None)
    if lane is None:
        return ""  # by road: nothing is paid there
    operators = {port.id: port.operator for port in scenario.logistics.ports}
    return {"freight": lane.carrier, "port_loading": operators[lane.pol], "port_discharge": operators[lane.pod]}[
        element
    ]


def _book(
    paid: Counter[Row], num: Counter[Row], cars: Cars, item: str, amounts: Ints, days: Ints,
    by_model: list[str], by_market: list[str], is_received: bool = False,
) -> None:  # fmt: skip
    """Adds each car's amount to the row of its month and parties; the model's party pays unless `is_received`."""
    mine = np.flatnonzero(amounts)
    if not len(mine):
        return
    month = days[mine].astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    one, other = cars.model[mine], cars.market[mine]
    first = int(month.min())
    key = ((month - first) * len(by_model) + one) * len(by_market) + other
    num_of = np.bincount(key)
    totals = np.bincount(key, amounts[mine])  # exact: whole cents far below 2**53
    cells = np.flatnonzero(num_of)
    for code in cells.tolist():
        rest, market = divmod(code, len(by_market))
        at, model = divmod(rest, len(by_model))
        parties = (by_market[market], by_model[model]) if is_received else (by_model[model], by_market[market])
        row = (first + at, *parties, item)
        paid[row] += int(totals[code])
        num[row] += int(num_of[code])


def _year_end(scenario: Scenario, year: int) -> int:
    """The month in which the sums of a year are settled: its last one in the horizon."""
    last = scenario.horizon.end
    month = last.month if year == last.year else 12
    return (year - 1970) * 12 + month - 1


def _table(paid: Counter[Row], num: Counter[Row]) -> pl.DataFrame:
    rows = sorted(row for row, amount in paid.items() if amount)
    table = pl.DataFrame({
        "month": pl.Series([date(1970 + at // 12, at % 12 + 1, 1) for at, *_ in rows], dtype=pl.Date),
        "payer": pl.Series([row[1] for row in rows], dtype=pl.String),
        "payee": pl.Series([row[2] for row in rows], dtype=pl.String),
        "item": pl.Series([row[3] for row in rows], dtype=pl.String),
        "cars": pl.Series([num[row] for row in rows], dtype=pl.Int32),
        "usd": pl.Series([paid[row] / 100 for row in rows], dtype=pl.Float64),
    })  # fmt: skip
    return table.select(column.name for column in MONEY["settlement"].columns)
