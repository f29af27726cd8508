"""Places in the port of loading, before the ships of a week sail."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows, week_words
from quayline.plan.model.variables import INF, yards_of

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def rows(build: Build) -> Family:
    """One row a week, up to the last delivery."""
    v, num = build.variables, len(build.variables.port_yard)
    rows, week = Rows(num), np.arange(num)
    rows.add(week, v.trucked, 1.0)
    rows.add(week[1:], v.port_yard[:-1], 1.0)
    return rows.family(-INF, float(yards_of(build.scenario).port_cars))


PORT_PLACES = Constraint(
    name="port places",
    formula="Q[w−1] + q[w] ≤ places",
    unit="car",
    rows=rows,
    statement=lambda build, row: (f"logistics.ports[{build.scenario.plant.export.port}].yard_cars",),
    words=lambda build, row: f"places in the port of loading in {week_words(build, row)}",
    is_coupling=True,
)
