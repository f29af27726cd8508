"""Figures of carbon: mean footprints, gaps to the targets, tonnes by year."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import polars as pl

from quayline.records.built import built_cars
from quayline.records.schemas import FOOTPRINT_STAGES

if TYPE_CHECKING:
    from quayline.records.stages import CarbonAccount, FlowTrace, Plan
    from quayline.scenario.schema import Scenario

BOUNDARIES = ("gate", "port", "customer", "life")
_FIGURES = [f"{name}_kgco2e" for name in (*FOOTPRINT_STAGES, "plant_electricity_market", *BOUNDARIES)]


def footprint_means(
    scenario: Scenario, plan: Plan, account: CarbonAccount, by: tuple[Literal["model", "variant", "market"], ...]
) -> pl.DataFrame:
    """Mean kgCO2e per car by stage and boundary, one row for each group of `by`; columns: `by`, cars, figures."""
    variants = [pl.Series([getattr(v, key) for v in scenario.vehicles.variants], dtype=pl.String)
                for key in ("id", "model")]  # fmt: skip
    markets = pl.Series([market.id for market in scenario.markets], dtype=pl.String)
    place = plan.orders.select("order_id", "variant_idx", "market_idx")
    cars = account.cars.join(place, on="order_id", maintain_order="left")
    named = cars.with_columns(
        variants[0].gather(cars["variant_idx"].cast(pl.UInt32)).alias("variant"),
        variants[1].gather(cars["variant_idx"].cast(pl.UInt32)).alias("model"),
        markets.gather(cars["market_idx"].cast(pl.UInt32)).alias("market"),
    )
    return named.group_by(by).agg(pl.len().alias("cars"), pl.col(_FIGURES).mean()).sort(by)


def target_gaps(account: CarbonAccount) -> pl.DataFrame:
    """The target years: year, target_kgco2e, counted_kgco2e, gap_kgco2e (above 0: missed), is_met, is_projected."""
    gap = pl.col("counted_kgco2e") - pl.col("target_kgco2e")
    return account.path.filter(pl.col("target_kgco2e").is_not_null()).select(
        "year", "target_kgco2e", "counted_kgco2e", gap.alias("gap_kgco2e"), (gap <= 0).alias("is_met"), "is_projected"
    )


def tonnes_by_year(plan: Plan, flow: FlowTrace, account: CarbonAccount) -> pl.DataFrame:
    """tCO2e of built cars by the year they left their line: year, cars, a column `_t` for each stage and boundary."""
    off = (pl.col("line_off_at") - pl.duration(milliseconds=1)).dt.year()
    year = built_cars(plan, flow).select("order_id", year=off)
    cars = account.cars.join(year, on="order_id", maintain_order="left")
    tonnes = [(pl.col(name).sum() / 1000).alias(name.replace("_kgco2e", "_t")) for name in _FIGURES]
    return cars.group_by("year").agg(pl.len().alias("cars"), *tonnes).sort("year")
