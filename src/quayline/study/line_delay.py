"""Where in the line a car lost its time: the shop that held it longest beyond what it holds the usual car."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.study.closed import closed_texts

if TYPE_CHECKING:
    from quayline.records.stages import FlowTrace, QualityLog
    from quayline.scenario.schema import Scenario

_DAY_MS = 86_400_000


def held_by(scenario: Scenario, quality: QualityLog, flow: FlowTrace) -> pl.DataFrame:
    """One row a car of the plant: `order_id`, `held_text`, the shop with its days in words, or why it was scrapped, and
    `closed_text`, the days on which the plant did not work while a car that is built stood in it.

    A shop holds a car from the moment that the shop before let it go, or its release, until it leaves. Of a car that
    is built the shop is named whose hours beyond the median of all cars are most, counted in hours that the shop
    worked (spread evenly over each day). A car that is still in the line is where it stands at the end.
    """
    standing = pl.Series(_standing_texts(scenario, flow), dtype=pl.String)
    built = flow.cars.select("order_id").with_columns(_built_texts(scenario, flow), closed_texts(scenario, flow))
    rest = pl.when(pl.col("closed_text") == "").then(pl.lit("most of it")).otherwise(
        pl.concat_str("closed_text", pl.lit("; most of the rest")))  # fmt: skip
    return pl.concat([
        built.with_columns(held_text=pl.concat_str(rest, "held_text")),
        flow.standing.select("order_id").with_columns(standing.alias("held_text"), closed_text=pl.lit("")),
        _scrapped(scenario, quality, flow).with_columns(closed_text=pl.lit("")),
    ])  # fmt: skip


def _scrapped(scenario: Scenario, quality: QualityLog, flow: FlowTrace) -> pl.DataFrame:
    """Of each scrapped car where and when, and the defects found there."""
    causes = pl.Series([cause.name for cause in scenario.quality.causes], dtype=pl.String)
    found = quality.defects.filter(pl.col("fate") == "scrap")
    found = found.with_columns(causes.gather(found["cause_idx"].cast(pl.UInt32)).alias("cause"))
    found = found.group_by("order_id").agg(pl.col("cause").unique(maintain_order=True).str.join(", "))
    on = pl.col("scrapped_at").dt.date()
    words = pl.format("scrapped at {} on {} for what was found there: {}", "gate", on, "cause")
    rows = flow.scrapped.join(found, on="order_id", how="left", maintain_order="left")
    return rows.select("order_id", words.alias("held_text"))


def _built_texts(scenario: Scenario, flow: FlowTrace) -> pl.Series:
    shops, cars = scenario.plant.shops, flow.cars
    edges = [cars["released_at"], *(cars[f"out_{shop.id}"] for shop in shops)]
    moments = np.stack([edge.to_physical().to_numpy().astype(np.float64) for edge in edges])
    held_h = np.stack([_worked_h(flow, k, moments[k + 1]) - _worked_h(flow, k, moments[k]) for k in range(len(shops))])
    beyond_h = held_h - np.median(held_h, axis=1, keepdims=True) if cars.height else held_h
    worst, car = beyond_h.argmax(axis=0), np.arange(cars.height)
    days = [pl.Series((moments[worst + k, car] // _DAY_MS).astype(np.int32)).cast(pl.Date) for k in (0, 1)]
    rows = pl.DataFrame({
        "shop": pl.Series([shop.name for shop in shops], dtype=pl.String).gather(worst),
        "hours": np.maximum(beyond_h[worst, car], 0.0).round(1), "from": days[0], "to": days[1],
    })  # fmt: skip
    words = pl.format(" up to the end of {}, from {} to {}: {} working hours more than usual",
                      "shop", "from", "to", "hours")  # fmt: skip
    return rows.select(words.alias("held_text"))["held_text"]


def _worked_h(flow: FlowTrace, shop: int, at_ms: np.ndarray) -> np.ndarray:
    """Hours that a shop has worked up to moments, its hours of a day spread evenly over it."""
    days = flow.days.filter(pl.col("shop_idx") == shop).sort("date")
    start_ms = days["date"].to_physical().to_numpy().astype(np.float64) * _DAY_MS
    before_h = np.concatenate([[0.0], np.cumsum(days["working_h"].to_numpy())])
    worked: np.ndarray = np.interp(at_ms, np.append(start_ms, start_ms[-1] + _DAY_MS), before_h)
    return worked


def _standing_texts(scenario: Scenario, flow: FlowTrace) -> list[str]:
    shops, last = scenario.plant.shops, scenario.horizon.end
    return [
        f"not begun at the end of {last}: {shops[0].name} had not yet taken it" if shop is None
        else f"in {shops[shop].name} at the end of {last}, since {since:%Y-%m-%d %H:%M}"
        for shop, since in flow.standing.select("shop_idx", "since").iter_rows()
    ]  # fmt: skip
