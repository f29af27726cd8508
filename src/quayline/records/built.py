"""Every built car with its order: those of the plant's line, and those of other plants, which the plan places."""

from __future__ import annotations

from datetime import time, timedelta
from typing import TYPE_CHECKING

import polars as pl

from quayline.records.table import AT

if TYPE_CHECKING:
    from quayline.records.stages import FlowTrace, Plan

_TICK = timedelta(milliseconds=1)
OFF_LINE = time(12)
"""When a car of another plant, which nobody simulates, leaves its line on the day that it is planned for."""


def built_cars(plan: Plan, flow: FlowTrace) -> pl.DataFrame:
    """`plan.orders` of all built cars with `line_off_at`: first those of `flow.cars` in its order, then the others.

    Raises ValueError for cars that left the line and that the plan does not give to this plant.
    """
    line = flow.cars.select("order_id", "line_off_at").join(
        plan.orders.filter(pl.col("plant_idx") == 0), on="order_id", maintain_order="left"
    )
    if line.height != flow.cars.height:
        raise ValueError(f"{flow.cars.height - line.height} cars left the line that the plan does not know")
    noon = pl.col("planned_build_on").dt.combine(OFF_LINE).cast(AT).alias("line_off_at")
    others = plan.orders.filter(pl.col("plant_idx") > 0).with_columns(noon)
    return pl.concat([line, others.select(line.columns)])


def scrapped_in(flow: FlowTrace, shop_idx: int) -> dict[int, int]:
    """Scrapped cars that shop `shop_idx` had worked on, by the year in which they were scrapped (midnight belongs to
    the day that ends)."""
    mine = flow.scrapped.filter(pl.col("shop_idx") >= shop_idx)
    return dict((mine["scrapped_at"] - _TICK).dt.year().value_counts().iter_rows())
