"""Waiting orders: how many may wait, and how many of them are late. Two families of the same shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows, due_words, market_path
from quayline.plan.model.variables import INF

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def late_orders(build: Build) -> Family:
    """Backlog <= orders wanted within the tolerance + late orders."""
    return _recent(build, True)


def patience(build: Build) -> Family:
    """Backlog <= orders wanted within the patience: none waits longer."""
    return _recent(build, False)


def _recent(build: Build, is_late: bool) -> Family:
    pairs, num = build.programme.pairs, build.programme.num_due
    rows, right = Rows(num * len(pairs)), np.zeros((len(pairs), num))
    for i, (pair, c) in enumerate(zip(pairs, build.variables.pairs, strict=True)):
        span, week = pair.margin if is_late else pair.patience, np.arange(num)
        rows.add(i * num + week, c.backlog, 1.0)
        if is_late:
            rows.add(i * num + week, c.late, -1.0)
        total = np.concatenate([[0], np.cumsum(pair.demand)])
        right[i] = total[week + 1] - total[np.maximum(week + 1 - span, 0)]
        for back in range(span):
            lost = c.lost[: num - back]
            held = c.backlog[back:] >= 0
            rows.add((i * num + week[back:])[held], lost[held], 1.0)
    return rows.family(-INF, right.ravel())


LATE_ORDERS = Constraint(
    name="late orders",
    formula="B[p,r] ≤ A of the last τ weeks + L[p,r], τ = ⌊tolerance_share × tolerance / 7⌋",
    unit="car",
    rows=late_orders,
    statement=lambda build, row: (market_path(build, row // build.programme.num_due, "tolerance"),),
    words=lambda build, row: f"orders that wait longer than tolerated, {due_words(build, row)}",
)
PATIENCE = Constraint(
    name="patience",
    formula="B[p,r] ≤ A of the last π weeks, π = ⌊(patience − 6 days) / 7⌋",
    unit="car",
    rows=patience,
    statement=lambda build, row: (market_path(build, row // build.programme.num_due, "patience"),),
    words=lambda build, row: f"orders that wait as long as customers will, {due_words(build, row)}",
)
