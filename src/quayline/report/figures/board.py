"""Plan against actual, month by month: the board that a plant's morning meeting looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from quayline.records.grouping import group_means
from quayline.report.figure import ALARM, INK, MUTED, PALETTE, Figure, axes, line, rows_of, stacked, zoomed

if TYPE_CHECKING:
    from quayline.report.facts import Facts


def board(facts: Facts) -> Figure:
    """Planned and built cars, on-time delivery, use of the line, days of stock, landed cost and CO2 of a car."""
    tolerance = {m.id: m.tolerance_days for m in facts.scenario.markets}
    late = pl.col("late_days") > pl.col("market").replace_strict(tolerance, return_dtype=pl.Float64)
    book = facts.book.with_columns(late.alias("is_late"))
    months = facts.run.table("flow", "months").select(
        "month", "planned_cars", "built_cars", (100 * pl.col("oee_share")).round(1).alias("line %")
    )
    delivered = book.drop_nulls("delivered_at").with_columns(pl.col("delivered_at").dt.strftime("%Y-%m").alias("month"))
    on_time = delivered.group_by("month").agg(
        pl.len().alias("delivered_cars"), (100 * (1 - pl.col("is_late").mean())).round(1).alias("on time %")
    )
    columns = ["landed_usd", "customer_kgco2e"]
    means = group_means(delivered.drop_nulls(columns), ["month"], columns).select(
        "month", pl.col("landed_usd").round(0), (pl.col("customer_kgco2e") / 1000).round(2).alias("t CO2e")
    )
    table = months.with_columns(_month_text(months)).join(on_time, on="month", how="full", coalesce=True)
    table = table.join(_stock_days(facts, table), on="month", how="left").join(means, on="month", how="left")
    table = table.sort("month")
    option = zoomed(axes(table["month"].to_list(), "cars"))
    percent = {"type": "value", "name": "%", "min": 0, "max": 100, "splitLine": {"show": False},
               "nameTextStyle": {"color": MUTED}, "axisLabel": {"color": MUTED}}  # fmt: skip
    option["yAxis"] = [option["yAxis"], percent]
    option["series"] = [
        stacked("planned", table["planned_cars"].to_list(), "planned", itemStyle={"color": "#c8d3dc"}, barGap="-100%"),
        stacked("built", table["built_cars"].to_list(), "built", itemStyle={"color": PALETTE[1]}, barMaxWidth=20),
        line("delivered on time, %", table["on time %"].to_list(), INK, yAxisIndex=1),
        line("built over what the line's speed allows, %", table["line %"].to_list(), ALARM, yAxisIndex=1),
    ]
    planned, built = int(months["planned_cars"].sum()), int(months["built_cars"].sum())
    on_time_share = 1 - float(delivered["is_late"].mean() or 0)  # type: ignore[arg-type]  # a mean of booleans
    return Figure(
        "board", "Plan against actual, by month",
        f"{built:,} of {planned:,} planned cars were built by the simulated line; {on_time_share:.1%} of the delivered "
        "cars came within their market's tolerance.",
        option, "cars a month; %", "plan, flow, ship, money and carbon; stock: cars in all yards at most, over the "
        "cars delivered a day in the month", table.columns, rows_of(table), 380, shape="wide",
    )  # fmt: skip


def _month_text(months: pl.DataFrame) -> pl.Series:
    return months["month"].cast(pl.String).str.slice(0, 7).alias("month")


def _stock_days(facts: Facts, table: pl.DataFrame) -> pl.DataFrame:
    """Most cars in all yards on a day of the month over the cars delivered a day."""
    yards = facts.run.table("ship", "yards").group_by("date").agg(pl.col("cars").sum())
    most = yards.group_by(pl.col("date").dt.strftime("%Y-%m").alias("month")).agg(pl.col("cars").max())
    days = pl.concat_str("month", pl.lit("-01")).str.to_date().dt.days_in_month()
    return table.select("month", "delivered_cars").join(most, on="month").select(
        "month", (pl.col("cars") * days / pl.col("delivered_cars")).round(1).alias("days of stock")
    )
