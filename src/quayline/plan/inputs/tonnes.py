"""What a car weighs in kgCO2e up to its customer, and the plant's own emissions: from the scenario's tables alone.

The plan must know a car's footprint before the car is built; the account of the cars built is `carbon`'s. Both multiply
the same bill (`scenario.bill`) by factors of their own reading. What one car more adds counts here: base loads, which
are there without it, and the hours of the day, which the plan does not know, do not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quayline.base.errors import Fault, ScenarioError
from quayline.plan.inputs.factors import bought_kg_per_kwh, gas_kg_per_kwh, grid_kg_per_kwh, kgco2e
from quayline.scenario import bill

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.scenario.schema import Scenario

ROAD = -1


@dataclass(frozen=True)
class Tonnes:
    """`gate_kg`: (plants, variants, years) to the gate, NaN where a plant does not build a variant; plant 0 is
    `scenario.plant`. `plant_kg`: (years,) scope 1 and 2 that a car takes in its shops, on the basis of the targets;
    `kg_per_kwh`: (years, 2) of electricity (same basis) and gas burnt. `years` are those of the horizon, ascending."""

    scenario: Scenario
    years: np.ndarray
    gate_kg: np.ndarray
    plant_kg: np.ndarray
    kg_per_kwh: np.ndarray

    def car_kg(self, market_at: int, variant_at: int, plant_at: int, lane_at: int) -> np.ndarray:
        """kgCO2e up to the customer by year of build, (years,); `lane_at` is -1 by road."""
        to_customer_kg = way_kg(self.scenario, market_at, variant_at, plant_at, lane_at)
        car_kg: np.ndarray = self.gate_kg[plant_at, variant_at] + to_customer_kg
        return car_kg


def tonnes(scenario: Scenario) -> Tonnes:
    """The footprints of `scenario`. Raises ScenarioError with every figure that is missing for them."""
    missing = [*_missing(scenario)]
    if missing:
        raise ScenarioError([Fault(scenario.name, 0, 0, path, message) for path, message in missing])
    variants, carbon = scenario.vehicles.variants, scenario.carbon
    years = np.arange(scenario.horizon.start.year, scenario.horizon.end.year + 1)
    grid = grid_kg_per_kwh(scenario, scenario.plant.place.country, years)
    electricity_kwh = sum(shop.energy.electricity_kwh_per_car for shop in scenario.plant.shops)
    gas_kwh = sum(shop.energy.gas_kwh_per_car for shop in scenario.plant.shops)
    gate_kg = np.full((1 + len(scenario.alternates), len(variants), len(years)), np.nan)
    for k in range(len(variants)):
        gate_kg[0, k] = [kgco2e(scenario, bill.made(scenario, k, year)) for year in years.tolist()]
    variant_at = {variant.id: k for k, variant in enumerate(variants)}
    for at, plant in enumerate(scenario.alternates, start=1):
        for build in plant.builds:
            gate_kg[at, variant_at[build.variant]] = build.gate_kgco2e_per_car
    bought = grid if carbon.plant.basis == "location" else bought_kg_per_kwh(scenario, years, grid)
    direct = gas_kg_per_kwh(scenario)
    kg_per_kwh = np.stack([bought, np.full(len(years), direct)], axis=1)
    return Tonnes(scenario, years, gate_kg, electricity_kwh * bought + gas_kwh * direct, kg_per_kwh)


def way_kg(scenario: Scenario, market_at: int, variant_at: int, plant_at: int, lane_at: int) -> float:
    """kgCO2e of a car from its gate to its customer: truck to the port, ports and sea (unless by road), inland."""
    lane = None if lane_at == ROAD else lane_at
    return kgco2e(scenario, bill.way(scenario, variant_at, market_at, plant_at, lane))


def _missing(scenario: Scenario) -> Iterator[tuple[str, str]]:
    country, first = scenario.plant.place.country, scenario.horizon.start.year
    known = [row.year for row in scenario.carbon.grid if row.country == country]
    if not known or min(known) > first:
        yield "carbon.grid", f"no factor for {country} in {first}, needed for the footprint that the plan counts with"
    described = {row.variant for row in scenario.carbon.material_use}
    described |= {row.variant for row in scenario.carbon.calibrations if row.group != "battery"}
    for name in sorted({row.variant for row in scenario.demand if row.cars} - described):
        yield "carbon.material_use", f"no materials for {name!r}, needed for the footprint that the plan counts with"
    energies = [shop.energy for shop in scenario.plant.shops]
    burns = any(e.gas_kwh_per_car or e.gas_running_kw or e.gas_off_kw for e in energies)
    if burns and not any(fuel.id == "gas" for fuel in scenario.carbon.fuels):
        yield "carbon.fuels", "no factors for gas, which the plant burns"
