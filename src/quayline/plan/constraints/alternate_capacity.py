"""What another plant builds of this programme in a week."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows, week_words
from quayline.plan.inputs.ways import HOME
from quayline.plan.model.variables import INF

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def rows(build: Build) -> Family:
    """One row a plant and week; a week cut by the horizon or a closure has its share of five weekdays."""
    most, num = build.programme.alternate_cars, build.calendar.num_weeks
    rows = Rows(most.size)
    for _, _, way, c in build.ways():
        if way.plant != HOME:
            rows.add((way.plant - 1) * num + np.arange(num), c.build, 1.0)
    return rows.family(-INF, most.ravel().astype(np.float64))


def words(build: Build, row: int) -> str:
    """The plant and the week."""
    plant, week = divmod(row, build.calendar.num_weeks)
    return f"what {build.scenario.alternates[plant].name} builds in {week_words(build, week)}"


ALTERNATE_CAPACITY = Constraint(
    name="alternate capacity",
    formula="Σ x[a,w] of another plant ≤ its cars per week × open days in the horizon / 5",
    unit="car",
    rows=rows,
    statement=lambda build, row: (
        f"alternates[{build.scenario.alternates[row // build.calendar.num_weeks].id}].cars_per_week",
    ),
    words=words,
    is_coupling=True,
)
