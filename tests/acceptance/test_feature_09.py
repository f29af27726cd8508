"""Feature 9: vessel booking. A month with no ship exports almost nothing, the next recovers it; 75 cars a day in boxes.

The whole chain runs on the starter, with the sailings of a month taken out; boxes are those of the trade's own trial:
three cars in each, 25 a day.
"""

from __future__ import annotations

from collections import Counter
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

MONTH = 4  # the April of the starter, of which its March-built exports would take the ships


def without_ships(scenario: Scenario, month: int) -> Scenario:
    """The scenario with every departure of a month skipped."""
    gone = {trip.service: [] for trip in sailings(scenario)}
    for trip in sailings(scenario):
        if trip.departs_on.month == month:
            gone[trip.service].append(trip.departs_on)
    services = [s.model_copy(update={"skips": [*s.skips, *gone[s.id]]}) for s in scenario.logistics.services]
    return scenario.model_copy(update={"logistics": scenario.logistics.model_copy(update={"services": services})})


def test_a_month_without_ships_exports_nothing_and_the_next_recovers_it(starter) -> None:
    scenario = load(starter)
    sailed = []
    for world in (scenario, without_ships(scenario, MONTH)):
        cars = run(world, seed=3).ship.cars.drop_nulls("departed_at")
        sailed.append(Counter(cars["departed_at"].dt.month()))
    usual, stopped = sailed
    assert usual[MONTH] > 50
    assert stopped[MONTH] == 0
    recovered = stopped[MONTH + 1] - usual[MONTH + 1]
    assert recovered > 0.8 * usual[MONTH]


def test_containers_take_75_cars_a_working_day() -> None:
    """Built on a Thursday, a full week's exports leave by 25 boxes of three a day, and none at the weekend."""
    scenario = wide([voyage("a", "boxed", on(30), capacity_boxes=200)], port_cars=1000, trucked_per_day=1000)
    cars = [Car(OVERSEAS, at(3, 6), on(60), lane=BOXED) for _ in range(300)]
    answer = ship(scenario, plan_of(scenario, cars), flow_of(scenario, cars), ShipParams(), seed=1)
    left = Counter((moment - at(0)).days for moment in answer.cars["port_at"])
    assert left == {3: 75, 4: 75, 7: 75, 8: 75}
    assert answer.cars.group_by("box_idx").len()["len"].unique().to_list() == [3]
    assert answer.sailings.select(pl.col("loaded").sum()).item() == 100
