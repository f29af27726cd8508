"""The constraints of the line: hours, modes, ramps, mix and agreement minimums. One function a family."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.variables import INF, Variables, working_weeks

if TYPE_CHECKING:
    from quayline.plan.pack import Programme


@dataclass(frozen=True)
class Family:
    """Rows of one kind: lower <= A x <= upper, A as triplets (row, column, value)."""

    name: str
    lower: np.ndarray
    upper: np.ndarray
    row: np.ndarray
    column: np.ndarray
    value: np.ndarray


class Rows:
    """Collects the triplets of a family; columns -1 (no such decision) fall out."""

    def __init__(self, name: str, num_rows: int):
        self.name, self.num_rows = name, num_rows
        self._parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []

    def add(self, row: np.ndarray | int, column: np.ndarray, value: np.ndarray | float) -> None:
        """Adds value * column to the rows; arrays broadcast."""
        rows, columns, values = np.broadcast_arrays(row, column, np.asarray(value, np.float64))
        held = columns >= 0
        self._parts.append((rows[held], columns[held], values[held]))

    def family(self, lower: np.ndarray | float, upper: np.ndarray | float) -> Family:
        """The finished family."""
        parts = self._parts or [(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))]
        row, column, value = (np.concatenate([part[k] for part in parts]) for k in range(3))
        size = self.num_rows
        return Family(
            self.name, np.broadcast_to(np.asarray(lower, np.float64), size).copy(),
            np.broadcast_to(np.asarray(upper, np.float64), size).copy(), row, column, value,
        )  # fmt: skip


def capacity(programme: Programme, v: Variables) -> Family:
    """Cars built in a week <= speed x availability x line hours of the mode, overtime and weekend shifts."""
    calendar, rows = programme.calendar, Rows("capacity", programme.calendar.num_weeks)
    week = np.arange(calendar.num_weeks)
    for pair in v.pairs:
        rows.add(week, pair.build, 1.0)
    for m, rate in enumerate(programme.rate_jph):
        rows.add(week, v.mode[m][calendar.month_of], -rate * calendar.normal_h[m])
        rows.add(week, v.overtime_h[m], -rate)
        rows.add(week, v.weekend[m], -rate * calendar.shift_h[m])
    return rows.family(-INF, 0.0)


def mix_limit(programme: Programme, v: Variables) -> Family:
    """Selected cars of a week (expected shares) <= limit x availability x the same line hours."""
    calendar, num = programme.calendar, programme.calendar.num_weeks
    rows = Rows("mix limit", num * len(programme.mix_jph))
    for k, jph in enumerate(programme.mix_jph):
        week = np.arange(num) + k * num
        for share, pair in zip(programme.mix[k], v.pairs, strict=True):
            if share > 0:
                rows.add(week, pair.build, share)
        for m in range(len(programme.rate_jph)):
            rows.add(week, v.mode[m][calendar.month_of], -jph * calendar.normal_h[m])
            rows.add(week, v.overtime_h[m], -jph)
            rows.add(week, v.weekend[m], -jph * calendar.shift_h[m])
    return rows.family(-INF, 0.0)


def overtime(programme: Programme, v: Variables) -> Family:
    """Overtime of a mode <= its most in the week, and only in the mode that is worked."""
    num_modes, num = v.overtime_h.shape
    rows = Rows("overtime", num_modes * num)
    row = np.arange(num_modes * num).reshape(num_modes, num)
    rows.add(row, v.overtime_h, 1.0)
    rows.add(row, v.mode[:, programme.calendar.month_of], -programme.calendar.overtime_h)
    return rows.family(-INF, 0.0)


def weekend_shifts(programme: Programme, v: Variables) -> Family:
    """Weekend shifts of a mode <= its most in the week, and only in the mode that is worked."""
    num_modes, num = v.weekend.shape
    rows = Rows("weekend shifts", num_modes * num)
    row = np.arange(num_modes * num).reshape(num_modes, num)
    rows.add(row, v.weekend, 1.0)
    rows.add(row, v.mode[:, programme.calendar.month_of], -programme.calendar.weekend_shifts.astype(np.float64))
    return rows.family(-INF, 0.0)


def whole_shifts(programme: Programme, v: Variables) -> Family:
    """Weekend shifts of all modes together are a whole number."""
    rows = Rows("whole shifts", programme.calendar.num_weeks)
    week = np.arange(programme.calendar.num_weeks)
    rows.add(week[None, :], v.weekend, 1.0)
    rows.add(week, v.shifts, -1.0)
    return rows.family(0.0, 0.0)


def weekend_month(programme: Programme, v: Variables, most: int) -> Family:
    """Weekend shifts of the weeks of a month <= the agreed number."""
    rows = Rows("weekend month", len(programme.calendar.months))
    rows.add(programme.calendar.month_of, v.shifts, 1.0)
    return rows.family(-INF, float(most))


def one_mode(programme: Programme, v: Variables) -> Family:
    """Every month has one mode."""
    rows = Rows("one mode", len(programme.calendar.months))
    rows.add(np.arange(len(programme.calendar.months))[None, :], v.mode, 1.0)
    return rows.family(1.0, 1.0)


def mode_start(programme: Programme, v: Variables, opening: int) -> Family:
    """A mode starts in a month in which it is worked and was not in the month before."""
    num_modes, num = v.mode.shape
    rows = Rows("mode start", num_modes * num)
    row = np.arange(num_modes * num).reshape(num_modes, num)
    rows.add(row, v.mode, 1.0)
    rows.add(row, v.start, -1.0)
    rows.add(row[:, 1:], v.mode[:, :-1], -1.0)
    upper = np.zeros((num_modes, num))
    upper[opening, 0] = 1.0
    return rows.family(-INF, upper.ravel())


def mode_stay(programme: Programme, v: Variables, minimum_months: int) -> Family:
    """A mode started in one of the last `minimum_months` months is worked (Rajan and Takriti, 2005)."""
    num_modes, num = v.mode.shape
    rows = Rows("mode stay", num_modes * num)
    row = np.arange(num_modes * num).reshape(num_modes, num)
    for back in range(min(minimum_months, num)):
        rows.add(row[:, back:], v.start[:, : num - back], 1.0)
    rows.add(row, v.mode, -1.0)
    return rows.family(-INF, 0.0)


def ramp(programme: Programme, v: Variables) -> Family:
    """Cars of a model in a week of its launch <= the ramp."""
    rows = Rows("ramp", len(programme.ramp))
    for k, (model, week, _) in enumerate(programme.ramp):
        for pair, columns in zip(programme.pairs, v.pairs, strict=True):
            if pair.model == model:
                rows.add(k, columns.build[week : week + 1], 1.0)
    return rows.family(-INF, np.array([float(cars) for _, _, cars in programme.ramp]))


def minimum(programme: Programme, v: Variables) -> Family:
    """Cars built under an agreement in a calendar year (by the week's first day) + shortfall >= its minimum."""
    rows = Rows("minimum", len(programme.minimums))
    for k, (_, year, _, _, mine) in enumerate(programme.minimums):
        rows.add(k, v.shortfall[k : k + 1], 1.0)
        for i in mine:
            rows.add(k, v.pairs[i].build[programme.calendar.year_of == year], 1.0)
    return rows.family(np.array([float(row[2]) for row in programme.minimums]), INF)


def pace(programme: Programme, v: Variables) -> Family:
    """Cars a day of a working week less those of the one before = faster - slower."""
    weeks = working_weeks(programme)
    rows, step = Rows("pace", len(v.faster)), np.arange(len(v.faster))
    per_day = 1.0 / np.array([len(programme.calendar.weeks[w].workdays) for w in weeks])
    for pair in v.pairs:
        rows.add(step, pair.build[weeks[1:]], per_day[1:])
        rows.add(step, pair.build[weeks[:-1]], -per_day[:-1])
    rows.add(step, v.faster, -1.0)
    rows.add(step, v.slower, 1.0)
    return rows.family(0.0, 0.0)
