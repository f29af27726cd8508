"""The line drawn as it is, with a day of it to be played again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from quayline.report.figure import Figure, rows_of
from quayline.report.figures.stations import STATES

if TYPE_CHECKING:
    from quayline.report.facts import Facts


def line_drawing(facts: Facts) -> Figure:
    """Shops, sections and the places between them; the colours are the states of each section's busiest station."""
    sections = facts.run.table("flow", "sections")
    replay = facts.run.table("flow", "replay")
    shares = _shares(facts)
    day = facts.scenario.horizon.start + timedelta(days=int(replay["day"].max() or 0))  # type: ignore[arg-type]  # whole days
    steps = replay["minute"].unique().sort().to_list()
    counts = {name: part.sort("minute") for (name,), part in replay.group_by("section")}
    names = sections["section"].to_list()
    on_row = sections.filter(pl.col("fork") == "")["section"].to_list()
    busy = [sum(counts[name]["inside_cars"][k] for name in on_row) for k in range(len(steps))]
    option: dict[str, Any] = {"plant": {
        "shops": [shop.name for shop in facts.scenario.plant.shops],
        "sections": [
            {"shop": r["shop_idx"], "name": r["section"], "kind": r["kind"], "inside": r["places_inside"],
             "behind": r["places_behind"], "shares": shares.get(r["section"], []),
             **{name: r[name] for name in ("beside", "branch", "fork", "join")}}
            for r in sections.iter_rows(named=True)
        ],
        "minutes": steps, "day": str(day), "start": busy.index(max(busy)),
        "inside": [counts[name]["inside_cars"].to_list() for name in names],
        "behind": [counts[name]["behind_cars"].to_list() for name in names],
        "states": [{"name": text, "colour": colour} for _, text, colour in STATES],
    }}  # fmt: skip
    return Figure(
        "plant", "The line as it is",
        "Each section with what the time of its busiest station goes to over the horizon, the cars in it, and the cars "
        f"behind it (red: no place left); every two minutes of {day:%-d %B %Y}, the day with most cars off the line. "
        "Branches stand under each other, a sub-line under its shop.",
        option, "cars every two hours of that day", "flow: where every car stands; states of every station",
        ["minute", "section", "inside_cars", "behind_cars"],
        rows_of(replay.filter(pl.col("minute") % 120 == 0).select("minute", "section", "inside_cars", "behind_cars")),
        shape="wide",
    )  # fmt: skip


def _shares(facts: Facts) -> dict[str, list[float]]:
    """Percent of the states' time by section: of the station that works and is down most."""
    all_h = pl.sum_horizontal(s for s, _, _ in STATES).alias("all_h")
    busiest = (
        facts.run.table("flow", "stations").with_columns(all_h).filter(pl.col("all_h") > 0)
        .with_columns(((pl.col("working_h") + pl.col("down_h")) / pl.col("all_h")).alias("active"))
        .sort("active", descending=True)
        .group_by("section", maintain_order=True)
        .first()
    )
    return {
        row["section"]: [round(100 * row[s] / row["all_h"], 2) for s, _, _ in STATES]
        for row in busiest.iter_rows(named=True)
    }
