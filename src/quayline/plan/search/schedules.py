"""Line modes by month: schedules near the relaxation, then those that coarser programmes prove to be best."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.model.model import Solution, Solver
from quayline.plan.model.variables import home_cars
from quayline.plan.search.alike import lost_of
from quayline.plan.search.coarse import coarsen
from quayline.plan.search.grain import monthly, weekly
from quayline.plan.search.modes import as_columns, nearest_schedule, whole_shifts

if TYPE_CHECKING:
    from quayline.plan.model.model import Model
    from quayline.plan.params import PlanParams

_UP_FROM = (0.5, 0.05, 0.95)
_GAP_PART = 0.6
_NODES_PART = 10
_SHIFT_GAP_PART = 0.2
_WEIGHT = 0.5


def hold(model: Model, solver: Solver, x: np.ndarray) -> Solution:
    """The relaxation with modes and weekend shifts held at those of `x`."""
    solver.set_integer(False)
    set_modes(model, solver, x)
    return solver.solve()


def set_modes(model: Model, solver: Solver, x: np.ndarray) -> None:
    """Modes and weekend shifts held at those of `x`."""
    for columns in (model.variables.mode, model.variables.shifts):
        solver.bound(columns, np.round(x[columns]), np.round(x[columns]))


def nearest(model: Model, solver: Solver, relaxed: Solution) -> Solution:
    """The best of the relaxations held at whole modes near `relaxed`, changes being dear or cheap."""
    plant, v, calendar = model.build.scenario.plant, model.variables, model.build.calendar
    opening = [mode.id for mode in plant.modes].index(plant.opening_mode)
    best: Solution | None = None
    tried: set[bytes] = set()
    stay = plant.change.minimum_months
    worths = [(relaxed.x[v.mode], change) for change in (0.25, 1.0, 4.0)]
    worths += [(worth, plant.change.cost_usd) for worth in _mode_worths(model, relaxed)]
    for worth, change in worths:
        schedule = nearest_schedule(worth, calendar.allowed, opening, stay, change)
        if schedule.tobytes() in tried:
            continue
        tried.add(schedule.tobytes())
        found = hold(model, solver, _scheduled(model, schedule, relaxed.x))
        if best is None or found.objective_usd > best.objective_usd:
            best = found
    assert best is not None
    return best


def _scheduled(model: Model, schedule: np.ndarray, point: np.ndarray, up_from: float = 0.5) -> np.ndarray:
    """`point` with the modes of `schedule` and whole weekend shifts near its own (parts from `up_from` on go up)."""
    v, calendar, x = model.variables, model.build.calendar, point.copy()
    x[v.mode] = as_columns(schedule, len(v.mode))
    most = calendar.weekend_shifts[schedule[calendar.month_of], np.arange(calendar.num_weeks)]
    per_month = model.build.scenario.plant.overtime.weekend_shifts_per_month
    x[v.shifts] = whole_shifts(point[v.shifts], most, calendar.month_of, per_month, up_from)
    return x


def searched(
    model: Model, solver: Solver, relaxed: Solution, near: Solution, params: PlanParams
) -> tuple[Solution, float]:
    """The better of `near` and of the schedules that coarser programmes find, and the proven bound.

    A coarser programme chooses the modes as whole numbers; its bound is one of the whole model. The first is by month,
    with the duals of the relaxation as multipliers; the next are by week, with the mean of these and of those at the
    best schedule known, around which little is lost then. `near` is taken at once where it is good enough.
    """
    best, bound_usd, free, is_stopped = near, relaxed.bound_usd, None, False
    for number in range(params.most_schedules):
        if bound_usd - best.objective_usd <= params.gap_share * abs(best.objective_usd):
            break
        free = free or _freed(model, solver, near.x)
        weight = _WEIGHT if number else 0.0
        duals = (1 - weight) * relaxed.duals + weight * free.duals
        coarse = _coarse_modes(model, weekly(model) if number else monthly(model), duals, free, params)
        bound_usd, is_stopped = min(bound_usd, coarse.bound_usd), is_stopped or coarse.is_stopped
        other = _freed(model, solver, coarse.x)
        best = _with_whole_shifts(model, solver, other, best, params)
        if number and other.objective_usd <= free.objective_usd:
            break
        free = max(free, other, key=lambda one: one.objective_usd)
    return replace(best, is_stopped=best.is_stopped or is_stopped), bound_usd


def _freed(model: Model, solver: Solver, x: np.ndarray) -> Solution:
    """The relaxation with modes held at those of `x`, weekend shifts in parts."""
    v = model.variables
    solver.bound(v.mode, np.round(x[v.mode]), np.round(x[v.mode]))
    solver.bound(v.shifts, v.lower[v.shifts], v.upper[v.shifts])
    return solver.solve()


def _coarse_modes(
    model: Model, rows: np.ndarray, duals: np.ndarray, known: Solution, params: PlanParams
) -> Solution:
    """A point with the whole modes that are best in the coarser programme, searched from those of `known`, and what
    that proves."""
    modes = model.variables.mode
    small = coarsen(model, rows, duals, modes.ravel(), lost_of(model))
    at, v = small.column[modes], small.program.variables
    most_nodes = max(params.most_nodes // _NODES_PART, 1)
    less = replace(params, gap_share=params.gap_share * _GAP_PART, most_nodes=most_nodes)
    solver = Solver(small.program, less)
    solver.set_integer(False)
    solver.bound(at, np.round(known.x[modes]), np.round(known.x[modes]))
    start = solver.solve().x
    solver.bound(at, v.lower[at], v.upper[at])
    solver.set_integer(True)
    solver.begin(start)
    found = solver.solve()
    return replace(found, x=found.x[small.column])


def _with_whole_shifts(
    model: Model, solver: Solver, free: Solution, best: Solution, params: PlanParams
) -> Solution:
    """The best of `best` and of `free` with weekend shifts rounded at several thresholds, until one is near `free`."""
    v = model.variables
    for up_from in _UP_FROM:
        if free.objective_usd - best.objective_usd <= params.gap_share * _SHIFT_GAP_PART * abs(best.objective_usd):
            break
        held = hold(model, solver, _scheduled(model, free.x[v.mode].argmax(axis=0), free.x, up_from))
        best = max(best, held, key=lambda one: one.objective_usd)
    return best


def _mode_worths(model: Model, relaxed: Solution) -> list[np.ndarray]:
    """Contribution of each (mode, month) if the line had to build the relaxation's cars of the month, levelled over
    0, 2 and 6 months to either side; cars beyond the mode's most are lost at the mean contribution of a car."""
    programme, v = model.build.programme, model.variables
    calendar = programme.calendar
    cars = home_cars(programme, v, relaxed.x).sum(axis=0)
    month = np.bincount(calendar.month_of, cars, len(calendar.months))
    line = np.concatenate([v.mode.ravel(), v.start.ravel(), v.overtime_h.ravel(), v.weekend.ravel()])
    mean_usd = (relaxed.objective_usd - float(np.sum(model.usd[line] * relaxed.x[line]))) / max(cars.sum(), 1.0)
    hours, extra_h = (
        np.array([np.bincount(calendar.month_of, row, len(calendar.months)) for row in table])
        for table in (calendar.normal_h, calendar.overtime_h)
    )
    rate, worths = programme.rate_jph[:, None], []
    for reach in (0, 2, 6):
        weight = np.convolve(np.ones(len(month)), np.ones(2 * reach + 1), "same")
        need = np.convolve(month, np.ones(2 * reach + 1), "same") / weight if len(month) > 2 * reach else month
        over_h = np.clip(need / rate - hours, 0.0, extra_h)
        lost = np.maximum(need - rate * (hours + over_h), 0.0)
        extra_usd = over_h * model.usd[v.overtime_h[:, :1]]
        worths.append(model.usd[v.mode] + extra_usd - lost * max(mean_usd, 0.0))
    return worths
