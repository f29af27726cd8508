"""Each production day's cars into a sequence: paint batches, ratio constraints, the day before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.base.errors import InfeasibleError
from quayline.base.random import key
from quayline.records.schemas import SEQUENCE
from quayline.records.stages import DaySequence, Plan
from quayline.sequence._kernels.day import COLOUR, HIGH, LOW
from quayline.sequence._kernels.search import sequence_days
from quayline.sequence.measures import longest_batches
from quayline.sequence.mixes import move_table
from quayline.sequence.pack import Cars, pack_cars, pack_rules

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quayline.scenario.schema import Scenario
    from quayline.sequence.params import SequenceParams


def sequence(scenario: Scenario, plan: Plan, params: SequenceParams, seed: int) -> DaySequence:
    """The line's sequence over the whole horizon, day after day, each behind the cars of the days before.

    The problem is that of ROADEF'2005 (see `check` for its definition), the search that of Estellon, Gardi,
    Nouioua, EJOR 191 (2008) 928-944. A day ends no worse than its orders came in, unless they broke the
    batch limit. Raises InfeasibleError with every day on which no order keeps the limit, and ScenarioError
    for rules without a meaning.
    """
    rule, score = pack_rules(scenario)
    limit = scenario.vehicles.sequence.paint_batch_limit
    cars = pack_cars(scenario, plan)
    order, before, after, status = sequence_days(
        rule,
        score,
        limit,
        cars.bits,
        cars.paint,
        cars.kind,
        len(cars.colours),
        cars.starts,
        move_table(tuple(scenario.vehicles.sequence.objectives)),
        params.moves_per_day,
        params.stall_moves,
        np.array([key(seed, "sequence", day.isoformat()) for day in cars.dates], np.uint64),
    )
    if (status < 0).any():
        raise InfeasibleError(_too_many_of_one_colour(cars, limit, np.flatnonzero(status < 0)))
    return DaySequence(_car_table(cars, order), _day_table(cars, order, before, after))


def _too_many_of_one_colour(cars: Cars, limit: int, days: NDArray[np.intp]) -> str:
    lines = []
    for d in days:
        counts = np.bincount(cars.paint[cars.starts[d] : cars.starts[d + 1]])
        most, total = int(counts.max()), int(counts.sum())
        room = limit * (total - most + 1)
        lines.append(
            f"{cars.dates[d]}: {most} of {total} cars are {cars.colours[counts.argmax()]}; "
            f"with paint batches of at most {limit} only {room} can be placed beside the others"
        )
    return "no sequence keeps the paint batch limit\n" + "\n".join(lines)


def _car_table(cars: Cars, order: NDArray[np.int64]) -> pl.DataFrame:
    day = np.repeat(np.arange(len(cars.dates)), np.diff(cars.starts))
    frame = pl.DataFrame(
        {
            "order_id": cars.order_id[order],
            "position": np.arange(len(order)),
            "build_on": pl.Series(cars.dates, dtype=pl.Date).gather(day),
        }
    )
    return frame.cast({column.name: column.dtype for column in SEQUENCE["cars"].columns})


def _day_table(
    cars: Cars, order: NDArray[np.int64], before: NDArray[np.int64], after: NDArray[np.int64]
) -> pl.DataFrame:
    frame = pl.DataFrame(
        {
            "date": pl.Series(cars.dates, dtype=pl.Date),
            "cars": np.diff(cars.starts),
            "batches_before": before[:, COLOUR],
            "batches_after": after[:, COLOUR],
            "high_before": before[:, HIGH],
            "high_after": after[:, HIGH],
            "low_before": before[:, LOW],
            "low_after": after[:, LOW],
            "longest_batch": longest_batches(cars.paint[order], cars.starts),
        }
    )
    return frame.cast({column.name: column.dtype for column in SEQUENCE["days"].columns})
