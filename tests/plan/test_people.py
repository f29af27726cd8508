"""People by month against every way to hire and to let go; modes within notice and within reach of hiring."""

from __future__ import annotations

import dataclasses
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.plan.conftest import crews, demand, replace
from tests.plan.test_solve import EXACT, ROUNDED

from quayline.plan.check import faults
from quayline.plan.completion.people import Terms, cheapest_people
from quayline.plan.solve import plan
from quayline.scenario.plant import Turnover

if TYPE_CHECKING:
    from quayline.plan.params import PlanParams
    from quayline.records.stages import Balance, Plan
    from quayline.scenario.schema import Scenario


@given(
    st.lists(st.integers(0, 4), min_size=1, max_size=4), st.integers(0, 4), st.integers(0, 3),
    st.sampled_from([0.0, 5.0]), st.sampled_from([0.0, 3.0, 30.0]), st.sampled_from([1.0, 4.0]),
)  # fmt: skip
def test_no_way_to_hire_is_cheaper(
    need: list[int], opening: int, most: int, hire_usd: float, leave_usd: float, month_usd: float
) -> None:
    terms = Terms(opening, most, hire_usd, leave_usd, np.full(len(need), month_usd))

    def usd(people: tuple[int, ...]) -> float:
        step = np.diff(people, prepend=opening)
        if (step > most).any() or (np.array(people) < need).any():
            return np.inf
        kept = float(np.sum(np.array(people) - need)) * month_usd
        return kept + hire_usd * float(np.maximum(step, 0).sum()) + leave_usd * float(np.maximum(-step, 0).sum())

    best = min(usd(people) for people in product(range(5), repeat=len(need)))
    found = cheapest_people(np.array(need), terms)
    if found is None:
        assert best == np.inf
    else:
        assert usd(tuple(found.tolist())) == pytest.approx(best)


def two_speeds(small: Scenario, months: int = 4, notice: int = 0, most: int = 30) -> tuple[Scenario, Balance]:
    """A slow mode of 50 people and a fast one of 100, much demand; hiring costs 1,000 USD and a week of training."""
    slow = small.plant.modes[0]
    fast = slow.model_copy(update={"id": "fast", "speed_jph": 16.0})
    turnover = Turnover.model_validate(
        {"hire": "1000 USD", "leave": "500 USD", "training_weeks": 1, "most_hired_per_month": most}
    )
    end = {4: "2026-04-30", 2: "2026-02-28"}[months]
    scenario = replace(
        small, plant__modes=[slow, fast], plant__crew__turnover=turnover, plant__change__notice_months=notice,
        horizon__end=type(small.horizon.end).fromisoformat(end),
    )  # fmt: skip
    rows = [("home", "hatch-hybrid", f"2026-0{m}", 3000) for m in range(1, months + 1)]
    balance = crews(scenario, [900.0, 1300.0])
    people = balance.crews.with_columns(pl.Series("people", [50, 100], dtype=pl.Int32))
    return demand(scenario, rows), dataclasses.replace(balance, crews=people)


def made(case: tuple[Scenario, Balance], params: PlanParams) -> Plan:
    answer = plan(*case, params, 1)
    assert faults(*case, answer, params) == []
    return answer


def test_the_fast_mode_waits_for_its_people(small: Scenario) -> None:
    """Fifty more people at thirty a month: the second month is the first that can have them."""
    answer = made(two_speeds(small), EXACT)
    assert answer.people["mode_idx"].to_list() == [0, 1, 1, 1]
    assert answer.people["people"].to_list() == [70, 100, 100, 100]
    assert answer.people["hired"].to_list() == [20, 30, 0, 0]
    free = made((replace(two_speeds(small)[0], plant__crew__turnover=None), two_speeds(small)[1]), EXACT)
    assert free.people.height == 0
    assert free.objective_usd > answer.objective_usd


def test_rounding_keeps_people_within_their_terms(small: Scenario) -> None:
    answer = made(two_speeds(small), ROUNDED)
    assert answer.people["people"].min() >= 50


def test_the_mode_stands_within_its_notice(small: Scenario) -> None:
    answer = made(two_speeds(small, notice=2, most=100), EXACT)
    assert answer.people["mode_idx"].to_list() == [0, 0, 1, 1]


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [("people", 20, "the mode needs"), ("hired", 90, "at most 30"), ("cost_usd", 1.0, "people cost"),
     ("mode_idx", 1, "another mode")],
)  # fmt: skip
def test_the_check_finds_wrong_people(small: Scenario, column: str, value: float, says: str) -> None:
    case = two_speeds(small)
    answer = made(case, EXACT)
    old = answer.people[column]
    wrong = pl.Series(column, [value, *old.to_list()[1:]], dtype=old.dtype)
    broken = {field: getattr(answer, field) for field in answer.__dataclass_fields__}
    broken["people"] = answer.people.with_columns(wrong)
    assert any(says in fault for fault in faults(*case, type(answer)(**broken), EXACT))
