"""Boxes: cars built for a lane in containers are loaded at their plant, so many boxes a working day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows, week_words
from quayline.plan.inputs.ways import HOME
from quayline.plan.model.variables import INF
from quayline.scenario.working_days import open_days

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from quayline.plan.constraints.common import Build, Family
    from quayline.plan.inputs.weeks import Week
    from quayline.scenario.markets import Box


def _box(build: Build, lane: int) -> Box:
    box = build.scenario.logistics.lanes[lane].box
    assert box is not None
    return box


def _keys(build: Build) -> list[tuple[int, int]]:
    """(plant, lane) of all ways in boxes."""
    lanes = build.scenario.logistics.lanes
    return sorted({(w.plant, w.lane) for _, _, w, _ in build.ways() if w.legs and lanes[w.lane].box is not None})


def rows(build: Build) -> Family:
    """One row a plant, lane in boxes and week."""
    keys, weeks = _keys(build), build.calendar.weeks
    rows, most = Rows(len(keys) * len(weeks)), np.zeros((len(keys), len(weeks)))
    for k, (plant, lane) in enumerate(keys):
        box = _box(build, lane)
        most[k] = [box.boxes_per_day * len(_days(build, plant, week)) for week in weeks]
        for _, _, way, c in build.ways():
            if (way.plant, way.lane) == (plant, lane):
                rows.add(k * len(weeks) + np.arange(len(weeks)), c.build, 1.0 / box.cars_per_box)
    return rows.family(-INF, most.ravel())


def _days(build: Build, plant: int, week: Week) -> Sequence[date]:
    """The days of the week on which a plant loads boxes."""
    return week.workdays if plant == HOME else open_days(build.scenario.alternates[plant - 1], week.first, week.last)


def _lane(build: Build, row: int) -> str:
    return build.scenario.logistics.lanes[_keys(build)[row // build.calendar.num_weeks][1]].id


BOXES = Constraint(
    name="boxes",
    formula="Σ x[a,w] / cars per box of a plant and a lane in boxes ≤ boxes per day × working days[w]",
    unit="box",
    rows=rows,
    statement=lambda build, row: (f"logistics.lanes[{_lane(build, row)}].box.boxes_per_day",),
    words=lambda build, row: (
        f"boxes loaded for {_lane(build, row)} in {week_words(build, row % build.calendar.num_weeks)}"
    ),
    is_coupling=True,
)
