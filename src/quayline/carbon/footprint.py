"""The footprint of each car by stage of its life."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.carbon.factors import gas_direct, gas_upstream, life_mean
from quayline.carbon.groups import BATTERY
from quayline.carbon.pack import NO_LANE, Cars
from quayline.records.schemas import CARBON

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quayline.carbon.factors import Electricity
    from quayline.scenario.schema import Scenario

BOUNDARIES = {
    "gate": ("materials", "battery", "inbound", "plant_gas", "gas_upstream", "plant_electricity", "elsewhere"),
    "port": ("truck", "sea"),
    "customer": ("inland",),
    "life": ("use", "upkeep", "end_of_life"),
}
"""The stages that each boundary adds to the one before it."""

Stages = dict[str, "NDArray[np.float64]"]


def footprint_table(scenario: Scenario, cars: Cars, groups: pl.DataFrame, power: Electricity) -> pl.DataFrame:
    """`carbon.cars`: kgCO2e of each car by stage, and the sums to each boundary."""
    stages = _making(scenario, cars, groups, power) | _moving(scenario, cars) | _living(scenario, cars)
    total = np.zeros(len(cars.order_id))
    sums = {}
    for boundary, added in BOUNDARIES.items():
        for stage in added:
            total = total + stages[stage]
        sums[boundary] = total
    columns = {f"{name}_kgco2e": values for name, values in (stages | sums).items()}
    frame = pl.DataFrame({"order_id": cars.order_id, **columns})
    return frame.select(column.name for column in CARBON["cars"].columns).cast({"order_id": pl.Int32})


def _making(scenario: Scenario, cars: Cars, groups: pl.DataFrame, power: Electricity) -> Stages:
    """Cradle to gate: materials, battery, inbound legs, the plant's energy that a car takes.

    A car of another plant has one figure instead, the footprint to that plant's gate that the scenario gives.
    """
    num_variants = len(scenario.vehicles.variants)
    is_battery = (groups["group"] == BATTERY).to_numpy()
    variant_idx, used = groups["variant_idx"].to_numpy(), groups["used_kgco2e"].to_numpy()
    materials = np.bincount(variant_idx[~is_battery], used[~is_battery], minlength=num_variants)
    battery = np.bincount(variant_idx[is_battery], used[is_battery], minlength=num_variants)
    energies = [shop.energy for shop in scenario.plant.shops]
    gas_kwh = sum(e.gas_kwh_per_car for e in energies)
    electricity_kwh = sum(e.electricity_kwh_per_car for e in energies)
    year = cars.year - power.first_year
    here = {
        "materials": materials[cars.variant_idx],
        "battery": battery[cars.variant_idx],
        "inbound": _inbound(scenario)[cars.variant_idx],
        "plant_gas": np.full(len(year), gas_kwh * gas_direct(scenario)),
        "gas_upstream": np.full(len(year), gas_kwh * gas_upstream(scenario)),
        "plant_electricity": (electricity_kwh * power.location)[year],
        "plant_electricity_market": (electricity_kwh * power.market)[year],
    }
    stages = {name: np.where(cars.plant_idx == 0, values, 0.0) for name, values in here.items()}
    return stages | {"elsewhere": _elsewhere(scenario)[cars.plant_idx, cars.variant_idx]}


def _elsewhere(scenario: Scenario) -> NDArray[np.float64]:
    """Footprint to the gate by plant and variant, shape (1 + num_alternates, num_variants); 0 for the plant itself."""
    variants = [variant.id for variant in scenario.vehicles.variants]
    gate = np.full((1 + len(scenario.alternates), len(variants)), np.nan)
    gate[0] = 0.0
    for at, plant in enumerate(scenario.alternates, start=1):
        for build in plant.builds:
            gate[at, variants.index(build.variant)] = build.gate_kgco2e_per_car
    return gate


def _inbound(scenario: Scenario) -> NDArray[np.float64]:
    """Transport of parts by variant: share of the kerb mass times distance times the mode's factor."""
    factor = {"sea": scenario.carbon.inbound_sea_kgco2e_per_tkm, "truck": scenario.carbon.truck_kgco2e_per_tkm}
    return np.array([
        sum(leg.mass_share * variant.kerb_mass_kg / 1000 * leg.distance_km * factor[leg.mode]
            for leg in scenario.carbon.inbound if leg.model == variant.model)
        for variant in scenario.vehicles.variants
    ], np.float64)  # fmt: skip


def _moving(scenario: Scenario, cars: Cars) -> Stages:
    """Gate to customer: truck to the port, sea, inland; cars without a lane go by road alone.

    A car in a container pays its lane's factor like any other: the factor counts the box.
    """
    mass_t = np.array([variant.kerb_mass_kg / 1000 for variant in scenario.vehicles.variants])[cars.variant_idx]
    truck = scenario.carbon.truck_kgco2e_per_tkm
    by_sea = cars.lane_idx != NO_LANE
    lanes = [lane.distance_km * lane.emissions_kgco2e_per_tkm for lane in scenario.logistics.lanes]
    sea_kgco2e_per_t = np.array([*lanes, 0.0])  # NO_LANE is the last entry
    inland_km = np.array([market.inland_km for market in scenario.markets])
    truck_km = np.array([scenario.plant.export.truck_km, *(plant.truck_km for plant in scenario.alternates)])
    return {
        "truck": np.where(by_sea, mass_t * truck_km[cars.plant_idx] * truck, 0.0),
        "sea": mass_t * sea_kgco2e_per_t[cars.lane_idx],
        "inland": mass_t * inland_km[cars.market_idx] * truck,
    }


def _living(scenario: Scenario, cars: Cars) -> Stages:
    """Use, upkeep, end of life. Electricity by the market's grid over the years of the car's life."""
    use, num_cars = scenario.carbon.use, len(cars.order_id)
    hundred_km = use.life_km / 100
    electricity_kwh = np.array([(v.electricity_kwh_per_100km or 0.0) * hundred_km for v in scenario.vehicles.variants])
    petrol = next((f.direct_kgco2e_per_kwh + f.upstream_kgco2e_per_kwh
                   for f in scenario.carbon.fuels if f.id == "petrol"), 0.0)  # fmt: skip
    fuel = np.array([(v.fuel_kwh_per_100km or 0.0) * hundred_km * petrol for v in scenario.vehicles.variants])
    driving = np.zeros(num_cars)
    charging = electricity_kwh[cars.variant_idx] > 0
    for k in np.unique(cars.market_idx[charging]).tolist():
        mine = charging & (cars.market_idx == k)
        years = cars.delivery_year[mine]
        first, last = int(years.min()), int(years.max())
        mean = life_mean(scenario, scenario.markets[k].country, first, last - first + 1)
        driving[mine] = electricity_kwh[cars.variant_idx[mine]] * mean[years - first]
    return {
        "use": driving + fuel[cars.variant_idx],
        "upkeep": np.full(num_cars, use.upkeep_kgco2e_per_car),
        "end_of_life": np.full(num_cars, use.end_of_life_kgco2e_per_car),
    }
