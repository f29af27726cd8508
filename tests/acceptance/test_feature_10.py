"""Feature 10: yards and first in, first out by destination.

Stock is never above capacity, and no car misses its booked ship while an older one of its lane waits behind it. The
second half needs ships that are too small: the plan of the starter is replayed on ships with half their space.
"""

from __future__ import annotations

import pytest

from quayline.scenario.loader import load
from quayline.ship import measures
from quayline.ship.params import ShipParams
from quayline.ship.solve import ship


@pytest.fixture(scope="module")
def crowded(starter, records):
    """The starter with half the space on each ship, and its planned cars shipped on them."""
    scenario = load(starter)
    services = [s.model_copy(update={"capacity_ceu": s.capacity_ceu / 2}) for s in scenario.logistics.services]
    scenario = scenario.model_copy(update={"logistics": scenario.logistics.model_copy(update={"services": services})})
    return ship(scenario, records.plan, records.flow, ShipParams(), seed=3)


def test_stock_is_never_above_capacity(records, crowded) -> None:
    for answer in (records.ship, crowded):
        for row in answer.yards.drop_nulls("capacity_cars").iter_rows(named=True):
            assert row["cars"] <= row["capacity_cars"], row


def test_nobody_overtakes_who_waits_for_the_same_lane(records, crowded) -> None:
    """Who finds a ship full that it was booked on came after everybody of its lane who is aboard."""
    orders = records.plan.orders.select("order_id", "lane_idx", "planned_sailing_idx")
    rows = crowded.cars.join(orders, on="order_id").to_dicts()
    trips = {trip["sailing_idx"]: trip for trip in crowded.sailings.iter_rows(named=True)}
    missed = [row for row in rows if row["missed"] in ("full", "rolled-before")]
    assert len(missed) > 20
    for trip in trips.values():
        aboard = [row["port_at"] for row in rows if row["sailing_idx"] == trip["sailing_idx"]]
        behind = [row["port_at"] for row in missed if row["planned_sailing_idx"] == trip["sailing_idx"]]
        if aboard and behind:
            assert max(aboard) <= min(behind), trip


def test_dwell_is_told_for_each_market(starter, records) -> None:
    """Days at the plant, in the port of loading and of discharge are means over the cars' own times."""
    scenario = load(starter)
    legs = {row["market"]: row for row in measures.legs(scenario, records.plan, records.ship).iter_rows(named=True)}
    market = {order: k for order, k in records.plan.orders.select("order_id", "market_idx").iter_rows()}
    rows = [
        row for row in records.ship.cars.drop_nulls("delivered_at").iter_rows(named=True)
        if scenario.markets[market[row["order_id"]]].id == "overseas"
    ]  # fmt: skip
    spans = (("plant_days", "port_at", "yard_at"), ("port_days", "departed_at", "port_at"),
             ("discharge_days", "released_at", "arrived_at"))  # fmt: skip
    for name, later, earlier in spans:
        mean = sum((row[later] - row[earlier]).total_seconds() for row in rows) / len(rows) / 86400
        assert legs["overseas"][name] == pytest.approx(mean)
