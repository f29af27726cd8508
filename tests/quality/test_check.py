"""The checker finds what is broken by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
import pytest
from tests.quality.made import planned, three_gates

from quayline.quality.check import faults
from quayline.quality.params import QualityParams
from quayline.quality.solve import quality

if TYPE_CHECKING:
    from collections.abc import Callable

    from quayline.records.stages import QualityLog

SCENARIO = three_gates()
PLAN, LINE = planned(SCENARIO, np.arange(2000) % 2)
LOG = quality(SCENARIO, PLAN, LINE, QualityParams(), 1)
BODY, PAINT, LAST = (f"{shop.id}-check" for shop in SCENARIO.plant.shops)
CAUGHT = pl.col("gate") != ""


def _defects(**columns: pl.Expr) -> Callable[[QualityLog], QualityLog]:
    return lambda log: replace(log, defects=log.defects.with_columns(**columns))


def _when(condition: pl.Expr, value: object, name: str) -> pl.Expr:
    return pl.when(condition).then(pl.lit(value)).otherwise(pl.col(name)).cast(LOG.defects.schema[name])


BROKEN: dict[str, tuple[Callable[[QualityLog], QualityLog], str]] = {
    "upstream gate": (_defects(gate=_when(CAUGHT & (pl.col("cause_idx") == 2), BODY, "gate")), "plug caught at body"),
    "gate without a share": (_defects(gate=_when(CAUGHT & (pl.col("cause_idx") == 0), PAINT, "gate")), "dent caught"),
    "other repair": (_defects(repair=_when(CAUGHT, "respray", "repair")), "not repaired as rework"),
    "repair of an escape": (_defects(repair_s=_when(~CAUGHT, 5.0, "repair_s")), "escaped and were repaired"),
    "unknown car": (_defects(order_id=pl.col("order_id") + 2000), "not in the sequence"),
    "unknown cause": (_defects(cause_idx=pl.col("cause_idx") + 1), "do not exist"),
    "lost defect": (lambda log: replace(log, defects=log.defects.slice(1)), "defects differ in 1"),
    "months": (lambda log: replace(log, months=log.months.slice(1)), "rows of months"),
    "expectation": (
        lambda log: replace(log, months=log.months.with_columns(pl.col("expected_defects") * 1.001)),
        "expected defects differ",
    ),
    "rank": (
        lambda log: replace(log, peers=log.peers.with_columns(pl.col("rank") + pl.lit(1, pl.Int16))),
        "ranking",
    ),
}


def test_the_log_itself_is_right() -> None:
    assert faults(SCENARIO, PLAN, LINE, LOG) == []


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_log_is_found(name: str) -> None:
    broken, words = BROKEN[name]
    found = faults(SCENARIO, PLAN, LINE, broken(LOG))
    assert any(words in fault for fault in found), found
