"""Cars on their way: sailed by market each month, and delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from quayline.report.figure import INK, Figure, axes, line, rows_of, stacked, zoomed

if TYPE_CHECKING:
    from quayline.report.facts import Facts


def delivered_by_market(facts: Facts) -> Figure:
    """Cars delivered each month by market, beside the cars that left the line."""
    book = facts.book.filter(pl.col("delivered_at").is_not_null())
    delivered = (
        book.with_columns(pl.col("delivered_at").dt.truncate("1mo").dt.date().alias("month"))
        .pivot("market", index="month", values="order_id", aggregate_function="len")
    )  # fmt: skip
    built = (
        facts.book.filter(pl.col("line_off_at").is_not_null())
        .group_by(pl.col("line_off_at").dt.truncate("1mo").dt.date().alias("month"))
        .agg(pl.len().alias("built"))
    )
    table = delivered.join(built, on="month", how="full", coalesce=True).sort("month").fill_null(0)
    markets = [m for m in facts.scenario.markets if m.id in table.columns]
    option = zoomed(axes([str(m)[:7] for m in table["month"]], "cars a month"))
    option["series"] = [stacked(m.name, table[m.id].to_list()) for m in markets]
    option["series"].append(line("left the line", table["built"].to_list(), INK))
    trips = facts.run.table("ship", "sailings")
    full = trips.filter(pl.col("left_behind") > 0).height
    used = trips.filter(pl.col("cars") > 0)
    fill = float(used["loaded_ceu"].sum()) / float(used["capacity_ceu"].sum()) if used.height else 0.0
    columns = ["month", *(m.id for m in markets), "built"]
    return Figure(
        "shipping", "Delivered by market",
        f"{used.height} sailings carry cars and are filled to {fill:.0%}; {full} leave cars behind that were ready.",
        option, "cars a month", "ship: every car replayed from line-off to customer",
        columns, rows_of(table.select(columns)),
    )  # fmt: skip
