"""Line capacity: the cars of a week fit the line hours of the mode, overtime and weekend shifts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows, mode_paths, week_words
from quayline.plan.model.variables import INF

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def rows(build: Build) -> Family:
    """One row a week."""
    v, calendar = build.variables, build.calendar
    rows, week = Rows(calendar.num_weeks), np.arange(calendar.num_weeks)
    for _, _, _, c in build.home_ways():
        rows.add(week, c.build, 1.0)
    for m, rate in enumerate(build.programme.rate_jph):
        rows.add(week, v.mode[m][calendar.month_of], -rate * calendar.normal_h[m])
        rows.add(week, v.overtime_h[m], -rate)
        rows.add(week, v.weekend[m], -rate * calendar.shift_h[m])
    return rows.family(-INF, 0.0)


def statement(build: Build, row: int) -> tuple[str, ...]:
    """Speeds and shifts of the modes, and their overtime."""
    return *mode_paths(build, "speed"), *mode_paths(build, "pattern"), "plant.overtime.shift"


CAPACITY = Constraint(
    name="capacity",
    formula="Σp x[p,w] ≤ Σm ρ[m] (H[m,w] z[m,t(w)] + o[m,w] + ℓ[m] e[m,w])",
    unit="car",
    rows=rows,
    statement=statement,
    words=lambda build, row: f"the line's hours in {week_words(build, row)}",
    is_coupling=True,
)
