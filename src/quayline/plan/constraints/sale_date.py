"""Rules of sale: cars of a model year that will be barred are delivered and sold before the rule acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows, pair_words
from quayline.plan.variables import INF

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def rows(build: Build) -> Family:
    """Two rows a bar: cars built up to the last such week are delivered in time, and sold to orders wanted by then."""
    programme = build.programme
    rows, lower = Rows(2 * len(programme.bars)), np.zeros((len(programme.bars), 2))
    for k, bar in enumerate(programme.bars):
        pair, c = programme.pairs[bar.pair], build.variables.pairs[bar.pair]
        built = c.build[: bar.last_build + 1]
        for row in (2 * k, 2 * k + 1):
            rows.add(row, built, -1.0)
        if pair.legs:
            early = np.array([leg.delivered <= bar.last_sale for leg in pair.legs])
            rows.add(2 * k, c.shipped[early], 1.0)
        else:
            weeks = np.arange(programme.calendar.num_weeks)
            early = (pair.reach >= 0) & (pair.reach <= bar.last_sale)
            rows.add(2 * k, c.build[weeks[early]], 1.0)
        rows.add(2 * k + 1, c.lost[: bar.last_sale + 1], -1.0)
        lower[k, 1] = -float(pair.demand[: bar.last_sale + 1].sum())
    return rows.family(lower.ravel(), INF)


SALE_DATE = Constraint(
    name="sale date",
    formula="cars built up to the last week of a model year that a rule will bar ≤ delivered, and ≤ accepted, before "
    "the rule acts",
    unit="car",
    rows=rows,
    statement=lambda build, row: ("trade.admissibility",),
    words=lambda build, row: f"the last day of sale of {pair_words(build, build.programme.bars[row // 2].pair)}",
)
