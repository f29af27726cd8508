"""Overtime of a mode: at most its hours of the week, and only in the mode that is worked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows, week_words
from quayline.plan.model.variables import INF, home_cars

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def rows(build: Build) -> Family:
    """One row a mode and week."""
    v, calendar = build.variables, build.calendar
    num_modes, num = v.overtime_h.shape
    rows, row = Rows(num_modes * num), np.arange(num_modes * num).reshape(num_modes, num)
    rows.add(row, v.overtime_h, 1.0)
    rows.add(row, v.mode[:, calendar.month_of], -calendar.overtime_h)
    return rows.family(-INF, 0.0)


def complete(build: Build, _point: np.ndarray, out: np.ndarray) -> None:
    """Overtime just as long as the cars of the week need, beside the weekend shifts of the mode that is worked."""
    calendar, programme, v = build.calendar, build.programme, build.variables
    mode_of = out[v.mode].argmax(axis=0)[calendar.month_of]
    week, shifts = np.arange(calendar.num_weeks), out[v.shifts]
    cars = home_cars(programme, v, out)
    need_h = cars.sum(axis=0) / programme.rate_jph[mode_of]
    for k, jph in enumerate(programme.mix_jph):
        need_h = np.maximum(need_h, np.sum(programme.mix[k][:, None] * cars, axis=0) / jph)
    for pinch in programme.pinches:
        factor = pinch.factor[[pair.model for pair in programme.pairs]]
        need_h = np.maximum(need_h, np.sum(factor[:, None] * cars, axis=0) / pinch.most_jph[mode_of])
    own_h = calendar.normal_h[mode_of, week] + shifts * calendar.shift_h[mode_of]
    out[v.overtime_h[mode_of, week]] = np.clip(need_h - own_h, 0.0, calendar.overtime_h[mode_of, week])


OVERTIME = Constraint(
    name="overtime",
    formula="o[m,w] ≤ most[m,w] z[m,t(w)]; most = shifts × days × overtime per shift, within the legal week",
    unit="h",
    rows=rows,
    statement=lambda build, row: ("plant.overtime.shift", "plant.overtime.week"),
    words=lambda build, row: f"overtime in {week_words(build, row % build.calendar.num_weeks)}",
    complete=complete,
)
