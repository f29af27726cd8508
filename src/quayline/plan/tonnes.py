"""What a car weighs in kgCO2e up to its customer, and the plant's own emissions: from the scenario's tables alone.

The plan must know a car's footprint before the car is built; the account of the cars built is `carbon`'s. Both follow
the boundaries of docs/carbon.md: materials, battery, inbound legs, the shops' energy (grid of the year of line-off),
truck, sea and inland.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quayline.base.errors import Fault, ScenarioError

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
    grid = _grid(scenario, years)
    electricity_kwh = sum(shop.energy.electricity_kwh_per_car for shop in scenario.plant.shops)
    gas_kwh = sum(shop.energy.gas_kwh_per_car for shop in scenario.plant.shops)
    direct, upstream = _gas(scenario)
    gate_kg = np.full((1 + len(scenario.alternates), len(variants), len(years)), np.nan)
    made_kg = np.array([_made_kg(scenario, k) for k in range(len(variants))])
    gate_kg[0] = made_kg[:, None] + gas_kwh * (direct + upstream) + electricity_kwh * grid[None, :]
    variant_at = {variant.id: k for k, variant in enumerate(variants)}
    for at, plant in enumerate(scenario.alternates, start=1):
        for build in plant.builds:
            gate_kg[at, variant_at[build.variant]] = build.gate_kgco2e_per_car
    bought = grid if carbon.plant.basis == "location" else _bought(scenario, years, grid)
    kg_per_kwh = np.stack([bought, np.full(len(years), direct)], axis=1)
    return Tonnes(scenario, years, gate_kg, electricity_kwh * bought + gas_kwh * direct, kg_per_kwh)


def way_kg(scenario: Scenario, market_at: int, variant_at: int, plant_at: int, lane_at: int) -> float:
    """kgCO2e of a car from its gate to its customer: truck to the port and sea (unless by road), inland."""
    mass_t = scenario.vehicles.variants[variant_at].kerb_mass_kg / 1000
    per_tkm = scenario.carbon.truck_kgco2e_per_tkm
    kg_per_t = scenario.markets[market_at].inland_km * per_tkm
    if lane_at != ROAD:
        lane = scenario.logistics.lanes[lane_at]
        truck_km = scenario.alternates[plant_at - 1].truck_km if plant_at else scenario.plant.export.truck_km
        kg_per_t += truck_km * per_tkm + lane.distance_km * lane.emissions_kgco2e_per_tkm
    return mass_t * kg_per_t


def _made_kg(scenario: Scenario, variant_at: int) -> float:
    """Materials, battery and inbound legs; a published total stands for mass times factor."""
    carbon, variant = scenario.carbon, scenario.vehicles.variants[variant_at]
    groups = {m.id: 0.0 for m in carbon.materials}
    factors = {m.id: m.factor_kgco2e_per_kg for m in carbon.materials}
    for row in carbon.material_use:
        if row.variant == variant.id:
            groups[row.material] += row.mass_kg * factors[row.material]
    if variant.battery is not None:
        pack = next(b for b in carbon.batteries if b.id == variant.battery)
        groups["battery"] = variant.battery_kwh * pack.factor_kgco2e_per_kwh
    groups |= {row.group: row.total_kgco2e_per_car for row in carbon.calibrations if row.variant == variant.id}
    per_tkm = {"sea": carbon.inbound_sea_kgco2e_per_tkm, "truck": carbon.truck_kgco2e_per_tkm}
    legs = (leg for leg in carbon.inbound if leg.model == variant.model)
    inbound = sum(leg.mass_share * variant.kerb_mass_kg / 1000 * leg.distance_km * per_tkm[leg.mode] for leg in legs)
    return sum(groups.values()) + inbound


def _grid(scenario: Scenario, years: np.ndarray) -> np.ndarray:
    """kgCO2e per kWh in the plant's country: straight lines between the years given, constant after the last."""
    country = scenario.plant.place.country
    rows = sorted((r.year, r.factor_kgco2e_per_kwh) for r in scenario.carbon.grid if r.country == country)
    factors: np.ndarray = np.interp(years, [year for year, _ in rows], [factor for _, factor in rows])
    return factors


def _bought(scenario: Scenario, years: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """Market-based: each green power by the latest row begun, the rest at the residual factor, else the grid's."""
    goals = scenario.carbon.plant
    rest = grid if goals.residual_kgco2e_per_kwh is None else np.full(len(years), goals.residual_kgco2e_per_kwh)
    bought = np.zeros(len(years))
    for k, year in enumerate(years.tolist()):
        begun = {r.id: r for r in sorted(goals.green_power, key=lambda r: r.from_year) if r.from_year <= year}
        green = sum(r.share * r.factor_kgco2e_per_kwh for r in begun.values())
        bought[k] = green + (1.0 - sum(r.share for r in begun.values())) * rest[k]
    return bought


def _gas(scenario: Scenario) -> tuple[float, float]:
    """kgCO2e per kWh of gas: burnt, and before it reaches the plant."""
    rows = [(f.direct_kgco2e_per_kwh, f.upstream_kgco2e_per_kwh) for f in scenario.carbon.fuels if f.id == "gas"]
    return rows[0] if rows else (0.0, 0.0)


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
