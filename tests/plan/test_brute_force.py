"""Tiny programmes against every plan there is."""

from __future__ import annotations

from datetime import date
from itertools import pairwise, product
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.conftest import crews, demand, replace

from quayline.plan.check import faults
from quayline.plan.inputs.orders import draw_orders
from quayline.plan.inputs.pack import pack
from quayline.plan.inputs.weeks import make_calendar
from quayline.plan.model.model import Solver, build_model
from quayline.plan.params import PlanParams
from quayline.plan.search.modes import as_columns
from quayline.plan.solve import plan

if TYPE_CHECKING:
    from collections.abc import Callable

    from quayline.scenario.schema import Scenario

WEEKS = 3
SPEED_JPH = 0.1
AVAILABILITY = 0.9


def tiny(small: Scenario, cars: tuple[int, int], lateness_usd: float, stock_usd: float) -> Scenario:
    """Three weeks of at most three cars each (0.1 an hour, 40 h, 90 %), by road, no overtime."""
    market = small.markets[0].model_copy(update={
        "lead_days": 0.0, "inland_days": 0.0, "tolerance_days": 0.0, "patience_days": 13.0,
        "lateness_usd_per_car_week": lateness_usd, "stock_usd_per_car_day": stock_usd,
    })  # fmt: skip
    mode = small.plant.modes[0].model_copy(update={"speed_jph": SPEED_JPH})
    scenario = replace(
        small, markets=[market, small.markets[1]], horizon__start=date(2026, 1, 19), horizon__end=date(2026, 2, 8),
        plant__modes=[mode], plant__availability_share=AVAILABILITY, plant__overtime__shift_h=0.0,
    )  # fmt: skip
    return demand(
        scenario, [("home", "hatch-hybrid", "2026-01", cars[0]), ("home", "hatch-hybrid", "2026-02", cars[1])]
    )


def best_by_enumeration(
    scenario: Scenario, wage_usd: float, extra_usd: Callable[[tuple[int, ...]], float] = lambda built: 0.0
) -> float:
    """The best contribution over all numbers built and all numbers accepted by week; `extra_usd` is what a number of
    cars by week costs more."""
    market, variant = scenario.markets[0], scenario.vehicles.variants[0]
    answer = plan(scenario, crews(scenario, wage_usd), PlanParams(), 1)
    week = {day: (day - date(2026, 1, 19)).days // 7 for day in answer.orders["requested_on"].to_list()}
    wanted = [sum(week[d] == w for d in answer.orders["requested_on"].to_list()) for w in range(WEEKS)]
    energy = sum(
        s.energy.electricity_kwh_per_car * 0.12 + s.energy.gas_kwh_per_car * 0.05 for s in scenario.plant.shops
    )
    car_usd = 21500 - variant.parts_usd_per_car - energy - market.inland_usd_per_car
    day_usd = market.stock_usd_per_car_day + scenario.plant.export.yard_usd_per_car_day  # it waits at the plant
    most = int(SPEED_JPH * 40 * AVAILABILITY)
    best = float("-inf")
    for built in product(range(most + 1), repeat=WEEKS):
        more_usd = extra_usd(built)
        for accepted in product(*(range(n + 1) for n in wanted)):
            if sum(built) != sum(accepted):
                continue
            net, usd = 0, car_usd * sum(built) - more_usd
            usd -= scenario.plant.change.pace_usd * sum(abs(b - a) / 5 for a, b in pairwise(built))
            for w in range(WEEKS):
                net += built[w] - accepted[w]
                if -net > accepted[w]:  # patience of one week
                    break
                usd -= 7 * day_usd * max(net, 0) + market.lateness_usd_per_car_week * max(-net, 0)
            else:
                best = max(best, usd)
    return best - WEEKS * 40 * wage_usd


@settings(max_examples=25, deadline=None)
@given(
    st.tuples(st.integers(0, 10), st.integers(0, 18)),
    st.sampled_from([0.0, 60.0, 9000.0]),
    st.sampled_from([0.5, 6.0, 900.0]),
)
def test_tiny_plans_are_the_best_there_are(
    small: Scenario, cars: tuple[int, int], lateness_usd: float, stock_usd: float
) -> None:
    scenario = tiny(small, cars, lateness_usd, stock_usd)
    params = PlanParams(gap_share=0.0)
    answer = plan(scenario, crews(scenario, 10.0), params, 1)
    assert faults(scenario, crews(scenario, 10.0), answer, params) == []
    assert answer.objective_usd == pytest.approx(best_by_enumeration(scenario, 10.0), abs=0.01)


def test_two_modes_against_every_schedule(small: Scenario) -> None:
    """Three months, two speeds, a stay of two months: the schedule found is the best of all eight."""
    slow = small.plant.modes[0]
    fast = slow.model_copy(update={"id": "fast", "speed_jph": 14.0})
    scenario = replace(
        small, plant__modes=[slow, fast], plant__change__cost_usd=40_000.0, horizon__end=date(2026, 3, 27)
    )
    scenario = demand(scenario, [("home", "hatch-hybrid", f"2026-0{m}", 1900) for m in (1, 2, 3)])
    wages = [900.0, 1200.0]
    found = plan(scenario, crews(scenario, wages), PlanParams(gap_share=0.0, exact_cars=1000), 1)
    best = float("-inf")
    for schedule in product(range(2), repeat=3):
        changes = [k for k in range(3) if schedule[k] != (schedule[k - 1] if k else 0)]
        if any(later - first < 2 for first, later in pairwise(changes)):
            continue
        usd = held_value(scenario, wages, schedule) - 40_000.0 * len(changes)
        best = max(best, usd)
    assert found.objective_usd == pytest.approx(best, rel=1e-6)


def held_value(scenario: Scenario, wages: list[float], schedule: tuple[int, ...]) -> float:
    """Contribution with the modes held, changes free: by the model with its mode columns fixed."""
    params = PlanParams(gap_share=0.0, exact_cars=1000)
    free = replace(scenario, plant__change__cost_usd=0.0, plant__change__minimum_months=1)
    calendar = make_calendar(free)
    balance = crews(free, wages)
    programme = pack(free, balance, calendar, draw_orders(free, 1), params, free.plant.availability_share)
    model = build_model(free, balance, programme, params)
    solver = Solver(model, params)
    columns = as_columns(np.array(schedule), 2)
    solver.bound(model.variables.mode, columns, columns)
    return solver.solve().objective_usd
