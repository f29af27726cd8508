"""A mode that has started stays for the agreed months (Rajan and Takriti, 2005: tight)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows, month_words
from quayline.plan.model.variables import INF

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def rows(build: Build) -> Family:
    """One row a mode and month."""
    v = build.variables
    num_modes, num = v.mode.shape
    rows, row = Rows(num_modes * num), np.arange(num_modes * num).reshape(num_modes, num)
    for back in range(min(build.scenario.plant.change.minimum_months, num)):
        rows.add(row[:, back:], v.start[:, : num - back], 1.0)
    rows.add(row, v.mode, -1.0)
    return rows.family(-INF, 0.0)


MODE_STAY = Constraint(
    name="mode stay",
    formula="s[m,t−k+1] + … + s[m,t] ≤ z[m,t], k = minimum months (Rajan and Takriti, 2005: tight)",
    unit="start",
    rows=rows,
    statement=lambda build, row: ("plant.change.minimum_months",),
    words=lambda build, row: f"the stay of a line mode in {month_words(build, row % len(build.calendar.months))}",
)
