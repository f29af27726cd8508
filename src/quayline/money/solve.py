"""Landed cost and margin of every built car, and the settlement between the parties."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.money.agreements import fees, shortfalls
from quayline.money.elements import elements
from quayline.money.pack import NEVER, days_of, pack_cars, prices
from quayline.money.plant import plant_costs
from quayline.money.settle import settlement
from quayline.records.schemas import COST_ELEMENTS
from quayline.records.stages import MoneyAccount

if TYPE_CHECKING:
    from quayline.money.pack import Cars, Ints
    from quayline.money.params import MoneyParams
    from quayline.records.stages import Balance, FlowTrace, Plan, QualityLog, Shipments
    from quayline.scenario.schema import Scenario

LANDED = COST_ELEMENTS[: COST_ELEMENTS.index("inland") + 1]


def money(
    scenario: Scenario, plan: Plan, balance: Balance, quality: QualityLog, flow: FlowTrace, ship: Shipments,
    params: MoneyParams,
) -> MoneyAccount:  # fmt: skip
    """The money of every built car by element, of the plant by year, and between the parties by month.

    All amounts are whole cents until they are written in USD, so that every sum ties exactly. Formulas and readings
    of the agreement in docs/money.md. Raises ScenarioError where a price or duty is missing on a day that needs it,
    ValueError where the records contradict each other.
    """
    cars = pack_cars(scenario, plan, quality, flow, ship)
    has_price = cars.delivered != NEVER
    is_by_delivery = has_price if params.price_day == "delivered" else np.zeros_like(has_price)
    table_price = prices(scenario, cars, np.where(is_by_delivery, days_of(cars.delivered), cars.requested_day))
    plant = plant_costs(scenario, plan, balance, flow, cars)
    costs = elements(scenario, cars, plant, table_price)
    fee, price = fees(scenario, cars), np.where(has_price, table_price, 0)
    short = shortfalls(scenario, plan, cars)
    return MoneyAccount(
        _car_table(cars, costs, fee, price),
        _plant_table(plant.nobody),
        settlement(scenario, cars, costs, fee, price, plant.nobody, short),
    )


def _car_table(cars: Cars, costs: dict[str, Ints], fee: Ints, price: Ints) -> pl.DataFrame:
    landed, all_of_it = (np.zeros(len(cars.order_id), np.int64) for _ in range(2))
    for element, amount in costs.items():
        all_of_it += amount
        landed += amount if element in LANDED else 0
    named = {**{e: costs[e] for e in COST_ELEMENTS}, "fee": fee, "landed": landed, "price": price,
             "margin": price - all_of_it}  # fmt: skip
    order = np.argsort(cars.order_id, kind="stable")
    table = {"order_id": pl.Series(cars.order_id[order], dtype=pl.Int32)}
    return pl.DataFrame(table | {f"{name}_usd": pl.Series(amount[order] / 100) for name, amount in named.items()})


def _plant_table(nobody: dict[tuple[int, str], int]) -> pl.DataFrame:
    rows = [(year, item, amount / 100) for (year, item), amount in sorted(nobody.items())]
    schema = {"year": pl.Int16, "item": pl.String, "usd": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")
