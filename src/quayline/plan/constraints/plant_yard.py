"""The plant's yard: export cars built and not yet trucked to the port."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows, at, departure_weeks, week_words
from quayline.plan.model.variables import yards_of

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def rows(build: Build) -> Family:
    """One row a week, up to the last delivery."""
    v, num = build.variables, len(build.variables.plant_yard)
    rows, week = Rows(num), np.arange(num)
    rows.add(week, v.plant_yard, 1.0)
    rows.add(week[1:], v.plant_yard[:-1], -1.0)
    rows.add(week, v.trucked, 1.0)
    for _, _, way, c in build.home_ways():
        if way.legs:
            rows.add(np.arange(build.calendar.num_weeks), c.build, -1.0)
    return rows.family(0.0, 0.0)


def complete(build: Build, _point: np.ndarray, out: np.ndarray) -> None:
    """Trucks as early as the port's places and the fleet allow; this keeps the plant's yard as empty as can be."""
    v, programme, num = build.variables, build.programme, len(build.variables.trucked)
    if not num:
        return
    built, sailed = np.zeros(num), np.zeros(num)
    for _, _, way, c in build.home_ways():
        if way.legs:
            built[: build.calendar.num_weeks] += at(out, c.build)
            sailed += np.bincount(departure_weeks(programme, way.legs), at(out, c.shipped), num)
    plant, port, places = 0.0, 0.0, yards_of(build.scenario).port_cars
    for week in range(num):
        moved = max(min(plant + built[week], v.upper[v.trucked[week]], places - port), 0.0)
        plant, port = plant + built[week] - moved, port + moved - sailed[week]
        out[v.trucked[week]], out[v.plant_yard[week]], out[v.port_yard[week]] = moved, plant, port


PLANT_YARD = Constraint(
    name="plant yard",
    formula="K[w] = K[w−1] + exports built − q[w]; q ≤ 7 × trucked per day",
    unit="car",
    rows=rows,
    statement=lambda build, row: ("plant.export.trucked_per_day",),
    words=lambda build, row: f"exports in the plant's yard in {week_words(build, row)}",
    complete=complete,
)
