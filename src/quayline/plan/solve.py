"""The plan of a scenario: solves the model, makes its answer whole, and gives every order its day and its ship."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from quayline.base.errors import InfeasibleError, QuaylineError
from quayline.plan.constraints import ALL, COUPLING
from quayline.plan.inputs.earlier import frozen_weeks, has_orders, held_modes, same_frame, stand_of
from quayline.plan.inputs.orders import draw_orders
from quayline.plan.inputs.pack import Programme, pack
from quayline.plan.inputs.weeks import make_calendar
from quayline.plan.model.model import Model, Solution, Solver, build_model
from quayline.plan.reasons.conflicts import conflict_in
from quayline.plan.replanning.standing import contribution_usd, frozen, is_worth_the_same, standing_point
from quayline.plan.search.answer import Answer
from quayline.plan.search.large import optimise_large
from quayline.plan.search.launch import best_launch, decided
from quayline.plan.search.schedules import hold, nearest, searched, set_modes
from quayline.plan.search.whole import whole_point
from quayline.plan.slotting.patience import beyond_patience, given_up
from quayline.plan.slotting.slots import make_plan

if TYPE_CHECKING:
    import polars as pl

    from quayline.plan.inputs.earlier import Earlier
    from quayline.plan.params import PlanParams
    from quayline.records.stages import Balance, Plan
    from quayline.scenario.schema import Scenario

_TOLERANCE = 1e-6
_CENTS_USD = 0.01
_MOST_ROUNDS = 40
_CALM_ROUNDS = 6
_EVEN_ROUNDS = 4
_MOST_TURNS = 8


def plan(
    scenario: Scenario, balance: Balance, params: PlanParams, seed: int, availability_share: float | None = None,
    earlier: Earlier | None = None, shop_jph: np.ndarray | None = None,
) -> Plan:  # fmt: skip
    """The master production schedule of `scenario` with the highest joint contribution found, within `params`.

    `availability_share` replaces that of the plant when the simulation measured it, and `shop_jph` (shops, modes)
    bounds what shops pass, in cars an hour of the plant's shifts. With `earlier`, that plan is made again from its day
    on: what is frozen stands, and change has its price. Raises InfeasibleError where statements of the scenario
    conflict; almost always a plan exists, since orders may stay unbuilt.
    """
    again = partial(plan_once, balance=balance, params=params, seed=seed, availability_share=availability_share,
                    shop_jph=shop_jph)  # fmt: skip
    if not any(model.sop_until for model in scenario.vehicles.models):
        return again(scenario, earlier=earlier)
    return again(decided(scenario, earlier.plan), earlier=earlier) if earlier else best_launch(scenario, again)


def plan_once(
    scenario: Scenario, balance: Balance, params: PlanParams, seed: int, availability_share: float | None = None,
    earlier: Earlier | None = None, shop_jph: np.ndarray | None = None,
) -> Plan:  # fmt: skip
    """`plan` with every start of production as the scenario has it."""
    share = scenario.plant.availability_share if availability_share is None else availability_share
    if not 0 < share <= 1:
        raise ValueError(f"availability_share is {share}, expected above 0 up to 1")
    calendar = make_calendar(scenario)
    if earlier and (differs := same_frame(scenario, calendar, earlier)):
        raise InfeasibleError(f"a plan cannot be made again: {differs}")
    num_frozen = frozen_weeks(scenario, calendar, earlier) if earlier else 0
    if earlier:
        calendar = held_modes(scenario, calendar, earlier)
    orders = draw_orders(scenario, seed)
    models: list[tuple[Model, Model]] = []
    for is_rushed in (True, False):
        programme = pack(scenario, balance, calendar, orders, params, share, is_rushed, num_frozen, shop_jph)
        if earlier:
            programme = replace(programme, stand=stand_of(scenario, programme, orders, earlier))
        plain = build_model(scenario, balance, programme, params)
        models.append((plain, frozen(plain) if earlier else plain))
        if not programme.bars:
            break
    if earlier and _stands_by_bound(scenario, models, orders, params, earlier):
        return replace(earlier.plan, status=f"{earlier.plan.status}; stands as of {earlier.on}")
    found: list[tuple[Model, Model, Answer]] = []
    for plain, model in models:
        try:
            found.append(_served(scenario, (plain, model), orders, params, earlier))
        except InfeasibleError as fault:
            raise InfeasibleError(conflict_in(model) or str(fault)) from None
    plain, model, answer = max(found, key=lambda one: one[2].objective_usd)
    answer = replace(answer, bound_usd=max(one[2].bound_usd for one in found))
    if earlier is None:
        return make_plan(scenario, model.build.programme, model, orders, answer)
    return _again(scenario, params, found, (plain, model, answer), orders, earlier)


def _served(
    scenario: Scenario, models: tuple[Model, Model], orders: pl.DataFrame, params: PlanParams, earlier: Earlier | None
) -> tuple[Model, Model, Answer]:  # fmt: skip
    """The models with their best answer; in a re-plan in which no order waits longer than its customer does."""
    plain, model = models
    for rounds in range(_MOST_ROUNDS):
        answer = optimise(scenario, model.build.programme, model, params)
        if earlier is None:
            return plain, model, answer
        more = beyond_patience(scenario, model, answer.x, orders, earlier, 2 ** (rounds // _EVEN_ROUNDS))
        if not more.any():
            return plain, model, answer
        plain = given_up(plain, more)
        model = frozen(plain)
    raise QuaylineError(f"orders still wait longer than their customers do after {_MOST_ROUNDS} rounds")


def _stands_by_bound(
    scenario: Scenario, models: list[tuple[Model, Model]], orders: pl.DataFrame, params: PlanParams, earlier: Earlier
) -> bool:
    """Whether the plan that stands is worth what it was, and no relaxation promises more than that had left open."""
    old = earlier.plan
    for plain, model in models:
        point = standing_point(model)
        if point is not None and has_orders(earlier, orders) and is_worth_the_same(scenario, plain, point, old):
            most_usd = model.value_usd(point) + max(old.bound_usd - old.objective_usd, 0.0) + _CENTS_USD
            return all(_relaxed_usd(other, params) <= most_usd for _, other in models)
    return False


def _relaxed_usd(model: Model, params: PlanParams) -> float:
    solver = Solver(model, params)
    solver.set_integer(False)
    return solver.solve().bound_usd


def _again(
    scenario: Scenario, params: PlanParams, found: list[tuple[Model, Model, Answer]], best: tuple[Model, Model, Answer],
    orders: pl.DataFrame, earlier: Earlier,
) -> Plan:  # fmt: skip
    """The plan that stands, unless the best found is better by more than the price of change, and, where the plan
    that stands is worth what it was, by more than that had left open to its bound."""
    plain, model, answer = best
    for other, its_model, _ in found:
        point = standing_point(its_model)
        if point is None:
            continue
        is_same = is_worth_the_same(scenario, other, point, earlier.plan) and has_orders(earlier, orders)
        left_open_usd = max(earlier.plan.bound_usd - earlier.plan.objective_usd, 0.0) if is_same else 0.0
        if answer.objective_usd > its_model.value_usd(point) + left_open_usd + _CENTS_USD:
            continue
        if is_same:
            return replace(earlier.plan, status=f"{earlier.plan.status}; stands as of {earlier.on}")
        held = hold(its_model, Solver(its_model, params), point)
        bound_usd = max(answer.bound_usd, its_model.value_usd(point))
        plain, model, answer = other, its_model, _answer(its_model, point, bound_usd, held, answer.is_stopped)
    usd = contribution_usd(scenario, plain, answer.x)
    answer = replace(answer, objective_usd=usd, bound_usd=usd + max(answer.bound_usd - answer.objective_usd, 0.0))
    made = make_plan(scenario, model.build.programme, model, orders, answer)
    return replace(made, status=f"{made.status}; made again on {earlier.on}")


def optimise(scenario: Scenario, programme: Programme, model: Model, params: PlanParams) -> Answer:
    """Small programmes are solved with whole cars by branch and bound. Others are relaxed, modes and weekend shifts
    are set to the best of several schedules near the relaxation or, where that leaves a gap, of those that coarser
    programmes find, and cars are made whole by rounding. Large ones are solved in windows over the horizon."""
    v = model.variables
    cars = np.concatenate([np.zeros(0, np.int64), *(c.build for _, _, _, c in model.build.ways())])
    is_exact = bool(v.integer[cars[cars >= 0]].any())
    if len(model.upper) > params.whole_rows and not is_exact and programme.stand is None:
        return optimise_large(model, params)
    solver = Solver(model, params)
    if is_exact:
        found = solver.solve()
        own = _own_choices(model)
        solver.bound(own, np.round(found.x[own]), np.round(found.x[own]))
        held = hold(model, solver, found.x)
        x, _ = _best_turn(model, found.x)
        return _answer(model, x, found.bound_usd, held, found.is_stopped)
    solver.set_integer(False)
    relaxed = solver.solve()
    near = nearest(model, solver, relaxed)
    held, bound_usd = searched(model, solver, relaxed, near, params)
    held = _settled(model, solver, held)
    x, held = _whole(programme, model, solver, held)
    return _answer(model, x, bound_usd, held, relaxed.is_stopped or held.is_stopped)


def _own_choices(model: Model) -> np.ndarray:
    """Whole decisions of families that branch and bound settles."""
    blocks = (block for one in ALL if one.columns for block in one.columns(model.build))
    own = [model.variables.own[block.name].ravel() for block in blocks if block.is_searched]
    found = np.concatenate([np.zeros(0, np.int64), *own])
    searched: np.ndarray = found[found >= 0]
    return searched


def _settled(model: Model, solver: Solver, held: Solution) -> Solution:
    """Whole decisions that families bring along (charters), by branch and bound with modes and weekend shifts held;
    then the relaxation with these held too."""
    own = _own_choices(model)
    if not len(own):
        return held
    set_modes(model, solver, held.x)
    solver.set_integer(True, own)
    found = solver.solve()
    solver.set_integer(False)
    solver.bound(own, np.round(found.x[own]), np.round(found.x[own]))
    best = solver.solve()
    return replace(best, is_stopped=best.is_stopped or found.is_stopped)


def _whole(programme: Programme, model: Model, solver: Solver, held: Solution) -> tuple[np.ndarray, Solution]:
    """Whole cars near `held`; rows between pairs that rounding passes are tightened until none is."""
    coupling = np.concatenate([np.arange(model.rows[name].start, model.rows[name].stop) for name in COUPLING])
    upper = model.upper.copy()
    set_modes(model, solver, held.x)  # others may have been tried since
    for rounds in range(_MOST_ROUNDS):
        x, excess = _best_turn(model, held.x)
        if rounds < _CALM_ROUNDS:
            excess[model.rows["capacity"]] += _new_overtime_cars(programme, model, held.x, x)
        over = np.flatnonzero(excess > _TOLERANCE)
        if not len(over):
            return x, held
        if not np.isin(over, coupling).all():
            raise QuaylineError("rounding broke a row within one market and variant")
        upper[over] -= np.maximum(excess[over], 0.5)
        solver.tighten(over, upper[over])
        held = solver.solve()
    raise QuaylineError(f"no whole cars found in {_MOST_ROUNDS} rounds")


def _new_overtime_cars(programme: Programme, model: Model, point: np.ndarray, x: np.ndarray) -> np.ndarray:
    """By week, the cars for which rounding alone would start overtime."""
    hours = model.variables.overtime_h
    new_h = np.where(point[hours] < _TOLERANCE, x[hours], 0.0)
    cars: np.ndarray = np.sum(programme.rate_jph[:, None] * new_h, axis=0)
    return cars


def _best_turn(model: Model, point: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Whole columns and by how much each row is passed, of the turn of offsets that passes the fewest rows; rows
    within one market and variant, which only noise in the point can break, count most."""
    coupling = np.zeros(len(model.upper), bool)
    for name in COUPLING:
        coupling[model.rows[name]] = True
    best: tuple[int, np.ndarray, np.ndarray] | None = None
    for turn in range(max(min(len(model.variables.pairs), _MOST_TURNS), 1)):
        x = whole_point(model, point, turn)
        flow = model.matrix @ x
        excess = np.maximum(np.maximum(flow - model.upper, model.lower - flow), 0.0)
        wrong = excess > _TOLERANCE
        num_wrong = int(wrong.sum() + 10_000 * (wrong & ~coupling).sum())
        if best is None or num_wrong < best[0]:
            best = num_wrong, x, excess
        if num_wrong == 0:
            break
    assert best is not None
    return best[1], best[2]


def _answer(model: Model, x: np.ndarray, bound_usd: float, held: Solution, is_stopped: bool) -> Answer:
    return Answer(x, model.value_usd(x), bound_usd, np.abs(held.duals[model.rows["capacity"]]), is_stopped, held.basis)
