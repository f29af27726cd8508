"""Replays the plan car by car from the real ends of line to the customers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.records.schemas import SHIP
from quayline.records.stages import Shipments
from quayline.ship._kernels import replay
from quayline.ship.pack import (
    NEVER,
    NO_LANE,
    closing_ms,
    milliseconds,
    pack_cars,
    pack_trips,
    port_of_loading,
    stamps,
)
from quayline.ship.yards import Stay, yard_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quayline.records.stages import FlowTrace, Plan
    from quayline.scenario.schema import Scenario
    from quayline.ship.pack import Cars, Trips
    from quayline.ship.params import ShipParams


@dataclass(frozen=True)
class Journey:
    """When each car did what, in milliseconds (NEVER: not). Shapes (num_cars,); `left_behind` (num_sailings,)."""

    left_plant: NDArray[np.int64]
    port: NDArray[np.int64]
    sailing: NDArray[np.int64]
    departed: NDArray[np.int64]
    arrived: NDArray[np.int64]
    released: NDArray[np.int64]
    delivered: NDArray[np.int64]
    rolled: NDArray[np.int64]
    left_behind: NDArray[np.int64]


def ship(scenario: Scenario, plan: Plan, flow: FlowTrace, params: ShipParams, seed: int) -> Shipments:
    """The way of every built car of `flow` to its customer; rules and formulas in docs/ship.md.

    Cars are called to the port, wait there and sail first come first served by lane, never before the sailing that
    the plan booked. Nothing is drawn at random: every `seed` gives the same answer.
    Raises ScenarioError where a market's lane does not begin at the plant's port, ValueError where the records
    contradict each other.
    """
    trips = pack_trips(scenario)
    cars = pack_cars(scenario, plan, flow, trips, params)
    journey = _journey(scenario, cars, trips)
    return Shipments(
        _car_table(scenario, cars, journey),
        _sailing_table(cars, trips, journey),
        yard_table(scenario, _stays(scenario, cars, trips, journey)),
    )


def _journey(scenario: Scenario, cars: Cars, trips: Trips) -> Journey:
    export, port = scenario.plant.export, port_of_loading(scenario)
    truck_ms, gate_ms = milliseconds(export.truck_h / 24), milliseconds(port.processing_days)
    place = np.flatnonzero(_has_sailing(cars, trips, truck_ms + gate_ms))
    # First called first trucked; of those called at once the first built, then the first wanted.
    order = np.lexsort((cars.order_id[place], cars.wanted_ms[place], cars.yard_ms[place], cars.called_ms[place]))
    place = place[order]
    num_lanes, num = len(trips.transit_ms), len(place)
    left_at, ready, sailing = (np.full(num, -1, np.int64) for _ in range(3))
    rolled, left_behind = np.zeros(num, np.int64), np.zeros(len(trips.lane), np.int64)
    replay(
        cars.lane[place], cars.called_ms[place], cars.booked_ms[place], cars.ceu[place],
        truck_ms, gate_ms, export.trucked_per_day, port.yard_cars,
        trips.lane, trips.depart_ms, trips.cutoff_ms, trips.capacity_ceu,
        np.full(num_lanes, -1, np.int64), np.full(num_lanes, -1, np.int64), np.full(num, -1, np.int64),
        left_at, ready, sailing, rolled, left_behind,
    )  # fmt: skip

    def of_all(values: NDArray[np.int64], missing: int) -> NDArray[np.int64]:
        full = np.full(len(cars.lane), missing, np.int64)
        full[place] = values
        return full

    on_road = cars.lane == NO_LANE
    left_plant = of_all(np.where(left_at < 0, NEVER, left_at), NEVER)
    at_port = np.where(left_plant == NEVER, NEVER, left_plant + truck_ms * (left_plant != NEVER))
    aboard = of_all(sailing, -1)
    has_sailed = aboard >= 0
    departed, arrived, released, delivered = (np.full(len(cars.lane), NEVER) for _ in range(4))
    departed[has_sailed] = trips.depart_ms[aboard[has_sailed]]
    lane = cars.lane[has_sailed]
    arrived[has_sailed] = departed[has_sailed] + trips.transit_ms[lane]
    released[has_sailed] = arrived[has_sailed] + trips.discharge_ms[lane]
    delivered[has_sailed] = np.maximum(released[has_sailed] + cars.inland_ms[has_sailed], cars.wanted_ms[has_sailed])
    delivered[on_road] = np.maximum(cars.yard_ms + cars.inland_ms, cars.wanted_ms)[on_road]
    left_plant[on_road] = (delivered - cars.inland_ms)[on_road]
    num_rolled = of_all(rolled, 0)
    return Journey(left_plant, at_port, aboard, departed, arrived, released, delivered, num_rolled, left_behind)


def _has_sailing(cars: Cars, trips: Trips, to_ready_ms: int) -> NDArray[np.bool_]:
    """Whether any sailing of the lane still takes the car if it goes to the port as soon as it is called.

    A car that no ship will ever take stays at the plant, where it is in nobody's way.
    """
    last_depart, last_cutoff = (np.full(len(trips.transit_ms) + 1, -1, np.int64) for _ in range(2))
    np.maximum.at(last_depart, trips.lane, trips.depart_ms)
    np.maximum.at(last_cutoff, trips.lane, trips.cutoff_ms)
    # Index -1 (by road) reads the last place, which no lane fills.
    is_soon = cars.called_ms + to_ready_ms <= last_cutoff[cars.lane]
    return is_soon & (cars.booked_ms <= last_depart[cars.lane])


def _car_table(scenario: Scenario, cars: Cars, journey: Journey) -> pl.DataFrame:
    sailing = pl.Series(journey.sailing, dtype=pl.Int32)
    table = pl.DataFrame({
        "order_id": cars.order_id,
        "yard_at": stamps(cars.yard_ms),
        "port_at": stamps(journey.port),
        "sailing_idx": sailing.set(sailing < 0, None),
        "departed_at": stamps(journey.departed),
        "arrived_at": stamps(journey.arrived),
        "released_at": stamps(journey.released),
        "delivered_at": stamps(journey.delivered),
        "num_rolled": journey.rolled,
        "state": _states(closing_ms(scenario), cars, journey),
    })  # fmt: skip
    return table.cast({"order_id": pl.Int32, "num_rolled": pl.Int16})


def _states(closing: int, cars: Cars, journey: Journey) -> pl.Series:
    """Where each car is at `closing`: the last place that it has reached by then."""
    on_road = cars.lane == NO_LANE
    names = ("plant-yard", "port-yard", "on-water", "destination-port", "inland", "delivered")
    reached = np.zeros(len(on_road), np.int64)
    times = (journey.port, journey.departed, journey.arrived, journey.released, journey.delivered)
    for k, moment in enumerate(times, 1):
        reached[moment <= closing] = k
    reached[on_road & (journey.left_plant <= closing) & (reached < 5)] = 4
    return pl.Series(names, dtype=pl.String).gather(reached)


def _sailing_table(cars: Cars, trips: Trips, journey: Journey) -> pl.DataFrame:
    aboard, num = journey.sailing >= 0, len(trips.lane)
    on_ship = journey.sailing[aboard]
    table = pl.DataFrame({
        "sailing_idx": np.arange(num),
        "lane_idx": trips.lane,
        "departs_on": pl.Series(trips.departs_on, dtype=pl.Date),
        "capacity_ceu": trips.capacity_ceu,
        "loaded_ceu": np.bincount(on_ship, cars.ceu[aboard], num),
        "cars": np.bincount(on_ship, minlength=num),
        "left_behind": journey.left_behind,
    })  # fmt: skip
    return table.cast({column.name: column.dtype for column in SHIP["sailings"].columns})


def _stays(scenario: Scenario, cars: Cars, trips: Trips, journey: Journey) -> list[Stay]:
    """Who stood in which yard from when to when."""
    export, port = scenario.plant.export, port_of_loading(scenario)
    stays = [Stay("plant", export.yard_cars, cars.yard_ms, journey.left_plant)]
    there = journey.port != NEVER
    stays.append(Stay(port.id, port.yard_cars, journey.port[there], journey.departed[there]))
    sailed, pods = journey.sailing >= 0, {p.id: p for p in scenario.logistics.ports}
    for pod in dict.fromkeys(trips.pod):
        lanes = [k for k, name in enumerate(trips.pod) if name == pod]
        mine = sailed & np.isin(cars.lane, lanes)
        stays.append(Stay(pod, pods[pod].yard_cars, journey.arrived[mine], journey.released[mine]))
    return stays
