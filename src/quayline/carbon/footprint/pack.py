"""Built cars as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.records.built import built_cars

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quayline.records.stages import FlowTrace, Plan, Shipments
    from quayline.scenario.schema import Scenario

NO_LANE = -1


@dataclass(frozen=True)
class Cars:
    """Built cars of all plants, in the order of `records.built`; all arrays of shape (num_cars,).

    `plant_idx` is 0 for the plant, k for `alternates[k - 1]`. `year` is that of line-off (midnight belongs to the day
    that ends), `delivery_year` that of delivery, `lane_idx` the lane of the car's sailing, or the one planned for it
    while it has none (NO_LANE: by road).
    """

    order_id: NDArray[np.int64]
    variant_idx: NDArray[np.int64]
    market_idx: NDArray[np.int64]
    plant_idx: NDArray[np.int64]
    lane_idx: NDArray[np.int64]
    year: NDArray[np.int64]
    delivery_year: NDArray[np.int64]


def pack_cars(scenario: Scenario, plan: Plan, flow: FlowTrace, ship: Shipments) -> Cars:
    """Everything about the built cars that their footprint depends on.

    A car that no sailing takes any more (no delivery) counts as delivered in the last year of the horizon.
    Raises ValueError for built cars that the plan or the shipments do not know.
    """
    trips = ship.cars.select("order_id", "sailing_idx", "delivered_at").join(
        ship.sailings.select("sailing_idx", sailed_idx="lane_idx"), on="sailing_idx", how="left", maintain_order="left"
    )
    built = built_cars(plan, flow)
    cars = built.join(trips, on="order_id", maintain_order="left")
    if cars.height != built.height:
        raise ValueError(f"{built.height - cars.height} built cars are not in the shipments")
    years = cars.select(
        year=(pl.col("line_off_at") - pl.duration(milliseconds=1)).dt.year(),
        delivery_year=pl.col("delivered_at").dt.year().fill_null(scenario.horizon.end.year),
    ).cast(pl.Int64)
    lane_idx = cars.select(pl.coalesce("sailed_idx", "lane_idx").cast(pl.Int64).fill_null(NO_LANE)).to_series()
    return Cars(
        cars["order_id"].to_numpy().astype(np.int64),
        cars["variant_idx"].to_numpy().astype(np.int64),
        cars["market_idx"].to_numpy().astype(np.int64),
        cars["plant_idx"].to_numpy().astype(np.int64),
        lane_idx.to_numpy(),
        years["year"].to_numpy(),
        years["delivery_year"].to_numpy(),
    )
