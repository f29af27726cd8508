"""From a point of the relaxation to whole cars; each family then completes what follows from them.

Within a way all flows are compared as cumulative numbers: shipped <= ready, delivered >= accepted less the patience
window, and so on. Rounding every cumulative number c to floor(c + offset) keeps each of these, because the rounding
never decreases (for two-way tables: Cox, 1987, "A constructive procedure for unbiased controlled rounding"). Where a
pair has several ways, the whole orders accepted are fitted to the whole cars of all its ways (`whole_ways`).
What couples pairs (line hours, ships, yards) may then be passed by less than the number of pairs; those rows are
tightened by the excess and the relaxation solved again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints import ALL
from quayline.plan.constraints.common import at
from quayline.plan.search.whole_ways import Flow, fit_orders

if TYPE_CHECKING:
    from quayline.plan.constraints import Build
    from quayline.plan.model.model import Model

_GRID = 10_000


def whole_point(model: Model, x: np.ndarray, turn: int) -> np.ndarray:
    """All columns with whole cars near `x`, whose modes and weekend shifts are whole already.

    `turn` turns the offsets of the pairs. Rows between pairs may be violated.
    """
    v = model.variables
    out = np.zeros(v.num)
    out[v.mode], out[v.shifts] = np.round(x[v.mode]), np.round(x[v.shifts])
    for i in range(len(v.pairs)):
        flows, accepted = whole_pair(model, x, i, turn)
        if len(flows) > 1:
            accepted = fit_orders(model.build, i, flows, np.cumsum(accepted))
        put_pair(model.build, i, flows, accepted, out)
    return completed(model, x, out)


def whole_pair(model: Model, x: np.ndarray, at_pair: int, turn: int) -> tuple[list[Flow], np.ndarray]:
    """Whole cars of every way of a pair, and its whole orders accepted by week, near `x`."""
    pair, c, num = model.build.programme.pairs[at_pair], model.variables.pairs[at_pair], len(model.variables.pairs)
    offset = (((at_pair + turn) % num) * _GRID // num + 0.5) / _GRID
    flows = [
        Flow(way, *(_steps(at(x, column), (offset + j / len(pair.ways)) % 1.0) for column in (one.build, one.shipped)))
        for j, (way, one) in enumerate(zip(pair.ways, c.ways, strict=True))
    ]
    return flows, _steps(pair.demand - at(x, c.lost), offset)


def completed(model: Model, x: np.ndarray, cars: np.ndarray) -> np.ndarray:
    """A point with modes, weekend shifts and the columns of the pairs as in `cars`, and what follows from them."""
    out = cars.copy()
    for family in ALL:
        if family.complete:
            family.complete(model.build, x, out)
    return out


def _put(out: np.ndarray, columns: np.ndarray, value: np.ndarray) -> None:
    held = columns >= 0
    out[columns[held]] = value[held]


def _steps(x: np.ndarray, offset: float) -> np.ndarray:
    """Whole steps whose sums are floor(sum of x + offset)."""
    total = np.round(np.maximum.accumulate(np.cumsum(x)) * _GRID) / _GRID if len(x) else np.zeros(0)
    return np.diff(np.floor(total + offset), prepend=0.0)


def put_pair(build: Build, at_pair: int, flows: list[Flow], accepted: np.ndarray, out: np.ndarray) -> None:
    """Sets the columns of a pair in `out` from its cars and the orders accepted, and what follows for the market."""
    pair, c = build.programme.pairs[at_pair], build.variables.pairs[at_pair]
    for flow, one in zip(flows, c.ways, strict=True):
        _put(out, one.build, flow.built)
        _put(out, one.shipped, flow.shipped)
        _put(out, one.held, np.cumsum(flow.ready()) - np.cumsum(flow.shipped))
    delivered = np.sum([np.zeros(len(pair.demand)), *(flow.delivered(len(pair.demand)) for flow in flows)], axis=0)
    net = np.cumsum(delivered) - np.cumsum(accepted)
    total, week = np.concatenate([[0.0], np.cumsum(accepted)]), np.arange(len(pair.demand))
    recent = total[week + 1] - total[np.maximum(week + 1 - pair.margin, 0)]
    _put(out, c.lost, pair.demand - accepted)
    _put(out, c.stock, np.maximum(net, 0.0))
    _put(out, c.backlog, np.maximum(-net, 0.0))
    _put(out, c.late, np.maximum(-net - recent, 0.0))
