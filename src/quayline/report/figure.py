"""One figure of the report: a chart, its unit and source, and the table behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    import polars as pl

PALETTE = (
    "#0b3c5d", "#1d8a99", "#f2a541", "#d1495b", "#6a994e", "#7b6d8d", "#9fb8ad", "#3d5a80", "#c9ada7", "#8c564b",
    "#4f6d7a", "#c98bb9",
)  # fmt: skip
INK, MUTED, GRID, ALARM = "#1b2a38", "#6b7a89", "#e4e9ee", "#d1495b"


@dataclass(frozen=True)
class Figure:
    """A chart as ECharts options, with a sentence that says what it shows, its unit and where it comes from."""

    key: str
    title: str
    lead: str
    option: dict[str, Any]
    unit: str
    source: str
    columns: list[str]
    rows: list[list[Any]]
    height_px: int = 340
    digits: int = 0
    geo: bool = False
    shape: Literal["", "wide", "tall"] = ""


def axes(categories: list[Any], unit: str, kind: str = "category") -> dict[str, Any]:
    """Grid, axes, legend and tooltip that all plain charts share."""
    return {
        "color": list(PALETTE),
        "grid": {"left": 12, "right": 18, "top": 48, "bottom": 8, "containLabel": True},
        "legend": {"top": 0, "left": 0, "itemWidth": 14, "itemHeight": 8, "textStyle": {"color": INK}},
        "tooltip": {"trigger": "axis", "axisPointer": {"type": "shadow"}, "confine": True},
        "xAxis": {"type": kind, "data": categories, "axisLine": {"lineStyle": {"color": GRID}},
                  "axisTick": {"show": False}, "axisLabel": {"color": MUTED}},
        "yAxis": {"type": "value", "name": unit, "nameTextStyle": {"color": MUTED, "align": "left"},
                  "splitLine": {"lineStyle": {"color": GRID}}, "axisLabel": {"color": MUTED}},
    }  # fmt: skip


def sideways(option: dict[str, Any], label_px: int = 190) -> dict[str, Any]:
    """The same chart with its categories down the side, the first on top."""
    below = {"nameLocation": "middle", "nameGap": 26, "nameTextStyle": {"color": MUTED}}
    turned = {**option, "xAxis": {**option["yAxis"], **below}, "yAxis": dict(option["xAxis"])}
    turned["yAxis"]["inverse"] = True
    turned["yAxis"]["axisLabel"] = {"color": INK, "width": label_px, "overflow": "break", "lineHeight": 14}
    turned["grid"] = {**option["grid"], "bottom": 24, "right": 40}
    return turned


def zoomed(option: dict[str, Any]) -> dict[str, Any]:
    """The same chart with a slider for long series."""
    slider = {"type": "slider", "height": 18, "bottom": 4, "borderColor": GRID, "fillerColor": "rgba(29,138,153,.12)",
              "showDataShadow": False, "brushSelect": False}  # fmt: skip
    return {**option, "dataZoom": [slider, {"type": "inside", "zoomOnMouseWheel": False}],
            "grid": {**option["grid"], "bottom": 34}}  # fmt: skip


def stacked(name: str, values: list[Any], stack: str = "all", **more: Any) -> dict[str, Any]:
    """A bar series on a stack."""
    return {"name": name, "type": "bar", "stack": stack, "data": values, "barMaxWidth": 34, **more}


def line(name: str, values: list[Any], colour: str, **more: Any) -> dict[str, Any]:
    """A plain line series."""
    return {"name": name, "type": "line", "data": values, "symbol": "none", "lineStyle": {"color": colour, "width": 2},
            "itemStyle": {"color": colour}, **more}  # fmt: skip


def rows_of(frame: pl.DataFrame) -> list[list[Any]]:
    """A frame's rows as the page's table shows them: dates as text, fractions short."""
    def shown(value: Any) -> Any:
        if isinstance(value, float):
            return round(value, 3)
        return value if isinstance(value, int | str | bool) or value is None else str(value)

    return [[shown(v) for v in row] for row in frame.iter_rows()]
