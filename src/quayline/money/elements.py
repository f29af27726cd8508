"""The elements of each car's cost in cents, in the order of its journey."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.base.errors import Fault, ScenarioError
from quayline.money.freight import freight
from quayline.money.pack import DAY_MS, NEVER, cents, of_lanes, of_markets, of_plants, of_variants
from quayline.money.trade import duties, port_fees

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quayline.money.pack import Cars, Floats, Ints
    from quayline.money.plant import PlantCosts
    from quayline.scenario.schema import Scenario


def elements(scenario: Scenario, cars: Cars, plant: PlantCosts) -> dict[str, Ints]:
    """Element of records.schemas.COST_ELEMENTS to the cents of each car, shape (num_cars,); see docs/money.md.

    What lies beyond the end of the horizon is counted where ship knows it; a car that no ship takes, or that a rule
    bars, costs its places and its delay until the end of the horizon.
    """
    port, arrived, delivered = cars.port != NEVER, cars.arrived != NEVER, cars.delivered != NEVER

    def of_market(name: str) -> Floats:
        return of_markets(scenario, name)[cars.market]

    def of_plant(own: float, name: str) -> Floats:
        return of_plants(own, [getattr(a, name) for a in scenario.alternates])[cars.plant]

    def in_port(which: str, was: NDArray[np.bool_], came: Ints, went: Ints) -> Ints:
        """Handling, and dwell beyond the free days, until the end of the horizon for a car that stays."""
        until = np.where(went == NEVER, np.maximum(cars.closing, np.where(was, came, 0)), went)
        free, handling, dwell = (
            of_lanes(scenario, name, which)[cars.lane]
            for name in ("free_days", "handling_usd_per_car", "dwell_usd_per_car_day")
        )
        return cents(np.where(was, handling + np.maximum(_days(came, until, was) - free, 0) * dwell, 0))

    export, at_plant = scenario.plant.export, yard_days(scenario, cars)
    is_there = delivered | cars.is_imported  # a car barred on sale has gone inland, and waits there
    return {
        "works": _works(scenario, cars),
        "parts": cents(of_variants(scenario, "parts_usd_per_car")[cars.variant]) * cars.is_own,
        "labour": plant.labour,
        "energy": plant.energy,
        "overhead": plant.overhead,
        "yard": cents(at_plant * of_plant(export.yard_usd_per_car_day, "yard_usd_per_car_day")),
        "truck": cents(np.where(port, of_plant(export.truck_usd_per_car, "truck_usd_per_car"), 0)),
        "port_loading": in_port("pol", port, cars.port, cars.departed),
        "freight": freight(scenario, cars),
        "duty": duties(scenario, cars),
        "port_fee": port_fees(scenario, cars),
        "port_discharge": in_port("pod", arrived, cars.arrived, cars.released),
        "inland": cents(np.where(is_there, of_market("inland_usd_per_car"), 0)),
        "stock": cents((at_plant + _market_days(cars, of_market("inland_days"))) * of_market("stock_usd_per_car_day")),
        "lateness": cents(_late_weeks(cars, of_market("tolerance_days")) * of_market("lateness_usd_per_car_week")),
        "warranty": cents(np.where(delivered, cars.escapes * scenario.quality.warranty_usd, 0)),
    }


def _works(scenario: Scenario, cars: Cars) -> Ints:
    """What another plant asks for a car at its gate; raises ScenarioError for a variant that it does not build."""
    usd, faults = np.zeros((len(scenario.alternates) + 1, len(scenario.vehicles.variants))), []
    places = {v.id: k for k, v in enumerate(scenario.vehicles.variants)}
    usd[1:] = np.nan
    for k, other in enumerate(scenario.alternates, 1):
        for build in other.builds:
            usd[k, places[build.variant]] = build.ex_works_usd_per_car
    mine = usd[cars.plant, cars.variant]
    for k, variant in sorted(set(zip(cars.plant[np.isnan(mine)], cars.variant[np.isnan(mine)], strict=True))):
        told = f"builds no {scenario.vehicles.variants[variant].id}, which is planned there"
        faults.append(Fault(scenario.name, 0, 0, f"alternates[{scenario.alternates[k - 1].id}].builds", told))
    if faults:
        raise ScenarioError(faults)
    return cents(mine)


def left_plant(scenario: Scenario, cars: Cars) -> Ints:
    """When each car leaves the plant's yard: by truck to the port, or on its way by road (NEVER: it stays)."""
    own = scenario.plant.export.truck_h / 24
    truck_days = of_plants(own, [a.truck_days for a in scenario.alternates])
    truck_ms = np.rint(truck_days * DAY_MS).astype(np.int64)[cars.plant]
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
    """Days that an exported car waits in its market for the day on which it is wanted; one barred, until the end."""
    until = np.where(cars.delivered == NEVER, cars.closing, cars.delivered)
    days = _days(cars.released, until, cars.is_imported) - np.where(cars.is_imported, inland_days, 0)
    return np.maximum(np.rint(days * DAY_MS) / DAY_MS, 0)


def _late_weeks(cars: Cars, tolerance_days: Floats) -> Floats:
    """Weeks beyond the tolerance after the requested day, until the end of the horizon if none is in sight."""
    until = np.where(cars.delivered == NEVER, cars.closing, cars.delivered)
    days = until / DAY_MS - cars.requested_day - tolerance_days
    return np.maximum(days, 0) / 7
