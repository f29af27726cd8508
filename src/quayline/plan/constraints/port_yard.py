"""The port of loading: cars there at the end of a week are those trucked and not yet sailed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows, departure_weeks, week_words

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def rows(build: Build) -> Family:
    """One row a week, up to the last delivery."""
    v, num = build.variables, len(build.variables.port_yard)
    rows, week = Rows(num), np.arange(num)
    rows.add(week, v.port_yard, 1.0)
    rows.add(week[1:], v.port_yard[:-1], -1.0)
    rows.add(week, v.trucked, -1.0)
    for _, _, way, c in build.home_ways():
        rows.add(departure_weeks(build.programme, way.legs), c.shipped, 1.0)
    return rows.family(0.0, 0.0)


PORT_YARD = Constraint(
    name="port yard",
    formula="Q[w] = Q[w−1] + q[w] − cars that sail in w",
    unit="car",
    rows=rows,
    statement=lambda build, row: ("plant.export.port",),
    words=lambda build, row: f"stock in the port of loading in {week_words(build, row)}",
)
