"""From a point of the relaxation to whole cars; each family then completes what follows from them.

Within a pair all flows are compared as cumulative numbers: shipped <= ready, delivered >= accepted less the patience
window, and so on. Rounding every cumulative number c of a pair to floor(c + offset) keeps each of these, because the
rounding never decreases (for two-way tables: Cox, 1987, "A constructive procedure for unbiased controlled rounding").
What couples pairs (line hours, ships, yards) may then be passed by less than the number of pairs; those rows are
tightened by the excess and the relaxation solved again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints import ALL
from quayline.plan.constraints.common import at

if TYPE_CHECKING:
    from quayline.plan.model import Model
    from quayline.plan.pack import Pair
    from quayline.plan.variables import PairColumns

_GRID = 10_000


def whole_point(model: Model, x: np.ndarray, turn: int) -> np.ndarray:
    """All columns with whole cars near `x`, whose modes and weekend shifts are whole already.

    `turn` turns the offsets of the pairs. Rows may be violated.
    """
    v, pairs = model.variables, model.build.programme.pairs
    out = np.zeros(v.num)
    out[v.mode], out[v.shifts] = np.round(x[v.mode]), np.round(x[v.shifts])
    for i, (pair, columns) in enumerate(zip(pairs, v.pairs, strict=True)):
        offset = (((i + turn) % len(pairs)) * _GRID // len(pairs) + 0.5) / _GRID
        _pair(pair, columns, x, out, offset)
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


def _pair(pair: Pair, c: PairColumns, x: np.ndarray, out: np.ndarray, offset: float) -> None:
    num_due = len(pair.demand)
    built = _steps(at(x, c.build), offset)
    accepted = _steps(pair.demand - at(x, c.lost), offset)
    _put(out, c.build, built)
    _put(out, c.lost, pair.demand - accepted)
    if pair.legs:
        shipped = _steps(at(x, c.shipped), offset)
        ready = np.bincount(pair.reach[pair.reach >= 0], built[pair.reach >= 0], len(pair.legs))
        _put(out, c.shipped, shipped)
        _put(out, c.held, np.cumsum(ready) - np.cumsum(shipped))
        delivered = np.bincount([leg.delivered for leg in pair.legs], shipped, num_due)
    else:
        delivered = np.bincount(pair.reach[pair.reach >= 0], built[pair.reach >= 0], num_due)
    net = np.cumsum(delivered) - np.cumsum(accepted)
    backlog = np.maximum(-net, 0.0)
    total = np.concatenate([[0.0], np.cumsum(accepted)])
    week = np.arange(num_due)
    recent = total[week + 1] - total[np.maximum(week + 1 - pair.tolerance, 0)]
    _put(out, c.stock, np.maximum(net, 0.0))
    _put(out, c.backlog, backlog)
    _put(out, c.late, np.maximum(backlog - recent, 0.0))
