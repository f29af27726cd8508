"""Ocean freight of each car in cents: by volume, its part of a box, and its part of a charter."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.money.pack import cents
from quayline.money.plant import CHARTERS, spread, year_in
from quayline.scenario.sailings import sailings, taken

if TYPE_CHECKING:
    from quayline.money.pack import Cars, Ints
    from quayline.money.plant import Bill
    from quayline.records.stages import Shipments
    from quayline.scenario.schema import Scenario


def freight(scenario: Scenario, cars: Cars) -> Ints:
    """What each car that has sailed pays its carrier; a box and a charter are paid whole by the cars in them.

    Cars of one box pay alike; a charter is shared by the space that each takes. Each is spread to the last cent.
    """
    paid = np.zeros(len(cars.order_id), np.int64)
    sailed = np.flatnonzero(cars.sailing >= 0)
    models, lanes = scenario.vehicles.models, scenario.logistics.lanes
    for k, lane in enumerate(lanes):
        mine = sailed[cars.lane[sailed] == k]
        if lane.box is None:
            assert lane.freight_usd_per_m3 is not None, f"lane {lane.id} has neither a freight rate nor a box"
            usd = np.array([model.volume_m3 * lane.freight_usd_per_m3 for model in models])
            paid[mine] = cents(usd)[cars.model[mine]]
            continue
        order = mine[np.lexsort((cars.order_id[mine], cars.box[mine]))]
        for box in np.split(order, np.flatnonzero(np.diff(cars.box[order])) + 1) if len(order) else []:
            paid[box] = spread(int(cents(lane.box.freight_usd)), np.ones(len(box)))
    trips = sailings(scenario)
    charters = {trip.voyage: trip for trip in trips if trip.charter_usd is not None}
    voyage = np.array([trip.voyage for trip in trips], np.int64)[cars.sailing[sailed]]
    for number, trip in charters.items():
        mine = sailed[voyage == number]
        mine = mine[np.argsort(cars.order_id[mine])]
        if len(mine) and trip.charter_usd is not None:
            space = [taken(models[cars.model[i]], lanes[cars.lane[i]], trip.unit) for i in mine]
            paid[mine] += spread(int(cents(trip.charter_usd)), np.array(space))
    return paid


def empty_charters(scenario: Scenario, ship: Shipments) -> list[Bill]:
    """The bill for each charter that was booked and sails with no car aboard."""
    trips, lanes = sailings(scenario), scenario.logistics.lanes
    aboard = np.bincount([trip.voyage for trip in trips], ship.sailings["cars"].to_numpy(), len(trips))
    paid = {
        trip.voyage: (trip, trip.charter_usd)
        for trip, sails in zip(trips, ship.sailings["sails"], strict=True)
        if trip.charter_usd is not None and sails and not aboard[trip.voyage]
    }
    return [
        (year_in(scenario, trip.departs_on), CHARTERS, lanes[trip.lane_idx].carrier, int(cents(usd)))
        for trip, usd in paid.values()
    ]
