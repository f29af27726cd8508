"""The ledger: one row for every order, joined from the records of all stages, with names in words."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.records import schemas
from quayline.records.built import built_cars
from quayline.records.stages import (
    CarbonAccount,
    DaySequence,
    FlowTrace,
    Ledger,
    MoneyAccount,
    Plan,
    QualityLog,
    Shipments,
)
from quayline.scenario.sailings import sailings
from quayline.study.lateness import with_reasons
from quayline.study.line_delay import held_by
from quayline.study.vin import vins

if TYPE_CHECKING:
    from quayline.scenario.plant import Plant
    from quayline.scenario.schema import Scenario
    from quayline.scenario.sources import AlternatePlant

_EPOCH = date(1970, 1, 1).toordinal()


def ledger(
    scenario: Scenario, plan: Plan, sequence: DaySequence, quality: QualityLog, flow: FlowTrace, ship: Shipments,
    carbon: CarbonAccount, money: MoneyAccount,
) -> Ledger:  # fmt: skip
    """Join every stage's row of each order; a car's number and its order's are the same."""
    defects = quality.defects.group_by("order_id").agg(
        pl.len().cast(pl.Int16).alias("num_defects"),
        (pl.col("fate") == "escaped").sum().cast(pl.Int16).alias("num_escapes"),
    )
    built = built_cars(plan, flow).select("order_id", "line_off_at").join(
        flow.cars.select("order_id", "released_at", "num_repairs", "repair_h"), on="order_id", how="left"
    )  # fmt: skip
    scrapped = flow.scrapped.select("order_id", "released_at", "num_repairs", "repair_h")
    built = pl.concat([built, scrapped], how="diagonal")
    footprint = carbon.cars.select("order_id", "gate_kgco2e", "customer_kgco2e", "life_kgco2e")
    earned = money.cars.select("order_id", "landed_usd", "price_usd", "margin_usd")
    rows = plan.orders.rename({"reason": "plan_reason", "reason_text": "plan_text"}).join(
        sequence.cars.select("order_id", "position"), on="order_id", how="left", maintain_order="left"
    )
    for part in (built, defects, ship.cars, footprint, earned):
        rows = rows.join(part, on="order_id", how="left", maintain_order="left")
    rows = rows.with_columns(
        pl.when(pl.col("num_repairs").is_not_null()).then(pl.col("num_defects").fill_null(0)).alias("num_defects"),
        pl.when(pl.col("num_repairs").is_not_null()).then(pl.col("num_escapes").fill_null(0)).alias("num_escapes"),
        pl.when(pl.col("planned_build_on").is_null())
        .then(pl.lit("unbuilt"))
        .when(pl.col("order_id").is_in(scrapped["order_id"].implode()))
        .then(pl.lit("scrapped"))
        .when(pl.col("line_off_at").is_null())
        .then(pl.lit("in-line"))
        .otherwise(pl.col("state"))
        .alias("state"),
    )
    rows = rows.join(held_by(scenario, quality, flow), on="order_id", how="left", maintain_order="left")
    rows = with_reasons(scenario, rows)
    rows = _words(scenario, rows)
    return Ledger(rows.select(c.name for c in schemas.LEDGER.columns))


def _words(scenario: Scenario, rows: pl.DataFrame) -> pl.DataFrame:
    """Names for numbers: model, variant, market, plant, colour, options, sailing, model year and VIN."""
    models = [m.id for m in scenario.vehicles.models]
    plants: list[Plant | AlternatePlant] = [scenario.plant, *scenario.alternates]
    model_of = np.array([models.index(v.model) for v in scenario.vehicles.variants])
    model_idx = model_of[rows["variant_idx"].to_numpy()]
    rows = rows.with_columns(
        pl.Series("model_idx", model_idx),
        _named(rows["variant_idx"], [v.id for v in scenario.vehicles.variants], "variant"),
        _named(rows["market_idx"], [m.id for m in scenario.markets], "market"),
        _named(pl.Series(model_idx), models, "model"),
        _named(rows["plant_idx"], [p.id for p in plants], "plant"),
        _named(rows["plant_idx"], [p.place.country for p in plants], "origin"),
        _colours(scenario, model_idx, rows["colour_idx"].to_numpy()),
        _options(scenario, rows["options"]),
        _named(
            rows["sailing_idx"], [f"{s.service} {s.departs_on}" for s in sailings(scenario)], "sailing"
        ),
        pl.Series("model_year", _model_years(scenario, model_idx, rows["planned_build_on"]), dtype=pl.Int16),
    )  # fmt: skip
    cars = rows.filter(pl.col("line_off_at").is_not_null()).sort(
        "plant_idx", "position", "line_off_at", "order_id"
    )  # fmt: skip
    numbers = vins(
        cars["model_idx"].to_numpy(), cars["variant_idx"].cast(pl.Int64).to_numpy(),
        cars["model_year"].cast(pl.Int64).to_numpy(), np.arange(cars.height),
    )  # fmt: skip
    named = cars.select("order_id").with_columns(pl.Series("vin", numbers, dtype=pl.String))
    return rows.join(named, on="order_id", how="left", maintain_order="left")


def _named(idx: pl.Series, names: list[str], column: str) -> pl.Series:
    """The names at `idx`; null stays null."""
    return pl.Series(names, dtype=pl.String).gather(idx.cast(pl.UInt32)).alias(column)


def _colours(scenario: Scenario, model_idx: np.ndarray, colour_idx: np.ndarray) -> pl.Series:
    offsets = np.cumsum([0, *(len(m.colours) for m in scenario.vehicles.models)])
    names = [c.id for m in scenario.vehicles.models for c in m.colours]
    return _named(pl.Series(offsets[model_idx] + colour_idx), names, "colour")


def _options(scenario: Scenario, bits: pl.Series) -> pl.Series:
    distinct = bits.unique().sort()
    options = [o.id for o in scenario.vehicles.options]
    words = ["+".join(o for k, o in enumerate(options) if mask >> k & 1) for mask in distinct.to_list()]
    return _named(pl.Series(np.searchsorted(distinct.to_numpy(), bits.to_numpy())), words, "options")


def _model_years(scenario: Scenario, model_idx: np.ndarray, build_on: pl.Series) -> np.ndarray | pl.Series:
    """Model year by planned build day; null for orders that are not built."""
    days = build_on.to_physical().to_numpy()
    years = np.full(len(days), np.nan)
    for k, model in enumerate(scenario.vehicles.models):
        starts = np.array([y.from_.toordinal() - _EPOCH for y in model.model_years])
        mine = (model_idx == k) & ~np.isnan(days.astype(float))
        place = np.searchsorted(starts, days[mine], side="right") - 1
        years[mine] = np.array([y.model_year for y in model.model_years])[place]
    return pl.Series(years, nan_to_null=True)
