"""The calendar of the plan: Monday weeks clipped to the horizon, and the line hours of each mode in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.inputs.orders import day_number
from quayline.scenario.working_days import is_closed, paid_stops, shift_h, working_days

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario


WEEKDAYS = 5


@dataclass(frozen=True)
class Week:
    """One week: its days in the horizon, split into normal working days and days open to weekend shifts."""

    first: date
    last: date
    workdays: tuple[date, ...]
    free_days: tuple[date, ...]

    @property
    def last_production_day(self) -> date:
        """Last normal working day, or the week's last day where there is none."""
        return self.workdays[-1] if self.workdays else self.last


@dataclass(frozen=True)
class Calendar:
    """Weeks, months and years, and line hours by (mode, week).

    `month_of` is the month of a week's first day, `year_of` its calendar year. `normal_h`, `paid_stop_h` (wages paid in
    stops, in hours of line time), `overtime_h` (most) and `weekend_shifts` (most) are arrays (mode, week); `shift_h`,
    `num_shifts` by mode. Weekend shifts are only
    allowed where the crew's week holds them beside full overtime. Within the notice, only the opening mode is.
    """

    monday: int
    weeks: tuple[Week, ...]
    months: tuple[tuple[int, int], ...]
    month_of: np.ndarray
    year_of: np.ndarray
    shift_h: np.ndarray
    num_shifts: np.ndarray
    normal_h: np.ndarray
    paid_stop_h: np.ndarray
    overtime_h: np.ndarray
    weekend_shifts: np.ndarray
    allowed: np.ndarray

    @property
    def num_weeks(self) -> int:
        """Weeks in the horizon."""
        return len(self.weeks)

    def week_of(self, day: date) -> int:
        """Number of the Monday week of `day`; days after the horizon go on counting."""
        return (day_number(day) - self.monday) // 7


def make_calendar(scenario: Scenario) -> Calendar:
    """The calendar of `scenario`."""
    plant, horizon = scenario.plant, scenario.horizon
    weeks = _weeks(scenario)
    months = sorted({(week.first.year, week.first.month) for week in weeks})
    patterns = {p.id: p for p in plant.patterns}
    shifts = [patterns[mode.pattern].shifts for mode in plant.modes]
    num_shifts = np.array([len(s) for s in shifts])
    mean_h = np.array([sum(map(shift_h, s)) / len(s) for s in shifts])
    longest_h = np.array([max(map(shift_h, s)) for s in shifts])
    num_days = np.array([len(w.workdays) for w in weeks])
    num_free = np.array([len(w.free_days) for w in weeks])
    stops = paid_stops(plant, horizon.start, horizon.end)
    stop_days = np.array([sum(share for day, share in stops.items() if w.first <= day <= w.last) for w in weeks])
    opening = [mode.id for mode in plant.modes].index(plant.opening_mode)
    crew_h = longest_h[:, None] * num_days[None, :]
    spare_h = np.maximum(plant.overtime.week_h - crew_h, 0.0)
    each_h = np.minimum(plant.overtime.shift_h * num_days[None, :], spare_h)
    turns = np.minimum(np.floor((spare_h - each_h) / longest_h[:, None] + 1e-9), num_free[None, :])
    return Calendar(
        monday=day_number(horizon.start) - horizon.start.weekday(),
        weeks=weeks,
        months=tuple(months),
        month_of=np.array([months.index((w.first.year, w.first.month)) for w in weeks]),
        year_of=np.array([w.first.year for w in weeks]),
        shift_h=mean_h,
        num_shifts=num_shifts,
        normal_h=(num_shifts * mean_h)[:, None] * num_days[None, :],
        paid_stop_h=(num_shifts * mean_h)[:, None] * stop_days[None, :],
        overtime_h=num_shifts[:, None] * each_h,
        weekend_shifts=(num_shifts[:, None] * turns).astype(np.int64),
        allowed=np.array([
            [
                (mode.from_ is None or (mode.from_.year, mode.from_.month) <= month)
                and (mode.until is None or month <= (mode.until.year, mode.until.month))
                and (k >= plant.change.notice_months or m == opening)
                for k, month in enumerate(months)
            ]
            for m, mode in enumerate(plant.modes)
        ]),
    )  # fmt: skip


def _weeks(scenario: Scenario) -> tuple[Week, ...]:
    plant, horizon = scenario.plant, scenario.horizon
    normal = set(working_days(plant, horizon.start, horizon.end))
    weeks, first = [], horizon.start
    while first <= horizon.end:
        last = min(first + timedelta(days=6 - first.weekday()), horizon.end)
        days = [first + timedelta(days=k) for k in range((last - first).days + 1)]
        free = tuple(d for d in days if d not in normal and not is_closed(plant, d))
        weeks.append(Week(first, last, tuple(d for d in days if d in normal), free))
        first = last + timedelta(days=1)
    return tuple(weeks)
