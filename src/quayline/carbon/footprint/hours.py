"""The plant's energy in the hours that each car was in each shop, and its part of the base loads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quayline.carbon.footprint.pack import Cars
    from quayline.records.stages import FlowTrace
    from quayline.scenario.schema import Scenario

HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Energy:
    """By car and shop, shape (num_cars, num_shops); zeros, and a ratio of 1, for cars of other plants.

    `grid_ratio` is the mean factor of the hours that the car was in the shop over that of its year; `base_*_kwh` what
    it bears of the shop's base loads.
    """

    grid_ratio: NDArray[np.float64]
    base_electricity_kwh: NDArray[np.float64]
    base_gas_kwh: NDArray[np.float64]


def energy(scenario: Scenario, cars: Cars, flow: FlowTrace) -> Energy:
    """The energy of every car; those of this plant come first in `cars`, in the order of `flow.cars`."""
    num_shops = len(scenario.plant.shops)
    shape = (len(cars.order_id), num_shops)
    ratio, electricity_kwh, gas_kwh = np.ones(shape), np.zeros(shape), np.zeros(shape)
    here = flow.cars.height
    profile = grid_profile(scenario, scenario.plant.place.country)
    start = _start(scenario)
    by_presence = scenario.carbon.base_load == "shop-day"
    for at, shop in enumerate(scenario.plant.shops):
        if profile is not None or by_presence:
            came_h, left_h = (_hours(flow.cars[f"{side}_{shop.id}"], start) for side in ("in", "out"))
            if profile is not None:
                ratio[:here, at] = _mean_between(profile, came_h, left_h)
            if by_presence:
                shares = _by_presence(base_loads(scenario, flow, at), came_h, left_h)
                electricity_kwh[:here, at], gas_kwh[:here, at] = shares
        if scenario.carbon.base_load == "year":
            electricity_kwh[:here, at], gas_kwh[:here, at] = _by_year(scenario, flow, cars.year[:here], at)
    return Energy(ratio, electricity_kwh, gas_kwh)


def grid_profile(scenario: Scenario, country: str) -> NDArray[np.float64] | None:
    """Factor of each hour of the horizon over its year's, None where the scenario gives none for the country."""
    rows = {(r.month, r.hour): r.ratio for r in scenario.carbon.grid_hours if r.country == country}
    if not rows:
        return None
    by_month = np.array([[rows[month, hour] for hour in range(24)] for month in range(1, 13)])
    profile: NDArray[np.float64] = by_month[[day.month - 1 for day in _days(scenario)]].ravel()
    return profile


def base_loads(scenario: Scenario, flow: FlowTrace, shop_at: int) -> NDArray[np.float64]:
    """kWh of the shop's base loads on each day of the horizon, shape (num_days, 2): electricity, gas.

    The running load in the working hours of `flow.days`, the off load in all others of the day.
    """
    load, start = scenario.plant.shops[shop_at].energy, scenario.horizon.start
    mine = flow.days.filter(pl.col("shop_idx") == shop_at, pl.col("date").is_between(start, scenario.horizon.end))
    worked_h = np.zeros(len(_days(scenario)))
    day_idx = (mine["date"].to_physical() - (start - date(1970, 1, 1)).days).to_numpy()
    np.add.at(worked_h, day_idx, mine["working_h"].to_numpy())
    off_h = 24 - worked_h
    electricity = load.electricity_running_kw * worked_h + load.electricity_off_kw * off_h
    return np.stack([electricity, load.gas_running_kw * worked_h + load.gas_off_kw * off_h], axis=1)


def _by_presence(
    loads_kwh: NDArray[np.float64], came_h: NDArray[np.float64], left_h: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Each day's load shared by the hours that cars were in the shop; a day without cars is borne by none."""
    car, day, hours = _stays(came_h, left_h, len(loads_kwh))
    present_h = np.bincount(day, hours, minlength=len(loads_kwh))[:, None]
    per_hour = np.divide(loads_kwh, present_h, out=np.zeros_like(loads_kwh), where=present_h > 0)
    electricity, gas = (np.bincount(car, hours * per_hour[day, k], minlength=len(came_h)) for k in (0, 1))
    return electricity.astype(np.float64, copy=False), gas.astype(np.float64, copy=False)


def _stays(
    came_h: NDArray[np.float64], left_h: NDArray[np.float64], num_days: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Each car's hours on each day of its stay, as (car, day, hours); the horizon's end belongs to its last day."""
    first = np.minimum(came_h // 24, num_days - 1).astype(np.int64)
    num = np.maximum(np.ceil(left_h / 24).astype(np.int64) - first, 1)
    car = np.repeat(np.arange(len(came_h)), num)
    day = first[car] + np.arange(len(car)) - np.repeat(np.cumsum(num) - num, num)
    return car, day, np.minimum(left_h[car], 24.0 * (day + 1)) - np.maximum(came_h[car], 24.0 * day)


def _by_year(
    scenario: Scenario, flow: FlowTrace, year: NDArray[np.int64], shop_at: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The year's base load of the shop, the same for each car that left the line in it."""
    loads = base_loads(scenario, flow, shop_at)
    years = np.array([day.year for day in _days(scenario)])
    first, last = scenario.horizon.start.year, scenario.horizon.end.year
    num_cars = np.bincount(year - first, minlength=last - first + 1)
    sums = np.stack([np.bincount(years - first, loads[:, k], minlength=last - first + 1) for k in (0, 1)])
    each = np.divide(sums, num_cars, out=np.zeros_like(sums), where=num_cars > 0)
    return each[0][year - first], each[1][year - first]


def _mean_between(
    profile: NDArray[np.float64], came_h: NDArray[np.float64], left_h: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Mean of the hourly `profile` between two times; its value at the time where a car passes at once."""
    edges_h = np.arange(len(profile) + 1, dtype=np.float64)
    running = np.concatenate([[0.0], np.cumsum(profile)])
    stay_h = left_h - came_h
    at_once = profile[np.minimum(came_h.astype(np.int64), len(profile) - 1)]
    between = np.interp(left_h, edges_h, running) - np.interp(came_h, edges_h, running)
    mean: NDArray[np.float64] = np.divide(between, stay_h, out=at_once.copy(), where=stay_h > 0)
    return mean


def _days(scenario: Scenario) -> list[date]:
    start = scenario.horizon.start
    return [start + timedelta(days=k) for k in range((scenario.horizon.end - start).days + 1)]


def _start(scenario: Scenario) -> int:
    """Milliseconds of the horizon's first midnight since 1970."""
    return (scenario.horizon.start - date(1970, 1, 1)).days * 24 * HOUR_MS


def _hours(at: pl.Series, start_ms: int) -> NDArray[np.float64]:
    """Hours since the horizon's start. Raises ValueError for a car that never was there."""
    if at.null_count():
        raise ValueError(f"{at.null_count()} cars have no {at.name}")
    hours: NDArray[np.float64] = (at.to_physical().to_numpy() - start_ms) / HOUR_MS
    return hours
