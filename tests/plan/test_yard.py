"""The plant's yard holds exports that wait for trucks and cars of road markets that wait for their day."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl
import pytest
from tests.plan.conftest import crews, replace

from quayline.plan.check import faults
from quayline.plan.params import PlanParams
from quayline.plan.solve import plan
from quayline.scenario.plant import Stop

if TYPE_CHECKING:
    from quayline.records.stages import Plan
    from quayline.scenario.schema import Scenario

STOP = date(2026, 2, 2)
PLACES = 60


def stopped(small: Scenario, places: int) -> Scenario:
    """Two weeks without work; customers wait a week at most, so that cars are built ahead or lost."""
    days = {"from": STOP, "to": STOP + timedelta(days=13)}
    stop = Stop.model_validate({"id": "stop", **days, "reason": "a test", "paid_share": "100 %"})
    market = small.markets[0].model_copy(update={"patience_days": 13.0, "tolerance_days": 7.0})
    return replace(small, plant__calendar__stops=[stop], plant__export__yard_cars=places,
                   markets=[market, *small.markets[1:]])  # fmt: skip


def made(scenario: Scenario, params: PlanParams) -> Plan:
    answer = plan(scenario, crews(scenario, 20.0), params, 1)
    assert faults(scenario, crews(scenario, 20.0), answer, params) == []
    return answer


def ahead(answer: Plan) -> int:
    """Cars built before the stop for customers who want them when it has begun."""
    return answer.orders.filter(pl.col("planned_build_on") < STOP, pl.col("requested_on") >= STOP).height


@pytest.mark.parametrize("params", [PlanParams(), PlanParams(exact_cars=0)])
def test_no_more_cars_are_built_ahead_than_there_are_places(small: Scenario, params: PlanParams) -> None:
    free, tight = made(stopped(small, 1200), params), made(stopped(small, PLACES), params)
    assert ahead(free) > 2 * PLACES
    assert ahead(tight) == PLACES
    lost = tight.orders.filter(pl.col("planned_build_on").is_null())
    assert lost.height > free.orders["planned_build_on"].null_count()
    assert lost["reason_text"].str.contains("places in the plant's yard in the week").any()
    assert "yard" in set(lost["reason"])


def test_the_check_counts_cars_that_wait_for_their_day(small: Scenario) -> None:
    answer = made(stopped(small, 1200), PlanParams())
    found = faults(stopped(small, PLACES), crews(small, 20.0), answer, PlanParams())
    assert any(f"cars in the plant's yard of {PLACES}" in fault for fault in found)


def test_one_more_place_is_worth_what_the_plan_says(small: Scenario) -> None:
    tight, more = stopped(small, PLACES), stopped(small, PLACES + 1)
    answer = made(tight, PlanParams(exact_cars=0))
    limit = answer.binding.filter(pl.col("constraint") == "plant places").row(0, named=True)
    gained = made(more, PlanParams(exact_cars=0)).objective_usd - answer.objective_usd
    weeks = (limit["to_on"] - limit["from_on"]).days // 7 + 1
    assert gained == pytest.approx(limit["marginal_usd"] * weeks, rel=0.05)
