"""Checks price, subsidy, duty, port fee, fee and freight of each car by the definitions of the scenario alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from quayline.scenario.sailings import sailings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.money.params import MoneyParams
    from quayline.scenario.schema import Scenario

HALF_CENT = 0.5 + 1e-4


def trade_faults(scenario: Scenario, cars: pl.DataFrame, params: MoneyParams) -> Iterator[str]:
    """What is wrong with the amounts of `cars` (in cents) that depend on dated rules or on other cars."""
    yield from _price_faults(scenario, cars, params)
    yield from _duty_faults(scenario, cars)
    yield from _fee_faults(scenario, cars)
    yield from _freight_faults(scenario, cars)


def _odd(rows: pl.DataFrame, item: str, expected: pl.Expr) -> Iterator[str]:
    """Cars whose amount differs from what is expected of it, in cents, by more than rounding."""
    wrong = ((pl.col(item) - expected).abs() > HALF_CENT).fill_null(True)
    for number, cents, right in rows.filter(wrong).select("order_id", item, right=expected).iter_rows():
        yield f"car {number}: {item} is {cents} cents, expected {right}"


def _list_prices(scenario: Scenario, cars: pl.DataFrame, day: str, is_first_before: bool) -> pl.DataFrame:
    """`cars` with `list`: the price in cents of the table's last row up to `day`, or its first row before that."""
    lines = pl.DataFrame(
        [(p.market, p.variant, p.from_, p.price_usd_per_car) for p in scenario.prices], orient="row",
        schema={"market": pl.String, "variant": pl.String, "from": pl.Date, "usd": pl.Float64},
    ).with_columns(list=(pl.col("usd") * 100).round())  # fmt: skip
    first = lines.sort("from").group_by("market", "variant").agg(pl.col("list").first().alias("first"))
    rows = cars.sort(day).join_asof(
        lines.select("market", "variant", "from", "list").sort("from"), left_on=day, right_on="from",
        by=["market", "variant"], check_sortedness=False,
    )  # fmt: skip
    if not is_first_before:
        return rows
    rows = rows.join(first, on=["market", "variant"], how="left")
    return rows.with_columns(pl.col("list").fill_null(pl.col("first")))


def sales(scenario: Scenario, cars: pl.DataFrame, params: MoneyParams) -> pl.DataFrame:
    """Delivered cars with `list` and, for the k-th subsidy, `granted_k` and `kept_k`, all in cents."""
    day = pl.col("delivered_at").dt.date() if params.price_day == "delivered" else pl.col("requested_on")
    sold = cars.filter(pl.col("delivered_at").is_not_null()).with_columns(day.alias("sold_on"))
    rows = _list_prices(scenario, sold, "sold_on", is_first_before=False)
    for k, rule in enumerate(scenario.trade.subsidies):
        is_met = (pl.col("market") == rule.market) & (pl.col("propulsion") == rule.propulsion)
        is_met &= pl.col("sold_on").is_between(rule.from_, rule.until) & (pl.col("list") < rule.price_below_usd * 100)
        amounts = {f"granted_{k}": rule.amount_usd_per_car, f"kept_{k}": rule.amount_usd_per_car * rule.kept_share}
        rows = rows.with_columns(
            pl.when(is_met).then(round(usd * 100)).otherwise(0).alias(name) for name, usd in amounts.items()
        )
    return rows


def _price_faults(scenario: Scenario, cars: pl.DataFrame, params: MoneyParams) -> Iterator[str]:
    """The customer pays the price of the day less its part of the subsidies, which authorities pay the seller."""
    rows, num = sales(scenario, cars, params), range(len(scenario.trade.subsidies))
    granted = pl.sum_horizontal(pl.lit(0), *(pl.col(f"granted_{k}") for k in num))
    kept = pl.sum_horizontal(pl.lit(0), *(pl.col(f"kept_{k}") for k in num))
    yield from _odd(rows, "price", pl.col("list") - granted + kept)
    yield from _odd(rows, "subsidy", granted)
    unsold = cars.filter(pl.col("delivered_at").is_null())
    for item in ("price", "subsidy"):
        yield from _odd(unsold, item, pl.lit(0))


def _duty_faults(scenario: Scenario, cars: pl.DataFrame) -> Iterator[str]:
    """Duty and port fees of the day of arrival, with quotas used up car by car; none for a car that stays in port."""
    is_in = pl.col("released_at").is_not_null()
    rows = _list_prices(
        scenario, cars.filter(is_in).with_columns(day=pl.col("arrived_at").dt.date()), "day", is_first_before=True
    )
    rules = pl.DataFrame(
        [(k, d.into, d.origin, d.from_, d.rate, d.quota_cars, d.over_quota_rate)
         for k, d in enumerate(scenario.trade.duties)], orient="row",
        schema={"rule": pl.Int32, "country": pl.String, "origin": pl.String, "from": pl.Date, "rate": pl.Float64,
                "quota": pl.Int64, "over_rate": pl.Float64},
    )  # fmt: skip
    rows = rows.drop("from").sort("day").join_asof(
        rules.sort("from"), left_on="day", right_on="from", by=["country", "origin"], check_sortedness=False
    ).sort("arrived_at", "order_id")  # fmt: skip
    number = pl.int_range(pl.len()).over("rule", pl.col("day").dt.year())  # cars of the quota's year before this one
    rate = pl.when((number >= pl.col("quota")).fill_null(False)).then("over_rate").otherwise("rate")
    duty = pl.when(pl.col("country") == pl.col("origin")).then(0.0).otherwise(rate)
    yield from _odd(rows, "duty", duty * scenario.trade.customs_value_share * pl.col("list"))
    fees = [
        pl.when((pl.col("country") == f.into) & pl.col("day").is_between(f.from_, f.until))
        .then(round(f.fee_usd_per_car * 100)).otherwise(0)
        for f in scenario.trade.port_fees
    ]  # fmt: skip
    yield from _odd(rows, "port_fee", pl.sum_horizontal(pl.lit(0), *fees))
    for item in ("duty", "port_fee"):
        yield from _odd(cars.filter(~is_in), item, pl.lit(0))


def _fee_faults(scenario: Scenario, cars: pl.DataFrame) -> Iterator[str]:
    """The n-th car of the plant under an agreement in a calendar year pays the last step that begins below n."""
    is_due = pl.col("agreement").is_not_null() & (pl.col("plant_idx") == 0)
    steps = pl.DataFrame(
        [(a.id, step.above_cars, round(step.fee_usd_per_car * 100)) for a in scenario.agreements for step in a.fees],
        schema={"agreement": pl.String, "above": pl.Int64, "step": pl.Int64}, orient="row",
    )  # fmt: skip
    mine = cars.filter(is_due).sort("line_off_at", "order_id")
    before = pl.int_range(pl.len()).over("agreement", pl.col("line_off_at").dt.year()).cast(pl.Int64)
    rows = mine.with_columns(before=before).sort("before").join_asof(
        steps.sort("above"), left_on="before", right_on="above", by="agreement", check_sortedness=False
    )  # fmt: skip
    yield from _odd(rows, "fee", pl.col("step"))
    yield from _odd(cars.filter(~is_due), "fee", pl.lit(0))


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
