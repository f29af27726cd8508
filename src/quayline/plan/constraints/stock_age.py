"""The age of stock: cars ready for the ships (by road: delivered) have orders within the weeks ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows, due_words, market_path
from quayline.plan.variables import INF

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def rows(build: Build) -> Family:
    """One row a pair and week of delivery: held + stock - backlog <= accepted orders of the next weeks."""
    pairs, num, ahead_weeks = build.programme.pairs, build.programme.num_due, build.params.ahead_weeks
    rows, right = Rows(num * len(pairs)), np.full((len(pairs), num), INF)
    for i, (pair, c) in enumerate(zip(pairs, build.variables.pairs, strict=True)):
        if pair.legs:
            last = {leg.delivered: k for k, leg in enumerate(pair.legs) if c.shipped[k] >= 0}
            weeks = np.array(sorted(last), np.int64)
            rows.add(i * num + weeks, c.held[[last[week] for week in weeks.tolist()]], 1.0)
        else:
            weeks = np.unique(pair.reach[pair.reach >= 0])
        rows.add(i * num + weeks, c.stock[weeks], 1.0)
        rows.add(i * num + weeks, c.backlog[weeks], -1.0)
        total = np.concatenate([[0], np.cumsum(pair.demand), np.full(ahead_weeks, pair.demand.sum())])
        right[i, weeks] = total[weeks + 1 + ahead_weeks] - total[weeks + 1]
        for ahead in range(1, ahead_weeks + 1):
            near = weeks[weeks + ahead < num]
            rows.add(i * num + near, c.lost[near + ahead], 1.0)
    return rows.family(-INF, right.ravel())


STOCK_AGE = Constraint(
    name="stock age",
    formula="h[p,k] + S[p,r] − B[p,r] ≤ A of the next `ahead_weeks` weeks",
    unit="car",
    rows=rows,
    statement=lambda build, row: (market_path(build, row // build.programme.num_due, "stock"),),
    words=lambda build, row: f"cars built ahead of orders, {due_words(build, row)}",
)
