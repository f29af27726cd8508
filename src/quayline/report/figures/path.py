"""The plant's path against its targets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from quayline.report.figure import ALARM, INK, Figure, axes, line, rows_of, stacked

if TYPE_CHECKING:
    from quayline.report.facts import Facts


def plant_path(facts: Facts) -> Figure:
    """Scope 1 and 2 by year with the straight line through the targets; what lies beyond the horizon is projected."""
    path = facts.run.table("carbon", "path").sort("year")
    plan = facts.scenario.carbon.plant
    scope2 = f"scope2_{plan.basis}_kgco2e"
    start = facts.scenario.horizon.start
    years = pl.DataFrame({"year": pl.Series(range(path["year"][0], path["year"][-1] + 1), dtype=pl.Int16)})
    path = years.join(path, on="year", how="left").sort("year")
    labels = [f"{y} from {start:%b}" if y == start.year and start.month > 1 else str(y) for y in path["year"]]
    option = axes(labels, "ktCO2e")
    option["series"] = [
        stacked("scope 1 (gas)", (path["scope1_kgco2e"] / 1e6).round(2).to_list()),
        stacked(f"scope 2 ({plan.basis}-based)", (path[scope2] / 1e6).round(2).to_list()),
        line("line through the targets", (path["line_kgco2e"] / 1e6).round(2).to_list(), INK, connectNulls=True),
        {"name": "target", "type": "scatter", "symbolSize": 12, "itemStyle": {"color": ALARM},
         "data": [None if v is None else round(v / 1e6, 2) for v in path["target_kgco2e"]]},
    ]  # fmt: skip
    gaps = []
    for row in path.filter(pl.col("target_kgco2e").is_not_null()).iter_rows(named=True):
        gap = row["counted_kgco2e"] - row["target_kgco2e"]
        word = "above" if gap > 0 else "below"
        goal = row["target_kgco2e"] / 1e6
        gaps.append(f"{row['year']}: {abs(gap) / 1e6:,.1f} kt {word} the target of {goal:,.1f} kt")
    return Figure(
        "path", "The plant against its targets", "; ".join(gaps) + ".", option, "ktCO2e a year",
        f"carbon: plant energy by shop; base year {plan.base_year}; after {facts.scenario.horizon.end.year} projected "
        "with the last full year's volume and energy and the grid's factor of the year",
        path.columns, rows_of(path), digits=2, shape="wide",
    )  # fmt: skip
