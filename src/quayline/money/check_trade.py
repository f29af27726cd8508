"""Checks price, subsidy, duty, port fee, fee and freight of each car by the definitions of the scenario alone."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import polars as pl

from quayline.scenario.sailings import sailings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.money.params import MoneyParams
    from quayline.scenario.schema import Scenario

HALF_CENT = 0.5 + 1e-4
Row = dict[str, Any]


def trade_faults(scenario: Scenario, cars: pl.DataFrame, params: MoneyParams) -> Iterator[str]:
    """What is wrong with the amounts of `cars` (in cents) that depend on dated rules or on other cars."""
    columns = (
        "order_id", "market", "variant", "country", "origin", "propulsion", "agreement", "plant_idx", "requested_on",
        "line_off_at", "arrived_at", "released_at", "delivered_at", "price", "subsidy", "duty", "port_fee", "fee",
    )  # fmt: skip
    rows = cars.select(columns).to_dicts()
    yield from _price_faults(scenario, rows, params)
    yield from _duty_faults(scenario, rows)
    yield from _fee_faults(scenario, rows)
    yield from _freight_faults(scenario, cars)


class _Dated:
    """The row of a dated list that is in force on a day; before the first, the first or none."""

    def __init__(self, rows: list[Any]) -> None:
        self.rows = sorted(rows, key=lambda row: row.from_)
        self.starts = [row.from_ for row in self.rows]

    def on(self, day: date, is_first_before: bool = False) -> Any:
        """The row in force on `day`."""
        place = bisect_right(self.starts, day) - 1
        return self.rows[max(place, 0)] if place >= 0 or is_first_before else None


def _prices(scenario: Scenario) -> dict[tuple[str, str], _Dated]:
    tables: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for line in scenario.prices:
        tables[line.market, line.variant].append(line)
    return {pair: _Dated(lines) for pair, lines in tables.items()}


def sold_on(row: Row, params: MoneyParams) -> date:
    """The day whose price and subsidies count."""
    day: date = row["requested_on"]
    if params.price_day == "delivered" and row["delivered_at"] is not None:
        day = row["delivered_at"].date()
    return day


def subsidies_of(scenario: Scenario, row: Row, day: date, list_usd: float) -> list[tuple[str, int, int]]:
    """(payer, cents, cents that the seller keeps) of each subsidy that a car sold on `day` at `list_usd` gets."""
    return [
        (s.payer, round(s.amount_usd_per_car * 100), round(s.amount_usd_per_car * s.kept_share * 100))
        for s in scenario.trade.subsidies
        if s.market == row["market"] and s.propulsion == row["propulsion"] and s.from_ <= day <= s.until
        and list_usd < s.price_below_usd
    ]  # fmt: skip


def _price_faults(scenario: Scenario, rows: list[Row], params: MoneyParams) -> Iterator[str]:
    """The customer pays the price of the day less its part of the subsidies, which authorities pay the seller."""
    tables = _prices(scenario)
    for row in rows:
        day = sold_on(row, params)
        usd = tables[row["market"], row["variant"]].on(day).price_usd_per_car
        granted = subsidies_of(scenario, row, day, usd)
        is_sold = row["delivered_at"] is not None
        price = round(usd * 100) - sum(amount - kept for _, amount, kept in granted)
        if row["price"] != price * is_sold:
            yield f"car {row['order_id']}: price is {row['price']} cents, on {day} it is {price}"
        if row["subsidy"] != sum(amount for _, amount, _ in granted) * is_sold:
            yield f"car {row['order_id']}: subsidy is {row['subsidy']} cents, expected {granted}"


def _duty_faults(scenario: Scenario, rows: list[Row]) -> Iterator[str]:
    """Duty and port fees of the day of arrival, with quotas used up car by car; none for a car that stays in port."""
    used: dict[tuple[str, int], int] = defaultdict(int)
    tables, rules = _prices(scenario), {}
    for row in sorted(rows, key=lambda row: (row["arrived_at"] or datetime.max, row["order_id"])):
        who, duty, fee = f"car {row['order_id']}", 0.0, 0.0
        if row["released_at"] is not None:
            day, way = row["arrived_at"].date(), (row["country"], row["origin"])
            fees = [f for f in scenario.trade.port_fees if f.into == row["country"] and f.from_ <= day <= f.until]
            fee = sum(f.fee_usd_per_car for f in fees)
            if way[0] != way[1]:
                if way not in rules:
                    rules[way] = _Dated([d for d in scenario.trade.duties if (d.into, d.origin) == way])
                rule = rules[way].on(day)
                key = rule.id, day.year
                is_over = rule.quota_cars is not None and used[key] >= rule.quota_cars
                used[key] += 1
                usd = tables[row["market"], row["variant"]].on(day, is_first_before=True).price_usd_per_car
                rate = rule.over_quota_rate if is_over else rule.rate
                duty = rate * scenario.trade.customs_value_share * round(usd * 100)
        if abs(row["duty"] - duty) > HALF_CENT:
            yield f"{who}: duty is {row['duty']} cents, expected {duty:.2f}"
        if abs(row["port_fee"] - 100 * fee) > HALF_CENT:
            yield f"{who}: port_fee is {row['port_fee']} cents, expected {100 * fee:.2f}"


def _fee_faults(scenario: Scenario, rows: list[Row]) -> Iterator[str]:
    """The n-th car of the plant under an agreement in a calendar year pays the last step that begins below n."""
    num: dict[tuple[str, int], int] = defaultdict(int)
    steps = {a.id: [(step.above_cars, round(step.fee_usd_per_car * 100)) for step in a.fees]
             for a in scenario.agreements}  # fmt: skip
    for row in rows:  # in order of line-off
        fee = 0
        if row["agreement"] is not None and row["plant_idx"] == 0:
            key = row["agreement"], row["line_off_at"].year
            num[key] += 1
            fee = [cents for above, cents in steps[row["agreement"]] if above < num[key]][-1]
        if row["fee"] != fee:
            yield f"car {row['order_id']}: fee is {row['fee']} cents, expected {fee}"


def _freight_faults(scenario: Scenario, cars: pl.DataFrame) -> Iterator[str]:
    """By volume to the cent; boxes and charters to the cent in whole, and within a cent for each of their cars."""
    trips = sailings(scenario)
    charter = pl.DataFrame(
        [(t.sailing_idx, t.voyage, (t.charter_usd or 0.0) * 100, t.unit) for t in trips], orient="row",
        schema={"sailing_idx": pl.Int32, "voyage": pl.Int32, "charter": pl.Float64, "unit": pl.String},
    )  # fmt: skip
    rows = cars.join(charter, on="sailing_idx", how="left").with_columns(pl.len().over("box_idx").alias("in_box"))
    per_box = {k: 1.0 / lane.box.cars_per_box for k, lane in enumerate(scenario.logistics.lanes) if lane.box}
    of_lane = pl.DataFrame(list(per_box.items()), schema={"lane_idx": pl.Int16, "of_box": pl.Float64}, orient="row")
    space = pl.when(pl.col("unit") == "ceu").then("ceu").when(pl.col("unit") == "m3").then("volume_m3")
    rows = rows.join(of_lane, on="lane_idx", how="left").with_columns(space.otherwise("of_box").alias("space"))
    rate = pl.when(pl.col("box_usd").is_null()).then(pl.col("volume_m3") * pl.col("per_m3_usd"))
    share = pl.col("charter") * pl.col("space") / pl.col("space").sum().over("voyage")
    usual = rate.otherwise(pl.col("box_usd") / pl.col("in_box")) * 100
    rows = rows.with_columns(
        pl.when(pl.col("sailing_idx").is_null()).then(0.0).otherwise(usual + share).alias("expected"),
        pl.col("charter").fill_null(0.0), usual.round().alias("usual"),
    )  # fmt: skip
    is_plain = pl.col("box_usd").is_null() & (pl.col("charter") == 0)
    slack = pl.when(is_plain).then(HALF_CENT).otherwise(2 * HALF_CENT + 1)
    wrong = ((pl.col("freight") - pl.col("expected")).abs() > slack).fill_null(True)
    for number, cents, right in rows.filter(wrong).select("order_id", "freight", "expected").iter_rows():
        yield f"car {number}: freight is {cents} cents, expected {right:.2f}"
    whole = rows.filter(pl.col("sailing_idx").is_not_null(), ~is_plain)
    boxes = whole.filter(pl.col("box_idx").is_not_null()).group_by("voyage", "box_idx").agg(pl.col("box_usd").first())
    of_boxes = boxes.group_by("voyage").agg((pl.col("box_usd") * 100).round().sum().alias("boxes"))
    plain = whole.filter(pl.col("box_idx").is_null()).group_by("voyage").agg(pl.col("usual").sum())
    paid = whole.group_by("voyage").agg(pl.col("freight").sum(), pl.col("charter").first().round())
    sums = paid.join(of_boxes, on="voyage", how="left").join(plain, on="voyage", how="left").fill_null(0)
    for row in sums.filter(pl.col("freight") != pl.col("charter") + pl.col("boxes") + pl.col("usual")).to_dicts():
        yield f"voyage {row['voyage']}: its cars pay a freight of {row['freight']} cents, not its boxes and charter"
