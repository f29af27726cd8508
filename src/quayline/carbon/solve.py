"""The footprint of every car and the plant's path, from what was built and where it went."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.carbon.factors import plant_electricity
from quayline.carbon.footprint.groups import group_table
from quayline.carbon.footprint.pack import Cars, pack_cars
from quayline.carbon.footprint.products import Products
from quayline.carbon.footprint.solve import footprints
from quayline.carbon.needs import require
from quayline.carbon.path import path_table
from quayline.carbon.plant import plant_table
from quayline.records.schemas import CARBON
from quayline.records.stages import CarbonAccount

if TYPE_CHECKING:
    from quayline.carbon.params import CarbonParams
    from quayline.records.stages import FlowTrace, Plan, Shipments
    from quayline.scenario.schema import Scenario


def carbon(scenario: Scenario, plan: Plan, flow: FlowTrace, ship: Shipments, params: CarbonParams) -> CarbonAccount:
    """kgCO2e (GWP100) of each built car by stage, of the plant by year and shop, and the line-up.

    Follows the stages of ISO 14067 with the boundary of every total named; scope 1 and 2 by the GHG Protocol,
    location- and market-based. `docs/carbon.md` has the formulas.
    Raises ScenarioError with everything that is missing, such as grid factors of early years.
    """
    cars = pack_cars(scenario, plan, flow, ship)
    require(scenario, cars)
    power = plant_electricity(scenario)
    products = Products(scenario)
    groups = group_table(scenario, products)
    made = footprints(scenario, cars, flow, power, products)
    plant = plant_table(scenario, cars, flow, power, made.carried_kgco2e)
    return CarbonAccount(
        cars=made.cars,
        classes=made.bills.table,
        amounts=made.bills.amounts(),
        factors=made.factors,
        groups=groups,
        plant=plant,
        path=path_table(scenario, plant, power),
        line_up=_line_up(scenario, cars, made.cars, groups),
    )


def _line_up(scenario: Scenario, cars: Cars, footprints: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """Published cars as given, then each variant built here: mean to the gate, in its first year of building."""
    schema = {column.name: column.dtype for column in CARBON["line_up"].columns}
    rows = [
        (row.car, row.total_kgco2e_per_car, row.boundary, row.built_in, row.year, "published", False)
        for row in scenario.carbon.line_up
    ]
    variants, here = scenario.vehicles.variants, cars.plant_idx == 0
    num_cars = np.bincount(cars.variant_idx[here], minlength=len(variants))
    total = np.bincount(cars.variant_idx[here], footprints["gate_kgco2e"].to_numpy()[here], minlength=len(variants))
    calibrated = set(groups.filter("is_calibrated")["variant_idx"])
    for k in np.flatnonzero(num_cars).tolist():
        year = int(cars.year[here & (cars.variant_idx == k)].min())
        mean = float(total[k]) / int(num_cars[k])
        rows.append((variants[k].name, mean, "gate", scenario.plant.name, year, "simulated", k in calibrated))
    return pl.DataFrame(rows, schema=schema, orient="row")
