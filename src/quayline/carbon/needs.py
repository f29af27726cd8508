"""What a footprint needs of the scenario, and every fault where it is missing or said twice."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from quayline.base.errors import Fault, ScenarioError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.carbon.footprint.pack import Cars
    from quayline.scenario.schema import Scenario

Found = tuple[str, str]


def require(scenario: Scenario, cars: Cars) -> None:
    """Raises ScenarioError with everything that the footprint of `cars` and the plant's path lack."""
    found = [*_said_twice(scenario), *_grid_years(scenario, cars), *_amounts(scenario, cars), *_path(scenario)]
    if found:
        raise ScenarioError([Fault(scenario.name, 0, 0, path, message) for path, message in found])


def _said_twice(scenario: Scenario) -> Iterator[Found]:
    """Tables that hold two figures for one thing."""
    carbon = scenario.carbon
    tables: dict[str, list[tuple[object, ...]]] = {
        "grid": [(row.country, row.year) for row in carbon.grid],
        "fuels": [(row.id,) for row in carbon.fuels],
        "calibrations": [(row.variant, row.group) for row in carbon.calibrations],
        "plant.targets": [(row.year,) for row in carbon.plant.targets],
        "plant.green_power": [(row.id, row.from_year) for row in carbon.plant.green_power],
    }
    for table, keys in tables.items():
        for key, num in Counter(keys).items():
            if num > 1:
                yield f"carbon.{table}", f"{num} rows for {', '.join(map(str, key))}, expected one"


def _grid_years(scenario: Scenario, cars: Cars) -> Iterator[Found]:
    """Countries whose electricity is used before the first year with a factor."""
    first_needed = {scenario.plant.place.country: scenario.horizon.start.year}
    drives = np.array([v.electricity_kwh_per_100km is not None for v in scenario.vehicles.variants])[cars.variant_idx]
    for k in np.unique(cars.market_idx[drives]).tolist():
        year = int(cars.delivery_year[drives & (cars.market_idx == k)].min())
        country = scenario.markets[k].country
        first_needed[country] = min(year, first_needed.get(country, year))
    for country, needed in sorted(first_needed.items()):
        years = [row.year for row in scenario.carbon.grid if row.country == country]
        if not years:
            yield "carbon.grid", f"no factor for {country}, needed from {needed} on"
        elif needed < min(years):
            until = min(years) - 1
            span = f"{needed}" if needed == until else f"{needed} to {until}"
            yield "carbon.grid", f"no factor for {country} before {min(years)}, needed for {span}"


def _amounts(scenario: Scenario, cars: Cars) -> Iterator[Found]:
    """Built variants without materials, and fuels in use without factors."""
    carbon, fuels = scenario.carbon, {fuel.id for fuel in scenario.carbon.fuels}
    built = [scenario.vehicles.variants[k] for k in np.unique(cars.variant_idx).tolist()]
    described = {row.variant for row in carbon.material_use}
    described |= {row.variant for row in carbon.calibrations if row.group != "battery"}
    for variant in built:
        if variant.id not in described:
            yield "carbon.material_use", f"no materials for {variant.id!r}, which is built"
    burning = sorted(variant.id for variant in built if variant.fuel_kwh_per_100km is not None)
    if burning and "petrol" not in fuels:
        yield "carbon.fuels", f"no factors for petrol, which {', '.join(burning)} burn"
    energies = [shop.energy for shop in scenario.plant.shops]
    if "gas" not in fuels and any(e.gas_kwh_per_car or e.gas_running_kw or e.gas_off_kw for e in energies):
        yield "carbon.fuels", "no factors for gas, which the plant burns"
    without = {v.id for v in scenario.vehicles.variants if v.battery is None}
    for row in carbon.calibrations:
        if row.group == "battery" and row.variant in without:
            yield "carbon.calibrations", f"a total for the battery of {row.variant!r}, which has none"


def _path(scenario: Scenario) -> Iterator[Found]:
    """A base year and targets that the path cannot hold, green power beyond all."""
    plant, until = scenario.carbon.plant, scenario.horizon.plant_until
    if plant.base_year > until:
        yield "carbon.plant.base_year", f"{plant.base_year} is after the last year of the path, {until}"
    for row in plant.targets:
        if not plant.base_year < row.year <= until:
            yield (
                "carbon.plant.targets",
                (f"{row.name!r} in {row.year} is not after the base year {plant.base_year} and up to {until}"),
            )
    for year in sorted({row.from_year for row in plant.green_power}):
        latest = {r.id: r.share for r in sorted(plant.green_power, key=lambda r: r.from_year) if r.from_year <= year}
        if sum(latest.values()) > 1 + 1e-9:
            yield (
                "carbon.plant.green_power",
                f"shares add up to {sum(latest.values()):.4g} in {year}, expected at most 1",
            )
