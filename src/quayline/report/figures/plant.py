"""The line drawn as it is, with a day of it to be played again."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from quayline.report.figure import Figure, rows_of
from quayline.report.figures.stations import STATES, busiest

if TYPE_CHECKING:
    from quayline.report.facts import Facts


def line_drawing(facts: Facts) -> Figure:
    """Shops, sections and the places between them; the colours are the states of each section's busiest station."""
    sections = facts.run.table("flow", "sections")
    replay = facts.run.table("flow", "replay")
    percents = [name.replace("_h", "_percent") for name, _, _ in STATES]
    shares = {row[0]: [round(x, 2) for x in row[1:]] for row in busiest(facts).select("section", *percents).iter_rows()}
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
        "Each section with what the time of its busiest station goes to over the horizon, the cars in it, and behind "
        "it the cars that wait there, of how many places (red: none left); every two minutes of "
        f"{day:%-d %B %Y}, the day with most cars off the line. "
        "Branches stand under each other, a sub-line under its shop.",
        option, "cars every two hours of that day", "flow: where every car stands; states of every station",
        ["minute", "section", "inside_cars", "behind_cars"],
        rows_of(replay.filter(pl.col("minute") % 120 == 0).select("minute", "section", "inside_cars", "behind_cars")),
        shape="wide",
    )  # fmt: skip
