"""Rules of sale and import: cars of a model year that will be barred are there, and sold, before the rule acts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows, pair_words
from quayline.plan.model.variables import INF

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family
    from quayline.plan.inputs.pack import Bar


def _num_rows(bar: Bar) -> int:
    return len(bar.ways) + (bar.last_sale is not None)


def rows(build: Build) -> Family:
    """Of each bar: a row a way (its cars are early enough), and where the rule acts on sale one for the orders."""
    programme, row = build.programme, 0
    rows = Rows(sum(_num_rows(bar) for bar in programme.bars))
    lower = np.zeros(rows.num_rows)
    for bar in programme.bars:
        pair, columns = programme.pairs[bar.pair], build.variables.pairs[bar.pair]
        sold = row + len(bar.ways)
        for one in bar.ways:
            way, c = pair.ways[one.way], columns.ways[one.way]
            built = c.build[: one.last_build + 1]
            rows.add(row, built, -1.0)
            rows.add(row, (c.shipped if way.legs else c.build)[one.early], 1.0)
            if bar.last_sale is not None:
                rows.add(sold, built, -1.0)
            row += 1
        if bar.last_sale is not None:
            rows.add(sold, columns.lost[: bar.last_sale + 1], -1.0)
            lower[sold] = -float(pair.demand[: bar.last_sale + 1].sum())
            row += 1
    return rows.family(lower, INF)


def _bar(build: Build, row: int) -> Bar:
    ends = np.cumsum([_num_rows(bar) for bar in build.programme.bars])
    return build.programme.bars[int(np.searchsorted(ends, row, side="right"))]


SALE_DATE = Constraint(
    name="sale date",
    formula="cars built up to the last week of a model year that a rule will bar ≤ delivered (or imported), and ≤ "
    "accepted, before the rule acts",
    unit="car",
    rows=rows,
    statement=lambda build, row: (f"trade.admissibility[{_bar(build, row).rule}]",),
    words=lambda build, row: f"the rule {_bar(build, row).rule} on {pair_words(build, _bar(build, row).pair)}",
)
