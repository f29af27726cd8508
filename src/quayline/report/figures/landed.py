"""Landed cost of a car by element, market by market."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from quayline.records.grouping import group_means
from quayline.records.schemas import COST_ELEMENTS
from quayline.report.figure import ALARM, INK, PALETTE, Figure, axes, rows_of

if TYPE_CHECKING:
    from quayline.report.facts import Facts


_LANDED = COST_ELEMENTS.index("inland") + 1
"""Elements up to the delivery; stock, lateness and warranty come on top."""


def landed_cost(facts: Facts) -> Figure:
    """A waterfall from parts to the customer for each market of the models in focus, with the price beside it."""
    cars = facts.money.filter(pl.col("model").is_in(facts.focus), pl.col("price_usd") > 0)
    columns = [f"{kind}_usd" for kind in (*COST_ELEMENTS, "landed", "price", "margin")]
    means = group_means(cars, ["market"], columns).sort("cars", "market", descending=True)
    markets = means["market"].to_list()
    names = {m.id: m.name for m in facts.scenario.markets}
    dated = cars.with_columns(_half_year().alias("half"))
    halves = group_means(dated, ["market", "half"], columns).sort("market", "half")
    periods = sorted(set(halves["half"]))
    series = {f"{markets.index(row['market'])}|0": _waterfall(row) for row in means.iter_rows(named=True)}
    series |= {
        f"{markets.index(row['market'])}|{periods.index(row['half']) + 1}": _waterfall(row)
        for row in halves.iter_rows(named=True)
    }
    bars = (*COST_ELEMENTS[:_LANDED], "landed", *COST_ELEMENTS[_LANDED:], "all", "price", "margin")
    option = axes([bar.replace("_", " ") for bar in bars], "USD a car")
    option["xAxis"]["axisLabel"] = {"color": INK, "interval": 0, "rotate": 35}
    option["legend"]["show"] = False
    option["series"] = series.get("0|0", [])
    option["choices"] = {"labels": [[names[m] for m in markets], ["all dates", *periods]], "series": series}
    lead = "; ".join(
        f"{names[r['market']]} {r['landed_usd']:,.0f} USD landed at a price of {r['price_usd']:,.0f}, margin "
        f"{r['margin_usd']:,.0f}"
        for r in means.iter_rows(named=True)
    )  # fmt: skip
    return Figure(
        "landed", f"Landed cost of {facts.focus_name}, by market and half-year of delivery", f"{lead}.", option,
        "USD a car",
        "money: mean of the cars delivered or on their way; duty by the rate on each car's day of import",
        halves.columns, rows_of(halves), 380, shape="wide",
    )  # fmt: skip


def _half_year() -> pl.Expr:
    """The half-year of delivery, such as 2026 H1."""
    year, month = pl.col("delivered_at").dt.year(), pl.col("delivered_at").dt.month()
    half = pl.when(month <= 6).then(pl.lit("H1")).otherwise(pl.lit("H2"))
    return pl.concat_str(year.cast(pl.String), half, separator=" ")


def _waterfall(row: dict[str, float]) -> list[dict[str, object]]:
    """Two stacked series: what the bar stands on (unseen), and the bar."""
    base: list[float] = []
    bars: list[dict[str, object]] = []
    level = 0.0
    for k, element in enumerate(COST_ELEMENTS):
        if k == _LANDED:
            base.append(0)
            bars.append({"value": round(level), "itemStyle": {"color": PALETTE[7]}})
        value = row[f"{element}_usd"]
        base.append(round(level))
        bars.append({"value": round(value), "itemStyle": {"color": PALETTE[1]}})
        level += value
    base += [0, 0, round(max(min(level, row["price_usd"]), 0))]
    bars += [
        {"value": round(level), "itemStyle": {"color": PALETTE[0]}},
        {"value": round(row["price_usd"]), "itemStyle": {"color": PALETTE[7]}},
        {"value": round(abs(row["margin_usd"])),
         "itemStyle": {"color": PALETTE[4] if row["margin_usd"] >= 0 else ALARM},
         "signed": round(row["margin_usd"])},
    ]  # fmt: skip
    unseen = {"name": "", "type": "bar", "stack": "w", "data": base, "silent": True, "barMaxWidth": 40,
              "itemStyle": {"color": "transparent"}, "tooltip": {"show": False}}  # fmt: skip
    return [unseen, {"name": "USD a car", "type": "bar", "stack": "w", "data": bars, "barMaxWidth": 40,
                     "label": {"show": True, "position": "top", "fontSize": 10, "color": INK}}]  # fmt: skip
