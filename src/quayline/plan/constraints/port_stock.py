"""Stock in the port of loading, by way: what becomes ready for a sailing leaves on it or is held over."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows, sailing_words, way_words

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def rows(build: Build) -> Family:
    """One row a way and sailing."""
    rows, base = Rows(sum(len(way.legs) for _, _, way, _ in build.ways())), 0
    for _, _, way, c in build.ways():
        leg = base + np.arange(len(way.legs))
        rows.add(leg, c.held, 1.0)
        rows.add(leg[1:], c.held[:-1], -1.0)
        rows.add(leg, c.shipped, 1.0)
        if len(leg):
            rows.add(base + way.reach, c.build, -1.0)
        base += len(leg)
    return rows.family(0.0, 0.0)


def words(build: Build, row: int) -> str:
    """The way and the sailing."""
    legs = [(i, way, leg) for i, _, way, _ in build.ways() for leg in way.legs]
    i, way, leg = legs[row]
    return f"{way_words(build, i, way)} ready for {sailing_words(build, leg.sailing)}"


PORT_STOCK = Constraint(
    name="port stock",
    formula="h[a,k] = h[a,k−1] + Σ x[a,w] that become ready for k − y[a,k]",
    unit="car",
    rows=rows,
    statement=lambda build, row: (),
    words=words,
)
