"""Feature 9: vessel booking. A month with no ship exports almost nothing, the next recovers it; 75 cars a day in boxes.

The starter with the sailings of a month taken out; boxes as in the plant's own trial of 2023: three cars in each, 25 a
day.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
from tests.ship.frames import BOXED, OVERSEAS, Car, at, flow_of, on, plan_of, voyage, wide

from quayline.scenario.loader import load
from quayline.scenario.sailings import sailings
from quayline.ship.params import ShipParams
from quayline.ship.solve import ship
from quayline.study.run import run

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario

MONTH = 4


def without_ships(scenario: Scenario, month: int) -> Scenario:
    """The scenario with every departure of a month skipped."""
    gone = {trip.service: [] for trip in sailings(scenario)}
    for trip in sailings(scenario):
        if trip.departs_on.month == month:
            gone[trip.service].append(trip.departs_on)
    services = [s.model_copy(update={"skips": [*s.skips, *gone[s.id]]}) for s in scenario.logistics.services]
    return scenario.model_copy(update={"logistics": scenario.logistics.model_copy(update={"services": services})})


def exports(cars: pl.DataFrame) -> Counter[int]:
    """Cars that sail, by month."""
    return Counter(cars.drop_nulls("departed_at")["departed_at"].dt.month())


def test_a_month_without_ships_exports_nothing_and_the_next_recovers_it(starter, records) -> None:
    """The ships of a month fall out after the plan is made: its cars take the next ships of their lane."""
    scenario = load(starter)
    stopped = without_ships(scenario, MONTH)
    left = sailings(stopped)
    moved = {
        trip.sailing_idx: min(new.sailing_idx for new in left
                              if new.lane_idx == trip.lane_idx and new.departs_on >= trip.departs_on)
        for trip in sailings(scenario)
        if trip.departs_on <= left[-1].departs_on
    }  # fmt: skip
    rebooked = pl.col("planned_sailing_idx").replace_strict(moved, default=None, return_dtype=pl.Int32)
    plan = replace(records.plan, orders=records.plan.orders.with_columns(planned_sailing_idx=rebooked))
    usual, now = exports(records.ship.cars), exports(ship(stopped, plan, records.flow, ShipParams(), seed=3).cars)
    assert usual[MONTH] > 50
    assert now[MONTH] == 0
    assert now[MONTH + 1] == usual[MONTH] + usual[MONTH + 1]
    assert now.total() == usual.total()


def test_a_plan_that_knows_of_the_month_ships_around_it(starter, records) -> None:
    """It sends cars before and after, and loses few of them."""
    usual, now = exports(records.ship.cars), exports(run(without_ships(load(starter), MONTH), seed=3).ship.cars)
    assert now[MONTH] == 0
    assert now[MONTH - 1] > usual[MONTH - 1]
    assert sum(now[month] for month in range(MONTH + 1, 13)) > 0.2 * usual[MONTH]
    assert now.total() > 0.95 * usual.total()


def test_containers_take_75_cars_a_working_day() -> None:
    """Built on a Thursday, a full week's exports leave by 25 boxes of three a day, and none at the weekend."""
    scenario = wide([voyage("a", "boxed", on(30), capacity_boxes=200)], port_cars=1000, trucked_per_day=1000)
    cars = [Car(OVERSEAS, at(3, 6), on(60), lane=BOXED) for _ in range(300)]
    answer = ship(scenario, plan_of(scenario, cars), flow_of(scenario, cars), ShipParams(), seed=1)
    left = Counter((moment - at(0)).days for moment in answer.cars["port_at"])
    assert left == {3: 75, 4: 75, 7: 75, 8: 75}
    assert answer.cars.group_by("box_idx").len()["len"].unique().to_list() == [3]
    assert answer.sailings.select(pl.col("loaded").sum()).item() == 100
