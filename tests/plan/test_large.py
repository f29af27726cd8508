"""The way for large programmes, held against the ordinary one on small ones: feasible, bounded, and the same bits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from tests.plan.conftest import crews, replace
from tests.plan.test_alike import PARAMS, model_of, optimum, twins
from tests.plan.wide import wide

from quayline.plan.check import faults
from quayline.plan.model.program import Bounds, Program
from quayline.plan.params import PlanParams
from quayline.plan.search import large
from quayline.plan.search.alike import merge
from quayline.plan.search.apart import take_apart
from quayline.plan.search.grain import clock_of
from quayline.plan.search.rolling import Clock, Window, proven_usd, roll_duals, windows
from quayline.plan.solve import plan

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from quayline.records.stages import Plan
    from quayline.scenario.schema import Scenario

LARGE = PlanParams(exact_cars=0, whole_rows=0)
CENT_USD = 0.01


@pytest.fixture(params=[(2, 4), (1, 1)], ids=["one window", "five windows"])
def months(request: pytest.FixtureRequest) -> Iterator[tuple[int, int]]:
    """Months that a window settles and looks ahead; the starter has six."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(large, "_MONTHS", request.param[0])
        patch.setattr(large, "_AHEAD_MONTHS", request.param[1])
        yield request.param


def made(scenario: Scenario, params: PlanParams) -> Plan:
    return plan(scenario, crews(scenario, 2000.0), params, 1)


def slow_line(scenario: Scenario) -> Scenario:
    modes = [mode.model_copy(update={"speed_jph": 0.5 * mode.speed_jph}) for mode in scenario.plant.modes]
    return replace(scenario, plant__modes=modes)


CASES: list[Callable[[Scenario], Scenario]] = [
    lambda one: one, wide, slow_line, lambda one: twins(one, 900, 1500, 60),
    lambda one: twins(wide(one), 300, -200, 80),
]  # fmt: skip


@pytest.mark.parametrize("case", range(len(CASES)))
def test_a_plan_in_windows_is_feasible_and_bounded(starter: Scenario, case: int, months: tuple[int, int]) -> None:
    scenario = CASES[case](starter)
    found, whole = made(scenario, LARGE), made(scenario, PARAMS)
    assert faults(scenario, crews(scenario, 2000.0), found, LARGE) == []
    assert found.objective_usd <= whole.bound_usd + CENT_USD
    assert found.bound_usd >= whole.objective_usd - CENT_USD
    near = 0.02 if sum(months) == 6 else 0.1
    assert found.objective_usd >= (1 - near) * whole.objective_usd
    assert found.bound_usd <= (1 + near) * whole.bound_usd


@pytest.mark.usefixtures("months")
@given(st.integers(30, 130), st.integers(20, 120), st.integers(0, 60))
@settings(max_examples=5)
def test_whatever_line_ships_and_twins_there_are(starter: Scenario, line: int, ships: int, twin: int) -> None:
    services = [
        one.model_copy(update={"capacity_ceu": one.capacity_ceu * ships / 100}) if one.capacity_ceu else one
        for one in wide(starter).logistics.services
    ]
    modes = [mode.model_copy(update={"speed_jph": mode.speed_jph * line / 100}) for mode in starter.plant.modes]
    scenario = twins(
        replace(wide(starter), logistics__services=services, plant__modes=modes), 500.0, 700.0, twin
    )  # fmt: skip
    found = made(scenario, LARGE)
    assert faults(scenario, crews(scenario, 2000.0), found, LARGE) == []
    assert found.bound_usd >= made(scenario, PARAMS).objective_usd - CENT_USD


def test_the_same_bits_twice(starter: Scenario) -> None:
    first, second = (made(wide(starter), LARGE) for _ in range(2))
    assert first.orders.equals(second.orders)
    assert (first.objective_usd, first.bound_usd) == (second.objective_usd, second.bound_usd)


@pytest.mark.parametrize("seed", range(3))
def test_multipliers_of_windows_prove_a_bound_whatever_the_guess(starter: Scenario, seed: int) -> None:
    model = model_of(wide(starter))
    merged = merge(model)
    program, clock = merged.small.program, clock_of(model, merged.small)
    guess = np.random.default_rng(seed).normal(0.0, 2000.0, len(program.upper))
    _, starts = np.unique(model.build.calendar.month_of, return_index=True)
    last, best = int(clock.row.max()) + 1, optimum(program)
    proven = proven_usd(program, roll_duals(program, clock, guess, windows(starts, last, 2, 2), PARAMS))
    assert best - 1 <= proven < np.inf
    whole = roll_duals(program, clock, 0 * guess, (Window(0, last, last),), PARAMS)
    assert proven_usd(program, whole) == pytest.approx(best, rel=1e-4)


def test_windows_follow_each_other_and_see_ahead() -> None:
    starts = np.array([0, 5, 9, 14, 18, 22, 27])
    assert windows(starts, 40, 2, 1) == (Window(0, 9, 14), Window(9, 18, 22), Window(18, 40, 40))
    assert windows(starts, 40, 12, 6) == (Window(0, 40, 40),)


def test_pairs_taken_apart_sum_up_to_their_group(starter: Scenario) -> None:
    model = model_of(twins(starter, 300, 200, 80))
    merged = merge(model)
    program, columns = merged.small.program, model.variables.pairs
    together = np.random.default_rng(1).uniform(0.0, 9.0, program.variables.num)
    for members in merged.groups:
        for c in columns[members[0]].ways:  # all that is built sails
            built, shipped = (merged.small.column[k[k >= 0]] for k in (c.build, c.shipped))
            together[shipped] *= together[built].sum() / max(together[shipped].sum(), 1.0) if len(shipped) else 1.0
        for p in members:
            together[merged.small.column[columns[p].lost[columns[p].lost >= 0]]] = 0.0
    x = take_apart(model, merged, together)
    for members in merged.groups:
        assert len(members) == 2
        for way, c in enumerate(columns[members[0]].ways):
            for name in ("build", "shipped"):
                held = getattr(c, name) >= 0
                sums = sum(x[getattr(columns[p].ways[way], name)[held]] for p in members)
                assert sums == pytest.approx(together[merged.small.column[getattr(c, name)[held]]], abs=1e-6)


def test_a_gain_within_the_solvers_tolerance_leaves_a_window_bounded() -> None:
    # Bought at 1 USD in week 0, held for week 1, where five are sold at 1 USD each; the guess says a millionth more.
    bought_held_sold = csr_array(np.array([[1.0, -1.0, 0.0], [0.0, 1.0, -1.0]]))
    bounds = Bounds(np.zeros(3), np.array([np.inf, np.inf, 5.0]), np.zeros(3, bool))
    program = Program(bounds, bought_held_sold, np.zeros(2), np.zeros(2), np.array([-1.0, 0.0, 1.0]), 0.0)
    weeks = np.array([0, 1])
    clock = Clock(np.array([0, 0, 1]), weeks, np.array([0, 0]), weeks, np.zeros(3, bool), np.zeros(2))
    guess = np.array([0.0, -1.0 - 1e-6])
    duals = roll_duals(program, clock, guess, (Window(0, 1, 1), Window(1, 2, 2)), PARAMS)
    assert np.isfinite(duals).all()
    assert 0.0 <= proven_usd(program, duals) < 0.02
