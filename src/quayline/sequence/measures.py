"""Figures of a sequence: batches by day, violations by ratio as they came in and in sequence."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quayline.records.stages import DaySequence, Plan
    from quayline.scenario.schema import Scenario

    Ints = NDArray[np.int64]


def longest_batches(paint: Ints, starts: Ints) -> Ints:
    """Longest run of one colour on each day (D,), counted from the day's first car.

    `paint` (C,) in sequence, `starts` (D + 1,) bounds the days, none of them empty.
    """
    breaks = np.ones(len(paint) + 1, np.bool_)
    breaks[1:-1] = paint[1:] != paint[:-1]
    breaks[starts] = True
    at = np.flatnonzero(breaks)
    first_run = np.searchsorted(at, starts[:-1])
    longest: Ints = np.maximum.reduceat(np.diff(at), first_run) if len(first_run) else np.zeros(0, np.int64)
    return longest


def window_excess(options: NDArray[np.bool_], at_most: int, of: int, starts: Ints) -> Ints:
    """Violations of one ratio on each day (D,) in one sequence over all days.

    `options` (C,) in sequence. A day counts the windows that hold one of its cars, cut off at its end.
    """
    total = np.concatenate([[0], options.cumsum()])
    excess = np.zeros(len(starts) - 1, np.int64)
    for d, (first, end) in enumerate(itertools.pairwise(starts)):
        begins = np.arange(max(0, first - of + 1), end)
        held = total[np.minimum(begins + of, end)] - total[begins]
        excess[d] = np.maximum(0, held - at_most).sum()
    return excess


def by_ratio(scenario: Scenario, plan: Plan, answer: DaySequence) -> pl.DataFrame:
    """Violations of each ratio on each day: `date`, `ratio`, `priority`, `cars` selected, `before`, `after`.

    `before` is the order in which the cars came in on that day, behind the days before as sequenced.
    """
    from quayline.sequence.pack import pack_cars

    cars = pack_cars(scenario, plan)
    row = np.argsort(cars.order_id)
    order = row[np.searchsorted(cars.order_id[row], answer.cars.sort("position")["order_id"].to_numpy())]
    tables = []
    for r, ratio in enumerate(scenario.vehicles.sequence.ratios):
        has, came = cars.options[order, r], cars.options[:, r]
        tables.append(
            pl.DataFrame(
                {
                    "date": pl.Series(cars.dates, dtype=pl.Date),
                    "ratio": ratio.id,
                    "priority": ratio.priority,
                    "cars": np.add.reduceat(has, cars.starts[:-1], dtype=np.int64) if len(has) else cars.starts[:0],
                    "before": _came_excess(has, came, ratio.at_most, ratio.of, cars.starts),
                    "after": window_excess(has, ratio.at_most, ratio.of, cars.starts),
                }
            )
        )
    return pl.concat(tables) if tables else pl.DataFrame()


def _came_excess(has: NDArray[np.bool_], came: NDArray[np.bool_], at_most: int, of: int, starts: Ints) -> Ints:
    """Violations on each day (D,) of its cars as they came, behind the sequenced days before."""
    excess = np.zeros(len(starts) - 1, np.int64)
    for d, (first, end) in enumerate(itertools.pairwise(starts)):
        tail = has[max(0, first - of + 1) : first]
        joined = np.concatenate([tail, came[first:end]])
        bounds = np.array([len(tail), len(joined)])
        excess[d] = window_excess(joined, at_most, of, bounds)[0]
    return excess
