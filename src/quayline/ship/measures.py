"""Figures of the way to the customer: legs by lane, fill of ships, peaks of yards, lateness by market."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from quayline.records.stages import Plan, Shipments
    from quayline.scenario.schema import Scenario

DAY_MS = 86_400_000


def _days(later: str, earlier: str) -> pl.Expr:
    return (pl.col(later) - pl.col(earlier)).dt.total_milliseconds() / DAY_MS


def legs(scenario: Scenario, plan: Plan, answer: Shipments) -> pl.DataFrame:
    """Mean days of each leg of the cars that get to their customers, by market.

    Columns: market, cars, plant_days (yard and truck; by road also the way), port_days, sea_days, discharge_days,
    last_days (inland leg and waiting for the requested day).
    """
    names = pl.Series([m.id for m in scenario.markets], dtype=pl.String)
    rows = answer.cars.filter(pl.col("delivered_at").is_not_null()).join(
        plan.orders.select("order_id", "market_idx"), on="order_id", maintain_order="left"
    )
    means = rows.group_by("market_idx", maintain_order=True).agg(
        pl.len().alias("cars"),
        _days("port_at", "yard_at").mean().alias("plant_days"),
        _days("departed_at", "port_at").mean().alias("port_days"),
        _days("arrived_at", "departed_at").mean().alias("sea_days"),
        _days("released_at", "arrived_at").mean().alias("discharge_days"),
        (pl.col("delivered_at") - pl.coalesce("released_at", "yard_at")).dt.total_milliseconds().mean().truediv(DAY_MS)
        .alias("last_days"),
    )  # fmt: skip
    market = names.gather(means["market_idx"].cast(pl.UInt32)).alias("market")
    return means.with_columns(market).select("market", pl.exclude("market", "market_idx")).sort("market")


def fill(scenario: Scenario, answer: Shipments) -> pl.DataFrame:
    """Sailings, cars, roll-overs and the filled share of the space by lane and unit, of sailings in the horizon.

    A ship that calls at several ports counts for each of its lanes with all that it carries (`on_ship`). Charters
    that do not sail are left out.
    """
    names = pl.Series([lane.id for lane in scenario.logistics.lanes], dtype=pl.String)
    is_in_time = pl.col("departs_on").is_between(scenario.horizon.start, scenario.horizon.end)
    trips = answer.sailings.filter(is_in_time & pl.col("sails"))
    trips = trips.with_columns(pl.col("loaded").sum().over("voyage_idx").alias("on_ship"))
    sums = trips.group_by("lane_idx", "unit", maintain_order=True).agg(
        pl.len().alias("sailings"), *(pl.col(name).sum() for name in ("cars", "left_behind", "loaded", "on_ship")),
        pl.col("capacity").sum(),
    )  # fmt: skip
    lane = names.gather(sums["lane_idx"].cast(pl.UInt32)).alias("lane")
    share = (pl.col("on_ship") / pl.col("capacity")).alias("fill_share")
    return sums.with_columns(lane, share).select("lane", pl.exclude("lane", "lane_idx")).sort("lane", "unit")


def yard_peaks(answer: Shipments) -> pl.DataFrame:
    """The fullest day of each yard: place, date (the first such), cars, capacity_cars."""
    return answer.yards.sort("cars", "date", descending=[True, False]).group_by("place", maintain_order=True).first()


def against_booking(plan: Plan, answer: Shipments) -> dict[str, int]:
    """How many booked cars sail as booked, later, and not at all; and by code why the others missed their ship."""
    booked = plan.orders.filter(pl.col("planned_sailing_idx").is_not_null()).select("order_id")
    rows = answer.cars.join(booked, on="order_id")
    none, missed = int(rows["sailing_idx"].null_count()), rows.filter(pl.col("missed") != "")
    why = dict(missed["missed"].value_counts().sort("missed").iter_rows())
    return {"as_booked": rows.height - missed.height, "later": missed.height - none, "not_at_all": none} | why
