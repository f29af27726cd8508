"""What the plant will take: electricity and gas of each shop by year, and how they lie over the hours of a year."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.records.built import scrapped_in
from quayline.scenario.working_days import clock_s

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quayline.records.stages import FlowTrace, Plan
    from quayline.scenario.schema import Scenario

HOURS = 8760
CARRIERS = ("electricity", "gas")


@dataclass(frozen=True)
class Load:
    """`kwh`: (years, shops, carriers) before any lever; `cars`: (years,). `shape`: (patterns, shops, carriers, 8760)
    parts of the year's energy that fall in each hour, 29 February left out; each sums to 1 where there is energy.
    `pattern_idx`: (years,) the pattern of each year."""

    years: NDArray[np.int64]
    cars: NDArray[np.float64]
    kwh: NDArray[np.float64]
    shape: NDArray[np.float64]
    pattern_idx: NDArray[np.int64]


def load_of(scenario: Scenario, years: NDArray[np.int64], plan: Plan, flow: FlowTrace | None = None) -> Load:
    """The plant's energy in `years` (ascending, none before the horizon).

    Cars and working hours are those simulated, or those planned without `flow`. A year that the horizon does not cover
    to its end is projected from the last one that it covers whole; without such a year, from the last one, by days,
    its uncovered hours as the mean hour of the week.
    """
    days, hours = _work(scenario, plan, flow)
    cars = _cars(plan, flow)
    source, scale = _sources(scenario, years)
    patterns, pattern_idx = np.unique(source, return_inverse=True)
    kwh = np.zeros((len(patterns), len(scenario.plant.shops), len(CARRIERS)))
    shape = np.zeros((*kwh.shape, HOURS))
    built = np.array([cars.get(int(year), 0) for year in patterns], np.float64)
    for p, year in enumerate(patterns.tolist()):
        mine = np.array([day.year == year for day in days])
        for k, shop in enumerate(scenario.plant.shops):
            worked_h = float(hours[mine, k].sum())
            off_h = 24.0 * int(mine.sum()) - worked_h
            working = _hours_of_year([day for day in days if day.year == year], hours[mine, k])
            energy = shop.energy
            worked_on = built[p] + (scrapped_in(flow, k).get(year, 0) if flow is not None else 0)
            for c, (per_car, running, off) in enumerate((
                (energy.electricity_kwh_per_car, energy.electricity_running_kw, energy.electricity_off_kw),
                (energy.gas_kwh_per_car, energy.gas_running_kw, energy.gas_off_kw),
            )):  # fmt: skip
                kwh[p, k, c] = per_car * worked_on + running * worked_h + off * off_h
                rate_kw = (per_car * worked_on / worked_h if worked_h else 0.0) + running
                hourly = rate_kw * working + off * (1.0 - working)
                shape[p, k, c] = hourly / hourly.sum() if hourly.sum() > 0 else 0.0
    return Load(years, built[pattern_idx] * scale, kwh[pattern_idx] * scale[:, None, None], shape, pattern_idx)


def _sources(scenario: Scenario, years: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """The year of the horizon whose energy each of `years` takes, and what it is multiplied by."""
    start, end = scenario.horizon.start, scenario.horizon.end
    last = end.year if end == date(end.year, 12, 31) else end.year - 1
    whole = [year for year in range(start.year, last + 1) if start <= date(year, 1, 1)]
    reference, scale = (whole[-1], 1.0) if whole else (end.year, _scale(start, end))
    ahead = years > last
    return np.where(ahead, reference, years), np.where(ahead, scale, 1.0)


def _scale(start: date, end: date) -> float:
    first = max(start, date(end.year, 1, 1))
    return float((date(end.year + 1, 1, 1) - date(end.year, 1, 1)).days) / ((end - first).days + 1)


def _cars(plan: Plan, flow: FlowTrace | None) -> dict[int, int]:
    """Cars by the year of their line-off (midnight belongs to the day that ends), or of their planned day."""
    if flow is None:
        return dict(plan.days.group_by(pl.col("date").dt.year()).agg(pl.col("cars").sum()).iter_rows())
    return dict((flow.cars["line_off_at"] - timedelta(milliseconds=1)).dt.year().value_counts().iter_rows())


def _work(scenario: Scenario, plan: Plan, flow: FlowTrace | None) -> tuple[list[date], NDArray[np.float64]]:
    """The days of the horizon, and the part of each of their hours that each shop works: (days, shops, 24).

    The clock is that of the plan's shifts; what a shop works on a day is `flow.days`, where there is one.
    """
    start, num = scenario.horizon.start, (scenario.horizon.end - scenario.horizon.start).days + 1
    clock = np.zeros((num + 2) * 24)
    patterns = {pattern.id: pattern.shifts for pattern in scenario.plant.patterns}
    modes = [patterns[mode.pattern] for mode in scenario.plant.modes]
    last_h = 0.0
    for day, mode, num_shifts, overtime_h in plan.days.select(
        "date", "mode_idx", "num_shifts", "overtime_h"
    ).iter_rows():
        midnight = 24.0 * (day - start).days
        for shift in modes[mode][:num_shifts]:
            begin, span = clock_s(shift.start) / 3600, (clock_s(shift.end) - clock_s(shift.start)) % 86400 / 3600
            half = (span - shift.break_h) / 2
            begin = max(midnight + begin, last_h)  # overtime of the shift before delays this one
            last_h = begin + span + overtime_h
            _add(clock, begin, begin + half)
            _add(clock, begin + span - half, last_h)
    worked = np.repeat(clock[: num * 24].reshape(num, 1, 24), len(scenario.plant.shops), axis=1)
    if flow is not None:
        worked = _as_simulated(worked, start, flow)
    return [start + timedelta(days=k) for k in range(num)], worked


def _add(clock: NDArray[np.float64], begin_h: float, end_h: float) -> None:
    """Adds the interval to the hours that it touches."""
    for hour in range(int(begin_h), int(np.ceil(end_h))):
        clock[hour] += min(hour + 1, end_h) - max(hour, begin_h)


def _as_simulated(worked: NDArray[np.float64], start: date, flow: FlowTrace) -> NDArray[np.float64]:
    """`worked` with each day's hours as in `flow.days`; ValueError where a shop works on a day without a shift."""
    simulated = np.zeros(worked.shape[:2])
    days = flow.days.filter(pl.col("working_h") > 0)
    for day, shop, working_h in days.select("date", "shop_idx", "working_h").iter_rows():
        simulated[(day - start).days, shop] = working_h
    planned = worked.sum(axis=2)
    if (lost := (simulated > 1e-9) & (planned < 1e-9)).any():
        day, shop = np.argwhere(lost)[0]
        raise ValueError(f"shop {shop} works on {start + timedelta(days=int(day))}, which has no shift in the plan")
    factor = np.divide(simulated, planned, out=np.zeros_like(planned), where=planned > 0)
    scaled: NDArray[np.float64] = worked * factor[:, :, None]
    return scaled


def _hours_of_year(days: list[date], worked: NDArray[np.float64]) -> NDArray[np.float64]:
    """`worked` (days, 24) of one year laid over its 8,760 hours; hours that no day covers as the mean hour of the week.
    """  # fmt: skip
    week = np.zeros((7, 24))
    weekdays = np.array([day.weekday() for day in days])
    for weekday in range(7):
        if (weekdays == weekday).any():
            week[weekday] = worked[weekdays == weekday].mean(axis=0)
    known = {day: row for day, row in zip(days, worked, strict=True)}
    year = days[0].year
    first = date(year, 1, 1)
    each = [first + timedelta(days=k) for k in range((date(year + 1, 1, 1) - first).days)]
    return np.concatenate([known.get(day, week[day.weekday()]) for day in each if (day.month, day.day) != (2, 29)])
