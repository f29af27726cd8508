"""The ramp of the models under agreement: ordered, planned, off the line, delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from quayline.report.figure import PALETTE, Figure, axes, line, rows_of, zoomed

if TYPE_CHECKING:
    from quayline.report.facts import Facts

_STEPS = (
    ("wanted", "requested_on"), ("planned", "planned_build_on"), ("off the line", "line_off_at"),
    ("delivered", "delivered_at"),
)  # fmt: skip


def ramp(facts: Facts) -> Figure:
    """Cumulative cars of the models in focus by month and milestone."""
    mine = facts.book.filter(pl.col("model").is_in(facts.focus))
    table: pl.DataFrame | None = None
    for name, column in _STEPS:
        month = pl.col(column).cast(pl.Date).dt.truncate("1mo").alias("month")
        counted = mine.filter(pl.col(column).is_not_null()).group_by(month).agg(pl.len().alias(name))
        table = counted if table is None else table.join(counted, on="month", how="full", coalesce=True)
    assert table is not None
    table = table.sort("month").fill_null(0).with_columns(pl.col(n).cum_sum() for n, _ in _STEPS)
    option = zoomed(axes([str(m)[:7] for m in table["month"]], "cars, cumulative"))
    option["series"] = [line(n, table[n].to_list(), PALETTE[k]) for k, (n, _) in enumerate(_STEPS)]
    wanted, built = mine.height, mine.filter(pl.col("line_off_at").is_not_null()).height
    share = f" ({built / wanted:.0%})" if wanted else ""
    return Figure(
        "ramp", f"Ramp of {facts.focus_name}",
        f"{built:,} of {wanted:,} cars wanted leave the line{share}.", option, "cars, cumulative",
        "ledger: requested day, planned build day, line-off and delivery of each order",
        ["month", *(n for n, _ in _STEPS)], rows_of(table),
    )  # fmt: skip
