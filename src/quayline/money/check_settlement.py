"""Checks that the settlement is the sum of the cars' and the plant's amounts by month and parties, and no more."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import polars as pl

from quayline.money.check_trade import sales
from quayline.scenario.sailings import sailings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.money.params import MoneyParams
    from quayline.records.stages import MoneyAccount, Plan
    from quayline.scenario.schema import Scenario

KEYS = ("month", "payer", "payee", "item")
DUE = {
    **dict.fromkeys(("works", "parts", "labour", "energy", "overhead", "fee"), "line_off_at"),
    "yard": "left_at", "truck": "port_at", "port_loading": "departed_at", "freight": "departed_at",
    "duty": "arrived_at", "port_fee": "arrived_at", "port_discharge": "released_at", "inland": "inland_at",
    **dict.fromkeys(("stock", "lateness", "warranty", "price"), "delivered_at"),
}  # fmt: skip
"""Item of a car to the moment at which it falls due; without it, the last day of the horizon."""


def settlement_faults(
    scenario: Scenario, plan: Plan, cars: pl.DataFrame, answer: MoneyAccount, params: MoneyParams
) -> Iterator[str]:
    """Every row that differs from what the scenario's rules of payment make of the amounts."""
    by_road = pl.col("delivered_at") - pl.duration(days=pl.col("inland_days"))
    by_truck = pl.col("port_at") - pl.duration(microseconds=(pl.col("truck_days") * 86_400_000_000).cast(pl.Int64))
    cars = cars.with_columns(
        pl.when(pl.col("lane_idx").is_null()).then(by_road).otherwise(by_truck).alias("left_at"),
        pl.coalesce("delivered_at", "released_at").alias("inland_at"),
    )
    parts = [
        cars.filter(pl.col(item) != 0).select(
            month=pl.col(moment).dt.date().fill_null(scenario.horizon.end).dt.month_start(), payer=payer, payee=payee,
            item=pl.lit(item), cents=pl.col(item), cars=pl.lit(1, pl.Int64),
        )
        for item, moment in DUE.items()
        for payer, payee in (_parties(scenario, item),)
    ]  # fmt: skip
    sold = sales(scenario, cars, params)
    parts += [
        sold.filter(pl.col(f"granted_{k}") > 0).select(
            month=pl.col("delivered_at").dt.date().dt.month_start(), payer=pl.lit(rule.payer), payee="seller",
            item=pl.lit("subsidy"), cents=pl.col(f"granted_{k}").cast(pl.Int64), cars=pl.lit(1, pl.Int64),
        )
        for k, rule in enumerate(scenario.trade.subsidies)
    ]  # fmt: skip
    rows = _rows(scenario, plan, cars, answer)
    other = pl.DataFrame(rows, orient="row", schema={
        "month": pl.Date, "payer": pl.String, "payee": pl.String, "item": pl.String, "cents": pl.Int64,
        "cars": pl.Int64,
    })  # fmt: skip
    sums = [part.group_by(KEYS).agg(pl.col("cents").sum(), pl.col("cars").sum()) for part in [*parts, other]]
    right = pl.concat(sums).group_by(KEYS).agg(pl.col("cents").sum(), pl.col("cars").sum())
    told = answer.settlement.select(
        *KEYS, told=(pl.col("usd") * 100).round().cast(pl.Int64), told_cars=pl.col("cars").cast(pl.Int64)
    )
    if told.select(KEYS).n_unique() != told.height:
        yield "the settlement repeats a row"
    both = right.filter(pl.col("cents") != 0).join(told, on=KEYS, how="full", coalesce=True)
    is_wrong = ~pl.col("cents").eq_missing(pl.col("told")) | ~pl.col("cars").eq_missing(pl.col("told_cars"))
    for *key, cents, num, said, said_num in both.filter(is_wrong).sort(KEYS).iter_rows():
        yield f"settlement {tuple(map(str, key))}: {said} cents for {said_num} cars, expected {cents} for {num}"


def _parties(scenario: Scenario, item: str) -> tuple[pl.Expr, pl.Expr]:
    """Payer and payee of an item of a car."""
    other, seller = scenario.counterparties, pl.col("seller")
    brand, maker = _of_agreement(scenario, "brand"), _of_agreement(scenario, "maker")
    if item == "fee":
        return brand, maker
    if item == "price":
        return pl.lit(other.customers), seller
    pays = {
        name: pl.col("agreement").replace_strict(
            {a.id: getattr(a.pays, name) for a in scenario.agreements}, default=None, return_dtype=pl.String
        )
        for name in ("parts", "freight", "duty", "inland", "stock")
    }  # fmt: skip
    payers = {
        **dict.fromkeys(("labour", "energy", "overhead", "warranty"), maker),
        **dict.fromkeys(("works", "lateness"), brand),
        "parts": pays["parts"], "inland": pays["inland"], **dict.fromkeys(("duty", "port_fee"), pays["duty"]),
        **dict.fromkeys(("stock", "yard"), pays["stock"]),
        **dict.fromkeys(("truck", "freight", "port_loading", "port_discharge"), pays["freight"]),
    }  # fmt: skip
    payer = pl.coalesce(payers[item], seller)
    collects = {a.country: a.party for a in scenario.authorities}
    authority = pl.col("country").replace_strict(collects, default="", return_dtype=pl.String)
    gates = {k: a.party for k, a in enumerate(scenario.alternates, 1)}
    gate = pl.col("plant_idx").replace_strict(gates, default="", return_dtype=pl.String)
    payees = {
        "works": pl.when(gate == payer).then(pl.lit(other.suppliers)).otherwise(gate),
        "duty": authority, "port_fee": authority, "freight": pl.col("carrier"),
        "port_loading": pl.col("pol_operator"), "port_discharge": pl.col("pod_operator"),
        **dict.fromkeys(("truck", "inland"), pl.lit(other.haulier)),
        **dict.fromkeys(("overhead", "yard", "stock"), pl.lit(other.overhead)),
        **dict.fromkeys(("lateness", "warranty"), pl.lit(other.customers)),
        "parts": pl.lit(other.suppliers), "labour": pl.lit(other.workforce), "energy": pl.lit(other.energy),
    }  # fmt: skip
    return payer, payees[item]


def _of_agreement(scenario: Scenario, name: str) -> pl.Expr:
    parties = {a.id: getattr(a, name) for a in scenario.agreements}
    return pl.col("agreement").replace_strict(parties, default=None, return_dtype=pl.String)


def _rows(scenario: Scenario, plan: Plan, cars: pl.DataFrame, answer: MoneyAccount) -> list[tuple[Any, ...]]:
    """What belongs to no car, and the shortfalls."""
    rows: list[tuple[Any, ...]] = []
    other, party = scenario.counterparties, scenario.plant.party
    payee = {"idle labour": other.workforce, "wages in stops": other.workforce, "energy of no car": other.energy,
             "overhead of no car": other.overhead, "changes of mode": other.overhead,
             "stock of parts": other.overhead, "hiring and leaving": other.workforce,
             "parts of scrapped cars": other.suppliers, "energy of scrapped cars": other.energy}  # fmt: skip
    for year, item, usd in answer.plant.iter_rows():
        if item in payee:
            rows.append((_settled(scenario, year), party, payee[item], item, round(usd * 100), 0))
    rows += _empty_charters(scenario, cars, plan)
    parts = {part.id: part for part in scenario.parts}
    first, last = scenario.horizon.start.year, scenario.horizon.end.year
    for name, day in plan.calloffs.select("part", "arrives_on").iter_rows():
        month = _settled(scenario, min(max(day.year, first), last))
        rows.append((month, party, parts[name].supplier, "call-offs", round(parts[name].order_usd * 100), 0))
    for name, year, minimum in plan.years.select("agreement", "year", "minimum_cars").iter_rows():
        agreement = next(a for a in scenario.agreements if a.id == name)
        mine = (pl.col("agreement") == name) & (pl.col("plant_idx") == 0) & (pl.col("line_off_at").dt.year() == year)
        short = minimum - cars.filter(mine).height
        if short > 0:
            cents = short * round(agreement.shortfall_fee_usd_per_car * 100)
            rows.append((_settled(scenario, year), agreement.brand, agreement.maker, "shortfall", cents, short))
    return rows


def _empty_charters(scenario: Scenario, cars: pl.DataFrame, plan: Plan) -> list[tuple[Any, ...]]:
    """Charters that the plan booked and that nobody is aboard."""
    trips, lanes = sailings(scenario), scenario.logistics.lanes
    booked = {trips[k].voyage for k in plan.orders["planned_sailing_idx"].drop_nulls().unique()}
    aboard = {trips[k].voyage for k in cars["sailing_idx"].drop_nulls().unique()}
    empty = {t.voyage: t for t in reversed(trips) if t.charter_usd is not None and t.voyage in booked - aboard}
    first, last = scenario.horizon.start.year, scenario.horizon.end.year
    return [
        (_settled(scenario, min(max(trip.departs_on.year, first), last)), scenario.plant.party,
         lanes[trip.lane_idx].carrier, "empty charters", round((trip.charter_usd or 0.0) * 100), 0)
        for trip in empty.values()
    ]  # fmt: skip


def _settled(scenario: Scenario, year: int) -> date:
    end = scenario.horizon.end
    return end.replace(day=1) if end.year == year else date(year, 12, 1)
