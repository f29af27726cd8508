"""The footprint that the plan counts with is the one that the account gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest

from quayline.plan.inputs.tonnes import ROAD, tonnes
from quayline.scenario.loader import load

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any


def test_equals_the_account_of_a_run(starter: Path, records: Any) -> None:
    """Every car of a finished run carries to its customer what the plan expected of it, to the gram."""
    scenario = load(starter)
    expected = tonnes(scenario)
    cars = (
        records.carbon.cars.select("order_id", "customer_kgco2e")
        .join(records.flow.cars.select("order_id", "line_off_at"), on="order_id")
        .join(records.plan.orders.select("order_id", "market_idx", "variant_idx"), on="order_id")
        .with_columns((pl.col("line_off_at") - pl.duration(milliseconds=1)).dt.year().alias("year"))
    )  # fmt: skip
    lanes = [lane.id for lane in scenario.logistics.lanes]
    assert cars.height > 1000
    for (market, variant, year), rows in cars.group_by("market_idx", "variant_idx", "year"):
        name = scenario.markets[market].lane
        lane = ROAD if name is None else lanes.index(name)
        kg = expected.car_kg(market, variant, 0, lane)[year - expected.years[0]]
        assert rows["customer_kgco2e"].to_numpy() == pytest.approx(np.full(rows.height, kg), abs=1e-3)


def test_the_plant_counts_as_its_targets_do(starter: Path, records: Any) -> None:
    """Scope 1 and 2 of the account = cars times `plant_kg` + base loads times the same factors."""
    scenario = load(starter)
    expected = tonnes(scenario)
    base_kwh = pl.col("electricity_kwh") - pl.col("electricity_cars_kwh")
    base = records.carbon.plant.group_by("year").agg(
        pl.col("cars").max(), base_kwh.sum().alias("electricity"),
        (pl.col("gas_kwh") - pl.col("gas_cars_kwh")).sum().alias("gas"),
        (pl.col("scope1_kgco2e") + pl.col("scope2_market_kgco2e")).sum().alias("kg"),
    )  # fmt: skip
    for row in base.iter_rows(named=True):
        k = row["year"] - expected.years[0]
        electricity, gas = expected.kg_per_kwh[k]
        kg = row["cars"] * expected.plant_kg[k] + row["electricity"] * electricity + row["gas"] * gas
        assert row["kg"] == pytest.approx(kg, rel=1e-9)
