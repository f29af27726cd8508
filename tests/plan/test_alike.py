"""Pairs taken together: never below the whole programme, and equal to it where only parts and price differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.plan.conftest import crews, replace

from quayline.plan.inputs.orders import draw_orders
from quayline.plan.inputs.pack import pack
from quayline.plan.inputs.weeks import make_calendar
from quayline.plan.model.model import Model, Solver, build_model
from quayline.plan.params import PlanParams
from quayline.plan.search.alike import merge

if TYPE_CHECKING:
    from quayline.plan.model.program import Program
    from quayline.scenario.schema import Scenario

PARAMS = PlanParams(exact_cars=0)


def twins(scenario: Scenario, parts_usd: float, price_usd: float, percent: int) -> Scenario:
    """Every variant twice: the twin's parts and prices cost so much more, and it is wanted by that part."""
    vehicles, more = scenario.vehicles, {v.id: f"{v.id}-twin" for v in scenario.vehicles.variants}
    variants = [replace(v, id=more[v.id], parts_usd_per_car=v.parts_usd_per_car + parts_usd) for v in vehicles.variants]
    prices = [
        replace(p, variant=more[p.variant], price_usd_per_car=p.price_usd_per_car + price_usd) for p in scenario.prices
    ]
    rows = [replace(d, variant=more[d.variant], cars=d.cars * percent // 100) for d in scenario.demand]
    return replace(
        scenario, vehicles__variants=[*vehicles.variants, *variants], prices=[*scenario.prices, *prices],
        demand=[*scenario.demand, *rows],
    )  # fmt: skip


def model_of(scenario: Scenario) -> Model:
    balance, calendar, orders = crews(scenario, 2000.0), make_calendar(scenario), draw_orders(scenario, 1)
    programme = pack(scenario, balance, calendar, orders, PARAMS, scenario.plant.availability_share)
    return build_model(scenario, balance, programme, PARAMS)


def optimum(program: Model | Program) -> float:
    solver = Solver(program, PARAMS)
    solver.set_integer(False)
    return solver.solve().objective_usd


@pytest.mark.parametrize(("parts_usd", "price_usd", "percent"), [(0, 0, 100), (900, 1500, 60), (2500, -500, 140)])
def test_merging_twins_bounds_the_whole_closely(
    starter: Scenario, parts_usd: float, price_usd: float, percent: int
) -> None:
    model = model_of(twins(starter, parts_usd, price_usd, percent))
    merged = merge(model)
    assert {len(group) for group in merged.groups} == {2}
    whole, bound = optimum(model), optimum(merged.small.program)
    assert bound >= whole - 1
    assert bound <= whole + 0.005 * abs(whole)


def test_what_differs_in_its_rows_is_not_merged(starter: Scenario) -> None:
    model = model_of(starter)
    merged = merge(model)
    assert all(len(group) == 1 for group in merged.groups)
    assert optimum(merged.small.program) == pytest.approx(optimum(model), rel=1e-9)
    assert len(np.unique(merged.small.column)) == model.variables.num
