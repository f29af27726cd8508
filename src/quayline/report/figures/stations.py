"""Utilisation of every section, and the bottleneck."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from quayline.report.figure import Figure, axes, rows_of, sideways, stacked

if TYPE_CHECKING:
    from quayline.report.facts import Facts

STATES = (
    ("working_h", "working", "#1d8a99"), ("down_h", "down", "#d1495b"), ("blocked_h", "blocked", "#f2a541"),
    ("starved_h", "starved", "#dfe6ec"), ("paced_h", "waits for the takt", "#9fb8ad"),
)  # fmt: skip


def states(facts: Facts) -> pl.DataFrame:
    """Every station with its planned hours, the hours of its states, and `working_percent`, … of the planned hours.

    A station of a moving line that is done waits for the takt: what is left of the planned hours. `active_percent` is
    the time in which it is neither starved nor blocked. Stations without planned hours are left out.
    """
    found = facts.run.table("flow", "stations").filter(pl.col("planned_h") > 0)
    seen_h = pl.sum_horizontal(name for name, _, _ in STATES[:-1])
    found = found.with_columns(paced_h=(pl.col("planned_h") - seen_h).round(6) + 0.0)  # no -0.0 by rounding
    found = found.with_columns(
        (100 * pl.col(name) / pl.col("planned_h")).alias(name.replace("_h", "_percent")) for name, _, _ in STATES
    )
    return found.with_columns(active_percent=100 - pl.col("starved_percent") - pl.col("blocked_percent"))


def busiest(facts: Facts) -> pl.DataFrame:
    """The station of each section that is active most, as `states` has it; sections in the order of the plant."""
    order = facts.run.table("flow", "sections").select("section").with_row_index("place")
    most = states(facts).sort("active_percent", descending=True, maintain_order=True)
    return most.group_by("section", maintain_order=True).first().join(order, on="section", how="left").sort(
        "place", nulls_last=True, maintain_order=True)  # fmt: skip


def utilisation(facts: Facts) -> Figure:
    """Where the time of each section's busiest station goes; the bottleneck is the least starved and blocked."""
    shown, shops = busiest(facts), [shop.name for shop in facts.scenario.plant.shops]
    labels = [f"{shops[shop]} · {section}" for shop, section in shown.select("shop_idx", "section").iter_rows()]
    option = sideways(axes(labels, "% of working time"))
    option["xAxis"]["max"] = 100
    percents = [name.replace("_h", "_percent") for name, _, _ in STATES]
    option["series"] = [
        stacked(text, shown[name].round(1).to_list(), itemStyle={"color": colour})
        for name, (_, text, colour) in zip(percents, STATES, strict=True)
    ]
    worst = shown.sort("active_percent", descending=True, maintain_order=True).row(0, named=True)
    columns = ["shop", "section", "station", "cars", "planned_h", *(name for name, _, _ in STATES), *percents,
               "mean_queue_cars"]  # fmt: skip
    table = states(facts)
    table = table.with_columns(shop=pl.Series(shops, dtype=pl.String).gather(table["shop_idx"])).select(columns)
    return Figure(
        "stations", "Utilisation and bottleneck",
        f"The bottleneck is {shops[worst['shop_idx']]}, section {worst['section']} (station {worst['station']}): "
        f"neither starved nor blocked in {worst['active_percent']:.0f} % of its working time.",
        option, "% of working time", "flow: state of every station over all cars; the busiest station of each section",
        columns, rows_of(table), max(300, 26 * len(labels) + 90), shape="tall",
    )  # fmt: skip
