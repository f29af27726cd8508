"""Stock in the port of loading, by pair: what becomes ready for a sailing leaves on it or is held over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows, pair_words, sailing_words

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def rows(build: Build) -> Family:
    """One row a pair and sailing."""
    pairs = build.programme.pairs
    rows, base = Rows(sum(len(pair.legs) for pair in pairs)), 0
    for pair, c in zip(pairs, build.variables.pairs, strict=True):
        leg = base + np.arange(len(pair.legs))
        rows.add(leg, c.held, 1.0)
        rows.add(leg[1:], c.held[:-1], -1.0)
        rows.add(leg, c.shipped, 1.0)
        if len(leg):
            rows.add(base + pair.reach, c.build, -1.0)
        base += len(leg)
    return rows.family(0.0, 0.0)


def words(build: Build, row: int) -> str:
    """The pair and the sailing."""
    pairs = build.programme.pairs
    ends = np.cumsum([len(pair.legs) for pair in pairs])
    i = int(np.searchsorted(ends, row, side="right"))
    leg = pairs[i].legs[row - int(ends[i]) + len(pairs[i].legs)]
    return f"{pair_words(build, i)} ready for {sailing_words(build, leg.sailing)}"


PORT_STOCK = Constraint(
    name="port stock",
    formula="h[p,k] = h[p,k−1] + Σ x[p,w] that become ready for k − y[p,k]",
    unit="car",
    rows=rows,
    statement=lambda build, row: (),
    words=words,
)
