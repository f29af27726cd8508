"""Quality: defects at customers by month, with control limits, and the rank among peers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from quayline.report.figure import ALARM, PALETTE, Figure, axes, line, rows_of, zoomed

if TYPE_CHECKING:
    from quayline.report.facts import Facts


def quality_trend(facts: Facts) -> Figure:
    """Defects that reach customers per 100 cars by month: launches in focus, all cars, and u-chart limits."""
    months = facts.run.table("quality", "months")
    ids = [m.id for m in facts.scenario.vehicles.models]
    focus = [ids.index(m) for m in facts.focus]
    totals = months.group_by("month").agg(pl.col("cars").sum(), pl.col("escaped").sum()).sort("month")
    mine = months.filter(pl.col("model_idx").is_in(focus)).group_by("month").agg(
        pl.col("cars").sum().alias("focus_cars"), pl.col("escaped").sum().alias("focus_escaped")
    )  # fmt: skip
    table = totals.join(mine, on="month", how="left").sort("month").filter(pl.col("cars") > 0)
    centre = float(table["escaped"].sum()) / float(table["cars"].sum())
    table = table.with_columns(
        (100 * pl.col("escaped") / pl.col("cars")).alias("all_per_100"),
        (100 * pl.col("focus_escaped") / pl.col("focus_cars")).alias("focus_per_100"),
        (100 * (centre + 3 * (centre / pl.col("cars")).sqrt())).alias("upper_limit"),
    )
    option = zoomed(axes([str(m)[:7] for m in table["month"]], "defects per 100 cars"))
    shown = [("all cars", "all_per_100", PALETTE[0]), (facts.focus_name, "focus_per_100", PALETTE[2]),
             ("upper control limit, all cars", "upper_limit", ALARM)]  # fmt: skip
    option["series"] = [
        line(text, [v if v is not None and v == v else None for v in table[key].round(2).to_list()], colour)
        for text, key, colour in shown
    ]
    option["series"][2]["lineStyle"]["type"] = "dashed"
    peers = facts.run.table("quality", "peers")
    own = peers.filter(pl.col("is_own")).row(0, named=True)
    return Figure(
        "quality", "Quality at the customer",
        f"{own['defects_per_car']:.3f} defects a car reach customers: rank {own['rank']} among {peers.height} plants"
        f"{facts.peers_note}.",
        option, "defects per 100 cars", "quality: every defect by cause, gate and learning; limits of a u-chart",
        table.columns, rows_of(table), digits=2,
    )  # fmt: skip
