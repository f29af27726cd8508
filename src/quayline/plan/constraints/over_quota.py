"""Cars beyond a quota are part of the cars shipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows, pair_words, sailing_words
from quayline.plan.variables import INF

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def _legs(build: Build) -> list[tuple[int, int]]:
    """(pair, leg) under a quota."""
    return [(i, int(k)) for i, c in enumerate(build.variables.pairs) for k in np.flatnonzero(c.over >= 0)]


def rows(build: Build) -> Family:
    """One row a pair and sailing under a quota."""
    legs, pairs = _legs(build), build.variables.pairs
    rows = Rows(len(legs))
    for row, (i, k) in enumerate(legs):
        rows.add(row, pairs[i].over[k : k + 1], 1.0)
        rows.add(row, pairs[i].shipped[k : k + 1], -1.0)
    return rows.family(-INF, 0.0)


def words(build: Build, row: int) -> str:
    """The pair and the sailing."""
    i, k = _legs(build)[row]
    sailing = build.programme.pairs[i].legs[k].sailing
    return f"{pair_words(build, i)} beyond the quota on {sailing_words(build, sailing)}"


OVER_QUOTA = Constraint(
    name="over quota",
    formula="v[p,k] ≤ y[p,k]",
    unit="car",
    rows=rows,
    statement=lambda build, row: (),
    words=words,
)
