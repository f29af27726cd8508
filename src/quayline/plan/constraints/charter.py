"""Charters: a chartered ship sails only if it is paid for, once a voyage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Block, Constraint, Rows, at, sailing_words
from quayline.plan.constraints.sailing_space import UNITS, space_of, voyage_of, voyages
from quayline.plan.model.variables import INF

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family
    from quayline.scenario.sailings import Sailing


def chartered(build: Build) -> list[Sailing]:
    """The first call of every chartered voyage."""
    return [call for call in voyages(build) if call.charter_usd is not None]


def columns(build: Build) -> tuple[Block, ...]:
    """Whether each chartered voyage is taken."""
    cost_usd = np.array([call.charter_usd for call in chartered(build)], np.float64)
    return (Block("charter", np.ones(len(cost_usd)), -cost_usd, is_integer=True, is_searched=True),)


def _row_of(build: Build) -> np.ndarray:
    """Row by voyage; -1 for liners."""
    row_of = np.full(len(voyages(build)), -1)
    row_of[[call.voyage for call in chartered(build)]] = np.arange(len(chartered(build)))
    return row_of


def rows(build: Build) -> Family:
    """One row a chartered voyage."""
    calls = chartered(build)
    rows, row_of = Rows(len(calls)), _row_of(build)
    for _, pair, way, c in build.ways() if calls else ():
        if way.legs:
            row = row_of[voyage_of(build, way)]
            mine = row >= 0
            rows.add(row[mine], c.shipped[mine], space_of(build, pair, way)[mine])
    rows.add(np.arange(len(calls)), build.variables.own["charter"], -np.array([call.capacity for call in calls]))
    return rows.family(-INF, 0.0)


def complete(build: Build, _point: np.ndarray, out: np.ndarray) -> None:
    """A ship is taken where cars are booked on it."""
    cars, row_of = np.zeros(len(chartered(build))), _row_of(build)
    for _, _, way, c in build.ways() if len(cars) else ():
        row = row_of[voyage_of(build, way)]
        np.add.at(cars, row[row >= 0], at(out, c.shipped)[row >= 0])
    out[build.variables.own["charter"]] = (cars > 0).astype(np.float64)


CHARTER = Constraint(
    name="charter",
    formula="Σ space[a,k] y[a,k] of a chartered voyage ≤ capacity × c, c = 1 where it is taken (0/1)",
    unit="CEU, m³ or box",
    rows=rows,
    statement=lambda build, row: (f"logistics.services[{chartered(build)[row].service}].charter",),
    words=lambda build, row: f"the charter of {sailing_words(build, chartered(build)[row].sailing_idx)}",
    columns=columns,
    complete=complete,
    unit_of=lambda build, row: UNITS[chartered(build)[row].unit],
    is_coupling=True,
)
