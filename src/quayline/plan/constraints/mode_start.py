"""A mode starts in a month in which it is worked and was not in the month before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows, month_words
from quayline.plan.model.variables import INF

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def opening_modes(build: Build) -> np.ndarray:
    """1 for the mode that stands before the first month, 0 for the others."""
    return np.array([float(mode.id == build.scenario.plant.opening_mode) for mode in build.scenario.plant.modes])


def rows(build: Build) -> Family:
    """One row a mode and month; the opening mode stands before the first."""
    v = build.variables
    num_modes, num = v.mode.shape
    rows, row = Rows(num_modes * num), np.arange(num_modes * num).reshape(num_modes, num)
    rows.add(row, v.mode, 1.0)
    rows.add(row, v.start, -1.0)
    rows.add(row[:, 1:], v.mode[:, :-1], -1.0)
    upper = np.zeros((num_modes, num))
    upper[:, 0] = opening_modes(build)
    return rows.family(-INF, upper.ravel())


def complete(build: Build, _point: np.ndarray, out: np.ndarray) -> None:
    """Starts follow from the modes."""
    v = build.variables
    before = np.concatenate([opening_modes(build)[:, None], out[v.mode][:, :-1]], axis=1)
    out[v.start] = np.maximum(out[v.mode] - before, 0.0)


MODE_START = Constraint(
    name="mode start",
    formula="s[m,t] ≥ z[m,t] − z[m,t−1]; the opening mode stands before the first month",
    unit="start",
    rows=rows,
    statement=lambda build, row: ("plant.opening_mode", "plant.change.cost"),
    words=lambda build, row: f"a change of line mode in {month_words(build, row % len(build.calendar.months))}",
    complete=complete,
)
