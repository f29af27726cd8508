"""Two-stage plans against every schedule of modes and against the extensive form; CVaR against its definition."""

from __future__ import annotations

from dataclasses import replace as with_fields
from datetime import date
from itertools import pairwise, product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csr_array, hstack, vstack
from tests.plan.conftest import crews, demand, replace

from quayline.plan.params import PlanParams
from quayline.plan.uncertainty.futures import two_stage
from quayline.plan.uncertainty.recourse import Recourse, first_columns, first_stage, recourse_of
from quayline.plan.uncertainty.risk import Risk, check_probabilities, cvar_usd, expected_usd

if TYPE_CHECKING:
    from quayline.plan.model.model import Model
    from quayline.plan.uncertainty.futures import TwoStage
    from quayline.scenario.schema import Scenario

EXACT = PlanParams(gap_share=1e-7)
STAY = 2
CHANGE_USD = 40_000.0


def three_months(small: Scenario, cars: tuple[int, int, int]) -> Scenario:
    """Three months, two speeds, a stay of two months."""
    slow = small.plant.modes[0]
    fast = slow.model_copy(update={"id": "fast", "speed_jph": 14.0})
    scenario = replace(
        small, plant__modes=[slow, fast], plant__change__cost_usd=CHANGE_USD, plant__change__minimum_months=STAY,
        horizon__end=date(2026, 3, 27),
    )  # fmt: skip
    return demand(scenario, [("home", "hatch-hybrid", f"2026-0{k + 1}", num) for k, num in enumerate(cars)])


Second = tuple["Model", Recourse]


def second_stage(small: Scenario, cars: tuple[int, int, int]) -> Second:
    scenario = three_months(small, cars)
    return recourse_of(str(cars), scenario, crews(scenario, [900.0, 1500.0]), EXACT, 1)


def schedules() -> list[np.ndarray]:
    """Every first stage that keeps the stay: modes (mode, month), then starts."""
    found = []
    for modes in product(range(2), repeat=3):
        changes = [k for k in range(3) if modes[k] != (modes[k - 1] if k else 0)]
        if all(later - first >= STAY for first, later in pairwise(changes)):
            mode = np.array([[float(m == one) for m in modes] for one in range(2)])
            start = np.array([[float(m == one and k in changes) for k, m in enumerate(modes)] for one in range(2)])
            found.append(np.concatenate([mode.ravel(), start.ravel()]))
    return found


def tail_by_steps(outcome: list[float], probability: list[float], tail: float) -> float:
    """CVaR by its definition: walk up from the worst outcome until the tail's probability is used."""
    left, total = tail, 0.0
    for usd, p in sorted(zip(outcome, probability, strict=True)):
        total += usd * min(p, left)
        left -= min(p, left)
    return total / tail


def answer(made: list[Second], p: np.ndarray, risk: Risk) -> TwoStage:
    return two_stage(first_stage([model for model, _ in made]), [one for _, one in made], p, risk, EXACT)


CARS = st.tuples(*[st.integers(200, 2600)] * 3)


@settings(max_examples=8)
@given(st.lists(CARS, min_size=1, max_size=3), st.sampled_from([0.0, 0.4, 1.0]), st.sampled_from([0.1, 0.5, 1.0]))
def test_first_stage_is_the_best_of_all_schedules(
    small: Scenario, futures: list[tuple[int, int, int]], weight: float, tail: float
) -> None:
    made = [second_stage(small, cars) for cars in futures]
    p = np.arange(1.0, len(futures) + 1) / np.arange(1.0, len(futures) + 1).sum()
    found = answer(made, p, Risk(tail, weight))
    best = max(
        (1 - weight) * sum(p * out) + weight * tail_by_steps(out, p.tolist(), tail)
        for out in ([one.usd(z) for _, one in made] for z in schedules())
    )
    assert found.value_usd == pytest.approx(best, rel=1e-6)
    assert found.bound_usd >= best - 1e-6 * abs(best)
    assert not found.is_stopped


def extensive_usd(made: list[Second], p: np.ndarray, risk: Risk) -> float:
    """The whole two-stage programme at once, solved by SciPy: futures side by side, modes equal by rows."""
    models = [model for model, _ in made]
    sizes = [m.variables.num for m in models]
    num, futures = sum(sizes), len(models)
    base = np.concatenate([[0], np.cumsum(sizes)])
    blocks = []
    for k, m in enumerate(models):
        height, right = len(m.lower), num - base[k + 1] + 1 + futures
        blocks.append(hstack([csr_array((height, base[k])), m.matrix, csr_array((height, right))]))
    same = []
    for k, m in enumerate(models[1:], 1):
        ours, first = first_columns(m) + base[k], first_columns(models[0])
        row = np.arange(len(ours))
        cells = np.concatenate([row, row]), np.concatenate([ours, first])
        values = np.concatenate([np.ones(len(ours)), -np.ones(len(ours))])
        same.append(csr_array((values, cells), shape=(len(ours), num + 1 + futures)))
    tail = np.zeros((futures, num + 1 + futures))
    for k, m in enumerate(models):
        tail[k, base[k] : base[k + 1]] = m.usd
        tail[k, num], tail[k, num + 1 + k] = -1.0, 1.0
    zeros = np.zeros(sum(block.shape[0] for block in same))
    rows = LinearConstraint(
        vstack([*blocks, *same, csr_array(tail)]),
        np.concatenate([*(m.lower for m in models), zeros, [-m.constant_usd for m in models]]),
        np.concatenate([*(m.upper for m in models), zeros, np.full(futures, np.inf)]),
    )
    cost = np.concatenate([
        *((1 - risk.weight) * q * m.usd for q, m in zip(p, models, strict=True)), [risk.weight],
        -risk.weight / risk.tail_share * p,
    ])  # fmt: skip
    whole = np.zeros(num + 1 + futures)
    for k, m in enumerate(models):
        whole[base[k] + m.variables.mode.ravel()] = 1
    found = milp(
        -cost, constraints=rows, integrality=whole, options={"mip_rel_gap": 1e-9},
        bounds=(np.concatenate([*(m.variables.lower for m in models), [-np.inf], np.zeros(futures)]),
                np.concatenate([*(m.variables.upper for m in models), np.full(1 + futures, np.inf)])),
    )  # fmt: skip
    constant = (1 - risk.weight) * sum(q * m.constant_usd for q, m in zip(p, models, strict=True))
    return float(-found.fun + constant)


@pytest.mark.parametrize("risk", [Risk(), Risk(0.4, 0.5)])
def test_equals_the_extensive_form(small: Scenario, risk: Risk) -> None:
    made = [second_stage(small, cars) for cars in ((1900, 1900, 1900), (900, 2500, 700), (2400, 300, 2600))]
    p = np.array([0.5, 0.3, 0.2])
    found = answer(made, p, risk)
    assert found.value_usd == pytest.approx(extensive_usd(made, p, risk), rel=1e-6)


@given(st.lists(st.tuples(st.floats(-1e9, 1e9), st.integers(1, 9)), min_size=1, max_size=6), st.floats(0.05, 1.0))
def test_cvar_is_the_mean_of_the_worst(rows: list[tuple[float, int]], tail: float) -> None:
    outcome, parts = np.array([usd for usd, _ in rows]), np.array([n for _, n in rows], float)
    p = parts / parts.sum()
    found = cvar_usd(outcome, p, tail)
    assert found == pytest.approx(tail_by_steps(outcome.tolist(), p.tolist(), tail), rel=1e-9, abs=1e-3)
    assert found <= expected_usd(outcome, p) + 1e-3
    edges = [e - sum(q * max(e - usd, 0.0) for usd, q in zip(outcome, p, strict=True)) / tail for e in outcome]
    assert found == pytest.approx(max(edges), rel=1e-9, abs=1e-3)  # Rockafellar and Uryasev's formula


def test_worse_risk_weights_never_lift_the_expected_value(small: Scenario) -> None:
    made = [second_stage(small, cars) for cars in ((2500, 2500, 2500), (300, 300, 300))]
    p = np.array([0.7, 0.3])
    plans = [answer(made, p, Risk(0.3, weight)) for weight in (0.0, 0.5, 1.0)]
    expected = [expected_usd(one.outcome_usd, p) for one in plans]
    tails = [cvar_usd(one.outcome_usd, p, 0.3) for one in plans]
    assert expected[0] >= expected[1] - 1 >= expected[2] - 2
    assert tails[0] <= tails[1] + 1 <= tails[2] + 2
    assert plans[0].schedule.tolist() != plans[2].schedule.tolist()  # the case is one in which risk matters


def test_probabilities_and_settings_are_checked() -> None:
    assert check_probabilities(["a", "b"], np.array([0.4, 0.6])) == []
    assert check_probabilities(["a", "b"], np.array([0.4, 0.5])) == [
        "the probabilities of the futures sum to 0.9, expected 1"
    ]
    assert "'b' has the probability 0" in check_probabilities(["a", "b"], np.array([1.0, 0.0]))[0]
    with pytest.raises(ValueError, match="tail_share"):
        with_fields(Risk(), tail_share=0.0)
    with pytest.raises(ValueError, match="weight"):
        Risk(0.1, 1.5)
