"""What the factor of a product is made of, to any depth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from quayline.carbon.system import contributions
from quayline.records.schemas import CARBON

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quayline.carbon.footprint.products import Products
    from quayline.scenario.bill import Activity

CUTOFF_SHARE = 0.002


def depth_table(activities: Sequence[Activity], products: Products) -> pl.DataFrame:
    """`carbon.depth`: for each product among the factors, the tree of what making one unit takes."""
    rows = []
    names = {product.id: product.name for product in products.scenario.carbon.products}
    for factor_idx, activity in enumerate(activities):
        if activity.kind != "product":
            continue
        system = products.system(activity.year)
        for step_idx, step in enumerate(contributions(system, {activity.name: 1.0}, CUTOFF_SHARE)):
            product = system.products[step.product_idx]
            rows.append({
                "factor_idx": factor_idx, "step_idx": step_idx, "parent_idx": step.parent_idx, "depth": step.depth,
                "product": product, "name": names.get(product, f"electricity of {product[5:].upper()}"),
                "amount": step.amount, "unit": system.units[step.product_idx], "kgco2e": step.carried.fossil,
                "direct_kgco2e": step.direct.fossil, "beyond_kgco2e": step.beyond.fossil,
            })  # fmt: skip
    return pl.DataFrame(rows, schema={column.name: column.dtype for column in CARBON["depth"].columns})
