"""The balance of a market: stock and backlog carry deliveries over to orders (each pair and week)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows, demand_paths, due_words
from quayline.plan.inputs.ways import ROAD

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def rows(build: Build) -> Family:
    """One row a pair and week of delivery."""
    pairs, num = build.programme.pairs, build.programme.num_due
    rows, right = Rows(num * len(pairs)), np.zeros((len(pairs), num))
    for i, (pair, c) in enumerate(zip(pairs, build.variables.pairs, strict=True)):
        week = i * num + np.arange(num)
        for column, sign in ((c.stock, 1.0), (c.backlog, -1.0)):
            rows.add(week, column, sign)
            rows.add(week[1:], column[:-1], -sign)
        for way, columns in zip(pair.ways, c.ways, strict=True):
            if way.lane == ROAD:
                rows.add(i * num + way.reach, columns.build, -1.0)
            elif way.legs:
                rows.add(i * num + np.array([leg.delivered for leg in way.legs]), columns.shipped, -1.0)
        rows.add(week, c.lost, -1.0)
        right[i] = -pair.demand
    return rows.family(right.ravel(), right.ravel())


MARKET_BALANCE = Constraint(
    name="market balance",
    formula="S[p,r] − B[p,r] = S[p,r−1] − B[p,r−1] + V[p,r] − A[p,r]",
    unit="car",
    rows=rows,
    statement=demand_paths,
    words=lambda build, row: f"orders {due_words(build, row)}",
)
