"""Programmes too large to be relaxed whole: alike pairs together, windows over the horizon, a bound from their duals.

1. Alike pairs are taken together (`alike`). 2. Multipliers: relaxed by years, then by quarters, by months and by weeks
in windows (`rolling`), each near those before. They prove a bound of the whole. 3. Modes: by branch and bound in
windows of the programme by month at these multipliers. 4. Volumes by week, window after window, with modes held; the
multipliers say what is worth having at the end of a window. 5. Pairs are taken apart again (`apart`) and cars made
whole; where rounding passes a limit between pairs, cars on it are moved on (`within`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.model.model import Solution
from quayline.plan.search.alike import lost_of, merge
from quayline.plan.search.answer import Answer
from quayline.plan.search.apart import take_apart
from quayline.plan.search.coarse import Coarse, coarsen
from quayline.plan.search.grain import Grain, clock_of, grain_of, monthly
from quayline.plan.search.modes import as_columns
from quayline.plan.search.rolling import Shifts, proven_usd, roll, roll_duals, windows
from quayline.plan.search.within import whole_cars

if TYPE_CHECKING:
    from quayline.plan.model.model import Model
    from quayline.plan.model.program import Program
    from quayline.plan.params import PlanParams
    from quayline.plan.search.alike import Merged

_NODES_PART = 10
_MODE_MONTHS = (12, 6)
_MONTHS, _AHEAD_MONTHS = 4, 2
_GRAINS = ((12, 120, 24), (3, 24, 12), (1, 12, 6))
"""Months that are taken together, months of a window, months that it looks ahead."""
_NONE = np.zeros(0, np.int64)


def optimise_large(model: Model, params: PlanParams) -> Answer:
    """A plan of `model` with its proven bound. Raises InfeasibleError where a window has no plan."""
    merged = merge(model)
    small, clock = merged.small, clock_of(model, merged.small)
    grain = grain_of(model)
    guess = _onto(small, _guess(model, grain, params))
    starts, last = _starts(model), int(clock.row.max()) + 1
    parts = windows(starts, last, _MONTHS, _AHEAD_MONTHS)
    duals = roll_duals(small.program, clock, guess, parts, params)
    bound_usd = proven_usd(small.program, duals)
    modes = _modes(model, grain, merged.moved + small.of_rows(duals), params)
    held, x, shifts = _held(model, merged, modes)
    point, prices = roll(_relaxed(small.program), clock, held, x, duals, parts, params, shifts)
    apart = take_apart(model, merged, point)
    cars = whole_cars(model, apart)
    worth = merged.moved + small.of_rows(prices)
    usd = model.value_usd(cars)
    marginal_usd = np.maximum(worth[model.rows["capacity"]], 0.0)
    return Answer(cars, usd, bound_usd, marginal_usd, False, None, Solution(apart, usd, bound_usd, worth, False, None))


def _relaxed(program: Program) -> Program:
    """`program` with no column whole: only so has it prices."""
    v = program.variables
    return replace(program, variables=replace(v, integer=np.zeros(v.num, bool)))


def _guess(model: Model, grain: Grain, params: PlanParams) -> np.ndarray:
    """Multipliers of the rows of `model`: relaxed by years, then by quarters and by months in windows, each near those
    before."""
    starts, none = _starts(model), np.zeros(len(model.upper))
    found = none
    for num_months, window_months, ahead_months in _GRAINS:
        small = coarsen(model, monthly(model, num_months, grain), none, _NONE, lost_of(model))
        clock = clock_of(model, small)
        parts = windows(starts, int(clock.row.max()) + 1, window_months, ahead_months)
        found = small.of_rows(roll_duals(small.program, clock, _onto(small, found), parts, params))
    return found


def _starts(model: Model) -> np.ndarray:
    """The first week of each month."""
    return np.unique(model.build.calendar.month_of, return_index=True)[1]


def _onto(small: Coarse, values: np.ndarray) -> np.ndarray:
    """Multipliers of rows of the whole for those of a coarser programme, whose rows hold sums: any member's."""
    found, kept = np.zeros(len(small.program.upper)), small.row >= 0
    found[small.row[kept]] = values[kept]
    return found


def _modes(model: Model, grain: Grain, multipliers: np.ndarray, params: PlanParams) -> np.ndarray:
    """Whole modes as columns: those of the programme by month at these multipliers, by branch and bound in windows."""
    modes = model.variables.mode
    small = coarsen(model, monthly(model, 1, grain), multipliers, modes.ravel(), lost_of(model))
    clock = clock_of(model, small)
    parts = windows(_starts(model), int(clock.row.max()) + 1, *_MODE_MONTHS)
    none = np.zeros(small.program.variables.num)
    less = replace(params, most_nodes=max(params.most_nodes // _NODES_PART, 1))
    no_price = np.zeros(len(small.program.upper))  # the multipliers are moved into the objective
    point, _ = roll(small.program, clock, none > 0, none, no_price, parts, less)
    return as_columns(point[small.column[modes]].argmax(axis=0), len(modes))


def _held(model: Model, merged: Merged, modes: np.ndarray) -> tuple[np.ndarray, np.ndarray, Shifts]:
    """Of the merged programme the columns that modes settle, their values, and its weekend shifts."""
    v, calendar, column = model.variables, model.build.calendar, merged.small.column
    x, held = np.zeros(v.num), np.zeros(v.num, bool)
    x[v.mode], held[v.mode], held[v.start] = modes, True, True
    for name in ("hired", "left", "spare people"):  # as the starts, they follow from the modes
        held[v.own[name]] = True
    together, is_held = (np.zeros(merged.small.program.variables.num, kind) for kind in (np.float64, np.bool_))
    together[column], is_held[column] = x, held
    most = calendar.weekend_shifts[modes.argmax(axis=0)[calendar.month_of], np.arange(calendar.num_weeks)]
    per_month = model.build.scenario.plant.overtime.weekend_shifts_per_month
    return is_held, together, Shifts(column[v.shifts], most, calendar.month_of, per_month)
