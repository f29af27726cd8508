"""The most cars in each yard on each day of the horizon, from who stood there when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.records.schemas import SHIP
from quayline.ship.pack import DAY_MS, NEVER, closing_ms, midnight_ms

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quayline.scenario.schema import Scenario


@dataclass(frozen=True)
class Stay:
    """Cars in one yard: each from `came` until just before `went` (milliseconds; NEVER: still there).

    `capacity` is its places (none: not stated).
    """

    place: str
    capacity: int | None
    came: NDArray[np.int64]
    went: NDArray[np.int64]


def yard_table(scenario: Scenario, stays: list[Stay]) -> pl.DataFrame:
    """One row for each day of the horizon and yard, with the day's peak."""
    start, end = midnight_ms(scenario.horizon.start), closing_ms(scenario)
    days = np.arange(start, end, DAY_MS)
    dates = [scenario.horizon.start + timedelta(days=k) for k in range(len(days))]
    tables = [
        pl.DataFrame({
            "date": pl.Series(dates, dtype=pl.Date),
            "place": pl.Series([stay.place] * len(dates), dtype=pl.String),
            "cars": daily_peaks(stay, days, end),
            "capacity_cars": pl.Series([stay.capacity] * len(dates), dtype=pl.Int32),
        })
        for stay in stays
    ]  # fmt: skip
    return pl.concat(tables).cast({column.name: column.dtype for column in SHIP["yards"].columns})


def daily_peaks(stay: Stay, days: NDArray[np.int64], end: int) -> NDArray[np.int64]:
    """The most cars there in each of the days that begin at `days`; a car at an instant is no car there."""
    went = stay.went[stay.went != NEVER]
    times = np.concatenate((stay.came, went, days))
    change = np.concatenate((np.ones(len(stay.came), np.int64), -np.ones(len(went), np.int64), np.zeros_like(days)))
    order = np.argsort(times, kind="stable")
    times, level = times[order], np.cumsum(change[order])
    is_last = np.append(times[1:] != times[:-1], True)  # the level once all changes of an instant are made
    times, level = times[is_last], level[is_last]
    inside = (times >= days[0]) & (times < end)
    return np.maximum.reduceat(level[inside], np.searchsorted(times[inside], days))
