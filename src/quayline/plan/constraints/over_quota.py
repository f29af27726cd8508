"""Cars beyond a quota are part of the cars shipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows, sailing_words, way_words
from quayline.plan.model.variables import INF

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family
    from quayline.plan.inputs.ways import Way
    from quayline.plan.model.variables import WayColumns


def _legs(build: Build) -> list[tuple[int, Way, WayColumns, int]]:
    """(pair, way, its columns, leg) under a quota."""
    return [(i, way, c, int(k)) for i, _, way, c in build.ways() for k in np.flatnonzero(c.over >= 0)]


def rows(build: Build) -> Family:
    """One row a way and sailing under a quota."""
    legs = _legs(build)
    rows = Rows(len(legs))
    for row, (_, _, c, k) in enumerate(legs):
        rows.add(row, c.over[k : k + 1], 1.0)
        rows.add(row, c.shipped[k : k + 1], -1.0)
    return rows.family(-INF, 0.0)


def words(build: Build, row: int) -> str:
    """The way and the sailing."""
    i, way, _, k = _legs(build)[row]
    return f"{way_words(build, i, way)} beyond the quota on {sailing_words(build, way.legs[k].sailing)}"


OVER_QUOTA = Constraint(
    name="over quota",
    formula="v[a,k] ≤ y[a,k]",
    unit="car",
    rows=rows,
    statement=lambda build, row: (),
    words=words,
)
