"""Scenarios of a few ships, and hand-made plans and ends of line, for the tests of ship and money."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

import polars as pl

from quayline.records.schemas import FLOW, PLAN
from quayline.records.stages import FlowTrace, Plan
from quayline.scenario.loader import load
from quayline.scenario.markets import Box, Service
from quayline.scenario.sources import AlternatePlant
from quayline.scenario.template import new
from quayline.scenario.vehicles import ModelYear

if TYPE_CHECKING:
    from quayline.records.table import Schema
    from quayline.scenario.schema import Scenario

START = date(2026, 1, 5)
HATCH, VOLT = 0, 1
HOME, OVERSEAS, ISLANDS = 0, 1, 2


@cache
def starter() -> Scenario:
    """The scenario of `quayline new`: by road at home, one lane overseas."""
    with tempfile.TemporaryDirectory() as folder:
        new(folder)
        return load(folder)


def services(*rows: tuple[str, date, float]) -> list[Service]:
    """One service for each sailing: (lane, day, CEU)."""
    return [
        Service(id=f"trip-{k}", lane=lane, first=day, until=day, every="7 days", capacity=f"{ceu!r} CEU")
        for k, (lane, day, ceu) in enumerate(rows)
    ]


def small(trips: list[Service], **export: object) -> Scenario:
    """The starter with these sailings, a second lane to `islands`, and changes of the plant's export."""
    scenario = starter()
    port, pod = scenario.logistics.ports
    lane = scenario.logistics.lanes[0]
    places = {"yard_cars": export.pop("port_cars", port.yard_cars)}
    logistics = scenario.logistics.model_copy(update={
        "ports": [port.model_copy(update=places), pod, pod.model_copy(update={"id": "horta"})],
        "lanes": [lane, lane.model_copy(update={"id": "porto-horta", "pod": "horta", "transit_days": 3.0})],
        "services": trips,
    })  # fmt: skip
    islands = scenario.markets[OVERSEAS].model_copy(update={"id": "islands", "lane": "porto-horta", "country": "PT"})
    plant = scenario.plant.model_copy(update={"export": scenario.plant.export.model_copy(update=export)})
    return scenario.model_copy(
        update={"logistics": logistics, "plant": plant, "markets": [*scenario.markets, islands]}
    )  # fmt: skip


@dataclass(frozen=True)
class Car:
    """One order and its car: where to, off the line when, wanted and booked when; from which plant, on which lane.

    `lane` is the place of the lane (None: the market's first, or the road).
    """

    market: int
    line_off: datetime
    wanted: date
    booked: int | None = None
    variant: int = VOLT
    plant: int = 0
    lane: int | None = None

    def lane_in(self, scenario: Scenario) -> int | None:
        """The place of the lane that it takes."""
        first = scenario.markets[self.market].lane
        lanes = [lane.id for lane in scenario.logistics.lanes]
        return self.lane if self.lane is not None else None if first is None else lanes.index(first)


def frame(schema: Schema, rows: list[dict[str, Any]]) -> pl.DataFrame:
    """Rows as a table of `schema`."""
    types = {c.name: c.dtype for c in schema.columns}
    return pl.DataFrame(rows, schema=types, orient="row", strict=False)  # type: ignore[arg-type]


def plan_of(scenario: Scenario, cars: list[Car], weeks: int = 26, mode: int = 1) -> Plan:
    """A plan that builds each car on its day, with weeks of 40 h on the starter's normal mode."""
    orders = [
        {
            "order_id": k, "variant_idx": car.variant, "market_idx": car.market, "colour_idx": 0, "options": 0,
            "is_firm": False,
            "requested_on": car.wanted, "standard_build_on": car.line_off.date(),
            "planned_build_on": min(car.line_off.date(), scenario.horizon.end),
            "plant_idx": car.plant, "lane_idx": car.lane_in(scenario),
            "planned_sailing_idx": car.booked, "planned_delivery_on": car.wanted, "reason": "",
            "reason_text": "", "binding_idx": None,
        }
        for k, car in enumerate(cars)
    ]  # fmt: skip
    first = scenario.horizon.start - timedelta(days=scenario.horizon.start.weekday())
    week_rows = [
        {
            "week_idx": k, "from_on": max(first + timedelta(days=7 * k), scenario.horizon.start), "mode_idx": mode,
            "num_workdays": 5, "normal_h": 40.0, "paid_stop_h": 0.0, "overtime_h": 2.0 * (k % 3),
            "weekend_shifts": k % 2, "weekend_h": 8.0 * (k % 2), "capacity_cars": 400.0, "most_cars": 450.0,
            "built_cars": 0, "marginal_usd": 0.0,
        }
        for k in range(weeks)
    ]  # fmt: skip
    years = [
        {"agreement": a.id, "year": row.year, "minimum_cars": row.cars, "built_cars": 0, "shortfall_cars": 0}
        for a in scenario.agreements
        for row in a.minimums
    ]
    empty = {name: frame(PLAN[name], []) for name in PLAN if name not in ("orders", "weeks", "years")}
    return Plan(
        orders=frame(PLAN["orders"], orders), weeks=frame(PLAN["weeks"], week_rows),
        years=frame(PLAN["years"], years), status="optimal", objective_usd=0.0, bound_usd=0.0, gap=0.0, **empty,
    )  # fmt: skip


def flow_of(scenario: Scenario, cars: list[Car], working_h: float = 8.0) -> FlowTrace:
    """The plant's line: its cars of `plan_of`, and every shop at work for `working_h` on every day but Sundays."""
    rows = [
        {
            "order_id": k, "position": k, "released_at": car.line_off - timedelta(days=1), "line_off_at": car.line_off,
            "num_repairs": 0, "repair_h": 0.0, "assembly_position": k,
        }
        for k, car in enumerate(cars)
        if car.plant == 0
    ]  # fmt: skip
    num_days = (scenario.horizon.end - scenario.horizon.start).days + 1
    days = [
        {"date": day, "shop_idx": shop, "cars_out": 0, "working_h": working_h if day.weekday() < 6 else 0.0}
        for day in (scenario.horizon.start + timedelta(days=k) for k in range(num_days))
        for shop in range(len(scenario.plant.shops))
    ]
    empty = {name: frame(FLOW[name], []) for name in FLOW.keys() - {"cars", "days"}}
    return FlowTrace(cars=frame(FLOW["cars"], rows), days=frame(FLOW["days"], days), **empty)


def at(days: float, hour: float = 0.0) -> datetime:
    """A moment `days` after the horizon's start."""
    return datetime.combine(START, datetime.min.time()) + timedelta(days=days, hours=hour)


def on(days: int) -> date:
    """A day `days` after the horizon's start."""
    return START + timedelta(days=days)


HARBOUR, SOUTH = 1, 2  # other plants: at the plant's port, and at a port of its own
BALTIMORE, HORTA, BOXED, FROM_SETUBAL, BOXED_FROM_SETUBAL = range(5)  # lanes of `wide`


def voyage(name: str, lane: str, day: date, **rest: Any) -> Service:
    """One sailing, with its space (capacity, capacity_volume or capacity_boxes), further calls and charter."""
    return Service.model_validate({"id": name, "lane": lane, "first": day, "until": day, "every": "7 days"} | rest)


def wide(trips: list[Service], box: dict[str, Any] | None = None, **changes: object) -> Scenario:
    """`small` with two other plants, one at a port of its own, and containers of three cars, 25 a day, from both."""
    scenario = small(trips, **changes)
    logistics, lane = scenario.logistics, scenario.logistics.lanes[0]
    boxes = Box.model_validate({"cars_per_box": 3, "freight": "1800 USD", "boxes_per_day": 25} | (box or {}))
    into_boxes = {"box": boxes, "freight_usd_per_m3": None, "carrier": "bluewater"}
    south = {"pol": "setubal", "transit_days": 15.0}
    lanes = [
        *logistics.lanes,
        lane.model_copy(update={"id": "boxed"} | into_boxes),
        lane.model_copy(update={"id": "setubal-baltimore"} | south),
        lane.model_copy(update={"id": "setubal-boxed"} | south | into_boxes),
    ]
    setubal = logistics.ports[0].model_copy(update={"id": "setubal", "yard_cars": 20})
    builds = [
        {"variant": v.id, "from": scenario.horizon.start, "ex_works": f"{20000 + 500 * k} USD/car",
         "gate": "9000 kgCO2e/car"}
        for k, v in enumerate(scenario.vehicles.variants)
    ]  # fmt: skip
    base = {"party": "lakeside", "cars_per_week": 500, "truck_distance": "40 km", "truck_cost": "60 USD/car",
            "yard": "4 USD/car/day", "builds": builds}  # fmt: skip
    spots = {"latitude": 38.5, "longitude": -8.9}
    others = [
        base | {"id": "harbour", "name": "Harbour", "port": "porto", "truck_time": "0.5 day",
                "place": {"country": "PT"} | spots},
        base | {"id": "south", "name": "South", "port": "setubal", "truck_time": "2 days",
                "place": {"country": "ES"} | spots},
    ]  # fmt: skip
    early = [ModelYear.model_validate({"model_year": 2026, "from": date(2024, 1, 1)})]
    models = [m.model_copy(update={"model_years": early}) for m in scenario.vehicles.models]
    return scenario.model_copy(update={
        "vehicles": scenario.vehicles.model_copy(update={"models": models}),
        "logistics": logistics.model_copy(update={"lanes": lanes, "ports": [*logistics.ports, setubal]}),
        "alternates": [AlternatePlant.model_validate(other) for other in others],
    })  # fmt: skip
