"""The working time of the plant: from the plan's days to intervals in seconds since the horizon's start."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.scenario.working_days import clock_s

if TYPE_CHECKING:
    from quayline.flow.network import Floats, Ints
    from quayline.records.stages import Plan
    from quayline.scenario.plant import Shift, ShopHours
    from quayline.scenario.schema import Scenario

DAY_S = 86400


def day_numbers(scenario: Scenario, plan: Plan) -> Ints:
    """Days since the horizon's start of the rows of `plan.days`."""
    days: Ints = (plan.days["date"] - scenario.horizon.start).dt.total_days().to_numpy().astype(np.int64)
    return days


def working_intervals(scenario: Scenario, plan: Plan) -> tuple[Floats, Floats]:
    """Working intervals (K, 2) in seconds since the horizon's start 00:00, and the start of each production day.

    A shift works from its start to its end but for its break in the middle, and its overtime at its end. Where
    overtime would run into the next shift, that shift begins later and keeps its length.
    """
    shifts, starts = _shifts(scenario, plan)
    rows = [part for start, pause, again, end in shifts for part in ((start, pause), (again, end)) if part[0] < part[1]]
    return np.array(rows, np.float64).reshape(-1, 2), starts


def shop_intervals(scenario: Scenario, plan: Plan) -> tuple[tuple[Floats, ...], list[int]]:
    """The calendars of the plant, first that of its shifts, and the calendar of each shop.

    A shop with hours of its own begins earlier, ends later or works through breaks; where that runs into the next
    shift, the two are one.
    """
    plain, _ = working_intervals(scenario, plan)
    calendars, calendar_of = [plain], []
    for shop in scenario.plant.shops:
        calendar = _with_hours(_shifts(scenario, plan)[0], shop.hours) if shop.hours else plain
        known = next((k for k, one in enumerate(calendars) if np.array_equal(one, calendar)), len(calendars))
        calendars += [calendar] if known == len(calendars) else []
        calendar_of.append(known)
    return tuple(calendars), calendar_of


def shift_starts(scenario: Scenario, plan: Plan) -> Floats:
    """When each shift of the plan begins, in seconds since the horizon's start."""
    return np.array([shift[0] for shift in _shifts(scenario, plan)[0]])


def _with_hours(shifts: list[tuple[float, float, float, float]], hours: ShopHours) -> Floats:
    rows: list[tuple[float, float]] = []
    for start, pause, again, end in shifts:
        first, last = start - 3600 * hours.earlier_h, end + 3600 * hours.later_h
        parts = [(first, last)] if hours.works_breaks else [(first, pause), (again, last)]
        for begin, finish in parts:
            begin = max(begin, rows[-1][1] if rows else 0.0)
            if begin < finish:
                rows.append((begin, finish))
    return np.array(rows, np.float64).reshape(-1, 2)


def _shifts(scenario: Scenario, plan: Plan) -> tuple[list[tuple[float, float, float, float]], Floats]:
    """Start, break, end of the break and end of every shift, and the start of each production day."""
    patterns = {pattern.id: pattern.shifts for pattern in scenario.plant.patterns}
    modes = [patterns[mode.pattern] for mode in scenario.plant.modes]
    rows: list[tuple[float, float, float, float]] = []
    starts = np.zeros(plan.days.height)
    columns = ("mode_idx", "num_shifts", "overtime_h")
    for d, (day, mode, num_shifts, overtime_h) in enumerate(
        zip(day_numbers(scenario, plan), *(plan.days[name] for name in columns), strict=True)
    ):
        starts[d] = np.inf
        for shift in modes[mode][:num_shifts]:
            moments = _moments(shift, float(day) * DAY_S, 3600 * float(overtime_h))
            late_s = max(0.0, rows[-1][3] - moments[0]) if rows else 0.0
            start, pause, again, end = (moment + late_s for moment in moments)
            rows.append((start, pause, again, end))
            starts[d] = min(starts[d], start)
    return rows, starts


def _moments(shift: Shift, midnight_s: float, overtime_s: float) -> tuple[float, float, float, float]:
    """A shift's start, the two ends of its break, and its end with overtime."""
    start = midnight_s + clock_s(shift.start)
    span = (clock_s(shift.end) - clock_s(shift.start)) % DAY_S
    half = (span - 3600 * shift.break_h) / 2
    return start, start + half, start + span - half, start + span + overtime_s
