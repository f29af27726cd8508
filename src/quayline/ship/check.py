"""Checks shipments by the definitions of the scenario alone, with none of the engine's code."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from quayline.scenario.sailings import sailings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.records.stages import FlowTrace, Plan, Shipments
    from quayline.scenario.sailings import Sailing
    from quayline.scenario.schema import Scenario

STEPS = ("yard_at", "port_at", "departed_at", "arrived_at", "released_at", "delivered_at")
SPACE_TOLERANCE = 1e-6
SECOND = timedelta(seconds=1)  # spans in days of the scenario need not be whole milliseconds


def faults(scenario: Scenario, plan: Plan, flow: FlowTrace, answer: Shipments) -> list[str]:
    """Everything in `answer` that the scenario and the records before it do not allow; empty when right."""
    wrong = list(_row_faults(flow, answer))
    if wrong:
        return wrong
    rows = _rows(scenario, plan, answer)
    return [
        *_leg_faults(scenario, rows),
        *_truck_faults(scenario, rows),
        *_sailing_faults(scenario, rows, answer),
        *_queue_faults(scenario, rows, answer),
        *_yard_faults(scenario, rows, answer),
        *_state_faults(scenario, rows),
    ]


def _row_faults(flow: FlowTrace, answer: Shipments) -> Iterator[str]:
    built = flow.cars.select("order_id", "line_off_at").join(answer.cars, on="order_id")
    if not (built.height == flow.cars.height == answer.cars.height == answer.cars["order_id"].n_unique()):
        yield f"{answer.cars.height} cars, expected each of the {flow.cars.height} built ones once"
    if num := built.filter(pl.col("yard_at") != pl.col("line_off_at")).height:
        yield f"{num} cars come into the yard at another time than off the line"
    for k, later in enumerate(STEPS[1:], 1):
        for earlier in STEPS[:k]:
            if num := answer.cars.filter(pl.col(later) < pl.col(earlier)).height:
                yield f"{num} cars have {later} before {earlier}"


def _rows(scenario: Scenario, plan: Plan, answer: Shipments) -> list[dict[str, Any]]:
    """Cars as dictionaries with what the scenario says of each."""
    orders = plan.orders.select("order_id", "variant_idx", "market_idx", "requested_on", "planned_sailing_idx")
    lanes = {lane.id: k for k, lane in enumerate(scenario.logistics.lanes)}
    models = {m.id: m for m in scenario.vehicles.models}
    trips = sailings(scenario)
    rows = answer.cars.join(orders, on="order_id", how="left").to_dicts()
    for row in rows:
        market = scenario.markets[row["market_idx"]]
        row["market"] = market
        row["lane"] = None if market.lane is None else lanes[market.lane]
        row["ceu"] = models[scenario.vehicles.variants[row["variant_idx"]].model].ceu
        row["wanted"] = datetime.combine(row["requested_on"], datetime.min.time())
        booked = row["planned_sailing_idx"]
        row["booked"] = None if booked is None else _depart(trips[booked])
    return rows


def _depart(sailing: Sailing) -> datetime:
    return datetime.combine(sailing.departs_on, datetime.min.time())


def _leg_faults(scenario: Scenario, rows: list[dict[str, Any]]) -> Iterator[str]:
    """Each leg takes the time that the scenario says, and nobody gets a car before wanting it."""
    ports = {p.id: p for p in scenario.logistics.ports}
    for row in rows:
        who, market = f"car {row['order_id']}", row["market"]
        inland = timedelta(days=market.inland_days)
        ready = row["yard_at"] if row["lane"] is None else row["released_at"]
        if row["lane"] is None:
            if any(row[step] is not None for step in STEPS[1:5]) or row["sailing_idx"] is not None:
                yield f"{who} goes by road and has times of a voyage"
        elif row["sailing_idx"] is not None:
            lane = scenario.logistics.lanes[row["lane"]]
            passage = row["arrived_at"] - row["departed_at"]
            processing = row["released_at"] - row["arrived_at"]
            if abs(passage - timedelta(days=lane.transit_days)) > SECOND:
                yield f"{who} is at sea for {passage}"
            if abs(processing - timedelta(days=ports[lane.pod].processing_days)) > SECOND:
                yield f"{who} is in the port of discharge for {processing}"
        if (ready is None) != (row["delivered_at"] is None):
            yield f"{who} is delivered or not, against its way"
        elif ready is not None and abs(row["delivered_at"] - max(ready + inland, row["wanted"])) > SECOND:
            yield f"{who} is delivered at {row['delivered_at']}, expected the later of its way and its day"


def _truck_faults(scenario: Scenario, rows: list[dict[str, Any]]) -> Iterator[str]:
    """Trucks take no more cars a day than there are, and each after it was built."""
    export = scenario.plant.export
    per_day: dict[Any, int] = defaultdict(int)
    for row in rows:
        if row["port_at"] is None:
            if row["sailing_idx"] is not None:
                yield f"car {row['order_id']} sails without having been at the port"
            continue
        left = row["port_at"] - timedelta(hours=export.truck_h)
        per_day[left.date()] += 1
        if left < row["yard_at"] - SECOND:
            yield f"car {row['order_id']} is on a truck before it is built"
    for day, num in per_day.items():
        if num > export.trucked_per_day:
            yield f"{num} cars trucked on {day}, expected at most {export.trucked_per_day}"


def _sailing_faults(scenario: Scenario, rows: list[dict[str, Any]], answer: Shipments) -> Iterator[str]:
    """Sailings are those of the scenario, hold no more than their space, and take cars of their lane in time."""
    trips = sailings(scenario)
    listed = [(t.sailing_idx, t.lane_idx, t.departs_on, t.capacity) for t in trips]
    if listed != list(answer.sailings.select("sailing_idx", "lane_idx", "departs_on", "capacity_ceu").iter_rows()):
        yield "the sailings are not those of the scenario"
        return
    ports = {p.id: p for p in scenario.logistics.ports}
    used: dict[int, float] = defaultdict(float)
    num: dict[int, int] = defaultdict(int)
    for row in rows:
        if row["sailing_idx"] is None:
            continue
        trip = trips[row["sailing_idx"]]
        lane = scenario.logistics.lanes[trip.lane_idx]
        used[trip.sailing_idx] += row["ceu"]
        num[trip.sailing_idx] += 1
        if trip.lane_idx != row["lane"] or row["departed_at"] != _depart(trip):
            yield f"car {row['order_id']} is on a sailing of another lane or day"
        if _ready(row, ports[lane.pol].processing_days) > _depart(trip) - timedelta(days=lane.cut_off_days) + SECOND:
            yield f"car {row['order_id']} sails though it missed the cut-off"
        if row["booked"] is not None and row["departed_at"] < row["booked"]:
            yield f"car {row['order_id']} sails before the sailing it is booked on"
    for trip, cars, loaded in zip(trips, answer.sailings["cars"], answer.sailings["loaded_ceu"], strict=True):
        if used[trip.sailing_idx] > trip.capacity + SPACE_TOLERANCE:
            yield f"sailing {trip.sailing_idx} carries {used[trip.sailing_idx]} CEU of {trip.capacity}"
        if cars != num[trip.sailing_idx] or abs(loaded - used[trip.sailing_idx]) > SPACE_TOLERANCE:
            yield f"sailing {trip.sailing_idx} says {cars} cars and {loaded} CEU, its cars say otherwise"


def _ready(row: dict[str, Any], processing_days: float) -> datetime:
    moment: datetime = row["port_at"]
    return moment + timedelta(days=processing_days)


def _queue_faults(scenario: Scenario, rows: list[dict[str, Any]], answer: Shipments) -> Iterator[str]:
    """First come first served: whoever is left behind came last, found no space, and is counted."""
    ports = {p.id: p for p in scenario.logistics.ports}
    waiting: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        if row["lane"] is not None and row["port_at"] is not None:
            waiting[row["lane"]].append(row)
    for cars in waiting.values():
        cars.sort(key=lambda row: row["port_at"])
    rolled: dict[int, int] = defaultdict(int)
    truck = timedelta(hours=scenario.plant.export.truck_h)
    for trip, left_behind in zip(sailings(scenario), answer.sailings["left_behind"], strict=True):
        lane, depart = scenario.logistics.lanes[trip.lane_idx], _depart(trip)
        cut_off = depart - timedelta(days=lane.cut_off_days)
        cars = waiting[trip.lane_idx]
        num_come = bisect_right(cars, depart, key=lambda row: row["port_at"])
        there = [
            row for row in cars[:num_come]
            if _ready(row, ports[lane.pol].processing_days) <= cut_off and row["port_at"] - truck < depart
            and (row["booked"] is None or row["booked"] <= depart)
        ]  # fmt: skip
        aboard = [row for row in there if row["sailing_idx"] == trip.sailing_idx]
        missed = [row for row in there if row["sailing_idx"] != trip.sailing_idx]
        for row in missed:
            rolled[row["order_id"]] += 1
        if len(missed) != left_behind:
            yield f"sailing {trip.sailing_idx} leaves {len(missed)} cars behind, it says {left_behind}"
        first = min((row["port_at"] for row in missed), default=None)
        if first is not None and any(row["port_at"] > first for row in aboard):
            yield f"sailing {trip.sailing_idx} takes a car that came after one left behind"
        used = sum(row["ceu"] for row in aboard)
        if missed and used + max(r["ceu"] for r in missed if r["port_at"] == first) <= trip.capacity:
            yield f"sailing {trip.sailing_idx} leaves cars behind for which it has space"
        gone = {row["order_id"] for row in aboard}
        cars[:num_come] = [row for row in cars[:num_come] if row["order_id"] not in gone]
    for row in rows:
        if row["num_rolled"] != rolled[row["order_id"]]:
            yield f"car {row['order_id']} was left {rolled[row['order_id']]} times, it says {row['num_rolled']}"


def _yard_stays(scenario: Scenario, rows: list[dict[str, Any]]) -> dict[str, list[tuple[datetime, datetime]]]:
    """For each yard, from when until when each car stood there."""
    truck = timedelta(hours=scenario.plant.export.truck_h)
    stays: dict[str, list[tuple[datetime, datetime]]] = {"plant": [], scenario.plant.export.port: []}
    stays.update((lane.pod, []) for lane in scenario.logistics.lanes)
    for row in rows:
        if row["lane"] is None:
            left = row["delivered_at"] - timedelta(days=row["market"].inland_days)
        else:
            left = row["port_at"] - truck if row["port_at"] else datetime.max
        stays["plant"].append((row["yard_at"], left))
        if row["port_at"] is not None:
            stays[scenario.plant.export.port].append((row["port_at"], row["departed_at"] or datetime.max))
        if row["arrived_at"] is not None:
            pod = scenario.logistics.lanes[row["lane"]].pod
            stays[pod].append((row["arrived_at"], row["released_at"]))
    return stays


def _yard_faults(scenario: Scenario, rows: list[dict[str, Any]], answer: Shipments) -> Iterator[str]:
    """Each yard's peak of each day, counted car by car; the port of loading never holds more than its places."""
    places = {port.id: port.yard_cars for port in scenario.logistics.ports}
    places["plant"] = scenario.plant.export.yard_cars
    told = {(row["place"], row["date"]): row for row in answer.yards.iter_rows(named=True)}
    num_days = (scenario.horizon.end - scenario.horizon.start).days + 1
    stays = _yard_stays(scenario, rows)
    if len(told) != answer.yards.height or len(told) != num_days * len(stays):
        yield f"{answer.yards.height} rows of yards, expected {num_days} days of {len(stays)} places"
        return
    for place, spans in stays.items():
        changes: dict[datetime, int] = defaultdict(int)
        for came, went in spans:
            changes[came] += 1
            changes[went] -= 1
        moments, level, at = sorted(changes), 0, 0
        for k in range(num_days):
            day = scenario.horizon.start + timedelta(days=k)
            begin = datetime.combine(day, datetime.min.time())
            while at < len(moments) and moments[at] <= begin:
                level += changes[moments[at]]
                at += 1
            peak = level
            while at < len(moments) and moments[at] < begin + timedelta(days=1):
                level += changes[moments[at]]
                peak = max(peak, level)
                at += 1
            row = told.get((place, day))
            if row is None or (row["cars"], row["capacity_cars"]) != (peak, places[place]):
                yield f"yard {place} on {day}: most cars {peak}, told {row and row['cars']}"
            if place == scenario.plant.export.port and peak > places[place]:
                yield f"yard {place} on {day} holds {peak} cars on {places[place]} places"


def _state_faults(scenario: Scenario, rows: list[dict[str, Any]]) -> Iterator[str]:
    """The state is the last place that the car has reached by midnight after the last build day."""
    closing = datetime.combine(scenario.horizon.end, datetime.min.time()) + timedelta(days=1)
    names = {"port_at": "port-yard", "departed_at": "on-water", "arrived_at": "destination-port",
             "released_at": "inland", "delivered_at": "delivered"}  # fmt: skip
    for row in rows:
        state = "plant-yard"
        for step, name in names.items():
            if row[step] is not None and row[step] <= closing:
                state = name
        if row["lane"] is None and state == "plant-yard":
            left = row["delivered_at"] - timedelta(days=row["market"].inland_days)
            state = "inland" if left <= closing else "plant-yard"
        if row["state"] != state:
            yield f"car {row['order_id']} is at {row['state']}, expected {state}"
