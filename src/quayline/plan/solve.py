"""The plan of a scenario: solves the model, makes its answer whole, and gives every order its day and its ship."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quayline.base.errors import QuaylineError
from quayline.plan.model import Model, Solution, Solver, build_model, yards_of
from quayline.plan.modes import as_columns, nearest_schedule, whole_shifts
from quayline.plan.orders import draw_orders
from quayline.plan.pack import Programme, pack
from quayline.plan.slots import make_plan
from quayline.plan.weeks import make_calendar
from quayline.plan.whole import whole_point

if TYPE_CHECKING:
    from quayline.plan.params import PlanParams
    from quayline.records.stages import Balance, Plan
    from quayline.scenario.schema import Scenario

_TOLERANCE = 1e-6
_MOST_ROUNDS = 40


@dataclass(frozen=True)
class Answer:
    """Whole columns with their objective and bound, the worth of one more car by week, and how it ended."""

    x: np.ndarray
    objective_usd: float
    bound_usd: float
    marginal_usd: np.ndarray
    status: str


def plan(
    scenario: Scenario, balance: Balance, params: PlanParams, seed: int, availability_share: float | None = None
) -> Plan:
    """The master production schedule of `scenario` with the highest joint contribution found, within `params`.

    `availability_share` replaces that of the plant when the simulation measured it. Raises InfeasibleError where
    statements of the scenario conflict; almost always a plan exists, since orders may stay unbuilt.
    """
    share = scenario.plant.availability_share if availability_share is None else availability_share
    if not 0 < share <= 1:
        raise ValueError(f"availability_share is {share}, expected above 0 up to 1")
    calendar = make_calendar(scenario)
    orders = draw_orders(scenario, seed)
    programme = pack(scenario, balance, calendar, orders, params, share)
    model = build_model(scenario, programme, params)
    return make_plan(scenario, programme, model, orders, optimise(scenario, programme, model, params))


def optimise(scenario: Scenario, programme: Programme, model: Model, params: PlanParams) -> Answer:
    """Relaxes, rounds modes and weekend shifts, branches only where a gap is left; then makes cars whole."""
    solver, v = Solver(model, params), model.variables
    cars = np.concatenate([np.zeros(0, np.int64), *(columns.build for columns in v.pairs)])
    is_exact = bool(v.integer[cars[cars >= 0]].any())
    if is_exact:
        found = solver.solve()
        held = _hold(model, solver, found.x)
        x, _ = _best_turn(programme, model, found.x, yards_of(scenario).port_cars)
        return _answer(model, x, found.bound_usd, held, params, found.is_stopped)
    solver.set_integer(False)
    relaxed = solver.solve()
    bound_usd, is_stopped = relaxed.bound_usd, relaxed.is_stopped
    held = _nearest(scenario, programme, model, solver, relaxed)
    if _gap(bound_usd, held.objective_usd) > params.gap_share:
        solver.bound(v.mode, v.lower[v.mode], v.upper[v.mode])
        solver.bound(v.shifts, v.lower[v.shifts], v.upper[v.shifts])
        solver.set_integer(True)
        solver.start_from(held.x)
        found = solver.solve()
        bound_usd, is_stopped = min(bound_usd, found.bound_usd), is_stopped or found.is_stopped
        held = _hold(model, solver, found.x)
    x, held = _whole(scenario, programme, model, solver, held)
    return _answer(model, x, bound_usd, held, params, is_stopped)


def _gap(bound_usd: float, objective_usd: float) -> float:
    """Relative to the objective, as HiGHS has it."""
    return max(bound_usd - objective_usd, 0.0) / max(abs(objective_usd), 1.0)


def _hold(model: Model, solver: Solver, x: np.ndarray) -> Solution:
    """The relaxation with modes and weekend shifts held at those of `x`."""
    v = model.variables
    solver.set_integer(False)
    for columns in (v.mode, v.shifts):
        solver.bound(columns, np.round(x[columns]), np.round(x[columns]))
    return solver.solve()


def _nearest(scenario: Scenario, programme: Programme, model: Model, solver: Solver, relaxed: Solution) -> Solution:
    """The best of the relaxations held at whole modes near `relaxed`, changes being dear or cheap."""
    plant, v, calendar = scenario.plant, model.variables, programme.calendar
    opening = [mode.id for mode in plant.modes].index(plant.opening_mode)
    best: Solution | None = None
    tried: set[bytes] = set()
    for change in (0.25, 1.0, 4.0):
        schedule = nearest_schedule(relaxed.x[v.mode], calendar.allowed, opening, plant.change.minimum_months, change)
        if schedule.tobytes() in tried:
            continue
        tried.add(schedule.tobytes())
        x = relaxed.x.copy()
        x[v.mode] = as_columns(schedule, len(plant.modes))
        most = calendar.weekend_shifts[schedule[calendar.month_of], np.arange(calendar.num_weeks)]
        x[v.shifts] = whole_shifts(
            relaxed.x[v.shifts], most, calendar.month_of, plant.overtime.weekend_shifts_per_month
        )
        found = _hold(model, solver, x)
        if best is None or found.objective_usd > best.objective_usd:
            best = found
    assert best is not None
    return best


def _whole(
    scenario: Scenario, programme: Programme, model: Model, solver: Solver, held: Solution
) -> tuple[np.ndarray, Solution]:
    """Whole cars near `held`; rows between pairs that rounding passes are tightened until none is."""
    upper, places = model.upper.copy(), yards_of(scenario).port_cars
    yard_upper = model.variables.upper[model.variables.plant_yard].copy()
    for _ in range(_MOST_ROUNDS):
        x, excess = _best_turn(programme, model, held.x, places)
        excess[model.rows["capacity"]] += _new_overtime_cars(programme, model, held.x, x)
        over = np.flatnonzero(excess > _TOLERANCE)
        yard_excess = x[model.variables.plant_yard] - model.variables.upper[model.variables.plant_yard]
        if not len(over) and not (yard_excess > _TOLERANCE).any():
            return x, held
        upper[over] -= np.maximum(excess[over], 0.5)
        solver.tighten(over, upper[over])
        yard_upper = np.maximum(yard_upper - np.maximum(np.ceil(yard_excess), 0.0), 0.0)
        solver.bound(model.variables.plant_yard, np.zeros(len(yard_upper)), yard_upper)
        held = solver.solve()
    raise QuaylineError(f"no whole cars found in {_MOST_ROUNDS} rounds")


def _new_overtime_cars(programme: Programme, model: Model, point: np.ndarray, x: np.ndarray) -> np.ndarray:
    """By week, the cars for which rounding alone would start overtime."""
    hours = model.variables.overtime_h
    new_h = np.where(point[hours] < _TOLERANCE, x[hours], 0.0)
    cars: np.ndarray = programme.rate_jph @ new_h
    return cars


def _best_turn(programme: Programme, model: Model, point: np.ndarray, places: int) -> tuple[np.ndarray, np.ndarray]:
    """Whole columns and by how much each row is passed, of the turn of offsets that passes the fewest rows."""
    best: tuple[int, np.ndarray, np.ndarray] | None = None
    for turn in range(max(min(len(programme.pairs), 4), 1)):
        x = whole_point(programme, model, point, turn, places)
        flow = model.matrix @ x
        excess = np.maximum(flow - model.upper, 0.0)
        num_wrong = int((excess > _TOLERANCE).sum() + 1000 * ((model.lower - flow) > _TOLERANCE).sum())
        if best is None or num_wrong < best[0]:
            best = num_wrong, x, excess
        if num_wrong == 0:
            break
    assert best is not None
    return best[1], best[2]


def _answer(
    model: Model, x: np.ndarray, bound_usd: float, held: Solution, params: PlanParams, is_stopped: bool
) -> Answer:
    objective_usd = model.value_usd(x)
    gap = _gap(bound_usd, objective_usd)
    if is_stopped:
        status = f"stopped by a limit of the search, within {gap:.2%} of the best possible"
    else:
        status = "optimal" if gap <= max(params.gap_share, _TOLERANCE) else f"within {gap:.2%} of the best possible"
    return Answer(x, objective_usd, bound_usd, np.abs(held.duals[model.rows["capacity"]]), status)
