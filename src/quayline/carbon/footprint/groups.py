"""The mass balance of each variant, and what its groups carry by public factors and by publication."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from quayline.carbon.footprint.factors import factor
from quayline.records.schemas import CARBON
from quayline.scenario import bill

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.carbon.footprint.products import Products
    from quayline.scenario.schema import Scenario

Row = tuple[int, str, float, float, float, float, float, float, bool]


def group_table(scenario: Scenario, products: Products) -> pl.DataFrame:
    """One row for each variant and group that has an amount or a published total, with the grids of the first year.

    Bought = in the car + scrap. `used_kgco2e` is amount times factor, or the published total and the difference of
    amount times factor from what it was when the total was taken.
    """
    schema = {column.name: column.dtype for column in CARBON["groups"].columns}
    return pl.DataFrame(list(_rows(scenario, products)), schema=schema, orient="row")


def _rows(scenario: Scenario, products: Products) -> Iterator[Row]:
    year, uses = scenario.horizon.start.year, scenario.carbon.material_use
    published = {(row.variant, row.group) for row in scenario.carbon.calibrations}
    for k, variant in enumerate(scenario.vehicles.variants):
        used: dict[str, float] = {}
        for row in bill.made(scenario, k, year):
            if row.stage in ("materials", bill.BATTERY):
                used[row.part] = used.get(row.part, 0.0) + row.amount * factor(scenario, row.activity, products).kgco2e
        for group, kgco2e in used.items():
            bought = list(bill.bought(scenario, variant, group, year))
            amount = sum(row.amount for row in bought)
            computed = sum(row.amount * factor(scenario, row.activity, products).kgco2e for row in bought)
            in_car = amount if group == bill.BATTERY else sum(
                row.mass_kg for row in uses if (row.variant, row.material) == (variant.id, group)
            )  # fmt: skip
            mean = computed / amount if amount else 0.0
            is_calibrated = (variant.id, group) in published
            yield k, group, in_car, amount - in_car, amount, mean, computed, kgco2e, is_calibrated
