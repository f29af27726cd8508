"""The world map of the lanes, with the cars that sail on each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import searoute

from quayline.report.figure import INK, PALETTE, Figure, rows_of

if TYPE_CHECKING:
    from quayline.report.facts import Facts

WEST_EDGE = -30.0
"""The map is cut in the Atlantic, so that the Pacific lies whole in its middle."""

_CLOSED = ((), ("suez",), ("panama",), ("suez", "panama"))
"""Passages that a lane may avoid; the Arctic is always closed."""


def lanes(facts: Facts) -> Figure:
    """Sea lanes along real routes, as wide as the cars that sail on them; the plant and the markets' ports."""
    s = facts.scenario
    trips = facts.run.table("ship", "sailings")
    loads = trips.group_by("lane_idx").agg(
        pl.col("cars").sum(), (pl.col("cars") > 0).sum().alias("sailings"), pl.col("left_behind").sum()
    )  # fmt: skip
    cars = {row["lane_idx"]: row for row in loads.iter_rows(named=True)}
    ports = {p.id: p for p in s.logistics.ports}
    most = max((row["cars"] for row in cars.values()), default=1) or 1
    series: list[dict[str, Any]] = []
    rows = []
    for k, lane in enumerate(s.logistics.lanes):
        here = cars.get(k, {"cars": 0, "sailings": 0, "left_behind": 0})
        route = _route(ports[lane.pol].place, ports[lane.pod].place, lane.distance_km)
        series.append({
            "coords": route, "value": here["cars"], "name": f"{ports[lane.pol].name} – {ports[lane.pod].name}",
            "lineStyle": {"width": 1.2 + 6 * here["cars"] / most, "color": PALETTE[(k + 1) % len(PALETTE)],
                          "opacity": 0.75 if here["cars"] else 0.25},
        })  # fmt: skip
        rows.append([lane.id, ports[lane.pol].name, ports[lane.pod].name, here["cars"], here["sailings"],
                     here["left_behind"], lane.distance_km, lane.transit_days])  # fmt: skip
    landed: dict[str, int] = {}
    for k, lane in enumerate(s.logistics.lanes):
        landed[lane.pod] = landed.get(lane.pod, 0) + cars.get(k, {"cars": 0})["cars"]
    points = [
        {"name": f"{p.name} · {landed[p.id]:,}" if p.id in landed else p.name,
         "value": [_shifted(p.place.longitude), p.place.latitude], "label": {"show": True}}
        for p in ports.values()
    ]  # fmt: skip
    option = {
        "geo": {"map": "land", "roam": True, "silent": True, "left": 0, "right": 0, "top": 0, "bottom": 0,
                "itemStyle": {"areaColor": "#dfe6ec", "borderColor": "#c6d0d9", "borderWidth": 0.5},
                "boundingCoords": [[WEST_EDGE, 72], [330, -50]]},
        "tooltip": {"trigger": "item"},
        "series": [
            {"type": "lines", "coordinateSystem": "geo", "polyline": True, "data": series,
             "effect": {"show": True, "period": 9, "symbol": "circle", "symbolSize": 4, "trailLength": 0.1}},
            {"type": "scatter", "coordinateSystem": "geo", "data": points, "symbolSize": 7,
             "itemStyle": {"color": PALETTE[0]},
             "label": {"formatter": "{b}", "position": "right", "color": INK, "fontSize": 11},
             "labelLayout": {"hideOverlap": True}},
        ],
    }  # fmt: skip
    road = facts.book.filter(pl.col("line_off_at").is_not_null(), pl.col("port_at").is_null()).height
    return Figure(
        "world", "Lanes", f"{sum(r['cars'] for r in cars.values()):,} cars sail, {road:,} stay in the plant's country "
        "or had not reached the port.", option, "cars over the run",
        "ship: cars by sailing; routes by searoute over the sea, land from Natural Earth",
        ["lane", "from", "to", "cars", "sailings", "left behind", "km", "transit days"], rows_of(
            pl.DataFrame(rows, schema=[str(k) for k in range(8)], orient="row")), 430, geo=True, shape="wide",
    )  # fmt: skip


def _shifted(longitude: float) -> float:
    return longitude if longitude >= WEST_EDGE else longitude + 360


def _route(start: Any, end: Any, distance_km: float) -> list[list[float]]:
    """Points of the sea route nearest to the lane's distance, cut where it would cross the edge of the map."""
    ends = [start.longitude, start.latitude], [end.longitude, end.latitude]
    routes = [searoute.searoute(*ends, restrictions=["northwest", *closed]) for closed in _CLOSED]
    route = min(routes, key=lambda r: abs(r["properties"]["length"] - distance_km))
    points = [[start.longitude, start.latitude], *route["geometry"]["coordinates"], [end.longitude, end.latitude]]
    shifted = [[round(_shifted((x + 180) % 360 - 180), 2), round(y, 2)] for x, y in points]
    kept = shifted[:1]
    for point in shifted[1:]:
        if abs(point[0] - kept[-1][0]) > 180:
            break
        kept.append(point)
    return kept
