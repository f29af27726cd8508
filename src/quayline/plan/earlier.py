"""The plan that stood before: which order of it is which order of now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import polars as pl

from quayline.plan.orders import day_number

if TYPE_CHECKING:
    from datetime import date

    from quayline.records.stages import Plan
    from quayline.scenario.schema import Scenario

_KEYS = ("market_idx", "variant_idx", "requested_on", "rank")


@dataclass(frozen=True)
class Earlier:
    """A plan that stands, and the day on which it is made again."""

    plan: Plan
    on: date


def matched(orders: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """`orders` with the columns of their counterparts in `before`, named `*_before` (null: a new order).

    Two orders are the same when market, variant, day requested and rank among the orders of these agree.
    """
    rank = pl.int_range(pl.len()).over("market_idx", "variant_idx", "requested_on").alias("rank")
    columns = ["planned_build_on", "plant_idx", "lane_idx", "planned_sailing_idx", "planned_delivery_on"]
    old = before.with_columns(rank).select(*_KEYS, "order_id", *columns)
    old = old.rename({name: f"{name}_before" for name in ("order_id", *columns)})
    return orders.with_columns(rank).join(old, on=_KEYS, how="left", maintain_order="left").drop("rank")


def frozen_until(scenario: Scenario, on: date) -> int:
    """Number of the first day that is not frozen when planning on `on`: a Monday.

    Weeks that have begun before `on` stand, and after them the frozen weeks of `plant.replanning`.
    """
    replanning = scenario.plant.replanning
    weeks = replanning.frozen_weeks if replanning else 0
    return day_number(on) + (-on.weekday()) % 7 + 7 * weeks
