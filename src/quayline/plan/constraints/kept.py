"""Frozen cars keep their orders: of a frozen week, cars whose order was cancelled are left out first. In a re-plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Block, Constraint, Rows, at, way_words, week_words
from quayline.plan.model.variables import INF

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def _standing(build: Build) -> np.ndarray:
    """Cars by (way, week) of the frozen weeks whose orders stand."""
    stand = build.programme.stand
    if stand is None:
        return np.zeros((len(build.programme.ways()), build.calendar.num_weeks), np.int64)
    return np.where(np.arange(build.calendar.num_weeks) < stand.frozen_weeks, stand.same_build, 0)


def columns(build: Build) -> tuple[Block, ...]:
    """Cars left out though their order stands; their cost is set where the horizon is frozen (`plan.standing`)."""
    return (Block("left out", np.where(_standing(build) > 0, INF, np.nan), 0.0),)


def rows(build: Build) -> Family:
    """One row a way and frozen week with such cars."""
    cars = _standing(build)
    i, week = np.nonzero(cars)
    rows, row = Rows(len(i)), np.arange(len(i))
    if len(i):
        rows.add(row, np.array([c.build for _, _, _, c in build.ways()])[i, week], -1.0)
        rows.add(row, build.variables.own["left out"][i, week], -1.0)
    return rows.family(-INF, -cars[i, week].astype(np.float64))


def complete(build: Build, _point: np.ndarray, out: np.ndarray) -> None:
    """What is left out of the cars whose orders stand."""
    cars, own = _standing(build), build.variables.own["left out"]
    for k, (_, _, _, c) in enumerate(build.ways()):
        held = own[k] >= 0
        out[own[k][held]] = np.maximum(cars[k] - at(out, c.build), 0.0)[held]


def words(build: Build, row: int) -> str:
    """The way and the week."""
    k, week = (int(numbers[row]) for numbers in np.nonzero(_standing(build)))
    return f"the orders of {way_words(build, *build.programme.ways()[k])} frozen in {week_words(build, week)}"


KEPT = Constraint(
    name="kept",
    formula="x[a,w] + d[a,w] ≥ cars of the plan that stands whose orders stand; only in a re-plan, in its frozen weeks",
    unit="car",
    rows=rows,
    statement=lambda build, row: ("plant.replanning.frozen_weeks",),
    words=words,
    columns=columns,
    complete=complete,
)
