"""Mix limits: selected cars of a week (expected shares) stay within a rate of the same line hours."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows, week_words
from quayline.plan.model.variables import INF

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def rows(build: Build) -> Family:
    """One row a limit and week."""
    v, calendar, programme = build.variables, build.calendar, build.programme
    num = calendar.num_weeks
    rows = Rows(num * len(programme.mix_jph))
    for k, jph in enumerate(programme.mix_jph):
        week = np.arange(num) + k * num
        for i, _, _, c in build.home_ways():
            if programme.mix[k, i] > 0:
                rows.add(week, c.build, programme.mix[k, i])
        for m in range(len(programme.rate_jph)):
            rows.add(week, v.mode[m][calendar.month_of], -jph * calendar.normal_h[m])
            rows.add(week, v.overtime_h[m], -jph)
            rows.add(week, v.weekend[m], -jph * calendar.shift_h[m])
    return rows.family(-INF, 0.0)


def _limit(build: Build, row: int) -> str:
    return build.scenario.vehicles.mix_limits[row // build.calendar.num_weeks].id


def words(build: Build, row: int) -> str:
    """The limit and the week."""
    return f"the mix limit {_limit(build, row)} in {week_words(build, row % build.calendar.num_weeks)}"


MIX_LIMIT = Constraint(
    name="mix limit",
    formula="Σp share[p] x[p,w] ≤ limit × availability × hours[w]; share = expected part of the pair's cars that the "
    "selector takes",
    unit="car",
    rows=rows,
    statement=lambda build, row: (f"vehicles.mix_limits[{_limit(build, row)}].most",),
    words=words,
    is_coupling=True,
)
