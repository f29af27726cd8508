"""Checks sailings, queues and yards of shipments by the definitions of the scenario alone."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from quayline.scenario.sailings import sailings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.records.stages import Plan, Shipments
    from quayline.scenario.sailings import Sailing
    from quayline.scenario.schema import Scenario

SPACE_TOLERANCE = 1e-6
SECOND = timedelta(seconds=1)

Row = dict[str, Any]


def port_faults(scenario: Scenario, plan: Plan, rows: list[Row], answer: Shipments) -> Iterator[str]:
    """What is wrong with ships and yards; `rows` are the cars with what the scenario says of each."""
    trips = sailings(scenario)
    paid = {trips[k].voyage for k in plan.orders["planned_sailing_idx"].drop_nulls().unique()}
    sails = [trip.charter_usd is None or trip.voyage in paid for trip in trips]
    names = ("sailing_idx", "lane_idx", "departs_on", "capacity", "unit", "voyage_idx", "sails")
    listed = [(t.sailing_idx, t.lane_idx, t.departs_on, t.capacity, t.unit, t.voyage, on)
              for t, on in zip(trips, sails, strict=True)]  # fmt: skip
    if listed != list(answer.sailings.select(names).iter_rows()):
        yield "the sailings are not those of the scenario"
        return
    yield from _sailing_faults(scenario, trips, sails, rows, answer)
    yield from _queue_faults(scenario, trips, sails, rows, answer)
    yield from _yard_faults(scenario, rows, answer)


def _depart(sailing: Sailing) -> datetime:
    return datetime.combine(sailing.departs_on, time())


def _space(row: Row, unit: str) -> float:
    if unit == "boxes":
        return 1.0 / float(row["box_size"])
    return float(row["model"].ceu if unit == "ceu" else row["model"].volume_m3)


def _sailing_faults(
    scenario: Scenario, trips: list[Sailing], sails: list[bool], rows: list[Row], answer: Shipments
) -> Iterator[str]:
    """Ships hold no more than their space, and take cars of their lane in time; charters that nobody booked stay."""
    used: dict[int, float] = defaultdict(float)
    num: dict[int, int] = defaultdict(int)
    for row in rows:
        if row["sailing_idx"] is None:
            continue
        who, trip = f"car {row['order_id']}", trips[row["sailing_idx"]]
        lane = scenario.logistics.lanes[trip.lane_idx]
        used[trip.sailing_idx] += _space(row, trip.unit)
        num[trip.sailing_idx] += 1
        if trip.lane_idx != row["lane_idx"] or row["departed_at"] != _depart(trip) or row["port"] != lane.pol:
            yield f"{who} is on a sailing of another lane or day"
        if not sails[trip.sailing_idx]:
            yield f"{who} sails on a charter that the plan did not book"
        if row["port_at"] + row["gate"] > _depart(trip) - timedelta(days=lane.cut_off_days) + SECOND:
            yield f"{who} sails though it missed the cut-off"
        if row["load_booked"] is not None and row["departed_at"] < row["load_booked"]:
            yield f"{who} sails before the sailing it is booked on"
    by_ship: dict[int, float] = defaultdict(float)
    for trip in trips:
        by_ship[trip.voyage] += used[trip.sailing_idx]
        if by_ship[trip.voyage] > trip.capacity + SPACE_TOLERANCE:
            told = f"{by_ship[trip.voyage]} {trip.unit} of {trip.capacity}"
            yield f"the ship of sailing {trip.sailing_idx} carries {told}"
    for trip, cars, loaded in zip(trips, answer.sailings["cars"], answer.sailings["loaded"], strict=True):
        if cars != num[trip.sailing_idx] or abs(loaded - used[trip.sailing_idx]) > SPACE_TOLERANCE:
            yield f"sailing {trip.sailing_idx} says {cars} cars and {loaded} {trip.unit}, its cars say otherwise"


def _queue_faults(
    scenario: Scenario, trips: list[Sailing], sails: list[bool], rows: list[Row], answer: Shipments
) -> Iterator[str]:
    """First come first served: whoever is left behind came last, found no space, and is counted."""
    waiting: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        if row["port_at"] is not None:
            waiting[row["lane_idx"]].append(row)
    for cars in waiting.values():
        cars.sort(key=lambda row: row["port_at"])
    calls: dict[int, list[Sailing]] = defaultdict(list)
    for trip in trips:
        if sails[trip.sailing_idx]:
            calls[trip.voyage].append(trip)
    rolled: dict[int, int] = defaultdict(int)
    left_behind = answer.sailings["left_behind"].to_list()
    for voyage in calls.values():
        aboard: list[Row] = []
        missed: list[Row] = []
        for trip in voyage:
            came, gone = _there(scenario, trip, waiting[trip.lane_idx])
            stayed = [row for row in came if row["sailing_idx"] != trip.sailing_idx]
            if len(stayed) != left_behind[trip.sailing_idx]:
                told = left_behind[trip.sailing_idx]
                yield f"sailing {trip.sailing_idx} leaves {len(stayed)} cars behind, it says {told}"
            aboard += gone
            missed += stayed
        for row in missed:
            rolled[row["order_id"]] += 1
        yield from _voyage_faults(voyage[0], aboard, missed)
    for row in rows:
        if row["num_rolled"] != rolled[row["order_id"]]:
            yield f"car {row['order_id']} was left {rolled[row['order_id']]} times, it says {row['num_rolled']}"


def _there(scenario: Scenario, trip: Sailing, cars: list[Row]) -> tuple[list[Row], list[Row]]:
    """The cars that the sailing could take, and those that it takes, which no longer wait."""
    depart = _depart(trip)
    cut_off = depart - timedelta(days=scenario.logistics.lanes[trip.lane_idx].cut_off_days)
    num_come = bisect_right(cars, depart, key=lambda row: row["port_at"])
    there = [
        row for row in cars[:num_come]
        if row["port_at"] + row["gate"] <= cut_off and row["left"] < depart
        and (row["load_booked"] is None or row["load_booked"] <= depart)
    ]  # fmt: skip
    gone = [row for row in there if row["sailing_idx"] == trip.sailing_idx]
    cars[:num_come] = [row for row in cars[:num_come] if row["sailing_idx"] != trip.sailing_idx]
    return there, gone


def _voyage_faults(trip: Sailing, aboard: list[Row], missed: list[Row]) -> Iterator[str]:
    """Nobody on board came after one left behind, and the first one left behind has no space."""
    if not missed:
        return
    first = min(row["port_at"] for row in missed)
    if any(row["port_at"] > first for row in aboard):
        yield f"sailing {trip.sailing_idx} takes a car that came after one left behind"
    used = sum(_space(row, trip.unit) for row in aboard)
    largest = max(1.0 if trip.unit == "boxes" else _space(row, trip.unit) for row in missed if row["port_at"] == first)
    if used + largest <= trip.capacity:
        yield f"sailing {trip.sailing_idx} leaves cars behind for which it has space"


def _yard_stays(scenario: Scenario, rows: list[Row]) -> dict[str, list[tuple[datetime, datetime]]]:
    """For each yard, from when until when each car stood there."""
    plants = ["plant", *(a.id for a in scenario.alternates)]
    ports = [scenario.plant.export.port, *(a.port for a in scenario.alternates)]
    stays: dict[str, list[tuple[datetime, datetime]]] = {place: [] for place in (*plants, *ports)}
    stays |= {lane.pod: [] for lane in scenario.logistics.lanes if lane.pod not in stays}
    for row in rows:
        left = row["left"] or datetime.max
        if row["lane"] is None and row["delivered_at"] is not None:
            left = row["delivered_at"] - timedelta(days=row["market"].inland_days)
        stays[plants[row["plant_idx"]]].append((row["yard_at"], left))
        if row["port_at"] is not None:
            stays[row["port"]].append((row["port_at"], row["departed_at"] or datetime.max))
        if row["arrived_at"] is not None:
            stays[row["lane"].pod].append((row["arrived_at"], row["released_at"] or datetime.max))
    return stays


def _yard_faults(scenario: Scenario, rows: list[Row], answer: Shipments) -> Iterator[str]:
    """Each yard's peak of each day, counted car by car; no port turns out to hold more than it lets in."""
    places = {port.id: port.yard_cars for port in scenario.logistics.ports} | {"plant": scenario.plant.export.yard_cars}
    told = {(row["place"], row["date"]): row for row in answer.yards.iter_rows(named=True)}
    num_days = (scenario.horizon.end - scenario.horizon.start).days + 1
    stays, into = _yard_stays(scenario, rows), {lane.pod for lane in scenario.logistics.lanes}
    loading = {scenario.plant.export.port, *(a.port for a in scenario.alternates)} - into
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
            begin = datetime.combine(day, time())
            while at < len(moments) and moments[at] <= begin:
                level += changes[moments[at]]
                at += 1
            peak = level
            while at < len(moments) and moments[at] < begin + timedelta(days=1):
                level += changes[moments[at]]
                peak = max(peak, level)
                at += 1
            row = told.get((place, day))
            if row is None or (row["cars"], row["capacity_cars"]) != (peak, places.get(place)):
                yield f"yard {place} on {day}: most cars {peak}, told {row and row['cars']}"
            if place in loading and peak > places[place]:
                yield f"yard {place} on {day} holds {peak} cars on {places[place]} places"
