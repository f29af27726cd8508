"""Which days the plant works, and how long each shift is."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quayline.scenario.plant import Plant, Shift
    from quayline.scenario.sources import AlternatePlant

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def is_closed(plant: Plant, day: date) -> bool:
    """Whether `day` is a holiday or lies in a stop: no work, no weekend shift either."""
    return any(h.date == day for h in plant.calendar.holidays) or any(
        stop.from_ <= day <= stop.to for stop in plant.calendar.stops
    )


def working_days(plant: Plant, start: date, end: date) -> list[date]:
    """The normal working days from `start` to `end`, both included, ascending."""
    holidays = {h.date for h in plant.calendar.holidays}
    days = (start + timedelta(days=k) for k in range((end - start).days + 1))
    return [
        day
        for day in days
        if _WEEKDAYS[day.weekday()] in plant.calendar.workdays
        and day not in holidays
        and not any(stop.from_ <= day <= stop.to for stop in plant.calendar.stops)
    ]


def open_days(plant: AlternatePlant, start: date, end: date) -> list[date]:
    """The days from `start` to `end` on which another plant builds and loads: Monday to Friday without its closures."""
    days = (start + timedelta(days=k) for k in range((end - start).days + 1))
    return [
        day for day in days
        if _WEEKDAYS[day.weekday()] in _WEEKDAYS[:5] and not any(c.from_ <= day <= c.to for c in plant.closures)
    ]  # fmt: skip


def paid_stops(plant: Plant, start: date, end: date) -> dict[date, float]:
    """Days from `start` to `end` that would be worked but for a stop: the part of the normal wages paid for each."""
    holidays = {h.date for h in plant.calendar.holidays}
    paid: dict[date, float] = {}
    for stop in plant.calendar.stops:
        for k in range((stop.to - stop.from_).days + 1):
            day = stop.from_ + timedelta(days=k)
            is_workday = _WEEKDAYS[day.weekday()] in plant.calendar.workdays and day not in holidays
            if is_workday and start <= day <= end:
                paid[day] = max(paid.get(day, 0.0), stop.paid_share)
    return paid


def clock_s(clock: str) -> int:
    """Seconds after midnight of 'HH:MM'."""
    hours, minutes = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60


def shift_h(shift: Shift) -> float:
    """Worked hours of a shift: from start to end (over midnight if need be) without its break."""
    span_s = (clock_s(shift.end) - clock_s(shift.start)) % 86400
    return span_s / 3600 - shift.break_h
