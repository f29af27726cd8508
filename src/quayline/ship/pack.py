"""Cars, sailings and ports of a scenario as arrays of whole milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.base.errors import Fault, ScenarioError
from quayline.scenario.sailings import sailings

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quayline.records.stages import FlowTrace, Plan
    from quayline.scenario.markets import Port
    from quayline.scenario.schema import Scenario
    from quayline.ship.params import ShipParams

DAY_MS = 86_400_000
NEVER = np.iinfo(np.int64).max
NO_LANE = -1


@dataclass(frozen=True)
class Trips:
    """All sailings in order of departure, and what each lane takes. Shapes (num_sailings,) and (num_lanes,)."""

    lane: NDArray[np.int64]
    depart_ms: NDArray[np.int64]
    cutoff_ms: NDArray[np.int64]
    capacity_ceu: NDArray[np.float64]
    departs_on: list[date]
    transit_ms: NDArray[np.int64]
    discharge_ms: NDArray[np.int64]
    pod: list[str]


@dataclass(frozen=True)
class Cars:
    """Built cars in the order of flow. Shapes (num_cars,).

    `lane` is -1 for a market reached by road. `booked_ms` is the departure that the plan booked the car on, before
    which it does not sail (0: none). `called_ms` is when it may leave the plant for the port.
    """

    order_id: NDArray[np.int64]
    lane: NDArray[np.int64]
    ceu: NDArray[np.float64]
    yard_ms: NDArray[np.int64]
    booked_ms: NDArray[np.int64]
    called_ms: NDArray[np.int64]
    wanted_ms: NDArray[np.int64]
    inland_ms: NDArray[np.int64]


def milliseconds(days: float) -> int:
    """A span in days as whole milliseconds."""
    return round(days * DAY_MS)


def midnight_ms(day: date) -> int:
    """The beginning of `day` in milliseconds since 1970."""
    return (day - date(1970, 1, 1)).days * DAY_MS


def closing_ms(scenario: Scenario) -> int:
    """The moment at which states are taken: midnight after the last build day."""
    return midnight_ms(scenario.horizon.end + timedelta(days=1))


def stamps(moments_ms: NDArray[np.int64]) -> pl.Series:
    """Milliseconds as a column of times; NEVER becomes null."""
    column = pl.Series(moments_ms, dtype=pl.Int64)
    return column.set(column == NEVER, None).cast(pl.Datetime("ms"))


def port_of_loading(scenario: Scenario) -> Port:
    """The port that the plant's trucks go to; raises ScenarioError for lanes that markets use from another port."""
    ports = {port.id: port for port in scenario.logistics.ports}
    lanes = {lane.id: lane for lane in scenario.logistics.lanes}
    own = scenario.plant.export.port
    faults = [
        Fault(scenario.name, 0, 0, f"markets[{m.id}].lane", f"begins at {lanes[m.lane].pol}, but trucks go to {own}")
        for m in scenario.markets
        if m.lane is not None and lanes[m.lane].pol != own
    ]
    if faults:
        raise ScenarioError(faults)
    return ports[own]


def pack_trips(scenario: Scenario) -> Trips:
    """Sailings and lanes. A ship leaves, and a cut-off ends, at the beginning of its day."""
    ports = {port.id: port for port in scenario.logistics.ports}
    lanes, trips = scenario.logistics.lanes, sailings(scenario)
    lane = np.array([t.lane_idx for t in trips], np.int64)
    depart_ms = np.array([midnight_ms(t.departs_on) for t in trips], np.int64)
    cut_off_ms = np.array([milliseconds(x.cut_off_days) for x in lanes], np.int64)
    return Trips(
        lane,
        depart_ms,
        depart_ms - (cut_off_ms[lane] if trips else 0),
        np.array([t.capacity for t in trips], np.float64),
        [t.departs_on for t in trips],
        np.array([milliseconds(x.transit_days) for x in lanes], np.int64),
        np.array([milliseconds(ports[x.pod].processing_days) for x in lanes], np.int64),
        [x.pod for x in lanes],
    )


def pack_cars(scenario: Scenario, plan: Plan, flow: FlowTrace, trips: Trips, params: ShipParams) -> Cars:
    """The cars that left the line; raises ValueError for one that the plan does not know or books on a wrong lane."""
    models = {m.id: m for m in scenario.vehicles.models}
    lanes = {x.id: k for k, x in enumerate(scenario.logistics.lanes)}
    ceu = np.array([models[v.model].ceu for v in scenario.vehicles.variants])
    lane_of = np.array([NO_LANE if m.lane is None else lanes[m.lane] for m in scenario.markets], np.int64)
    inland = np.array([milliseconds(m.inland_days) for m in scenario.markets], np.int64)
    wanted = plan.orders.select("order_id", "variant_idx", "market_idx", "requested_on", "planned_sailing_idx")
    cars = flow.cars.select("order_id", "line_off_at").join(wanted, on="order_id", how="left", maintain_order="left")
    if cars["market_idx"].null_count():
        raise ValueError("cars left the line that the plan does not know")
    market = cars["market_idx"].to_numpy()
    lane = lane_of[market]
    sailing = cars["planned_sailing_idx"].fill_null(-1).to_numpy().astype(np.int64)
    if (sailing >= len(trips.lane)).any() or (trips.lane[sailing[sailing >= 0]] != lane[sailing >= 0]).any():
        raise ValueError("the plan books cars on sailings that do not exist or go elsewhere")
    booked = np.zeros(len(lane), np.int64)
    booked[sailing >= 0] = trips.depart_ms[sailing[sailing >= 0]]
    yard = cars["line_off_at"].to_physical().to_numpy().astype(np.int64)
    wanted_ms = cars["requested_on"].to_physical().to_numpy().astype(np.int64) * DAY_MS
    return Cars(
        cars["order_id"].to_numpy().astype(np.int64),
        lane,
        ceu[cars["variant_idx"].to_numpy()],
        yard,
        booked,
        np.maximum(yard, booked - milliseconds(params.call_days)),
        wanted_ms,
        inland[market],
    )
