"""Every sailing as a mark in a calendar of lanes, coloured by how full it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from quayline.report.figure import GRID, MUTED, Figure, axes, rows_of, zoomed

if TYPE_CHECKING:
    from quayline.report.facts import Facts

_FILLS = (
    {"value": 0, "label": "empty", "color": "#e4e9ee"},
    {"gt": 0, "lte": 50, "label": "up to half", "color": "#b9dcdf"},
    {"gt": 50, "lte": 80, "label": "up to 80 %", "color": "#5fb3bb"},
    {"gt": 80, "lt": 97, "label": "up to 97 %", "color": "#f2a541"},
    {"gte": 97, "label": "full", "color": "#d1495b"},
)


def sailing_calendar(facts: Facts) -> Figure:
    """One row a lane, one mark a departure; the tip tells cars, fill and who was left behind."""
    s = facts.scenario
    ports = {p.id: p.name for p in s.logistics.ports}
    lanes = [f"to {ports[lane.pod]} ({lane.id})" for lane in s.logistics.lanes]
    trips = facts.run.table("ship", "sailings").filter(pl.col("sails")).sort("departs_on", "sailing_idx")
    fill = 100 * pl.col("loaded").sum().over("voyage_idx") / pl.col("capacity")
    table = trips.select(
        "departs_on", pl.Series("lane", lanes).gather(trips["lane_idx"]), fill.round(1).alias("fill %"), "cars",
        "left_behind",
    )  # fmt: skip
    rows = sorted(set(table["lane"]), reverse=True)
    points: list[list[Any]] = [[str(row[0]), *row[1:]] for row in table.iter_rows()]
    option = zoomed(axes([], "", "time"))
    option["yAxis"] = {"type": "category", "data": rows, "axisTick": {"show": False},
                       "axisLine": {"lineStyle": {"color": GRID}},
                       "splitLine": {"show": True, "lineStyle": {"color": GRID}},
                       "axisLabel": {"color": MUTED, "width": 190, "overflow": "break", "lineHeight": 13}}  # fmt: skip
    option["legend"] = {"show": False}
    option["tooltip"] = {"trigger": "item", "confine": True}
    option["tips"] = ["departs", "lane", "fill %", "cars", "left behind"]
    option["visualMap"] = {"type": "piecewise", "dimension": 2, "pieces": list(_FILLS), "orient": "horizontal",
                           "top": 0, "left": 0, "itemWidth": 12, "itemHeight": 12}  # fmt: skip
    option["grid"]["top"] = 34
    option["series"] = [{"type": "scatter", "data": points, "symbol": "rect", "symbolSize": [6, 20]}]
    full = table.filter(pl.col("fill %") >= 97).height
    return Figure(
        "calendar", "Sailings and how full they are",
        f"{table.filter(pl.col('cars') > 0).height} of {table.height} sailings carry cars, {full} are full; "
        f"{table['left_behind'].sum():,} times a car that was ready found no space.",
        option, "share of the programme's space", "ship: cars loaded car by car", table.columns, rows_of(table),
        100 + 36 * len(rows), digits=1, shape="wide",
    )  # fmt: skip
