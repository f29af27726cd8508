"""What sequencing gained: colour changes and ratio violations before and after."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from quayline.report.figure import PALETTE, Figure, axes, line, rows_of, zoomed

if TYPE_CHECKING:
    from quayline.report.facts import Facts


def paint_batches(facts: Facts) -> Figure:
    """Colour changes per 100 cars by month, as orders came in and in sequence, with ratio violations."""
    days = facts.run.table("sequence", "days").with_columns(pl.col("date").dt.truncate("1mo").alias("month"))
    sums = days.group_by("month").agg(
        pl.exclude("date", "longest_batch").sum(), pl.col("longest_batch").max()
    ).sort("month").filter(pl.col("cars") > 0)  # fmt: skip
    kinds = (("batches", "colour changes"), ("high", "high-priority violations"), ("low", "low-priority violations"))
    option = zoomed(axes([str(m)[:7] for m in sums["month"]], "per 100 cars"))
    option["series"] = []
    for k, (key, text) in enumerate(kinds):
        for when, word, kind in (("before", "as they came in", "dashed"), ("after", "in sequence", "solid")):
            rate = (100 * sums[f"{key}_{when}"] / sums["cars"]).round(2).to_list()
            series = line(f"{text}, {word}", rate, PALETTE[k])
            series["lineStyle"]["type"] = kind
            option["series"].append(series)
    before, after = int(sums["batches_before"].sum()), int(sums["batches_after"].sum())
    longest = sums.select(pl.col("longest_batch").max()).item()
    fewer = 1 - after / before if before else 0.0
    return Figure(
        "sequence", "Sequencing: paint batches and ratios",
        f"{fewer:.0%} fewer colour changes than as the orders came in; the longest batch is "
        f"{longest} cars, the hard limit "
        f"{facts.scenario.vehicles.sequence.paint_batch_limit}.",
        option, "per 100 cars", "sequence: each day by the rules of ROADEF 2005, the day before counts",
        sums.columns, rows_of(sums),
    )  # fmt: skip
