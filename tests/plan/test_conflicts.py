"""Conflicts of statements: irreducible, and one of those that trying every set finds."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import chain, combinations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.plan.conftest import crews
from tests.plan.conftest import replace as changed

from quayline.base.errors import InfeasibleError
from quayline.plan.constraints import ALL
from quayline.plan.inputs.earlier import Earlier
from quayline.plan.inputs.orders import draw_orders
from quayline.plan.inputs.pack import pack
from quayline.plan.inputs.weeks import make_calendar
from quayline.plan.model.model import build_model
from quayline.plan.params import PlanParams
from quayline.plan.reasons.conflicts import conflict_in, smallest_conflict
from quayline.plan.solve import plan
from quayline.scenario.loader import load
from quayline.scenario.template import new

if TYPE_CHECKING:
    from pathlib import Path

    from quayline.plan.model.model import Model
    from quayline.scenario.schema import Scenario

BOXES = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["<=", ">="]), st.integers(0, 5)), min_size=1, max_size=9
)  # fmt: skip


def fits(rows: list[tuple[int, str, int]], kept: frozenset[int]) -> bool:
    """Whether some point of the box [0, 5]^3 with x0 + x1 <= 6 keeps the chosen rows."""
    low, high = np.zeros(3), np.full(3, 5.0)
    for k in kept:
        axis, side, value = rows[k]
        if side == "<=":
            high[axis] = min(high[axis], value)
        else:
            low[axis] = max(low[axis], value)
    return bool((low <= high).all() and low[0] + low[1] <= 6)


@given(BOXES)
def test_conflicts_are_irreducible_and_exist_when_there_is_one(rows: list[tuple[int, str, int]]) -> None:
    every = range(len(rows))
    sets = map(frozenset, chain.from_iterable(combinations(every, n) for n in range(len(rows) + 1)))
    minimal: list[frozenset[int]] = []
    for kept in sets:
        if not fits(rows, kept) and not any(smaller <= kept for smaller in minimal):
            minimal.append(kept)
    if not minimal:
        assert fits(rows, frozenset(every))
        return
    found = frozenset(smallest_conflict(list(every), lambda kept: fits(rows, kept)))
    assert found in minimal
    assert all(fits(rows, found - {k}) for k in found)


def named(message: str) -> set[str]:
    """The paths that a message names."""
    return {line.split(": ")[1].split(" = ")[0] for line in message.splitlines()[1:]}  # file:line: path = value: words


def late_modes(scenario: Scenario, slow: date, normal: date) -> Scenario:
    """Only two modes, each from a date on: changed in memory, since reading a scenario refuses a month without one."""
    modes = {mode.id: mode for mode in scenario.plant.modes}
    kept = [modes[name].model_copy(update={"from_": day}) for name, day in (("slow", slow), ("normal", normal))]
    return changed(scenario, plant__modes=kept, plant__opening_mode="slow")


def test_no_mode_in_a_month_names_the_statements_and_their_lines(tmp_path: Path) -> None:
    new(tmp_path / "case")
    scenario = late_modes(load(tmp_path / "case"), date(2026, 2, 1), date(2026, 3, 1))
    with pytest.raises(InfeasibleError) as found:
        plan(scenario, crews(scenario), PlanParams(), 1)
    message = str(found.value)
    assert named(message) == {"horizon.start", "plant.modes[slow].from", "plant.modes[normal].from"}
    line = next(line for line in message.splitlines() if "horizon.start" in line)
    file, number = line.strip().split(":")[:2]
    assert "start: 2026-01-05" in (tmp_path / "case" / file).read_text("utf-8").splitlines()[int(number) - 1]


@pytest.mark.parametrize(
    ("start", "slow", "normal"),
    [(date(2026, 2, 2), date(2026, 2, 1), date(2026, 3, 1)), (date(2026, 1, 5), date(2026, 1, 1), date(2026, 3, 1)),
     (date(2026, 1, 5), date(2026, 2, 1), date(2026, 1, 1))],
)  # fmt: skip
def test_without_any_one_of_them_there_is_a_plan(starter: Scenario, start: date, slow: date, normal: date) -> None:
    scenario = changed(late_modes(starter, slow, normal), horizon__start=start)
    assert plan(scenario, crews(scenario), PlanParams(), 1).orders.height > 0


def model_of(scenario: Scenario) -> Model:
    params, calendar = PlanParams(), make_calendar(scenario)
    share = scenario.plant.availability_share
    programme = pack(scenario, crews(scenario), calendar, draw_orders(scenario, 1), params, share)
    return build_model(scenario, crews(scenario), programme, params)


@pytest.mark.parametrize("family", ["ramp", "sailing space", "port places"])
def test_an_impossible_row_alone_is_its_own_conflict(starter: Scenario, family: str) -> None:
    model = model_of(starter)
    assert conflict_in(model) == ""
    row = model.rows[family].start + 1
    upper = model.upper.copy()
    upper[row] = -5.0
    constraint = next(one for one in ALL if one.name == family)
    told = conflict_in(replace(model, upper=upper))
    assert named(told) == set(constraint.statement(model.build, 1))
    assert constraint.words(model.build, 1) in told


def test_a_hard_minimum_beyond_the_line_needs_every_statement_it_names(starter: Scenario) -> None:
    """Far more cars than the line can build: the minimum and what holds it back, none of them to spare."""
    model = model_of(starter)
    lower = model.lower.copy()
    lower[model.rows["minimum"]] = 1e6
    told = conflict_in(replace(model, lower=lower))
    paths = named(told)
    assert any(path.startswith("agreements[") for path in paths)
    assert len(paths) > 2
    for path in paths:
        freed_lower, freed_upper = lower.copy(), model.upper.copy()
        for family in ALL:
            mine = model.rows[family.name]
            for row in range(mine.start, mine.stop):
                if path in family.statement(model.build, row - mine.start):
                    freed_lower[row], freed_upper[row] = -np.inf, np.inf
        left = named(conflict_in(replace(model, lower=freed_lower, upper=freed_upper)))
        assert not left or left - paths  # no smaller conflict among the same statements


def test_a_mode_that_stands_against_its_new_date(tmp_path: Path) -> None:
    """The plan that stands works the normal mode in its frozen weeks; now that mode may only be worked from May."""
    new(tmp_path / "case")
    slow = "{{id: slow, pattern: one-shift, speed: 8 cars/h}}"
    modes = f"[{{{{id: normal, pattern: one-shift, speed: 10 cars/h{{}}}}}}, {slow}]"
    frozen = {"plant.replanning": "{frozen_weeks: 6, change: 50 USD/car}", "plant.modes": modes.format("")}
    before = load(tmp_path / "case", frozen)
    now = load(tmp_path / "case", {**frozen, "plant.modes": modes.format(", from: 2026-05-01")})
    old = plan(before, crews(before), PlanParams(exact_cars=0), 1)
    with pytest.raises(InfeasibleError) as found:
        plan(now, crews(now), PlanParams(exact_cars=0), 1, earlier=Earlier(old, date(2026, 1, 12), before))
    assert named(str(found.value)) == {"plant.modes[normal].from", "plant.replanning.frozen_weeks"}
