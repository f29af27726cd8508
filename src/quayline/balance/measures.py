"""Figures from a balance: the speed that a crew suffices for, overloads, labour by shop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.balance.pack import pack

if TYPE_CHECKING:
    from quayline.records.stages import Balance
    from quayline.scenario.schema import Scenario


def highest_speeds(scenario: Scenario, balance: Balance) -> pl.DataFrame:
    """For the crew of each mode, the highest line speed it suffices for, and the section that limits it.

    Columns `mode_idx`, `section`, `speed_jph`; sections without work limit nothing, and those with tasks, whose
    stations are filled for the takt of the mode, are left out.
    """
    load, work = scenario.plant.crew.balance_share, pack(scenario)
    needed_h = dict(zip(work.sections, work.mean_there_h * work.speed_share, strict=True))
    tasks = [given.section for given in scenario.assembly]
    return (
        balance.sections.filter((pl.col("content_h") > 0) & ~pl.col("section").is_in(tasks))
        .with_columns(needed_h=pl.col("section").replace_strict(needed_h, return_dtype=pl.Float64))
        .with_columns(speed_jph=pl.col("people") * load / pl.col("needed_h"))
        .sort("mode_idx", "speed_jph")
        .group_by("mode_idx", maintain_order=True)
        .first()
        .select("mode_idx", "section", "speed_jph")
    )


def overloads(balance: Balance) -> pl.DataFrame:
    """Modes, sections and variants whose work exceeds the takt at the average station, worst first."""
    return balance.loads.filter(pl.col("load_share") > 1).sort("load_share", descending=True)


def labour_by_shop(scenario: Scenario) -> pl.DataFrame:
    """Person-hours of each variant in the paced sections of each shop: `variant_idx`, `shop`, `content_h`."""
    work = pack(scenario)
    num_variants, num_sections = work.content_h.shape
    return (
        pl.DataFrame(
            {
                "variant_idx": np.repeat(np.arange(num_variants, dtype=np.int16), num_sections),
                "shop": list(work.shop) * num_variants,
                "content_h": work.content_h.ravel(),
            }
        )
        .group_by("variant_idx", "shop", maintain_order=True)
        .agg(pl.col("content_h").sum())
    )
