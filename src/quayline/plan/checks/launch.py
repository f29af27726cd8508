"""The check of a plan, the launches: every start within its dates, one of them chosen, none tried that is better."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from quayline.records.stages import Plan
    from quayline.scenario.schema import Scenario


def launch_faults(scenario: Scenario, plan: Plan) -> list[str]:
    """What is wrong with the starts that the plan tried and chose."""
    found: list[str] = []
    rows = plan.launches
    models = {m.id: m for m in scenario.vehicles.models if m.sop_until is not None}
    if set(rows["model"]) != set(models):
        return [f"starts of {sorted(set(rows['model']))} were tried, those of {sorted(models)} are open"]
    for name, model in models.items():
        mine = rows.filter(pl.col("model") == name)
        months = {(day.year, day.month) for day in mine["from_on"]}
        assert model.sop_until is not None
        span = 12 * (model.sop_until.year - model.from_.year) + model.sop_until.month - model.from_.month
        if len(months) != span + 1:
            found.append(f"{name}: {len(months)} months were tried as its start, {span + 1} are open")
        if not all(model.from_ <= day <= model.sop_until for day in mine["from_on"]):
            found.append(f"{name}: a start before {model.from_} or after {model.sop_until}")
        if mine.filter("is_chosen").height != 1:
            found.append(f"{name}: {mine.filter('is_chosen').height} starts are chosen, expected one")
    values = dict(rows.select("is_chosen", "objective_usd").sort("objective_usd").iter_rows())
    if values.get(False, float("-inf")) > values.get(True, float("inf")):
        found.append("a start that was tried is better than the one chosen")
    return found
