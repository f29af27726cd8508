"""What knowing more is worth is never negative; the mean-value future is the mean of what can be averaged."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.test_futures import CARS, EXACT, three_months

from quayline.base.errors import ScenarioError
from quayline.plan.params import PlanParams
from quayline.plan.uncertainty.risk import Risk
from quayline.study.futures import plan_futures
from quayline.study.mean_future import mean_future
from quayline.study.run import Params

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario

COARSE = PlanParams(gap_share=0.05)  # signs hold at any gap


@settings(max_examples=6)
@given(
    st.lists(CARS, min_size=2, max_size=3), st.sampled_from([Risk(), Risk(0.3, 0.6), Risk(0.5, 1.0)]),
    st.sampled_from([EXACT, COARSE]),
)  # fmt: skip
def test_signs(small: Scenario, cars: list[tuple[int, int, int]], risk: Risk, params: PlanParams) -> None:
    p = 1 / len(cars)
    answer = plan_futures(
        [(str(k), p, three_months(small, one)) for k, one in enumerate(cars)], risk, Params(plan=params)
    )
    assert 0 <= answer.stochastic_usd <= answer.stochastic_most_usd
    assert 0 <= answer.information_usd <= answer.information_most_usd
    assert answer.together_usd <= answer.bound_usd
    assert answer.alone_usd <= answer.alone_bound_usd
    assert all(one.together_usd <= one.alone_usd for one in answer.outcomes)
    assert answer.cvar_usd <= answer.expected_usd + 1e-3


def test_one_certain_future_is_worth_nothing_to_know(small: Scenario) -> None:
    answer = plan_futures([("only", 1.0, three_months(small, (900, 2200, 2400)))], Risk(), Params(plan=EXACT))
    assert answer.stochastic_usd == pytest.approx(0, abs=1)
    assert answer.information_usd == pytest.approx(0, abs=1)
    assert answer.modes == answer.mean_value_modes


def test_a_boom_and_a_slump_make_knowing_worth_something(small: Scenario) -> None:
    futures = [("boom", 0.5, three_months(small, (2500,) * 3)), ("slump", 0.5, three_months(small, (200,) * 3))]
    answer = plan_futures(futures, Risk(), Params(plan=EXACT))
    assert answer.information_usd > 10_000
    assert answer.expected_usd == pytest.approx(answer.together_usd)


def test_wrong_probabilities_are_refused(small: Scenario) -> None:
    scenario = three_months(small, (900, 900, 900))
    with pytest.raises(ScenarioError, match=r"sum to 0\.9, expected 1"):
        plan_futures([("a", 0.4, scenario), ("b", 0.5, scenario)], Risk(), Params())
    with pytest.raises(ScenarioError, match="no futures"):
        plan_futures([], Risk(), Params())


def test_mean_future(starter: Scenario) -> None:
    """Demand on its running sum, rates and prices day by day with the dates of both."""
    duty = starter.trade.duties[0]
    late = duty.model_copy(update={"from_": date(2026, 3, 1), "rate": duty.rate + 0.25})
    trade = starter.trade.model_copy(update={"duties": [*starter.trade.duties, late]})
    more = [row.model_copy(update={"cars": row.cars + 1}) for row in starter.demand]
    other = starter.model_copy(update={"trade": trade, "demand": more})
    mean = mean_future([starter, other], [0.75, 0.25])
    rows = [d for d in mean.trade.duties if (d.into, d.origin) == (duty.into, duty.origin)]
    assert {d.from_: d.rate for d in rows}[late.from_] == pytest.approx(
        max((d for d in starter.trade.duties if (d.into, d.origin) == (duty.into, duty.origin)
             and d.from_ <= late.from_), key=lambda d: d.from_).rate * 0.75 + late.rate * 0.25
    )  # fmt: skip
    cars = sum(row.cars for row in starter.demand)
    pairs = len({(row.market, row.variant) for row in starter.demand})
    assert sum(row.cars for row in mean.demand) == pytest.approx(cars + len(starter.demand) / 4, abs=pairs)
    assert mean_future([starter, starter], [0.5, 0.5]).prices == sorted(
        starter.prices, key=lambda row: (row.market, row.variant, row.from_)
    )
