"""Cars and sailings of a scenario as arrays of whole milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.records.built import built_cars
from quayline.scenario.sailings import sailings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quayline.records.stages import FlowTrace, Plan
    from quayline.scenario.sailings import Unit
    from quayline.scenario.schema import Scenario
    from quayline.ship.params import ShipParams

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

DAY_MS = 86_400_000
NEVER = np.iinfo(np.int64).max
NO_LANE = -1
UNITS: tuple[Unit, ...] = ("ceu", "m3", "boxes")


@dataclass(frozen=True)
class Source:
    """A plant as the ports see it: its road to its port, and how many cars a day go there."""

    name: str
    port: str
    country: str
    truck_ms: int
    per_day: int
    places: int | None


@dataclass(frozen=True)
class Trips:
    """All sailings in order of departure, and what each lane takes. Shapes (num_sailings,) and (num_lanes,).

    `unit` is a place in UNITS. `sails` is false for a charter that the plan did not book.
    """

    lane: Ints
    voyage: Ints
    depart_ms: Ints
    cutoff_ms: Ints
    capacity: Floats
    unit: Ints
    sails: NDArray[np.bool_]
    departs_on: list[date]
    transit_ms: Ints
    discharge_ms: Ints
    pol: list[str]
    pod: list[str]


@dataclass(frozen=True)
class Cars:
    """Built cars: the plant's in the order of flow, then other plants'. Shapes (num_cars,).

    `lane` is -1 for a car that goes by road. `booked_ms` is the departure that the plan booked the car on (`booked`, a
    sailing, -1: none), before which it does not sail (0: none). `called_ms` is when it may leave its plant for the
    port, `planned_ms` the end of the day that it was planned for, `ready_ms` its way by truck and through the gate.
    """

    order_id: Ints
    plant: Ints
    lane: Ints
    variant: Ints
    market: Ints
    yard_ms: Ints
    planned_ms: Ints
    booked: Ints
    booked_ms: Ints
    called_ms: Ints
    ready_ms: Ints
    wanted_ms: Ints
    inland_ms: Ints


def milliseconds(days: float) -> int:
    """A span in days as whole milliseconds."""
    return round(days * DAY_MS)


def midnight_ms(day: date) -> int:
    """The beginning of `day` in milliseconds since 1970."""
    return (day - date(1970, 1, 1)).days * DAY_MS


def closing_ms(scenario: Scenario) -> int:
    """The moment at which states are taken: midnight after the last build day."""
    return midnight_ms(scenario.horizon.end + timedelta(days=1))


def stamps(moments_ms: Ints) -> pl.Series:
    """Milliseconds as a column of times; NEVER becomes null."""
    column = pl.Series(moments_ms, dtype=pl.Int64)
    return column.set(column == NEVER, None).cast(pl.Datetime("ms"))


def sources(scenario: Scenario) -> list[Source]:
    """The plant, then the other plants, whose trucks nobody counts and whose yard has no stated places."""
    plant, export = scenario.plant, scenario.plant.export
    own = Source(
        "plant", export.port, plant.place.country, milliseconds(export.truck_h / 24), export.trucked_per_day,
        export.yard_cars,
    )  # fmt: skip
    return [own] + [
        Source(a.id, a.port, a.place.country, milliseconds(a.truck_days), NEVER, None) for a in scenario.alternates
    ]


def pack_trips(scenario: Scenario, plan: Plan) -> Trips:
    """Sailings and lanes. A ship leaves, and a cut-off ends, at the beginning of its day."""
    ports = {port.id: port for port in scenario.logistics.ports}
    lanes, trips = scenario.logistics.lanes, sailings(scenario)
    lane = np.array([t.lane_idx for t in trips], np.int64)
    voyage = np.array([t.voyage for t in trips], np.int64)
    depart_ms = np.array([midnight_ms(t.departs_on) for t in trips], np.int64)
    cut_off_ms = np.array([milliseconds(x.cut_off_days) for x in lanes], np.int64)
    booked = plan.orders["planned_sailing_idx"].drop_nulls().unique().to_numpy()
    if booked.size and booked.max() >= len(trips):
        raise ValueError(f"the plan books sailing {booked.max()}, there are {len(trips)}")
    is_paid = np.isin(voyage, voyage[booked])
    return Trips(
        lane,
        voyage,
        depart_ms,
        depart_ms - (cut_off_ms[lane] if trips else 0),
        np.array([t.capacity for t in trips], np.float64),
        np.array([UNITS.index(t.unit) for t in trips], np.int64),
        np.array([t.charter_usd is None for t in trips], np.bool_) | is_paid,
        [t.departs_on for t in trips],
        np.array([milliseconds(x.transit_days) for x in lanes], np.int64),
        np.array([milliseconds(ports[x.pod].processing_days) for x in lanes], np.int64),
        [x.pol for x in lanes],
        [x.pod for x in lanes],
    )


def spaces(scenario: Scenario, cars: Cars) -> Floats:
    """The space that each car takes by unit, shape (num_units, num_cars); boxes are counted where they are filled."""
    models = {m.id: m for m in scenario.vehicles.models}
    mine = [models[v.model] for v in scenario.vehicles.variants]
    of_variant = np.array([[m.ceu for m in mine], [m.volume_m3 for m in mine], [0.0] * len(mine)])
    return of_variant[:, cars.variant]


def pack_cars(scenario: Scenario, plan: Plan, flow: FlowTrace, trips: Trips, params: ShipParams) -> Cars:
    """All built cars; raises ValueError for one that the plan sends on a lane or sailing which it cannot take."""
    rows, plants = built_cars(plan, flow), sources(scenario)
    gate = {port.id: milliseconds(port.processing_days) for port in scenario.logistics.ports}
    plant = rows["plant_idx"].to_numpy().astype(np.int64)
    lane = rows["lane_idx"].fill_null(NO_LANE).to_numpy().astype(np.int64)
    market = rows["market_idx"].to_numpy().astype(np.int64)
    booked = rows["planned_sailing_idx"].fill_null(-1).to_numpy().astype(np.int64)
    if (trips.lane[booked[booked >= 0]] != lane[booked >= 0]).any():
        raise ValueError("the plan books cars on sailings that go elsewhere")
    begins = np.array([[source.port == pol for pol in trips.pol] for source in plants]).reshape(len(plants), -1)
    if not begins[plant[lane >= 0], lane[lane >= 0]].all():
        raise ValueError("the plan sends cars on lanes that do not begin at their plant's port")
    booked_ms = np.zeros(len(lane), np.int64)
    booked_ms[booked >= 0] = trips.depart_ms[booked[booked >= 0]]
    inland = np.array([milliseconds(m.inland_days) for m in scenario.markets], np.int64)
    yard_ms = rows["line_off_at"].to_physical().to_numpy().astype(np.int64)
    return Cars(
        rows["order_id"].to_numpy().astype(np.int64),
        plant,
        lane,
        rows["variant_idx"].to_numpy().astype(np.int64),
        market,
        yard_ms,
        (rows["planned_build_on"].to_physical().to_numpy().astype(np.int64) + 1) * DAY_MS,
        booked,
        booked_ms,
        np.maximum(yard_ms, booked_ms - milliseconds(params.call_days)),
        np.array([s.truck_ms + gate[s.port] for s in plants], np.int64)[plant],
        rows["requested_on"].to_physical().to_numpy().astype(np.int64) * DAY_MS,
        inland[market],
    )
