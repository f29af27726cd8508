"""Weekend shifts of all modes of a week together are a whole number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows, week_words

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def rows(build: Build) -> Family:
    """One row a week."""
    v, week = build.variables, np.arange(build.calendar.num_weeks)
    rows = Rows(build.calendar.num_weeks)
    rows.add(week[None, :], v.weekend, 1.0)
    rows.add(week, v.shifts, -1.0)
    return rows.family(0.0, 0.0)


WHOLE_SHIFTS = Constraint(
    name="whole shifts",
    formula="Σm e[m,w] = n[w], n whole",
    unit="shift",
    rows=rows,
    statement=lambda build, row: (),
    words=lambda build, row: f"whole weekend shifts in {week_words(build, row)}",
)
