"""Several plants, lanes, ports, boxes, charters and quotas by origin: against every plan there is, and by the check."""

from __future__ import annotations

from datetime import date
from itertools import product
from typing import TYPE_CHECKING

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.conftest import crews, demand, replace
from tests.plan.wide import one_ship_each, second_plant, wide

from quayline.plan.check import faults
from quayline.plan.params import PlanParams
from quayline.plan.solve import plan
from quayline.scenario.sources import Closure

if TYPE_CHECKING:
    from quayline.records.stages import Plan
    from quayline.scenario.schema import Scenario

ROUNDED, EXACT = PlanParams(exact_cars=0), PlanParams(gap_share=0.0, exact_cars=5000)
CEU = 1.15
PRICE_USD, VALUE_USD = 39_500.0, 39_500.0 * 0.7


def made(scenario: Scenario, params: PlanParams = ROUNDED, usd_per_line_h: float = 2000.0) -> Plan:
    balance = crews(scenario, usd_per_line_h)
    answer = plan(scenario, balance, params, 1)
    assert faults(scenario, balance, answer, params) == []
    return answer


def busy(scenario: Scenario, num_cars: int = 1400) -> Scenario:
    rows = [*[("home", "hatch-hybrid", f"2026-0{m}", 900) for m in (2, 3, 4, 5, 6)],
            *[("overseas", "volt-60", f"2026-0{m}", num_cars) for m in (4, 5, 6)]]  # fmt: skip
    return demand(scenario, rows)


@pytest.fixture(scope="module")
def full(starter: Scenario) -> tuple[Scenario, Plan]:
    scenario = busy(wide(starter))
    return scenario, made(scenario)


def used(answer: Plan) -> dict[tuple[int, int | None], int]:
    built = answer.orders.drop_nulls("plant_idx").group_by("plant_idx", "lane_idx").len()
    return {(plant, lane): cars for plant, lane, cars in built.iter_rows()}


def test_every_way_is_used_and_the_quota_of_the_other_origin_binds(full: tuple[Scenario, Plan]) -> None:
    found = used(full[1])
    assert set(found) == {(0, None), (0, 0), (0, 1), (0, 3), (1, 2)}
    assert found[1, 2] == 150
    assert full[1].alternates["cars"].sum() == 150
    assert full[1].gap < 0.02


def test_rounding_is_near_the_exact_search(starter: Scenario) -> None:
    scenario = busy(wide(starter), 200)
    rounded, exact = made(scenario), made(scenario, PlanParams(gap_share=0.001, exact_cars=5000))
    assert rounded.objective_usd <= exact.bound_usd + 1
    assert rounded.objective_usd >= exact.objective_usd - 0.01 * abs(exact.objective_usd)


@settings(max_examples=25, deadline=None)
@given(
    st.integers(0, 14), st.sampled_from([2.0, 4.0, 9.0]), st.sampled_from([0.0, 9_000.0, 60_000.0]),
    st.sampled_from([15_000.0, 24_000.0]), st.integers(1, 3), st.sampled_from([(0, 0.4), (2, 0.3), (90, 0.3)]),
)  # fmt: skip
def test_tiny_plans_are_the_best_there_are(
    starter: Scenario, cars: int, liner_ceu: float, charter_usd: float, ex_works_usd: float, a_week: int,
    quota: tuple[int, float],
) -> None:  # fmt: skip
    """Two weeks of at most three cars at home, one ship to two ports, a charter from the other plant with a quota."""
    other = second_plant(ex_works_usd, a_week, ramp=False)
    scenario = one_ship_each(wide(starter, other, charter_usd, 5.0, quota), liner_ceu)
    scenario = demand(scenario, [("overseas", "volt-60", "2026-02", cars)])
    orders = made(scenario, EXACT, 0.0).orders.height
    energy = sum(
        s.energy.electricity_kwh_per_car * 0.12 + s.energy.gas_kwh_per_car * 0.05 for s in scenario.plant.shops
    )
    ports, sea = 38.0 + 55.0, 13.4 * 48.0
    home_usd = PRICE_USD - 21_500.0 - energy - 45.0 - ports - sea - 0.025 * VALUE_USD - 620.0
    other_usd = PRICE_USD - ex_works_usd - 50.0 - ports - sea - 0.1 * VALUE_USD - 620.0
    best = 0.0
    for first, second, third in product(range(7), range(7), range(2 * a_week + 1)):
        is_there = first + second <= 6 and first + second + third <= orders
        if not is_there or CEU * (first + second) > liner_ceu or CEU * third > 5.0:
            continue
        usd = home_usd * (first + second) + other_usd * third - (charter_usd if third else 0.0)
        best = max(best, usd - (quota[1] - 0.1) * VALUE_USD * max(third - quota[0], 0))
    assert made(scenario, EXACT, 0.0).objective_usd == pytest.approx(best, abs=0.01)
    rounded = made(scenario, ROUNDED, 0.0)
    assert rounded.objective_usd <= best + 0.01 <= rounded.bound_usd + 0.02


@pytest.mark.parametrize("more", ["plant", "ship", "lane", "boxes", "time"])
def test_more_of_anything_never_worsens(starter: Scenario, more: str) -> None:
    less, now = {
        "plant": lambda: (wide(starter, second_plant(cars_per_week=5)), wide(starter)),
        "ship": lambda: (wide(starter, charter_ceu=20.0), wide(starter)),
        "lane": lambda: (without_lanes(wide(starter)), wide(starter)),
        "boxes": lambda: (wide(starter, boxes_per_day=1), wide(starter)),
        "time": lambda: (patient(wide(starter), 90.0), patient(wide(starter), 132.0)),
    }[more]()
    params = PlanParams(gap_share=0.002, exact_cars=5000)
    before, after = made(busy(less, 500), params), made(busy(now, 500), params)
    assert after.bound_usd >= before.objective_usd
    assert after.objective_usd >= before.objective_usd - 0.002 * abs(after.objective_usd)


def without_lanes(scenario: Scenario) -> Scenario:
    return replace(scenario, markets=[scenario.markets[0], scenario.markets[1].model_copy(update={"lanes": []})])


def patient(scenario: Scenario, days: float) -> Scenario:
    market = scenario.markets[1].model_copy(update={"patience_days": days})
    return replace(scenario, markets=[scenario.markets[0], market])


def test_the_order_of_lanes_and_services_changes_nothing(starter: Scenario) -> None:
    scenario = busy(wide(starter), 300)
    market = scenario.markets[1]
    turned = replace(
        scenario, logistics__lanes=scenario.logistics.lanes[::-1],
        logistics__services=scenario.logistics.services[::-1],
        markets=[scenario.markets[0], market.model_copy(update={"lanes": market.lanes[::-1]})],
    )  # fmt: skip
    one, two = made(scenario, PlanParams(gap_share=1e-4)), made(turned, PlanParams(gap_share=1e-4))
    assert two.objective_usd == pytest.approx(one.objective_usd, rel=0.01)


def test_the_ramp_and_the_week_of_the_other_plant_hold(starter: Scenario) -> None:
    answer = made(busy(wide(starter, second_plant(15_000.0, 25), quota=(5000, 0.3))))
    weeks = dict(answer.alternates.select("week_idx", "cars").iter_rows())
    assert weeks[0] <= 10
    assert max(weeks.values()) == 25
    days = answer.orders.filter(pl.col("plant_idx") == 1)["planned_build_on"]
    assert set(days.dt.weekday()) <= {1, 2, 3, 4, 5}


def test_a_ship_that_is_full_is_told_in_its_own_unit(starter: Scenario) -> None:
    """CEU for liners, boxes for the ship that takes boxes."""
    scenario = busy(wide(starter, second_plant(cars_per_week=5)), 500)
    services = [s.model_copy(update={"capacity_ceu": s.capacity_ceu and 30.0, "capacity_boxes": s.capacity_boxes and 2})
                for s in scenario.logistics.services]  # fmt: skip
    binding = made(replace(scenario, logistics__services=services)).binding
    space = binding.filter(pl.col("constraint") == "sailing space").select("words", "unit").unique()
    told = {unit for _, unit in space.iter_rows()}
    assert told == {"CEU", "box"}
    assert all((unit == "box") == ("box-ship" in words) for words, unit in space.iter_rows())


def test_a_closed_plant_builds_nothing_and_a_week_cut_short_its_part(starter: Scenario) -> None:
    """Closed for a week and from the Wednesday of another: 0 and 2/5 of its cars, on its open days."""
    shut = [Closure.model_validate({"id": "a", "from": "2026-02-16", "to": "2026-02-22"}),
            Closure.model_validate({"id": "b", "from": "2026-03-04", "to": "2026-03-08"})]  # fmt: skip
    plant = second_plant(15_000.0, 25, ramp=False).model_copy(update={"closures": shut})
    answer = made(busy(wide(starter, plant, quota=(5000, 0.3))))
    weeks = {w: (cars, most) for w, cars, most in answer.alternates.select("week_idx", "cars", "capacity_cars").rows()}
    assert weeks[6] == (0, 0)
    assert weeks[8] == (10, 10)
    assert weeks[7] == (25, 25)
    days = answer.orders.filter(pl.col("plant_idx") == 1)["planned_build_on"]
    assert set(days.filter(days.is_between(date(2026, 3, 2), date(2026, 3, 8)))) == {date(2026, 3, 2), date(2026, 3, 3)}


def test_a_dear_charter_is_not_taken(starter: Scenario) -> None:
    dear = made(busy(wide(starter, charter_usd=5_000_000.0), 300))
    assert (1, 2) not in used(dear)


def test_a_rule_of_import_acts_on_the_ship(starter: Scenario) -> None:
    """A rule on imports stops cars that arrive later, not those that are sold later."""
    from quayline.scenario.markets import Admissibility

    rule = {"id": "bar", "country": "US", "brand": "Northwind", "model_year_from": 2026, "from": "2026-05-20",
            "acts_on": "import", "reason": "a rule"}  # fmt: skip
    scenario = busy(replace(wide(starter), trade__admissibility=[Admissibility.model_validate(rule)]), 300)
    answer = made(scenario)
    from quayline.scenario.sailings import sailings

    trips = sailings(scenario)
    booked = [trips[k].arrives_on for k in answer.orders["planned_sailing_idx"].drop_nulls()]
    assert booked
    assert max(booked) < date(2026, 5, 20)


def test_the_check_finds_cars_too_far_ahead(full: tuple[Scenario, Plan]) -> None:
    found = faults(full[0], crews(full[0]), full[1], PlanParams(exact_cars=0, ahead_weeks=1))
    assert any("too far ahead" in fault for fault in found)
