"""Landed cost and margin of every built car, and the settlement between the parties."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.money.agreements import fees, shortfalls
from quayline.money.elements import elements
from quayline.money.freight import empty_charters
from quayline.money.pack import NEVER, days_of, pack_cars, prices
from quayline.money.plant import part_bills, people_bills, plant_costs, scrapped_bills
from quayline.money.settle import settlement
from quayline.money.trade import subsidies
from quayline.records.schemas import COST_ELEMENTS
from quayline.records.stages import MoneyAccount

if TYPE_CHECKING:
    from quayline.money.pack import Cars, Ints
    from quayline.money.params import MoneyParams
    from quayline.money.plant import Bill
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
    is_sold = cars.delivered != NEVER
    by_delivery = is_sold if params.price_day == "delivered" else np.zeros_like(is_sold)
    day = np.where(by_delivery, days_of(cars.delivered), cars.requested_day)
    listed = prices(scenario, cars, day)
    subsidy = subsidies(scenario, cars, listed, day)
    plant = plant_costs(scenario, plan, balance, flow, cars)
    costs, fee = elements(scenario, cars, plant), fees(scenario, cars)
    granted, lowered = (np.zeros(len(day), np.int64) for _ in range(2))
    for _, amount, part in subsidy:
        granted += amount
        lowered += part
    price = np.where(is_sold, listed - lowered, 0)
    bills = [*empty_charters(scenario, ship), *part_bills(scenario, plan), *people_bills(scenario, plan),
             *scrapped_bills(scenario, plan, flow)]  # fmt: skip
    return MoneyAccount(
        _car_table(cars, costs, fee, price, granted),
        _plant_table(plant.nobody, bills),
        settlement(
            scenario, cars, costs, fee, price, subsidy, plant.nobody, bills, shortfalls(scenario, plan, cars)
        ),
    )


def _car_table(cars: Cars, costs: dict[str, Ints], fee: Ints, price: Ints, granted: Ints) -> pl.DataFrame:
    landed, all_of_it = (np.zeros(len(cars.order_id), np.int64) for _ in range(2))
    for element, amount in costs.items():
        all_of_it += amount
        landed += amount if element in LANDED else 0
    named = {**{e: costs[e] for e in COST_ELEMENTS}, "fee": fee, "landed": landed, "price": price,
             "subsidy": granted, "margin": price + granted - all_of_it}  # fmt: skip
    order = np.argsort(cars.order_id, kind="stable")
    table = {"order_id": pl.Series(cars.order_id[order], dtype=pl.Int32)}
    return pl.DataFrame(table | {f"{name}_usd": pl.Series(amount[order] / 100) for name, amount in named.items()})


def _plant_table(nobody: dict[tuple[int, str], int], bills: list[Bill]) -> pl.DataFrame:
    items = dict(nobody)
    for year, item, _, amount in bills:
        items[year, item] = items.get((year, item), 0) + amount
    rows = [(year, item, amount / 100) for (year, item), amount in sorted(items.items())]
    schema = {"year": pl.Int16, "item": pl.String, "usd": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")
