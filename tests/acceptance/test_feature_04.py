"""Feature 4: order promising. A promise is never later than delivered in a simulation without disturbance."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from tests.undisturbed import places, simulated, undisturbed, with_order

from quayline.plan.promising.promise import Book
from quayline.scenario.loader import load
from quayline.ship.solve import ship
from quayline.study.run import Params, Results, run

DAYS = [date(2026, 1, 20), date(2026, 3, 3), date(2026, 4, 28)]


@pytest.fixture(scope="module")
def results(starter) -> Results:
    return run(undisturbed(load(starter)), seed=2)


@pytest.mark.parametrize("market", ["home", "overseas"])
@pytest.mark.parametrize("on", DAYS)
def test_a_promise_is_kept(starter, results, market, on):
    """A planned car is with its customer on the day promised, neither later nor earlier; a new car, put into its slot
    and simulated with all others, on that day or earlier."""
    scenario = undisturbed(load(starter))
    market_at, variant_at = places(scenario, market)
    made = Book(scenario, results.plan, results.flow, results.ship).promise(market_at, variant_at, on)
    if made.source == "planned":
        day = pl.when(pl.col("order_id") == made.order_id).then(pl.lit(on)).otherwise("requested_on")
        plan = replace(results.plan, orders=results.plan.orders.with_columns(day.alias("requested_on")))
        trips, order = ship(scenario, plan, results.flow, Params().ship, 2), made.order_id
    else:
        plan = with_order(scenario, results.plan, made, market_at, variant_at, on)
        trips, order = simulated(scenario, results, plan, 2), results.plan.orders.height
    delivered_on = trips.cars.filter(pl.col("order_id") == order)["delivered_at"].dt.date()[0]
    assert delivered_on == made.delivery_on if made.source == "planned" else delivered_on <= made.delivery_on
