"""What scrapped cars took of materials, borne by the cars of their variant that were built."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quayline.carbon.footprint.pack import Cars
    from quayline.records.stages import FlowTrace, Plan
    from quayline.scenario.schema import Scenario


def borne_shares(scenario: Scenario, plan: Plan, flow: FlowTrace, cars: Cars) -> NDArray[np.float64]:
    """Materials of scrapped cars for each car that this plant built, in cars of the same variant (num_variants,).

    What was lost at its gate (`quality.scrapping`) of every scrapped car over the horizon, over the cars built; 0 for
    a variant of which none was built, whose loss nobody bears.
    """
    num = len(scenario.vehicles.variants)
    share = {row.gate: row.materials_share for row in scenario.quality.scrapping}
    scrapped = flow.scrapped.join(plan.orders.select("order_id", "variant_idx"), on="order_id", maintain_order="left")
    lost = scrapped["gate"].replace_strict(share, return_dtype=pl.Float64).to_numpy()
    lost_cars = np.bincount(scrapped["variant_idx"].to_numpy(), lost, minlength=num)
    built = np.bincount(cars.variant_idx[cars.plant_idx == 0], minlength=num)
    return np.divide(lost_cars, built, out=np.zeros(num), where=built > 0)
