"""The price of change: cars built in weeks for which the plan that stands did not have them. Only in a re-plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Block, Constraint, Rows, at, way_words, week_words
from quayline.plan.model.variables import INF

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def _open(build: Build) -> np.ndarray:
    """(way, week) that have cars to build after the frozen weeks of a re-plan."""
    ways, stand = build.programme.ways(), build.programme.stand
    if stand is None:
        return np.zeros((len(ways), build.calendar.num_weeks), bool)
    can = np.array([way.reach >= 0 for _, way in ways]).reshape(len(ways), build.calendar.num_weeks)
    can[:, : stand.frozen_weeks] = False
    return can


def columns(build: Build) -> tuple[Block, ...]:
    """Cars of a way and week beyond those of the plan that stands."""
    stand = build.programme.stand
    return (Block("moved", np.where(_open(build), INF, np.nan), -stand.change_usd if stand else 0.0),)


def rows(build: Build) -> Family:
    """One row a way and week after the frozen ones."""
    i, week = np.nonzero(_open(build))
    rows, v, stand = Rows(len(i)), build.variables, build.programme.stand
    if stand is None or not len(i):
        return rows.family(-INF, 0.0)
    row = np.arange(len(i))
    rows.add(row, np.array([c.build for _, _, _, c in build.ways()])[i, week], 1.0)
    rows.add(row, v.own["moved"][i, week], -1.0)
    return rows.family(-INF, stand.build[i, week].astype(np.float64))


def complete(build: Build, _point: np.ndarray, out: np.ndarray) -> None:
    """What is built beyond the plan that stands."""
    v, stand = build.variables, build.programme.stand
    if stand is not None:
        for k, (_, _, _, c) in enumerate(build.ways()):
            own = v.own["moved"][k]
            more = np.maximum(at(out, c.build) - stand.build[k], 0.0)
            out[own[own >= 0]] = more[own >= 0]


def words(build: Build, row: int) -> str:
    """The way and the week."""
    k, week = (int(numbers[row]) for numbers in np.nonzero(_open(build)))
    told = way_words(build, *build.programme.ways()[k])
    return f"the price of building {told} in {week_words(build, week)}, where it was not planned"


MOVED = Constraint(
    name="moved",
    formula="x[a,w] − g[a,w] ≤ cars of the plan that stands; only in a re-plan, after its frozen weeks",
    unit="car",
    rows=rows,
    statement=lambda build, row: ("plant.replanning.change",),
    words=words,
    columns=columns,
    complete=complete,
)
