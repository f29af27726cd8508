"""The footprint of every car and the plant's path, from what was built and where it went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quayline.carbon.factors import plant_electricity
from quayline.carbon.footprint.depth import depth_table
from quayline.carbon.footprint.groups import group_table
from quayline.carbon.footprint.levers import lever_table
from quayline.carbon.footprint.line_up import Drawn, claim_table, line_up_table
from quayline.carbon.footprint.pack import pack_cars
from quayline.carbon.footprint.products import Products
from quayline.carbon.footprint.solve import footprints
from quayline.carbon.needs import require
from quayline.carbon.path import path_table
from quayline.carbon.plant import plant_table
from quayline.records.stages import CarbonAccount

if TYPE_CHECKING:
    from quayline.carbon.params import CarbonParams
    from quayline.records.stages import FlowTrace, Plan, Shipments
    from quayline.scenario.schema import Scenario


def carbon(
    scenario: Scenario, plan: Plan, flow: FlowTrace, ship: Shipments, params: CarbonParams, seed: int = 1
) -> CarbonAccount:
    """kgCO2e (GWP100) of each built car by stage, of the plant by year and shop, and the line-up with its claims.

    Follows the stages of ISO 14067 with the boundary of every total named; scope 1 and 2 by the GHG Protocol,
    location- and market-based. `docs/carbon.md` has the formulas. `seed` is that of the draws of uncertain factors.
    Raises ScenarioError with everything that is missing, such as grid factors of early years.
    """
    cars = pack_cars(scenario, plan, flow, ship)
    require(scenario, cars)
    power = plant_electricity(scenario)
    products = Products(scenario)
    groups = group_table(scenario, products)
    made = footprints(scenario, plan, cars, flow, power, products)
    plant = plant_table(scenario, cars, flow, power, made.carried_kgco2e)
    draw = Drawn.of(scenario, made, products, params.num_draws, seed)
    return CarbonAccount(
        cars=made.cars,
        classes=made.bills.table,
        amounts=made.bills.amounts(),
        factors=made.factors,
        groups=groups,
        plant=plant,
        path=path_table(scenario, plant, power),
        depth=depth_table(made.bills.activities, products),
        line_up=line_up_table(draw, groups),
        claims=claim_table(draw),
        levers=lever_table(scenario, made.bills.table, products, params.num_draws, seed),
    )
