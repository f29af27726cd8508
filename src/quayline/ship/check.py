"""Checks shipments by the definitions of the scenario alone, with none of the engine's code."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import polars as pl

from quayline.scenario.sailings import sailings
from quayline.scenario.working_days import working_days
from quayline.ship.check_ports import port_faults

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.records.stages import FlowTrace, Plan, Shipments
    from quayline.scenario.schema import Scenario
    from quayline.ship.params import ShipParams

STEPS = ("yard_at", "port_at", "departed_at", "arrived_at", "released_at", "delivered_at")
SECOND = timedelta(seconds=1)  # spans in days of the scenario need not be whole milliseconds
DAY = timedelta(days=1)

Row = dict[str, Any]


def faults(scenario: Scenario, plan: Plan, flow: FlowTrace, answer: Shipments, params: ShipParams) -> list[str]:
    """Everything in `answer` that the scenario and the records before it do not allow; empty when right."""
    wrong = list(_row_faults(plan, flow, answer))
    if wrong:
        return wrong
    rows = _rows(scenario, plan, answer, params)
    return [
        *_leg_faults(scenario, rows),
        *_ban_faults(scenario, rows),
        *_truck_faults(scenario, rows),
        *_box_faults(scenario, rows),
        *port_faults(scenario, plan, rows, answer),
        *_missed_faults(scenario, rows),
        *_state_faults(scenario, rows),
    ]


def _row_faults(plan: Plan, flow: FlowTrace, answer: Shipments) -> Iterator[str]:
    """Each built car once, into the yard as it leaves its line: of another plant at noon of its day."""
    off = dict(flow.cars.select("order_id", "line_off_at").iter_rows())
    others = plan.orders.filter(pl.col("plant_idx") > 0).select("order_id", "planned_build_on")
    off |= {order: datetime.combine(day, time(12)) for order, day in others.iter_rows()}
    told = dict(answer.cars.select("order_id", "yard_at").iter_rows())
    if not (off.keys() == told.keys() and answer.cars.height == len(off)):
        yield f"{answer.cars.height} cars, expected each of the {len(off)} built ones once"
        return
    if num := sum(told[order] != moment for order, moment in off.items()):
        yield f"{num} cars come into the yard at another time than off the line"
    for k, later in enumerate(STEPS[1:], 1):
        for earlier in STEPS[:k]:
            if num := answer.cars.filter(pl.col(later) < pl.col(earlier)).height:
                yield f"{num} cars have {later} before {earlier}"


def _rows(scenario: Scenario, plan: Plan, answer: Shipments, params: ShipParams) -> list[Row]:
    """Cars as dictionaries with what the scenario says of each."""
    orders = plan.orders.select(
        "order_id", "variant_idx", "market_idx", "requested_on", "planned_build_on", "planned_sailing_idx",
        "plant_idx", "lane_idx",
    )  # fmt: skip
    models = {m.id: m for m in scenario.vehicles.models}
    ports = {p.id: p for p in scenario.logistics.ports}
    trips = sailings(scenario)
    export = scenario.plant.export
    rows = answer.cars.join(orders, on="order_id", how="left").to_dicts()
    for row in rows:
        other = scenario.alternates[row["plant_idx"] - 1] if row["plant_idx"] else None
        row["market"] = scenario.markets[row["market_idx"]]
        row["lane"] = None if row["lane_idx"] is None else scenario.logistics.lanes[row["lane_idx"]]
        row["model"] = models[scenario.vehicles.variants[row["variant_idx"]].model]
        row["wanted"] = datetime.combine(row["requested_on"], time())
        row["truck"] = timedelta(days=other.truck_days) if other else timedelta(hours=export.truck_h)
        row["origin"] = other.place.country if other else scenario.plant.place.country
        row["port"] = other.port if other else export.port
        row["gate"] = timedelta(days=ports[row["port"]].processing_days)
        row["left"] = row["port_at"] and row["port_at"] - row["truck"]
        row["trip"] = None if row["planned_sailing_idx"] is None else trips[row["planned_sailing_idx"]]
        row["booked"] = row["trip"] and datetime.combine(row["trip"].departs_on, time())
        called = row["yard_at"] if row["booked"] is None else row["booked"] - timedelta(days=params.call_days)
        row["called"] = max(row["yard_at"], called)
        row["load_booked"], row["box_size"] = row["booked"], 1
    for box in _by_box(rows).values():
        latest = max((row["booked"] for row in box if row["booked"]), default=None)
        for row in box:
            row["load_booked"], row["box_size"] = latest, len(box)
    return rows


def _by_box(rows: list[Row]) -> dict[int, list[Row]]:
    boxes: dict[int, list[Row]] = defaultdict(list)
    for row in rows:
        if row["box_idx"] is not None:
            boxes[row["box_idx"]].append(row)
    return boxes


def _leg_faults(scenario: Scenario, rows: list[Row]) -> Iterator[str]:
    """Each leg takes the time that the scenario says, and nobody gets a car before wanting it."""
    ports = {p.id: p for p in scenario.logistics.ports}
    for row in rows:
        who, lane, is_barred = f"car {row['order_id']}", row["lane"], row["barred_by"] != ""
        ready = row["yard_at"] if lane is None else row["released_at"]
        if lane is None:
            if any(row[step] is not None for step in STEPS[1:5]) or row["sailing_idx"] is not None:
                yield f"{who} goes by road and has times of a voyage"
        elif row["sailing_idx"] is not None:
            passage = row["arrived_at"] - row["departed_at"]
            if abs(passage - timedelta(days=lane.transit_days)) > SECOND:
                yield f"{who} is at sea for {passage}"
            if row["released_at"] is None and not is_barred:
                yield f"{who} does not leave the port of discharge"
            elif row["released_at"] is not None:
                processing = row["released_at"] - row["arrived_at"]
                if abs(processing - timedelta(days=ports[lane.pod].processing_days)) > SECOND:
                    yield f"{who} is in the port of discharge for {processing}"
        if (ready is None or is_barred) != (row["delivered_at"] is None):
            yield f"{who} is delivered or not, against its way"
        elif row["delivered_at"] is not None and abs(row["delivered_at"] - _handed_over(row)) > SECOND:
            yield f"{who} is delivered at {row['delivered_at']}, expected the later of its way and its day"


def _handed_over(row: Row) -> datetime:
    """When the customer has the car, if no rule bars it."""
    ready: datetime = row["yard_at"] if row["lane"] is None else row["released_at"]
    wanted: datetime = row["wanted"]
    return max(ready + timedelta(days=row["market"].inland_days), wanted)


def _ban_faults(scenario: Scenario, rows: list[Row]) -> Iterator[str]:
    """A car is barred by the first rule of its brand, model year and country that acts on its import or its sale."""
    for row in rows:
        starts = [y.model_year for y in row["model"].model_years if y.from_ <= row["planned_build_on"]]
        met = []
        for k, ban in enumerate(scenario.trade.admissibility):
            if (ban.country, ban.brand) != (row["market"].country, row["model"].brand):
                continue
            if not starts or starts[-1] < ban.model_year_from:
                continue
            moment = row["arrived_at"] if row["origin"] != row["market"].country else None
            if ban.acts_on == "sale":
                is_there = row["lane"] is None or row["released_at"] is not None
                moment = _handed_over(row) if is_there else None
            if moment is not None and moment.date() >= ban.from_:
                met.append((moment, k, ban))
        first = min(met, key=lambda m: m[:2], default=None)
        row["barred_at"] = first and first[0]
        if row["barred_by"] != ("" if first is None else first[2].id):
            yield f"car {row['order_id']} is barred by {row['barred_by']!r}, expected {first and first[2].id!r}"
        elif first and (row["released_at"] is None) != (first[2].acts_on == "import" or row["lane"] is None):
            yield f"car {row['order_id']} is barred on {first[2].acts_on} and released at {row['released_at']}"


def _truck_faults(scenario: Scenario, rows: list[Row]) -> Iterator[str]:
    """The plant's trucks take no more cars a day than there are, and each car after it was called."""
    per_day: dict[Any, int] = defaultdict(int)
    for row in rows:
        if row["left"] is None:
            if row["sailing_idx"] is not None:
                yield f"car {row['order_id']} sails without having been at the port"
            continue
        per_day[row["left"].date()] += row["plant_idx"] == 0
        if row["left"] < row["called"] - SECOND:
            yield f"car {row['order_id']} is on a truck before it is called"
    for day, num in per_day.items():
        if num > scenario.plant.export.trucked_per_day:
            yield f"{num} cars trucked on {day}, expected at most {scenario.plant.export.trucked_per_day}"


def _box_faults(scenario: Scenario, rows: list[Row]) -> Iterator[str]:
    """Boxes hold cars of one lane and plant that go together, are full but for the last, and are loaded in time."""
    boxes = _by_box(rows)
    of_lane: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number, box in sorted(boxes.items()):
        if len({(r["plant_idx"], r["lane_idx"], r["port_at"], r["sailing_idx"]) for r in box}) > 1:
            yield f"box {number} holds cars of several lanes, plants, trucks or ships"
        of_lane[box[0]["plant_idx"], box[0]["lane_idx"]].append(number)
    for row in rows:
        if row["port_at"] is not None and (row["lane"].box is None) != (row["box_idx"] is None):
            yield f"car {row['order_id']} is in a box or not, against its lane"
    for (plant, lane), numbers in of_lane.items():
        rule = scenario.logistics.lanes[lane].box
        if rule is None:
            continue
        sizes = [len(boxes[number]) for number in numbers]
        if any(size != rule.cars_per_box for size in sizes[:-1]) or sizes[-1] > rule.cars_per_box:
            told = sorted(set(sizes))
            yield f"boxes of lane {lane} from plant {plant} hold {told} cars, expected {rule.cars_per_box}"
        for earlier, later in pairwise(numbers):
            if max(r["called"] for r in boxes[earlier]) > min(r["called"] for r in boxes[later]):
                yield f"box {later} is filled before box {earlier}"
        yield from _loading_faults(scenario, plant, rule.boxes_per_day, [boxes[number] for number in numbers])


def _loading_faults(scenario: Scenario, plant: int, per_day: int, boxes: list[list[Row]]) -> Iterator[str]:
    """No box leaves before the first open day on which it can have been loaded, `per_day` a day."""
    last = max([scenario.horizon.end, *(trip.departs_on for trip in sailings(scenario))])
    is_open = set(working_days(scenario.plant, scenario.horizon.start, last)) if plant == 0 else None
    shut = scenario.alternates[plant - 1].closures if plant else []
    loaded: dict[date, int] = defaultdict(int)
    for box in boxes:
        full = max(row["called"] for row in box)
        day = full.date()
        while day <= last and (
            loaded[day] >= per_day
            or (day not in is_open if is_open is not None else day.weekday() > 4)
            or any(one.from_ <= day <= one.to for one in shut)
        ):
            day += DAY
        loaded[day] += 1
        if box[0]["left"] is not None and box[0]["left"] < max(full, datetime.combine(day, time())) - SECOND:
            yield f"box {box[0]['box_idx']} leaves at {box[0]['left']}, it can be loaded on {day} at the earliest"


def _missed_faults(scenario: Scenario, rows: list[Row]) -> Iterator[str]:
    """The reason why a car is not on its booked ship, from its own times and those of the cars aboard."""
    voyages = {trip.sailing_idx: trip.voyage for trip in sailings(scenario)}
    carries_over = {
        voyages[row["sailing_idx"]]
        for row in rows
        if row["sailing_idx"] is not None and row["booked"] is not None and row["departed_at"] > row["booked"]
    }
    for row in rows:
        is_there = row["departed_at"] is not None and (row["booked"] is None or row["departed_at"] == row["booked"])
        if row["lane"] is None or is_there:
            expected = ""
        elif row["trip"] is None:
            expected = "no-sailing"
        else:
            cut_off = row["booked"] - timedelta(days=row["lane"].cut_off_days)
            is_ready = row["port_at"] is not None and row["port_at"] + row["gate"] <= cut_off
            if is_ready and row["load_booked"] == row["booked"]:
                expected = "rolled-before" if row["trip"].voyage in carries_over else "full"
            else:
                is_late = row["yard_at"].date() > row["planned_build_on"]
                is_late = is_late and row["yard_at"] + row["truck"] + row["gate"] > cut_off
                expected = "late-line" if is_late else "not-ready"
        if row["missed"] != expected:
            yield f"car {row['order_id']} missed its ship for {row['missed']!r}, expected {expected!r}"


def _state_faults(scenario: Scenario, rows: list[Row]) -> Iterator[str]:
    """The state is the last place that the car has reached by midnight after the last build day."""
    closing = datetime.combine(scenario.horizon.end, time()) + DAY
    names = {"port_at": "port-yard", "departed_at": "on-water", "arrived_at": "destination-port",
             "released_at": "inland", "delivered_at": "delivered", "barred_at": "barred"}  # fmt: skip
    for row in rows:
        state = "plant-yard"
        for step, name in names.items():
            if row[step] is not None and row[step] <= closing:
                state = name
        if row["lane"] is None and state == "plant-yard" and row["delivered_at"] is not None:
            left = row["delivered_at"] - timedelta(days=row["market"].inland_days)
            state = "inland" if left <= closing else "plant-yard"
        if row["state"] != state:
            yield f"car {row['order_id']} is at {row['state']}, expected {state}"
