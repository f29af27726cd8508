"""Coarser programmes: whatever the multipliers, never below the whole; with its duals, equal to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.plan.test_alike import PARAMS, model_of, optimum, twins
from tests.plan.wide import wide

from quayline.plan.model.model import Model, Solution, Solver
from quayline.plan.search.alike import lost_of
from quayline.plan.search.coarse import coarsen
from quayline.plan.search.grain import monthly, weekly

if TYPE_CHECKING:
    from collections.abc import Callable

    from quayline.scenario.schema import Scenario

NONE = np.zeros(0, np.int64)


def relaxed(model: Model) -> Solution:
    solver = Solver(model, PARAMS)
    solver.set_integer(False)
    return solver.solve()


@pytest.mark.parametrize("grain", [weekly, monthly])
@pytest.mark.parametrize("is_wide", [False, True])
def test_with_the_duals_of_the_whole_nothing_is_lost(
    starter: Scenario, grain: Callable[[Model], np.ndarray], is_wide: bool
) -> None:
    model = model_of(wide(starter) if is_wide else twins(starter, 900, 1500, 60))
    whole = relaxed(model)
    small = coarsen(model, grain(model), whole.duals, NONE, lost_of(model)).program
    assert len(small.upper) < len(model.upper)
    assert optimum(small) == pytest.approx(whole.objective_usd, rel=1e-7)


@pytest.mark.parametrize("seed", range(4))
def test_no_multipliers_cut_off_the_optimum(starter: Scenario, seed: int) -> None:
    model = model_of(wide(starter))
    whole = relaxed(model)
    noise = np.random.default_rng(seed).normal(0.0, 0.3, len(whole.duals))
    duals = whole.duals * (1 + noise)
    for grain in (weekly, monthly):
        small = coarsen(model, grain(model), duals, NONE, lost_of(model)).program
        assert Solver(small, PARAMS).solve().bound_usd >= whole.objective_usd - 1
