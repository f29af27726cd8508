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
    from collections.abc import Mapping, Sequence

    from quayline.plan.constraints import Build
    from quayline.plan.model.model import Model
    from quayline.plan.search.whole_ways import Change

_GRID = 10_000


def whole_point(model: Model, x: np.ndarray, turn: int) -> np.ndarray:
    """All columns with whole cars near `x`, whose modes and weekend shifts are whole already.

    `turn` turns the offsets of the pairs. Rows between pairs may be violated.
    """
    out, v = np.zeros(model.variables.num), model.variables
    out[v.mode], out[v.shifts] = np.round(x[v.mode]), np.round(x[v.shifts])
    whole_pairs(model, x, turn, {i: () for i in range(len(v.pairs))}, out)
    return completed(model, x, out)


def whole_pairs(
    model: Model, x: np.ndarray, turn: int, changes: Mapping[int, Sequence[Change]], out: np.ndarray
) -> None:
    """Sets the columns of the pairs of `changes` in `out`, with their changes made."""
    num_pairs = len(model.build.programme.pairs)
    for i, its in changes.items():
        offset = (((i + turn) % num_pairs) * _GRID // num_pairs + 0.5) / _GRID
        _pair(model.build, i, x, out, offset, its)


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


def _pair(
    build: Build, at_pair: int, x: np.ndarray, out: np.ndarray, offset: float, changes: Sequence[Change]
) -> None:
    """Whole cars of every way, whole orders accepted, and what follows for the market."""
    pair, c = build.programme.pairs[at_pair], build.variables.pairs[at_pair]
    flows = [
        Flow(way, *(_steps(at(x, column), (offset + j / len(pair.ways)) % 1.0) for column in (one.build, one.shipped)))
        for j, (way, one) in enumerate(zip(pair.ways, c.ways, strict=True))
    ]
    accepted = _steps(pair.demand - at(x, c.lost), offset)
    for change in changes:
        flows[change.way].make(change)
    if len(flows) > 1 or changes:
        accepted = fit_orders(build, at_pair, flows, np.cumsum(accepted))
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
