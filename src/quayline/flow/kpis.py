"""Key figures by the names of ISO 22400-2, each from time elements that stay beside it as columns.

The elements of a work unit (station) are hours over all its servers, by the shop's calendar:
PBT planned busy time (hours of the shifts), APT actual production time (work), ADET actual unit delay time (failures
and line stops), and, where the standard has only the rest, blocked, starved, and paced (done, waiting for the takt).
AUBT, actual unit busy time, is the time with a car: all but starved.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from quayline.records.stages import FlowTrace


def work_unit_kpis(trace: FlowTrace) -> pl.DataFrame:
    """By station: time elements in hours, produced quantity, and the ratios of ISO 22400-2 that they give.

    availability = APT / PBT; technical efficiency = APT / (APT + ADET); utilisation efficiency = APT / AUBT;
    blockage and starvation ratio = blocked and starved time / PBT; throughput rate = PQ / PBT, cars an hour.
    A ratio without its denominator is null.
    """
    return trace.stations.with_columns(
        pl.col("planned_h").alias("pbt_h"), pl.col("working_h").alias("apt_h"), pl.col("down_h").alias("adet_h"),
        (pl.col("planned_h") - pl.col("starved_h")).alias("aubt_h"),
        (pl.col("planned_h") - pl.sum_horizontal("working_h", "down_h", "blocked_h", "starved_h")).alias("paced_h"),
        pl.col("cars").alias("pq_cars"),
    ).select(
        "shop_idx", "section", "station", "pbt_h", "apt_h", "adet_h", "blocked_h", "starved_h", "paced_h", "aubt_h",
        "pq_cars",
        _ratio(pl.col("apt_h"), pl.col("pbt_h")).alias("availability_share"),
        _ratio(pl.col("apt_h"), pl.col("apt_h") + pl.col("adet_h")).alias("technical_efficiency_share"),
        _ratio(pl.col("apt_h"), pl.col("aubt_h")).alias("utilisation_efficiency_share"),
        _ratio(pl.col("blocked_h"), pl.col("pbt_h")).alias("blockage_share"),
        _ratio(pl.col("starved_h"), pl.col("pbt_h")).alias("starvation_share"),
        _ratio(pl.col("pq_cars").cast(pl.Float64), pl.col("pbt_h")).alias("throughput_rate_per_h"),
    )  # fmt: skip


def line_kpis(trace: FlowTrace) -> dict[str, float]:
    """The whole line: its elements, and availability × effectiveness × quality ratio = OEE index.

    PBT: line hours; PQ: cars off the line; PRI: planned run time per car, hours over cars at the line speed alone;
    GQ: cars that no bay saw (good at first). Time lost to anything, with or without a failure, is in the
    effectiveness, because a line as a whole has no other production time than its shifts: availability is 1.
    """
    months = trace.months
    pbt_h = float(months["working_h"].sum())
    paced = float(months["paced_cars"].sum())
    pq = trace.cars.height
    gq = int((trace.cars["num_repairs"] == 0).sum())
    effectiveness = pq / paced if paced else float("nan")
    quality = gq / pq if pq else float("nan")
    return {
        "pbt_h": pbt_h, "pq_cars": float(pq), "gq_cars": float(gq), "pri_h": pbt_h / paced if paced else float("nan"),
        "availability_share": 1.0, "effectiveness_share": effectiveness, "quality_ratio": quality,
        "first_pass_yield_share": quality, "oee_index": effectiveness * quality,
        "throughput_rate_per_h": pq / pbt_h if pbt_h else float("nan"),
    }  # fmt: skip


def _ratio(top: pl.Expr, below: pl.Expr) -> pl.Expr:
    return pl.when(below > 0).then(top / below)
