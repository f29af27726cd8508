"""The elements of each car's cost in cents, in the order of its journey."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.money.pack import DAY_MS, NEVER, cents, of_lanes, of_markets, of_variants
from quayline.money.trade import duties
from quayline.scenario.sailings import freight_usd

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quayline.money.pack import Cars, Floats, Ints
    from quayline.money.plant import PlantCosts
    from quayline.scenario.schema import Scenario


def elements(scenario: Scenario, cars: Cars, plant: PlantCosts, price_cents: Ints) -> dict[str, Ints]:
    """Element of records.schemas.COST_ELEMENTS to the cents of each car, shape (num_cars,); see docs/money.md.

    What lies beyond the end of the horizon is counted where ship knows it; a car that no ship takes costs its places
    and its delay until the end of the horizon.
    """
    sea, port, arrived = cars.departed != NEVER, cars.port != NEVER, cars.arrived != NEVER
    delivered = cars.delivered != NEVER

    def of_market(name: str) -> Floats:
        return of_markets(scenario, name)[cars.market]

    def of_lane(name: str, which: str = "") -> Floats:
        return of_lanes(scenario, name, which)[cars.market]

    def in_port(which: str, was: NDArray[np.bool_], came: Ints, went: Ints) -> Ints:
        """Handling, and dwell beyond the free days."""
        paid_days = np.maximum(_days(came, went, was) - of_lane("free_days", which), 0)
        usd = of_lane("handling_usd_per_car", which) + paid_days * of_lane("dwell_usd_per_car_day", which)
        return cents(np.where(was, usd, 0))

    export, at_plant = scenario.plant.export, yard_days(scenario, cars)
    left_port = np.where(sea, cars.departed, np.maximum(cars.closing, np.where(port, cars.port, 0)))
    return {
        "parts": cents(of_variants(scenario, "parts_usd_per_car")[cars.variant]),
        "labour": plant.labour,
        "energy": plant.energy,
        "overhead": plant.overhead,
        "yard": cents(at_plant * export.yard_usd_per_car_day),
        "truck": cents(np.where(port, export.truck_usd_per_car, 0)),
        "port_loading": in_port("pol", port, cars.port, left_port),
        "freight": cents(np.where(sea, _freight(scenario)[cars.model, cars.market], 0)),
        "duty": duties(scenario, cars, price_cents),
        "port_discharge": in_port("pod", arrived, cars.arrived, cars.released),
        "inland": cents(np.where(delivered, of_market("inland_usd_per_car"), 0)),
        "stock": cents((at_plant + _market_days(cars, of_market("inland_days"))) * of_market("stock_usd_per_car_day")),
        "lateness": cents(_late_weeks(cars, of_market("tolerance_days")) * of_market("lateness_usd_per_car_week")),
        "warranty": cents(np.where(delivered, cars.escapes * scenario.quality.warranty_usd, 0)),
    }


def _freight(scenario: Scenario) -> Floats:
    """Ocean freight of a car in USD by (model, market); 0 for a market reached by road."""
    lanes = {lane.id: lane for lane in scenario.logistics.lanes}
    return np.array([
        [freight_usd(model, lanes[market.lane]) if market.lane else 0.0 for market in scenario.markets]
        for model in scenario.vehicles.models
    ])  # fmt: skip


def left_plant(scenario: Scenario, cars: Cars) -> Ints:
    """When each car leaves the plant's yard: by truck to the port, or on its way by road (NEVER: it stays)."""
    truck_ms = round(scenario.plant.export.truck_h / 24 * DAY_MS)
    inland_ms = np.rint(of_markets(scenario, "inland_days") * DAY_MS).astype(np.int64)[cars.market]
    end = np.where(cars.is_by_sea, cars.port, cars.delivered)
    span = np.where(cars.is_by_sea, truck_ms, inland_ms)
    return np.where(end == NEVER, NEVER, end - np.where(end == NEVER, 0, span))


def yard_days(scenario: Scenario, cars: Cars) -> Floats:
    """Days that each car stands at the plant, until the end of the horizon if it does not leave."""
    left = left_plant(scenario, cars)
    until = np.where(left == NEVER, np.maximum(cars.closing, cars.line_off), left)
    return _days(cars.line_off, until, np.ones(len(left), np.bool_))


def _days(came: Ints, went: Ints, was: NDArray[np.bool_]) -> Floats:
    """The span of those that were there, in days; 0 for the others."""
    return np.where(was, np.where(was, went, 0) - np.where(was, came, 0), 0) / DAY_MS


def _market_days(cars: Cars, inland_days: Floats) -> Floats:
    """Days that an exported car waits in its market for the day on which it is wanted."""
    is_there = cars.is_by_sea & (cars.delivered != NEVER)
    days = _days(cars.released, cars.delivered, is_there) - np.where(is_there, inland_days, 0)
    return np.rint(days * DAY_MS) / DAY_MS


def _late_weeks(cars: Cars, tolerance_days: Floats) -> Floats:
    """Weeks beyond the tolerance after the requested day, until the end of the horizon if none is in sight."""
    until = np.where(cars.delivered == NEVER, cars.closing, cars.delivered)
    days = until / DAY_MS - cars.requested_day - tolerance_days
    return np.maximum(days, 0) / 7
