"""The front: each point against every schedule, end points, marginal worth by finite difference, none dominated."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.sparse import csr_array
from tests.plan.conftest import crews, demand
from tests.plan.test_futures import CHANGE_USD, EXACT, schedules, three_months

from quayline.plan.model.carried import carried_t
from quayline.plan.model.model import Model, Solver
from quayline.plan.model.program import program_of
from quayline.plan.uncertainty.front import Front
from quayline.plan.uncertainty.recourse import first_columns, recourse_of

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario


@pytest.fixture(scope="module")
def model(small: Scenario) -> Model:
    """Two variants at home that differ in what they earn and weigh, two modes."""
    scenario = three_months(small, (0, 0, 0))
    other = next(v.id for v in scenario.vehicles.variants if v.id != "hatch-hybrid")
    rows = [("home", variant, f"2026-0{k}", 900) for variant in ("hatch-hybrid", other) for k in (1, 2, 3)]
    scenario = demand(scenario, rows)
    assert CHANGE_USD > 0
    return recourse_of("only", scenario, crews(scenario, [900.0, 1500.0]), EXACT, 1)[0]


def by_every_schedule(model: Model, cap_t: float) -> float:
    """The most that any schedule earns within the cap: a dense row of tonnes on the plain model, modes held."""
    carried, program = carried_t(model), program_of(model)
    matrix = np.vstack([program.matrix.toarray(), carried])
    whole = replace(
        program, matrix=csr_array(matrix), lower=np.append(program.lower, -np.inf),
        upper=np.append(program.upper, cap_t),
    )  # fmt: skip
    solver = Solver(whole, EXACT)
    solver.set_integer(False)
    best = -np.inf
    for z in schedules():
        solver.bound(first_columns(model), z, z)
        best = max(best, solver.solve().objective_usd)
    return best


def test_points_are_the_best_within_their_tonnes(model: Model) -> None:
    points = Front(model, carried_t(model), EXACT).points(5)
    assert len(points) == 5
    for point in points:
        assert point.tonnes <= point.cap_t * (1 + 1e-9) + 1e-6
        assert point.contribution_usd == pytest.approx(by_every_schedule(model, point.cap_t), rel=1e-6)
        assert point.contribution_usd == pytest.approx(program_of(model).constant_usd + float(
            np.sum(model.usd * point.x)), rel=1e-9)  # fmt: skip
    for less, more in pairwise(points):
        assert less.tonnes < more.tonnes
        assert less.contribution_usd < more.contribution_usd


def test_end_points_are_exact(model: Model) -> None:
    points = Front(model, carried_t(model), EXACT).points(4)
    assert points[0].tonnes == pytest.approx(0, abs=1e-6)  # nothing obliges the plant to build
    assert points[0].contribution_usd == pytest.approx(by_every_schedule(model, 0.0), rel=1e-6)
    best = by_every_schedule(model, 1e9)
    assert points[-1].contribution_usd == pytest.approx(best, rel=1e-6)
    assert by_every_schedule(model, points[-1].tonnes * 0.999) < best - 1.0  # not a tonne to spare


def test_marginal_worth_is_the_slope_of_the_front(model: Model) -> None:
    """A concave function lies below its tangent on both sides, and on it on at least one for a small step."""
    front = Front(model, carried_t(model), EXACT)
    for point in front.points(6)[1:-1]:
        modes = np.array([point.schedule == m for m in range(2)], float)
        before = np.concatenate([[[1.0], [0.0]], modes[:, :-1]], axis=1)
        z = np.concatenate([modes.ravel(), np.maximum(modes - before, 0.0).ravel()])
        more, less = (front.held(z, point.cap_t + d, np.inf).contribution_usd for d in (0.5, -0.5))
        up, down = 2 * (more - point.contribution_usd), 2 * (point.contribution_usd - less)
        worth = point.marginal_usd_per_t
        assert up <= worth * (1 + 1e-6) + 1e-2
        assert down >= worth * (1 - 1e-6) - 1e-2
        assert min(abs(up - worth), abs(down - worth)) <= 1e-4 * worth + 1e-2
