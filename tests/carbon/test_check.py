"""The checker finds what is broken by hand, in every table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import polars as pl
import pytest
from tests.carbon.made import full, programme

from quayline.carbon.check import faults
from quayline.carbon.params import CarbonParams
from quayline.records.schemas import CARBON

if TYPE_CHECKING:
    from quayline.records.stages import CarbonAccount

MADE = programme(full(), 800, seed=2)
ACCOUNT = MADE.account()
UNSEEN = {(table, f"{end}_kgco2e") for table in ("line_up", "claims", "levers") for end in ("low", "high")}
"""Ends of intervals rest on draws: the checker sees only that they are the right way round and fit the shares."""
FIGURES = [
    (table, column.name)
    for table, schema in CARBON.items()
    for column in schema.columns
    if column.name.endswith(("_kgco2e", "_kwh")) or column.name in ("cars", "amount")
    if (table, column.name) not in UNSEEN
]


def _found(account: CarbonAccount) -> list[str]:
    return faults(MADE.scenario, MADE.plan, MADE.flow, MADE.ship, account, CarbonParams())


def test_the_account_itself_is_right() -> None:
    assert _found(ACCOUNT) == []


@pytest.mark.parametrize(("table", "name"), FIGURES, ids=["-".join(figure) for figure in FIGURES])
def test_one_wrong_figure_in_any_column_is_found(table: str, name: str) -> None:
    """The last row that is neither zero nor null is one more than it should be."""
    frame = getattr(ACCOUNT, table)
    rows = frame.with_row_index().filter(pl.col(name) != 0)
    at = rows["index"][-1]
    more = pl.when(pl.int_range(pl.len()) == at).then(pl.col(name) + 1).otherwise(pl.col(name))
    broken = frame.with_columns(more.cast(frame.schema[name]).alias(name))
    assert _found(replace(ACCOUNT, **{table: broken}))


@pytest.mark.parametrize("table", CARBON)
def test_a_lost_row_is_found(table: str) -> None:
    assert _found(replace(ACCOUNT, **{table: getattr(ACCOUNT, table).slice(1)}))


def test_a_hidden_calibration_is_found() -> None:
    for table in ("groups", "line_up"):
        frame = getattr(ACCOUNT, table).with_columns(is_calibrated=pl.lit(False))
        assert _found(replace(ACCOUNT, **{table: frame}))
