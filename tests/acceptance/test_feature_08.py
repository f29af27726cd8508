"""Feature 8: people and shifts: two shifts carry 150,000 to 200,000 cars a year at Busan; more needs a third."""

from datetime import date

import polars as pl
import pytest

from quayline.balance.params import BalanceParams
from quayline.balance.solve import balance
from quayline.plan.check import faults
from quayline.plan.params import PlanParams
from quayline.plan.solve import plan
from quayline.scenario.loader import load
from quayline.scenario.shipped import folder_of


def a_year_of(cars):
    """(scenario, balance, plan) of a year of one car at home with all modes of the plant and no other business."""
    scenario = load(folder_of("busan"))
    row = next(d for d in scenario.demand if (d.market, d.variant) == ("korea", "grand-koleos-hybrid"))
    rows = [row.model_copy(update={"month": f"2026-{m:02}", "cars": cars // 12}) for m in range(1, 13)]
    horizon = scenario.horizon.model_copy(update={"start": date(2026, 1, 5), "end": date(2026, 12, 27)})
    alone = {"horizon": horizon, "demand": rows, "agreements": [], "parts": [], "futures": []}
    scenario = scenario.model_copy(update=alone)
    crews = balance(scenario, BalanceParams())
    answer = plan(scenario, crews, PlanParams(), 1)
    assert faults(scenario, crews, answer) == []
    return scenario, crews, answer


def shifts_of(scenario, answer):
    """Shifts a day by week."""
    patterns = {p.id: len(p.shifts) for p in scenario.plant.patterns}
    return [patterns[scenario.plant.modes[k].pattern] for k in answer.weeks["mode_idx"]]


@pytest.mark.parametrize("cars", [150_000, 175_000, 200_000])
def test_two_shifts_carry_the_band(cars):
    """Two shifts all year, and hardly an order is left unbuilt."""
    scenario, _, answer = a_year_of(cars)
    assert set(shifts_of(scenario, answer)) == {2}
    assert answer.orders["planned_build_on"].is_not_null().mean() > 0.97


def test_far_beyond_the_band_needs_a_third_shift_and_people_for_it():
    """At 330,000 the plan hires for three shifts, no month beyond what can be hired, and pays for it."""
    scenario, crews, answer = a_year_of(330_000)
    assert 3 in shifts_of(scenario, answer)
    turnover = scenario.plant.crew.turnover
    assert 0 < answer.people["hired"].max() <= turnover.most_hired_per_month
    need = dict(crews.crews.select("mode_idx", "people").iter_rows())
    needed = pl.Series([need[k] for k in answer.people["mode_idx"]])
    assert (answer.people["people"] >= needed).all()
    assert answer.people["cost_usd"].sum() >= answer.people["hired"].sum() * turnover.hire_usd
