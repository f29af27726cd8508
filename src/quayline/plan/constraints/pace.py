"""The pace: cars a day of a working week against the one before; each step has a price."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Block, Constraint, Rows, week_words
from quayline.plan.model.variables import INF, home_cars, working_weeks

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def columns(build: Build) -> tuple[Block, ...]:
    """Steps up and down between working weeks, in cars a day."""
    most = np.full(max(len(working_weeks(build.programme)) - 1, 0), INF)
    usd = -build.scenario.plant.change.pace_usd
    return Block("faster", most, usd), Block("slower", most, usd)


def _per_day(build: Build, weeks: np.ndarray) -> np.ndarray:
    return np.array([len(build.calendar.weeks[w].workdays) for w in weeks])


def _stranded(build: Build, weeks: np.ndarray) -> np.ndarray:
    """Cars a day of the past of a re-plan that can no longer be sold, by working week."""
    per_day: np.ndarray = build.programme.stranded().sum(axis=0)[weeks] / _per_day(build, weeks)
    return per_day


def rows(build: Build) -> Family:
    """One row a step."""
    v, weeks = build.variables, working_weeks(build.programme)
    faster, slower = v.own["faster"], v.own["slower"]
    rows, step = Rows(len(faster)), np.arange(len(faster))
    per_day = 1.0 / _per_day(build, weeks)
    for _, _, _, c in build.home_ways():
        rows.add(step, c.build[weeks[1:]], per_day[1:])
        rows.add(step, c.build[weeks[:-1]], -per_day[:-1])
    rows.add(step, faster, -1.0)
    rows.add(step, slower, 1.0)
    right = -np.diff(_stranded(build, weeks))
    return rows.family(right, right)


def complete(build: Build, _point: np.ndarray, out: np.ndarray) -> None:
    """Steps follow from the cars."""
    v, weeks = build.variables, working_weeks(build.programme)
    built = home_cars(build.programme, v, out)[:, weeks].sum(axis=0)
    step = np.diff(built / _per_day(build, weeks) + _stranded(build, weeks))
    out[v.own["faster"]], out[v.own["slower"]] = np.maximum(step, 0.0), np.maximum(-step, 0.0)


PACE = Constraint(
    name="pace",
    formula="Σp x[p,w] / days[w] − Σp x[p,w'] / days[w'] = faster[w] − slower[w], w' the working week before w",
    unit="car/day",
    rows=rows,
    statement=lambda build, row: ("plant.change.pace",),
    words=lambda build, row: f"the pace in {week_words(build, int(working_weeks(build.programme)[row + 1]))}",
    columns=columns,
    complete=complete,
)
