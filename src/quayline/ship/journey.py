"""When each car did what on its way, from the replay of every port of loading."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quayline.ship._kernels import replay
from quayline.ship.admissible import NOT_BARRED, barred
from quayline.ship.loads import pack_loads
from quayline.ship.pack import NEVER, NO_LANE, milliseconds, sources

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario
    from quayline.ship.loads import Loads
    from quayline.ship.pack import Cars, Ints, Trips


@dataclass(frozen=True)
class Journey:
    """When each car did what, in milliseconds (NEVER: not). Shapes (num_cars,); `left_behind` (num_sailings,).

    `sails_from` is the departure before which the car, or its box, does not sail (0: none). `barred` is the place of
    the rule of trade that stops the car (-1: none), `barred_ms` when it does.
    """

    left_plant: Ints
    port: Ints
    sailing: Ints
    departed: Ints
    arrived: Ints
    released: Ints
    delivered: Ints
    rolled: Ints
    box: Ints
    sails_from: Ints
    barred: Ints
    barred_ms: Ints
    left_behind: Ints


def journey(scenario: Scenario, cars: Cars, trips: Trips) -> Journey:
    """The way of all cars: loads are trucked and sail port by port, then each car goes on by itself."""
    loads = pack_loads(scenario, cars, trips)
    left_at, sailing = (np.full(len(loads.lane), -1, np.int64) for _ in range(2))
    rolled, left_behind = np.zeros(len(loads.lane), np.int64), np.zeros(len(trips.lane), np.int64)
    for port in dict.fromkeys(source.port for source in sources(scenario)):
        _replay_port(scenario, port, trips, loads, left_at, sailing, rolled, left_behind)
    load_of = np.repeat(np.arange(len(loads.lane)), loads.cars)

    def of_all(values: Ints, missing: int) -> Ints:
        full = np.full(len(cars.lane), missing, np.int64)
        full[loads.car] = values[load_of]
        return full

    truck_ms = np.array([source.truck_ms for source in sources(scenario)])[cars.plant]
    left_plant = of_all(np.where(left_at < 0, NEVER, left_at), NEVER)
    at_port = np.where(left_plant == NEVER, NEVER, left_plant + truck_ms * (left_plant != NEVER))
    aboard, on_road = of_all(sailing, -1), cars.lane == NO_LANE
    sailed, lane = aboard >= 0, cars.lane[aboard >= 0]
    departed, arrived, released, delivered = (np.full(len(cars.lane), NEVER) for _ in range(4))
    departed[sailed] = trips.depart_ms[aboard[sailed]]
    arrived[sailed] = departed[sailed] + trips.transit_ms[lane]
    released[sailed] = arrived[sailed] + trips.discharge_ms[lane]
    delivered[sailed] = np.maximum(released[sailed] + cars.inland_ms[sailed], cars.wanted_ms[sailed])
    delivered[on_road] = np.maximum(cars.yard_ms + cars.inland_ms, cars.wanted_ms)[on_road]
    rule, at_import, when = barred(scenario, cars, arrived, delivered)
    released[(rule != NOT_BARRED) & at_import] = NEVER
    delivered[rule != NOT_BARRED] = NEVER
    left_plant[on_road] = np.where(delivered == NEVER, NEVER, delivered - cars.inland_ms)[on_road]
    return Journey(
        left_plant, at_port, aboard, departed, arrived, released, delivered, of_all(rolled, 0), of_all(loads.box, -1),
        of_all(loads.booked_ms, 0), rule, when, left_behind,
    )  # fmt: skip


def _replay_port(
    scenario: Scenario, port: str, trips: Trips, loads: Loads, left_at: Ints, sailing: Ints, rolled: Ints,
    left_behind: Ints,
) -> None:  # fmt: skip
    """Replays the loads and voyages of one port of loading; fills in what becomes of its loads."""
    plants = [k for k, source in enumerate(sources(scenario)) if source.port == port]
    mine = np.flatnonzero(loads.goes & np.isin(loads.plant, plants))  # by plant, then by call
    stops = np.array([k for k in np.flatnonzero(trips.sails) if trips.pol[trips.lane[k]] == port], np.int64)
    stops = stops[np.argsort(trips.voyage[stops], kind="stable")]  # voyages are numbered in order of departure
    first = np.flatnonzero(np.diff(trips.voyage[stops], prepend=-1))
    yard = next(p for p in scenario.logistics.ports if p.id == port)
    own, num_queues = [sources(scenario)[k] for k in plants], len(trips.pol) * len(plants)
    heads, tails, followers, left, ready, aboard = (
        np.full(n, -1, np.int64) for n in (num_queues, num_queues, *[len(mine)] * 4)
    )
    missed = np.zeros(len(mine), np.int64)
    replay(
        np.searchsorted(loads.plant[mine], [*plants, len(sources(scenario))]),
        np.array([s.truck_ms for s in own]), np.array([s.per_day for s in own]),
        milliseconds(yard.processing_days), yard.yard_cars,
        loads.lane[mine], loads.called_ms[mine], loads.booked_ms[mine], loads.cars[mine],
        np.ascontiguousarray(loads.space[:, mine]),
        trips.depart_ms[stops[first]], trips.capacity[stops[first]], trips.unit[stops[first]],
        np.append(first, len(stops)), trips.lane[stops], trips.cutoff_ms[stops], stops,
        heads, tails, followers, left, ready, aboard, missed, left_behind,
    )  # fmt: skip
    left_at[mine], sailing[mine], rolled[mine] = left, aboard, missed
