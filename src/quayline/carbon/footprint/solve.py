"""The footprint of each car by stage: amounts of its class times factors, and its own hours in the plant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.carbon.factors import gas_direct, gas_upstream
from quayline.carbon.footprint._kernels import by_stage
from quayline.carbon.footprint.classes import Bills, bills
from quayline.carbon.footprint.factors import factor_table
from quayline.carbon.footprint.hours import Energy, energy
from quayline.carbon.footprint.scrapped import borne_shares
from quayline.records.schemas import CARBON, FOOTPRINT_STAGES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quayline.carbon.factors import Electricity
    from quayline.carbon.footprint.pack import Cars
    from quayline.carbon.footprint.products import Products
    from quayline.records.stages import FlowTrace, Plan
    from quayline.scenario.schema import Scenario

BOUNDARIES = {
    "gate": ("materials", "battery", "inbound", "plant_gas", "gas_upstream", "plant_electricity", "plant_base",
             "elsewhere"),
    "port": ("truck", "handling", "sea"),
    "customer": ("inland",),
    "life": ("use", "upkeep", "end_of_life", "credit"),
}  # fmt: skip
"""The stages that each boundary adds to the one before it."""

Stages = dict[str, "NDArray[np.float64]"]


@dataclass(frozen=True)
class Footprints:
    """`cars`, `factors` as in `records`; `carried_kgco2e` (num_cars, num_shops): the plant's scope 1 and 2 on cars."""

    cars: pl.DataFrame
    factors: pl.DataFrame
    bills: Bills
    carried_kgco2e: NDArray[np.float64]


def footprints(
    scenario: Scenario, plan: Plan, cars: Cars, flow: FlowTrace, power: Electricity, products: Products
) -> Footprints:  # fmt: skip
    """Every car's kgCO2e by stage and to each boundary.

    A class's bill times its factors; what differs within a class, the plant's energy, is each car's own.
    """
    own = energy(scenario, cars, flow)
    bill = bills(scenario, cars, own, borne_shares(scenario, plan, flow, cars))
    factors = factor_table(scenario, bill.activities, products)
    kgco2e = by_stage(
        bill.starts, np.arange(len(bill.amount), dtype=np.int32), bill.amount,
        factors["kgco2e"].to_numpy()[bill.factor_idx], bill.stage_idx, len(FOOTPRINT_STAGES),
    )  # fmt: skip
    stages = {stage: kgco2e[bill.of_car, k] for k, stage in enumerate(FOOTPRINT_STAGES)}
    in_plant, carried = _in_plant(scenario, cars, own, power)
    return Footprints(_table(cars, bill, stages | in_plant), factors, bill, carried)


def _in_plant(scenario: Scenario, cars: Cars, own: Energy, power: Electricity) -> tuple[Stages, NDArray[np.float64]]:
    """The stages that a car's hours decide, market-based ones beside them, and scope 1 and 2 by car and shop."""
    shops = [shop.energy for shop in scenario.plant.shops]
    here = (cars.plant_idx == 0)[:, None]
    year = cars.year - power.first_year
    location, market = power.location[year][:, None], power.market[year][:, None]
    direct, upstream = gas_direct(scenario), gas_upstream(scenario)
    electricity_kwh = np.where(here, [shop.electricity_kwh_per_car for shop in shops], 0.0)
    gas_kwh = np.where(here, [shop.gas_kwh_per_car for shop in shops], 0.0)
    electricity = electricity_kwh * own.grid_ratio * location
    base = own.base_electricity_kwh * location + own.base_gas_kwh * direct
    stages = {
        "plant_electricity": _sum(electricity),
        "plant_base": _sum(base),
        "gas_upstream": _sum(gas_kwh + own.base_gas_kwh) * upstream,
        "plant_electricity_market": _sum(electricity_kwh * market),
        "plant_base_market": _sum(own.base_electricity_kwh * market + own.base_gas_kwh * direct),
    }
    return stages, electricity + base + gas_kwh * direct


def _sum(by_shop: NDArray[np.float64]) -> NDArray[np.float64]:
    """Over the shops, one after the other."""
    total = np.zeros(len(by_shop))
    for shop in range(by_shop.shape[1]):
        total += by_shop[:, shop]
    return total


def _table(cars: Cars, bill: Bills, stages: Stages) -> pl.DataFrame:
    """`carbon.cars`: the stages, and the sums to each boundary."""
    total = np.zeros(len(cars.order_id))
    sums = {}
    for boundary, added in BOUNDARIES.items():
        for stage in added:
            total = total + stages[stage]
        sums[boundary] = total
    columns = {f"{name}_kgco2e": values for name, values in (stages | sums).items()}
    frame = pl.DataFrame({"order_id": cars.order_id, "class_idx": bill.of_car, **columns})
    return frame.select(pl.col(c.name).cast(c.dtype) for c in CARBON["cars"].columns)
