"""The check of a plan, the people: enough for the mode of each month, hired within the terms; modes in notice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from quayline.scenario.working_days import shift_h, working_days

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from quayline.records.stages import Balance, Plan
    from quayline.scenario.schema import Scenario


def people_faults(scenario: Scenario, balance: Balance, plan: Plan) -> Iterator[str]:
    """Every rule of people and of notice that the plan breaks."""
    opening = [mode.id for mode in scenario.plant.modes].index(scenario.plant.opening_mode)
    modes = _modes(plan)
    notice = scenario.plant.change.notice_months
    for month in sorted(modes)[:notice]:
        if modes[month] != opening:
            yield f"{month:%Y-%m}: another mode than the opening one within the notice of {notice} months"
    turnover = scenario.plant.crew.turnover
    if turnover is None:
        if plan.people.height:
            yield "plan.people has rows, but hiring and leaving are free"
        return
    need = dict(balance.crews.select("mode_idx", "people").iter_rows())
    before = need[opening]
    rows = plan.people.sort("month").iter_rows(named=True)
    if plan.people.sort("month")["month"].to_list() != sorted(modes):
        yield "plan.people does not have a row for each month"
        return
    for row in rows:
        name = f"{row['month']:%Y-%m}"
        if row["mode_idx"] != modes[row["month"]]:
            yield f"{name}: people for another mode than that of its weeks"
        if row["people"] < need[row["mode_idx"]]:
            yield f"{name}: {row['people']} people, the mode needs {need[row['mode_idx']]}"
        if row["people"] - before != row["hired"] - row["left"] or min(row["hired"], row["left"]) < 0:
            yield f"{name}: {before} people, {row['hired']} hired and {row['left']} left give not {row['people']}"
        if row["hired"] > turnover.most_hired_per_month:
            yield f"{name}: {row['hired']} people hired, at most {turnover.most_hired_per_month}"
        usd = _month_usd(scenario, row, need[row["mode_idx"]])
        if abs(usd - row["cost_usd"]) > 1e-6 * max(abs(usd), 1.0):
            yield f"{name}: people cost {row['cost_usd']:.2f} USD, expected {usd:.2f}"
        before = row["people"]


def _modes(plan: Plan) -> dict[date, int]:
    return {month.replace(day=1): mode for month, mode in plan.weeks.select("from_on", "mode_idx").iter_rows()}


def _month_usd(scenario: Scenario, row: dict[str, object], need: int) -> float:
    """Hiring, paid training, leaving, and the month's wages of people beyond the mode's need."""
    plant, turnover = scenario.plant, scenario.plant.crew.turnover
    assert turnover is not None
    mode = next(m for m in plant.modes if m.id == plant.opening_mode)
    shifts = next(p.shifts for p in plant.patterns if p.id == mode.pattern)
    day_usd = plant.crew.wage_usd_per_h * sum(map(shift_h, shifts)) / len(shifts)
    training_usd = turnover.training_weeks * len(plant.calendar.workdays) * day_usd
    # A week belongs to the month of its first day in the horizon.
    days = 0
    for day in working_days(plant, scenario.horizon.start, scenario.horizon.end):
        first = max(day.fromordinal(day.toordinal() - day.weekday()), scenario.horizon.start)
        days += first.replace(day=1) == row["month"]
    hired, left, people = (int(str(row[name])) for name in ("hired", "left", "people"))
    return hired * (turnover.hire_usd + training_usd) + left * turnover.leave_usd + (people - need) * days * day_usd


def people_usd(plan: Plan) -> float:
    """What changing the number of people costs."""
    return float(plan.people.select(pl.col("cost_usd").sum()).item())
