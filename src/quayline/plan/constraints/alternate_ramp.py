"""The ramp of a variant's launch at another plant."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows, week_words
from quayline.plan.model.variables import INF

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def rows(build: Build) -> Family:
    """One row a plant, variant and launch week."""
    ramp = build.programme.alternate_ramp
    rows = Rows(len(ramp))
    for k, (plant, variant, week, _) in enumerate(ramp):
        for _, pair, way, c in build.ways():
            if (way.plant, pair.variant) == (plant, variant):
                rows.add(k, c.build[week : week + 1], 1.0)
    return rows.family(-INF, np.array([float(row[-1]) for row in ramp]))


def statement(build: Build, row: int) -> tuple[str, ...]:
    """The ramp of the variant at the plant."""
    plant, variant = build.programme.alternate_ramp[row][:2]
    names = build.scenario.alternates[plant - 1].id, build.scenario.vehicles.variants[variant].id
    return ("alternates[{}].builds[{}].ramp".format(*names),)


def words(build: Build, row: int) -> str:
    """The launch, the plant and the week."""
    plant, variant, week, _ = build.programme.alternate_ramp[row]
    names = build.scenario.vehicles.variants[variant].id, build.scenario.alternates[plant - 1].name
    return "the launch of {} at {} in {}".format(*names, week_words(build, week))


ALTERNATE_RAMP = Constraint(
    name="alternate ramp",
    formula="Σ x[a,w] of a variant in week i of its launch at another plant ≤ ramp[i]",
    unit="car",
    rows=rows,
    statement=statement,
    words=words,
    is_coupling=True,
)
