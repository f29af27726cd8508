"""The age of stock: cars ready for the ships (by road: delivered) have orders within the weeks ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows, due_words, market_path
from quayline.plan.inputs.ways import ROAD
from quayline.plan.model.variables import INF

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family
    from quayline.plan.inputs.pack import Pair
    from quayline.plan.inputs.ways import Way
    from quayline.plan.model.variables import PairColumns


def rows(build: Build) -> Family:
    """One row a pair and week of delivery: held + stock - backlog <= accepted orders of the next weeks."""
    pairs, num, ahead_weeks = build.programme.pairs, build.programme.num_due, build.params.ahead_weeks
    rows, right = Rows(num * len(pairs)), np.full((len(pairs), num), INF)
    for i, (pair, c) in enumerate(zip(pairs, build.variables.pairs, strict=True)):
        weeks = ready_weeks(pair, c)
        for way, columns in zip(pair.ways, c.ways, strict=True):
            last = last_legs(way, weeks)
            rows.add(i * num + weeks[last >= 0], columns.held[last[last >= 0]], 1.0)
        rows.add(i * num + weeks, c.stock[weeks], 1.0)
        rows.add(i * num + weeks, c.backlog[weeks], -1.0)
        total = np.concatenate([[0], np.cumsum(pair.demand), np.full(ahead_weeks, pair.demand.sum())])
        right[i, weeks] = total[weeks + 1 + ahead_weeks] - total[weeks + 1]
        for ahead in range(1, ahead_weeks + 1):
            near = weeks[weeks + ahead < num]
            rows.add(i * num + near, c.lost[near + ahead], 1.0)
    return rows.family(-INF, right.ravel())


def ready_weeks(pair: Pair, c: PairColumns) -> np.ndarray:
    """Weeks of delivery, ascending, of all legs that may carry the pair and of all weeks of build by road."""
    weeks = []
    for way, columns in zip(pair.ways, c.ways, strict=True):
        if way.lane == ROAD:
            weeks += way.reach[way.reach >= 0].tolist()
        weeks += [leg.delivered for leg, column in zip(way.legs, columns.shipped, strict=True) if column >= 0]
    return np.unique(np.array(weeks, np.int64))


def last_legs(way: Way, weeks: np.ndarray) -> np.ndarray:
    """The last leg of a way delivered up to each of `weeks`; -1 where there is none, and by road."""
    last: np.ndarray = np.searchsorted(np.array([leg.delivered for leg in way.legs], np.int64), weeks, side="right") - 1
    return last


STOCK_AGE = Constraint(
    name="stock age",
    formula="Σa h[a,k(r)] + S[p,r] − B[p,r] ≤ A of the next `ahead_weeks` weeks",
    unit="car",
    rows=rows,
    statement=lambda build, row: (market_path(build, row // build.programme.num_due, "stock"),),
    words=lambda build, row: f"cars built ahead of orders, {due_words(build, row)}",
)
