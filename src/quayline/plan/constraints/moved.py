"""The price of change: cars built in weeks for which the plan that stands did not have them. Only in a re-plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Block, Constraint, Rows, at, pair_words, week_words
from quayline.plan.variables import INF

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def _open(build: Build) -> np.ndarray:
    """(pair, week) that have cars to build after the frozen weeks of a re-plan."""
    pairs, stand = build.programme.pairs, build.programme.stand
    if stand is None:
        return np.zeros((len(pairs), build.calendar.num_weeks), bool)
    can = np.array([pair.reach >= 0 for pair in pairs]).reshape(len(pairs), build.calendar.num_weeks)
    can[:, : stand.frozen_weeks] = False
    return can


def columns(build: Build) -> tuple[Block, ...]:
    """Cars of a pair and week beyond those of the plan that stands."""
    stand = build.programme.stand
    return (Block("moved", np.where(_open(build), INF, np.nan), -stand.change_usd if stand else 0.0),)


def rows(build: Build) -> Family:
    """One row a pair and week after the frozen ones."""
    i, week = np.nonzero(_open(build))
    rows, v, stand = Rows(len(i)), build.variables, build.programme.stand
    if stand is None:
        return rows.family(-INF, 0.0)
    row = np.arange(len(i))
    rows.add(row, np.array([c.build for c in v.pairs]).reshape(len(v.pairs), -1)[i, week], 1.0)
    rows.add(row, v.own["moved"][i, week], -1.0)
    return rows.family(-INF, stand.build[i, week].astype(np.float64))


def complete(build: Build, _point: np.ndarray, out: np.ndarray) -> None:
    """What is built beyond the plan that stands."""
    v, stand = build.variables, build.programme.stand
    if stand is not None:
        for i, c in enumerate(v.pairs):
            own = v.own["moved"][i]
            more = np.maximum(at(out, c.build) - stand.build[i], 0.0)
            out[own[own >= 0]] = more[own >= 0]


def words(build: Build, row: int) -> str:
    """The pair and the week."""
    i, week = (int(k[row]) for k in np.nonzero(_open(build)))
    return f"the price of building {pair_words(build, i)} in {week_words(build, week)}, where it was not planned"


MOVED = Constraint(
    name="moved",
    formula="x[p,w] − g[p,w] ≤ cars of the plan that stands; only in a re-plan, after its frozen weeks",
    unit="car",
    rows=rows,
    statement=lambda build, row: ("plant.replanning.change",),
    words=words,
    columns=columns,
    complete=complete,
)
