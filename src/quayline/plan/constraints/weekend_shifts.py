"""Weekend shifts of a mode: at most those of the week, and only in the mode that is worked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows, week_words
from quayline.plan.model.variables import INF

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def rows(build: Build) -> Family:
    """One row a mode and week."""
    v, calendar = build.variables, build.calendar
    num_modes, num = v.weekend.shape
    rows, row = Rows(num_modes * num), np.arange(num_modes * num).reshape(num_modes, num)
    rows.add(row, v.weekend, 1.0)
    rows.add(row, v.mode[:, calendar.month_of], -calendar.weekend_shifts.astype(np.float64))
    return rows.family(-INF, 0.0)


def complete(build: Build, _point: np.ndarray, out: np.ndarray) -> None:
    """The whole shifts of the week are worked in its mode."""
    calendar, v = build.calendar, build.variables
    mode_of = out[v.mode].argmax(axis=0)[calendar.month_of]
    out[v.weekend[mode_of, np.arange(calendar.num_weeks)]] = out[v.shifts]


WEEKEND_SHIFTS = Constraint(
    name="weekend shifts",
    formula="e[m,w] ≤ most[m,w] z[m,t(w)]; most = what the legal week leaves beside full overtime, on days that are "
    "not closed",
    unit="shift",
    rows=rows,
    statement=lambda build, row: ("plant.overtime.week", "plant.calendar"),
    words=lambda build, row: f"weekend shifts in {week_words(build, row % build.calendar.num_weeks)}",
    complete=complete,
)
