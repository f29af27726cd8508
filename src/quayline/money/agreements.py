"""What the agreements say: the maker's fee by volume, the shortfall, and who carries each cost of a car."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.money.pack import cents, days_of, years_of

if TYPE_CHECKING:
    from quayline.money.pack import Cars, Ints
    from quayline.records.stages import Plan
    from quayline.scenario.parties import Agreement
    from quayline.scenario.schema import Scenario

BY_MAKER = ("labour", "energy", "overhead", "warranty")
BY_BRAND = ("works", "lateness")
BY_FREIGHT = ("truck", "port_loading", "freight", "port_discharge")
ITEMS = {"parts": "parts", "duty": "duty", "port_fee": "duty", "inland": "inland", "stock": "stock", "yard": "stock",
         **dict.fromkeys(BY_FREIGHT, "freight")}  # fmt: skip
"""Element to the entry of `pays` that says who carries it."""


def payer_of(scenario: Scenario, model: int, element: str) -> str:
    """The party that carries `element` of a model's cars: by its agreement, or its seller when it has none."""
    thing = scenario.vehicles.models[model]
    mine = [a for a in scenario.agreements if thing.id in a.models]
    if not mine:
        return thing.seller
    if element in BY_MAKER:
        return mine[0].maker
    return mine[0].brand if element in BY_BRAND else str(getattr(mine[0].pays, ITEMS[element]))


def fees(scenario: Scenario, cars: Cars) -> Ints:
    """The maker's fee for each car in cents: the step that its number in the calendar year falls into.

    The n-th car that the plant builds under an agreement in a year, by line-off, costs the fee of the last step with
    `above_cars` below n.
    """
    fee = np.zeros(len(cars.order_id), np.int64)
    years = years_of(days_of(cars.line_off))
    under = np.where(cars.is_own, cars.agreement, -1)
    for k, agreement in enumerate(scenario.agreements):
        above = np.array([step.above_cars for step in agreement.fees])
        table = cents(np.array([step.fee_usd_per_car for step in agreement.fees]))
        for year in np.unique(years[under == k]):
            mine = np.flatnonzero((under == k) & (years == year))
            number = np.arange(1, len(mine) + 1)
            fee[mine] = table[np.searchsorted(above, number, side="left") - 1]
    return fee


def shortfalls(scenario: Scenario, plan: Plan, cars: Cars) -> list[tuple[int, Agreement, int, int]]:
    """(year, agreement, cars short, cents) for each year in which the plant built fewer than the plan's minimum."""
    place = {a.id: k for k, a in enumerate(scenario.agreements)}
    years = years_of(days_of(cars.line_off))
    found = []
    for name, year, minimum in plan.years.select("agreement", "year", "minimum_cars").iter_rows():
        agreement = scenario.agreements[place[name]]
        built = (cars.agreement == place[name]) & cars.is_own & (years == year)
        short = minimum - int(built.sum())
        if short > 0:
            found.append((year, agreement, short, short * int(cents(agreement.shortfall_fee_usd_per_car))))
    return found
