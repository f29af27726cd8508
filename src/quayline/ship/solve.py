"""Replays the plan car by car from the real ends of line to the customers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.records.schemas import SHIP
from quayline.records.stages import Shipments
from quayline.ship.journey import journey
from quayline.ship.missed import missed
from quayline.ship.pack import NEVER, NO_LANE, UNITS, closing_ms, pack_cars, pack_trips, sources, spaces, stamps
from quayline.ship.yards import Stay, yard_table

if TYPE_CHECKING:
    from quayline.records.stages import FlowTrace, Plan
    from quayline.scenario.schema import Scenario
    from quayline.ship.journey import Journey
    from quayline.ship.pack import Cars, Trips
    from quayline.ship.params import ShipParams

PLACES = ("plant-yard", "port-yard", "on-water", "destination-port", "inland", "delivered", "barred")


def ship(scenario: Scenario, plan: Plan, flow: FlowTrace, params: ShipParams, seed: int) -> Shipments:
    """The way of every built car to its customer; rules and formulas in docs/ship.md.

    Cars are called to their port, wait there and sail first come first served by lane, never before the sailing that
    the plan booked. Nothing is drawn at random: every `seed` gives the same answer.
    Raises ValueError where the records contradict each other or the scenario.
    """
    trips = pack_trips(scenario, plan)
    cars = pack_cars(scenario, plan, flow, trips, params)
    way = journey(scenario, cars, trips)
    return Shipments(
        _car_table(scenario, cars, trips, way),
        _sailing_table(scenario, cars, trips, way),
        yard_table(scenario, _stays(scenario, cars, trips, way)),
    )


def _car_table(scenario: Scenario, cars: Cars, trips: Trips, way: Journey) -> pl.DataFrame:
    rules = pl.Series([ban.id for ban in scenario.trade.admissibility] + [""], dtype=pl.String)
    sailing, box = pl.Series(way.sailing), pl.Series(way.box)
    table = pl.DataFrame({
        "order_id": cars.order_id,
        "yard_at": stamps(cars.yard_ms),
        "port_at": stamps(way.port),
        "sailing_idx": sailing.set(sailing < 0, None),
        "box_idx": box.set(box < 0, None),
        "departed_at": stamps(way.departed),
        "arrived_at": stamps(way.arrived),
        "released_at": stamps(way.released),
        "delivered_at": stamps(way.delivered),
        "num_rolled": way.rolled,
        "missed": missed(cars, trips, way),
        "barred_by": rules.gather(way.barred % len(rules)),
        "state": _states(closing_ms(scenario), cars, way),
    })  # fmt: skip
    return table.cast({column.name: column.dtype for column in SHIP["cars"].columns})


def _states(closing: int, cars: Cars, way: Journey) -> pl.Series:
    """Where each car is at `closing`: the last place that it has reached by then."""
    on_road = cars.lane == NO_LANE
    reached = np.zeros(len(on_road), np.int64)
    for k, moment in enumerate((way.port, way.departed, way.arrived, way.released, way.delivered, way.barred_ms), 1):
        reached[moment <= closing] = k
    reached[on_road & (way.left_plant <= closing) & (reached < PLACES.index("inland"))] = PLACES.index("inland")
    return pl.Series(PLACES, dtype=pl.String).gather(reached)


def _sailing_table(scenario: Scenario, cars: Cars, trips: Trips, way: Journey) -> pl.DataFrame:
    num, aboard = len(trips.lane), np.flatnonzero(way.sailing >= 0)
    on_ship = way.sailing[aboard]
    space = spaces(scenario, cars)[trips.unit[on_ship], aboard]
    is_box, boxes = way.box[aboard] >= 0, np.unique(way.box[aboard], return_index=True)
    space[boxes[1][boxes[0] >= 0]] = 1.0  # a box counts once, with its first car
    assert not is_box.any() or (trips.unit[on_ship[is_box]] == UNITS.index("boxes")).all()
    table = pl.DataFrame({
        "sailing_idx": np.arange(num),
        "lane_idx": trips.lane,
        "voyage_idx": trips.voyage,
        "departs_on": pl.Series(trips.departs_on, dtype=pl.Date),
        "unit": pl.Series(UNITS, dtype=pl.String).gather(trips.unit),
        "capacity": trips.capacity,
        "loaded": np.bincount(on_ship, space, num),
        "cars": np.bincount(on_ship, minlength=num),
        "left_behind": way.left_behind,
        "sails": trips.sails,
    })  # fmt: skip
    return table.cast({column.name: column.dtype for column in SHIP["sailings"].columns})


def _stays(scenario: Scenario, cars: Cars, trips: Trips, way: Journey) -> list[Stay]:
    """Who stood in which yard from when to when: the plants', then those of ports that lanes use."""
    stays = [
        Stay(source.name, source.places, cars.yard_ms[mine], way.left_plant[mine])
        for k, source in enumerate(sources(scenario))
        for mine in (cars.plant == k,)
    ]
    begins = np.array([*trips.pol, ""], object)[cars.lane]
    ends = np.array([*trips.pod, ""], object)[cars.lane]
    used = dict.fromkeys([*(source.port for source in sources(scenario)), *trips.pod])
    places = {port.id: port.yard_cars for port in scenario.logistics.ports}
    for port in used:
        out, into = (way.port != NEVER) & (begins == port), (way.arrived != NEVER) & (ends == port)
        came = np.concatenate((way.port[out], way.arrived[into]))
        stays.append(Stay(port, places[port], came, np.concatenate((way.departed[out], way.released[into]))))
    return stays
