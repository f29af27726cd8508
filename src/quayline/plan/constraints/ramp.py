"""The ramp of a launch: cars of a model in each week from its first whole week on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows, week_words
from quayline.plan.model.variables import INF

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def rows(build: Build) -> Family:
    """One row a launch week."""
    ramp = build.programme.ramp
    rows = Rows(len(ramp))
    for k, (model, week, _) in enumerate(ramp):
        for _, pair, _, c in build.home_ways():
            if pair.model == model:
                rows.add(k, c.build[week : week + 1], 1.0)
    return rows.family(-INF, np.array([float(cars) for _, _, cars in ramp]))


def _model(build: Build, row: int) -> str:
    return build.scenario.vehicles.models[build.programme.ramp[row][0]].id


RAMP = Constraint(
    name="ramp",
    formula="Σ x of a model in week i of its launch ≤ ramp[i]",
    unit="car",
    rows=rows,
    statement=lambda build, row: (f"vehicles.models[{_model(build, row)}].ramp",),
    words=lambda build, row: f"the launch of {_model(build, row)} in {week_words(build, build.programme.ramp[row][1])}",
    is_coupling=True,
)
