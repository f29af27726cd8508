"""Line modes where demand lies between two of them: the search may only better the plan and lower the bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.plan.conftest import crews

from quayline.plan.check import faults
from quayline.plan.params import PlanParams
from quayline.plan.solve import plan

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario


@pytest.mark.parametrize("percent", [70, 100, 140])
def test_the_search_betters_the_plan_and_lowers_the_bound(starter: Scenario, percent: int) -> None:
    rows = [row.model_copy(update={"cars": row.cars * percent // 100}) for row in starter.demand]
    scenario = starter.model_copy(update={"demand": rows})
    balance = crews(scenario, 2000.0)
    params = [PlanParams(exact_cars=0, most_schedules=most) for most in (0, 40)]
    near, searched = (plan(scenario, balance, one, 1) for one in params)
    assert faults(scenario, balance, searched, params[1]) == []
    assert searched.bound_usd <= near.bound_usd + 1
    assert searched.objective_usd >= near.objective_usd - 0.001 * abs(near.objective_usd)  # rounding may cost a little
    assert searched.objective_usd <= searched.bound_usd + 1
    exact = plan(scenario, balance, PlanParams(exact_cars=100_000, gap_share=0.0005), 1)
    assert searched.bound_usd >= exact.objective_usd - 1
