"""Places in the plant's yard: exports not yet trucked, and cars for road markets that wait for their customers' day."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows, week_words
from quayline.plan.inputs.ways import ROAD
from quayline.plan.inputs.weeks import WEEKDAYS
from quayline.plan.model.variables import INF, yards_of

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def rows(build: Build) -> Family:
    """One row a week, up to the last delivery. A car for a road market leaves the yard its inland leg before it is
    with its customer: the market's stock of a later week stands in the yard now."""
    v, num = build.variables, build.programme.num_due
    rows, week = Rows(num), np.arange(num)
    rows.add(week[: len(v.plant_yard)], v.plant_yard, 1.0)
    for pair, c in zip(build.programme.pairs, v.pairs, strict=True):
        if any(way.lane == ROAD for way in pair.ways):
            inland_days = ceil(build.scenario.markets[pair.market].inland_days)
            away_weeks = (WEEKDAYS - 1 + inland_days) // 7  # counted from the Friday that ends a week of build
            there = week[: num - away_weeks]
            rows.add(there, c.stock[there + away_weeks], 1.0)
    return rows.family(-INF, float(yards_of(build.scenario).plant_cars))


PLANT_PLACES = Constraint(
    name="plant places",
    formula="K[w] + Σ S[p,r] of the road markets ≤ places, r the week in which a car that leaves in week w is there",
    unit="car",
    rows=rows,
    statement=lambda build, row: ("plant.export.yard_cars",),
    words=lambda build, row: f"places in the plant's yard in {week_words(build, row)}",
    is_coupling=True,
)
