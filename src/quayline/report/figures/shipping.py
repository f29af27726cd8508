"""Cars that leave the plant and cars delivered by market, week by week."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.report.figure import INK, MUTED, Figure, axes, line, rows_of, stacked, zoomed

if TYPE_CHECKING:
    from quayline.report.facts import Facts


def delivered_by_market(facts: Facts) -> Figure:
    """Cars delivered each week by market, beside the cars that left the line."""
    book = facts.book.filter(pl.col("delivered_at").is_not_null())
    table = (
        book.with_columns(_week("delivered_at"))
        .pivot("market", index="week", values="order_id", aggregate_function="len")
    )  # fmt: skip
    for name, column in (("built", "line_off_at"), ("sailed", "departed_at")):
        counted = facts.book.drop_nulls(column).group_by(_week(column)).agg(pl.len().alias(name))
        table = table.join(counted, on="week", how="full", coalesce=True)
    table = table.sort("week").fill_null(0)
    markets = [m for m in facts.scenario.markets if m.id in table.columns]
    option = zoomed(axes([str(w) for w in table["week"]], "cars a week"))
    option["series"] = [stacked(m.name, table[m.id].to_list(), barCategoryGap="0%") for m in markets]
    option["series"].append(line("left the line", table["built"].to_list(), INK))
    option["series"].append(line("sailed", table["sailed"].to_list(), MUTED))
    trips = facts.run.table("ship", "sailings")
    full = trips.filter(pl.col("left_behind") > 0).height
    used = trips.filter(pl.col("cars") > 0)
    ships = used.group_by("voyage_idx", maintain_order=True).agg(pl.col("loaded").sum(), pl.col("capacity").first())
    shares = (ships["loaded"] / ships["capacity"]).to_numpy()  # units differ from ship to ship
    fill = float(np.mean(shares)) if used.height else 0.0
    columns = ["week", *(m.id for m in markets), "built", "sailed"]
    return Figure(
        "shipping", "Weekly deliveries by market",
        f"{used.height} sailings carry cars; ships are filled to {fill:.0%} on average; {full} leave ready "
        "cars behind.",
        option, "cars a week", "ship: every car replayed from line-off to customer",
        columns, rows_of(table.select(columns)), 380, shape="wide",
    )  # fmt: skip


def _week(column: str) -> pl.Expr:
    return pl.col(column).dt.truncate("1w").dt.date().alias("week")
