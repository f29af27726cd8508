"""Where the footprint of a variant's materials and battery comes from: amount, factor, calibration."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from quayline.records.schemas import CARBON

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.scenario.schema import Scenario

BATTERY = "battery"


def group_table(scenario: Scenario) -> pl.DataFrame:
    """One row for each variant and group that has an amount or a published total.

    `used_kgco2e` is the published total where the scenario calibrates the group, else amount times factor.
    """
    schema = {column.name: column.dtype for column in CARBON["groups"].columns}
    return pl.DataFrame(list(_rows(scenario)), schema=schema, orient="row")


def _rows(scenario: Scenario) -> Iterator[tuple[int, str, float, float, float, float, bool]]:
    published = {(row.variant, row.group): row.total_kgco2e_per_car for row in scenario.carbon.calibrations}
    packs = {battery.id: battery.factor_kgco2e_per_kwh for battery in scenario.carbon.batteries}
    for k, variant in enumerate(scenario.vehicles.variants):
        uses = [row for row in scenario.carbon.material_use if row.variant == variant.id]
        groups = [(m.id, sum((row.mass_kg for row in uses if row.material == m.id), 0.0), m.factor_kgco2e_per_kg)
                  for m in scenario.carbon.materials]  # fmt: skip
        if variant.battery is not None:
            groups.append((BATTERY, variant.battery_kwh, packs[variant.battery]))
        used_materials = {row.material for row in uses}
        for group, amount, factor in groups:
            total = published.get((variant.id, group))
            if total is not None or group in used_materials or group == BATTERY:
                computed = amount * factor
                yield k, group, amount, factor, computed, computed if total is None else total, total is not None
