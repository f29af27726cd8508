"""The plant's scope 1 and 2 by year from the base year to the last target's."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from quayline.carbon.factors import gas_direct
from quayline.carbon.plant import days_in_horizon
from quayline.records.schemas import CARBON

if TYPE_CHECKING:
    from quayline.carbon.factors import Electricity
    from quayline.scenario.schema import Scenario


def path_table(scenario: Scenario, plant: pl.DataFrame, power: Electricity) -> pl.DataFrame:
    """`carbon.path`: the base year as given, then every year from the horizon's first to `plant_until`.

    A year that the horizon covers to its end is the sum of `plant`; a horizon that begins within a year
    counts that year's days in the horizon only. All later years are projected: cars and energy of the last
    year covered whole (if there is none, of the last year, scaled up by days), with the year's own factors.
    """
    horizon, goals = scenario.horizon, scenario.carbon.plant
    energy = _energy(plant)
    reference, scale = _reference(scenario)
    last = horizon.end.year if horizon.end == date(horizon.end.year, 12, 31) else horizon.end.year - 1
    rows: list[dict[str, Any]] = []
    if goals.base_year < horizon.start.year:
        rows.append({"year": goals.base_year, "counted_kgco2e": goals.base_kgco2e, "is_projected": False})
    for k, year in enumerate(range(horizon.start.year, horizon.plant_until + 1)):
        is_projected = year > last
        source, factor = (reference, scale) if is_projected else (year, 1.0)
        num_cars, electricity_kwh, gas_kwh = (amount * factor for amount in energy[source])
        scope1 = gas_kwh * gas_direct(scenario)
        location, market = (electricity_kwh * float(f[k]) for f in (power.location, power.market))
        rows.append({
            "year": year, "cars": round(num_cars), "scope1_kgco2e": scope1,
            "scope2_location_kgco2e": location, "scope2_market_kgco2e": market,
            "counted_kgco2e": scope1 + (location if goals.basis == "location" else market),
            "is_projected": is_projected,
        })  # fmt: skip
    targets = {t.year: goals.base_kgco2e * (1 - t.reduction_share) for t in sorted(goals.targets, key=lambda t: t.year)}
    line = np.interp([row["year"] for row in rows], [goals.base_year, *targets], [goals.base_kgco2e, *targets.values()])
    for row, on_line in zip(rows, line.tolist(), strict=True):
        row["target_kgco2e"], row["line_kgco2e"] = targets.get(row["year"]), on_line
    return pl.DataFrame(rows, schema={column.name: column.dtype for column in CARBON["path"].columns})


def _energy(plant: pl.DataFrame) -> dict[int, tuple[float, float, float]]:
    """Cars, kWh of electricity and kWh of gas of the whole plant by year."""
    sums: dict[int, tuple[float, float, float]] = {}
    for row in plant.iter_rows(named=True):
        _, electricity_kwh, gas_kwh = sums.get(row["year"], (0.0, 0.0, 0.0))
        sums[row["year"]] = (row["cars"], electricity_kwh + row["electricity_kwh"], gas_kwh + row["gas_kwh"])
    return sums


def _reference(scenario: Scenario) -> tuple[int, float]:
    """The year that later ones are projected from, and what its figures are multiplied by."""
    horizon = scenario.horizon
    for year in range(horizon.end.year, horizon.start.year - 1, -1):
        if horizon.start <= date(year, 1, 1) and date(year, 12, 31) <= horizon.end:
            return year, 1.0
    year = horizon.end.year
    whole = (date(year + 1, 1, 1) - date(year, 1, 1)).days
    return year, whole / days_in_horizon(scenario, year)
