"""Space on a sailing: the cars booked on it fit what the programme has there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows, sailing_words
from quayline.plan.variables import INF

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def rows(build: Build) -> Family:
    """One row a sailing."""
    programme = build.programme
    ceu = np.array([m.ceu for m in build.scenario.vehicles.models])
    rows = Rows(len(programme.sailings))
    for pair, c in zip(programme.pairs, build.variables.pairs, strict=True):
        rows.add(np.array([leg.sailing for leg in pair.legs], np.int64), c.shipped, ceu[pair.model])
    return rows.family(-INF, np.array([s.capacity for s in programme.sailings]))


def statement(build: Build, row: int) -> tuple[str, ...]:
    """The service's space."""
    return (f"logistics.services[{build.programme.sailings[row].service}].capacity",)


SAILING_SPACE = Constraint(
    name="sailing space",
    formula="Σp ceu[p] y[p,k] ≤ capacity of the sailing",
    unit="CEU",
    rows=rows,
    statement=statement,
    words=lambda build, row: f"space on {sailing_words(build, row)}",
    is_coupling=True,
)
