"""Utilisation of every section, and the bottleneck."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from quayline.report.figure import Figure, axes, rows_of, sideways, stacked

if TYPE_CHECKING:
    from quayline.report.facts import Facts

STATES = (
    ("working_h", "working", "#1d8a99"), ("down_h", "down", "#d1495b"), ("blocked_h", "blocked", "#f2a541"),
    ("starved_h", "starved", "#dfe6ec"),
)  # fmt: skip


def utilisation(facts: Facts) -> Figure:
    """Where the time of each section's busiest station goes; the bottleneck is the least starved and blocked."""
    stations = facts.run.table("flow", "stations").with_columns(
        pl.sum_horizontal(s for s, _, _ in STATES).alias("all_h")
    )  # fmt: skip
    shares = stations.filter(pl.col("all_h") > 0).with_columns(pl.col(s) / pl.col("all_h") * 100 for s, _, _ in STATES)
    busiest = (
        shares.with_columns((pl.col("working_h") + pl.col("down_h")).alias("active"))
        .sort("active", descending=True)
        .group_by("shop_idx", "section", maintain_order=True)
        .first()
    )
    order = facts.run.table("flow", "sections")["section"].to_list()
    busiest = busiest.sort(pl.col("section").replace_strict(order, list(range(len(order))), default=999))
    shops = [s.name for s in facts.scenario.plant.shops]
    labels = [f"{shops[r['shop_idx']]} · {r['section']}" for r in busiest.iter_rows(named=True)]
    option = sideways(axes(labels, "% of working time"))
    option["xAxis"]["max"] = 100
    option["series"] = [
        stacked(text, busiest[s].round(1).to_list(), itemStyle={"color": colour}) for s, text, colour in STATES
    ]
    worst = busiest.sort("active", descending=True).row(0, named=True)
    return Figure(
        "stations", "Utilisation and bottleneck",
        f"The bottleneck is {shops[worst['shop_idx']]}, section {worst['section']} (station {worst['station']}): "
        f"active {worst['active']:.0f} % of its working time.",
        option, "% of working time", "flow: state of every station over all cars; the busiest station of each section",
        ["shop_idx", "section", "station", "cars", *(s for s, _, _ in STATES), "mean_queue_cars"],
        rows_of(stations.select("shop_idx", "section", "station", "cars", *(s for s, _, _ in STATES),
                                "mean_queue_cars")),
        max(300, 26 * len(labels) + 90), shape="tall",
    )  # fmt: skip
