"""Line modes where demand lies between two of them: the search betters the plan and never cuts off a better one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.plan.conftest import crews

from quayline.plan.check import faults
from quayline.plan.params import PlanParams
from quayline.plan.solve import plan

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario


@pytest.mark.parametrize("percent", [180])
def test_the_search_betters_the_plan(starter: Scenario, percent: int) -> None:
    rows = [row.model_copy(update={"cars": row.cars * percent // 100}) for row in starter.demand]
    scenario = starter.model_copy(update={"demand": rows})
    balance = crews(scenario, 2000.0)
    params = [PlanParams(exact_cars=0, most_schedules=most) for most in (0, 40)]
    near, searched = (plan(scenario, balance, one, 1) for one in params)
    assert near.gap > params[0].gap_share
    assert searched.gap <= params[1].gap_share
    assert faults(scenario, balance, searched, params[1]) == []
    exact = plan(scenario, balance, PlanParams(exact_cars=100_000, gap_share=0.0005), 1)
    assert searched.bound_usd >= exact.objective_usd - 1


@pytest.mark.parametrize("percent", [150, 160])
def test_whole_cars_are_made_in_the_modes_that_were_chosen(starter: Scenario, percent: int) -> None:
    rows = [row.model_copy(update={"cars": row.cars * percent // 100}) for row in starter.demand]
    scenario = starter.model_copy(update={"demand": rows})
    assert plan(scenario, crews(scenario, 2000.0), PlanParams(exact_cars=0), 1).gap < 0.001
