"""Space on a ship: the cars booked on all calls of a voyage fit what the programme has there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows, sailing_words, sailings_of
from quayline.plan.model.variables import INF
from quayline.scenario.sailings import Sailing, taken

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family
    from quayline.plan.inputs.pack import Pair
    from quayline.plan.inputs.ways import Way


UNITS = {"ceu": "CEU", "m3": "m³", "boxes": "box"}


def voyages(build: Build) -> tuple[Sailing, ...]:
    """The first call of every voyage."""
    return build.programme.voyages


def voyage_of(build: Build, way: Way) -> np.ndarray:
    """The voyage of each leg of a way."""
    calls = np.array([s.voyage for s in build.programme.sailings], np.int64)
    found: np.ndarray = calls[sailings_of(way.legs)]
    return found


def space_of(build: Build, pair: Pair, way: Way) -> np.ndarray:
    """The space that a car of the pair takes on each leg of a way, in the unit of its ship."""
    scenario = build.scenario
    model, lane = scenario.vehicles.models[pair.model], scenario.logistics.lanes[way.lane]
    return np.array([taken(model, lane, build.programme.sailings[leg.sailing].unit) for leg in way.legs])


def rows(build: Build) -> Family:
    """One row a voyage."""
    calls = voyages(build)
    rows = Rows(len(calls))
    for _, pair, way, c in build.ways():
        if way.legs:
            rows.add(voyage_of(build, way), c.shipped, space_of(build, pair, way))
    return rows.family(-INF, np.array([call.capacity for call in calls]))


def statement(build: Build, row: int) -> tuple[str, ...]:
    """The space of the service."""
    call = voyages(build)[row]
    field = {"ceu": "capacity", "m3": "capacity_volume", "boxes": "capacity_boxes"}[call.unit]
    return (f"logistics.services[{call.service}].{field}",)


SAILING_SPACE = Constraint(
    name="sailing space",
    formula="Σ space[a,k] y[a,k] of a voyage ≤ its capacity (in CEU, m³ or boxes)",
    unit="CEU, m³ or box",
    rows=rows,
    statement=statement,
    words=lambda build, row: f"space on {sailing_words(build, voyages(build)[row].sailing_idx)}",
    unit_of=lambda build, row: UNITS[voyages(build)[row].unit],
    is_coupling=True,
)
