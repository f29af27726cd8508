"""From cars of alike pairs taken together back to their pairs: first in, first out over their orders.

The n-th car that reaches the market serves the n-th order accepted, whichever of the pairs it is of. All sums of a pair
are then images of the sums of all under one non-decreasing map, so that what holds for the sums (ready before shipped,
delivered within patience, not too far ahead) holds for each pair.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import at
from quayline.plan.inputs.ways import ROAD

if TYPE_CHECKING:
    from quayline.plan.inputs.pack import Pair
    from quayline.plan.model.model import Model
    from quayline.plan.model.variables import WayColumns
    from quayline.plan.search.alike import Merged


def take_apart(model: Model, merged: Merged, together: np.ndarray) -> np.ndarray:
    """The columns of `model` for the point `together` of the merged programme: cars built and shipped by pair, lost
    orders and what belongs to no pair as they are there. Stocks, which follow from these, are left to `whole_point`."""
    x: np.ndarray = together[merged.small.column]
    for members in merged.groups:
        if len(members) > 1:
            _split(model, members, x)
    return x


def _split(model: Model, members: tuple[int, ...], x: np.ndarray) -> None:
    """Sets the cars of `members`, whose columns all hold the sums of the group."""
    pairs, columns = model.build.programme.pairs, model.variables.pairs
    lead, sums = pairs[members[0]], columns[members[0]].ways
    orders = [_from_zero(pairs[p].demand - at(x, columns[p].lost)) for p in members]
    way, place = _arrivals(lead, sums)
    arriving = [at(x, c.shipped if one.legs else c.build) for one, c in zip(lead.ways, sums, strict=True)]
    cars = np.array([arriving[j][k] for j, k in zip(way.tolist(), place.tolist(), strict=True)])
    arrived, total = _from_zero(cars), np.sum(orders, axis=0)
    built = [_from_zero(at(x, one.build)) for one in sums]
    shipped = [_from_zero(at(x, one.shipped)) for one in sums]
    for p, own in zip(members, orders, strict=True):
        mine = np.diff(np.interp(arrived, total, own))
        for j, c in enumerate(columns[p].ways):
            if not lead.ways[j].legs:
                _put(x, c.build, np.bincount(place[way == j], mine[way == j], len(c.build)))
                continue
            on_legs = np.bincount(place[way == j], mine[way == j], len(c.shipped))
            _put(x, c.shipped, on_legs)
            _put(x, c.build, np.diff(np.interp(built[j], shipped[j], _from_zero(on_legs))))


def _from_zero(steps: np.ndarray) -> np.ndarray:
    """Sums of `steps`, 0 before the first."""
    return np.concatenate([[0.0], np.cumsum(steps)])


def _arrivals(pair: Pair, columns: tuple[WayColumns, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Way and place (leg, or week of build by road) of all arrivals of the pair, in the order of their weeks."""
    found = []
    for j, (way, c) in enumerate(zip(pair.ways, columns, strict=True)):
        if way.lane == ROAD:
            found += [(int(way.reach[w]), j, int(w)) for w in np.flatnonzero(c.build >= 0)]
        else:
            found += [(way.legs[k].delivered, j, int(k)) for k in np.flatnonzero(c.shipped >= 0)]
    found.sort()
    return np.array([one[1] for one in found], np.int64), np.array([one[2] for one in found], np.int64)


def _put(x: np.ndarray, columns: np.ndarray, value: np.ndarray) -> None:
    held = columns >= 0
    x[columns[held]] = value[held]
