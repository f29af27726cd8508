"""Shift pattern, line speed and people by week: what the plan asks of plant and workforce."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from quayline.report.figure import PALETTE, Figure, axes, line, rows_of, zoomed

if TYPE_CHECKING:
    from quayline.report.facts import Facts


def people_and_speed(facts: Facts) -> Figure:
    """People in all shifts and line speed of the mode of each week, beside headcount and nominal capacity."""
    plant = facts.scenario.plant
    modes = pl.DataFrame({
        "mode_idx": pl.Series(range(len(plant.modes)), dtype=pl.Int16), "mode": [m.id for m in plant.modes],
        "speed_jph": [m.speed_jph for m in plant.modes],
    })  # fmt: skip
    crews = facts.run.table("balance", "crews").select("mode_idx", "people_per_shift", "num_shifts", "people")
    weeks = facts.run.table("plan", "weeks").join(modes, on="mode_idx").join(crews, on="mode_idx").sort("week_idx")
    built = facts.book.drop_nulls("line_off_at").group_by(pl.col("line_off_at").dt.year().alias("year")).len()
    best = built.sort("len", "year", descending=True).row(0) if built.height else (plant.nominal_cars_per_year, 0)
    most = max(weeks["people"].to_list(), default=0)
    option = zoomed(axes([str(d) for d in weeks["from_on"]], "people"))
    right = {**option["yAxis"], "name": "cars an hour", "nameTextStyle": {"align": "right"},
             "splitLine": {"show": False}}  # fmt: skip
    option["yAxis"] = [option["yAxis"], right]
    option["series"] = [
        line("people in all shifts", weeks["people"].to_list(), PALETTE[0], step="middle", areaStyle={"opacity": 0.12}),
        line("line speed", weeks["speed_jph"].to_list(), PALETTE[2], step="middle", yAxisIndex=1),
    ]
    columns = ["from_on", "mode", "speed_jph", "num_shifts", "people_per_shift", "people", "normal_h", "overtime_h",
               "weekend_shifts"]  # fmt: skip
    return Figure(
        "crew", "Shifts, line speed and people",
        f"At most {most:,} people in the shifts (headcount given: {plant.headcount:,}); the best year "
        f"builds {best[1]:,} cars, {best[1] / plant.nominal_cars_per_year:.0%} of the nominal "
        f"{plant.nominal_cars_per_year:,}.",
        option, "people; cars an hour", "plan: mode of each week; balance: people from work content and line speed",
        columns, rows_of(weeks.select(columns)), 260, shape="wide", digits=1,
    )  # fmt: skip
