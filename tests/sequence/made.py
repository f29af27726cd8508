"""Plans over a starter scenario, for tests of the sequence's face."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.records.schemas import PLAN
from quayline.records.stages import Plan
from quayline.scenario.loader import load
from quayline.scenario.template import new

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario


@cache
def starter() -> Scenario:
    with TemporaryDirectory() as folder:
        new(Path(folder))
        return load(Path(folder))


def with_rules(scenario: Scenario, **changes: object) -> Scenario:
    """The scenario with other sequence rules."""
    rules = scenario.vehicles.sequence.model_copy(update=changes)
    return scenario.model_copy(update={"vehicles": scenario.vehicles.model_copy(update={"sequence": rules})})


def plan_of(scenario: Scenario, day: np.ndarray, variant: np.ndarray, colour: np.ndarray, options: np.ndarray) -> Plan:
    """A plan of one order per entry, built on day `day` of the horizon (-1: not built)."""
    dates = [scenario.horizon.start + timedelta(days=int(d)) for d in day]
    frame = pl.DataFrame(
        {
            "order_id": np.arange(len(day)),
            "variant_idx": variant,
            "market_idx": np.zeros(len(day), np.int64),
            "colour_idx": colour,
            "options": options,
            "is_firm": np.zeros(len(day), bool),
            "requested_on": dates,
            "standard_build_on": dates,
            "planned_build_on": [on if d >= 0 else None for on, d in zip(dates, day, strict=True)],
            "plant_idx": [0 if d >= 0 else None for d in day],
            "lane_idx": pl.Series([None] * len(day), dtype=pl.Int16),
            "planned_sailing_idx": pl.Series([None] * len(day), dtype=pl.Int32),
            "planned_delivery_on": pl.Series([None] * len(day), dtype=pl.Date),
            "reason": ["" if d >= 0 else "capacity" for d in day],
            "reason_text": [""] * len(day),
            "binding_idx": pl.Series([None] * len(day), dtype=pl.Int32),
        }
    )
    tables = {name: pl.DataFrame(schema={c.name: c.dtype for c in schema.columns}) for name, schema in PLAN.items()}
    tables["orders"] = frame.cast({c.name: c.dtype for c in PLAN["orders"].columns})
    return Plan(**tables, status="made up", objective_usd=0.0, bound_usd=0.0, gap=0.0)


def drawn_plan(scenario: Scenario, num_cars: int, num_days: int, seed: int) -> Plan:
    """Orders with random days, variants, colours and options; some not built."""
    rng = np.random.Generator(np.random.PCG64(seed))
    models = {model.id: model for model in scenario.vehicles.models}
    num_colours = np.array([len(models[v.model].colours) for v in scenario.vehicles.variants])
    variant = rng.integers(0, len(num_colours), num_cars)
    return plan_of(
        scenario,
        rng.integers(-1, num_days, num_cars),
        variant,
        rng.integers(0, num_colours[variant]),
        rng.integers(0, 1 << len(scenario.vehicles.options), num_cars),
    )
