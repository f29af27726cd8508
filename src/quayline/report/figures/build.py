"""Weekly build by model against the capacity of the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from quayline.report.figure import INK, Figure, axes, line, rows_of, stacked, zoomed

if TYPE_CHECKING:
    from quayline.report.facts import Facts


def weekly_build(facts: Facts) -> Figure:
    """Cars planned each week by model, with the capacity planned and the most that all overtime would give."""
    weeks = facts.run.table("plan", "weeks")
    build = facts.run.table("plan", "build")
    variants = facts.scenario.vehicles.variants
    names = pl.Series([facts.model_names[v.model] for v in variants])
    by_model = (
        build.with_columns(names.gather(build["variant_idx"].cast(pl.UInt32)).alias("model"))
        .pivot("model", index="week_idx", values="cars", aggregate_function="sum")
        .join(weeks.select("week_idx"), on="week_idx", how="right")
        .sort("week_idx")
        .fill_null(0)
    )
    models = [n for n in facts.model_names.values() if n in by_model.columns]
    dates = [str(d) for d in weeks["from_on"]]
    option = zoomed(axes(dates, "cars a week"))
    option["series"] = [stacked(m, by_model[m].to_list(), barCategoryGap="0%") for m in models]
    option["series"] += [
        line("capacity as planned", weeks["capacity_cars"].round(0).to_list(), INK, step="middle"),
        line("with all overtime", weeks["most_cars"].round(0).to_list(), "#9aa7b3", step="middle"),
    ]
    working = weeks.filter(pl.col("num_workdays") > 0)
    full = working.filter(pl.col("built_cars") >= 0.99 * pl.col("most_cars")).height
    table = by_model.select(models).with_columns(weeks["from_on"], weeks["capacity_cars"], weeks["most_cars"])
    columns = ["from_on", *models, "capacity_cars", "most_cars"]
    return Figure(
        "build", "Weekly build by model",
        f"{full} of {working.height} working weeks run at the most that overtime allows.",
        option, "cars a week", "plan: master schedule; capacity = line hours × speed × the availability planned with",
        columns, rows_of(table.select(columns)), 380, shape="wide",
    )  # fmt: skip
