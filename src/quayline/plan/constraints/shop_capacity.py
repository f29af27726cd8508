"""Shop capacity: a shop whose slowest section, or whose measured rate, is slower than the line binds before it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows, mode_paths, week_words
from quayline.plan.model.variables import INF

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family
    from quayline.plan.inputs.shops import Pinch
    from quayline.scenario.plant import Shop


def rows(build: Build) -> Family:
    """One row a shop that may bind and week."""
    v, calendar = build.variables, build.calendar
    found, num = build.programme.pinches, calendar.num_weeks
    rows = Rows(num * len(found))
    for k, pinch in enumerate(found):
        week = k * num + np.arange(num)
        for _, pair, _, c in build.home_ways():
            rows.add(week, c.build, float(pinch.factor[pair.model]))
        for m in range(len(v.mode)):
            rows.add(week, v.mode[m][calendar.month_of], -pinch.most_jph[m] * calendar.normal_h[m])
            rows.add(week, v.overtime_h[m], -pinch.most_jph[m])
            rows.add(week, v.weekend[m], -pinch.most_jph[m] * calendar.shift_h[m])
    return rows.family(-INF, 0.0)


def _pinch(build: Build, row: int) -> Pinch:
    return build.programme.pinches[row // build.calendar.num_weeks]


def _shop(build: Build, row: int) -> Shop:
    return build.scenario.plant.shops[_pinch(build, row).shop]


def words(build: Build, row: int) -> str:
    """The shop, its slowest section or branch, or that the simulation measured what it passes, and the week."""
    how = f"at {place}" if (place := _pinch(build, row).place) else "as measured"
    return f"{_shop(build, row).name}, {how}, in {week_words(build, row % build.calendar.num_weeks)}"


SHOP_CAPACITY = Constraint(
    name="shop capacity",
    formula="Σp factor[p] x[p,w] ≤ Σm c[m] (H[m,w] z[m,t(w)] + o[m,w] + ℓ[m] e[m,w]), c[m] cars an hour of the shop's "
    "slowest section, uptime counted, or of the shop as measured",
    unit="car",
    rows=rows,
    statement=lambda build, row: (f"plant.shops[{_shop(build, row).id}].sections", *mode_paths(build, "speed")),
    words=words,
    is_coupling=True,
)
