"""Pairs that differ in price and demand alone, taken together: a smaller programme and its bound.

The variants of a model that a market takes by the same ships have the same columns but for what they cost. Their rows
are added up and their columns merged. Costs that differ by a constant (parts, duty) are first moved to the orders by
multipliers of the rows, so that merging loses next to nothing. Whatever the multipliers are, this is a relaxation
(Lagrange; a merged column takes the best contribution of its members): its optimum is a proven bound.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import diags_array
from scipy.sparse.linalg import spsolve

from quayline.plan.search.coarse import Coarse, coarsen

if TYPE_CHECKING:
    from quayline.plan.model.model import Model
    from quayline.plan.model.variables import PairColumns

_DAMP = 1e-9


@dataclass(frozen=True)
class Merged:
    """The smaller programme with its columns, the pairs taken together, the leader first, and the multipliers of the
    whole model's rows that it rests on."""

    small: Coarse
    groups: tuple[tuple[int, ...], ...]
    moved: np.ndarray


def arrays_of(columns: Any) -> list[np.ndarray]:
    """All index arrays of a pair's columns but `lost`, in the order of their fields."""
    found: list[np.ndarray] = []
    for field in fields(columns):
        value = getattr(columns, field.name)
        if field.name == "lost":
            continue
        for part in value if isinstance(value, tuple) else (value,):
            found += arrays_of(part) if is_dataclass(part) else [part.ravel()]
    return found


def merge(model: Model) -> Merged:
    """The smaller programme of `model`."""
    v, own = model.variables, own_rows_of(model)
    by_column, groups = model.matrix.tocsc(), groups_of(model, own)
    group, moved = np.arange(len(model.upper)), np.zeros(len(model.upper))
    for members in groups:
        lead = members[0]
        there = places_of(v.pairs[lead])
        for p in members[1:]:
            group[own[p]] = own[lead]
            moved += _moved(model, by_column, own[p], places_of(v.pairs[p]), there)
    found = coarsen(model, group, moved, np.flatnonzero(v.integer), lost_of(model))
    return Merged(found, groups, moved)


def places_of(columns: PairColumns) -> np.ndarray:
    """The columns of a pair but its lost orders, in a fixed order."""
    found = np.concatenate(arrays_of(columns))
    held: np.ndarray = found[found >= 0]
    return held


def lost_of(model: Model) -> np.ndarray:
    """A number for the lost orders of each pair, whose worth differs: they keep columns of their own; 0 for others."""
    kind = np.zeros(model.variables.num, np.int64)
    for p, c in enumerate(model.variables.pairs):
        kind[c.lost[c.lost >= 0]] = p + 1
    return kind


def groups_of(model: Model, own: list[np.ndarray]) -> tuple[tuple[int, ...], ...]:
    """The pairs taken together, given the rows of each."""
    by_column = model.matrix.tocsc()
    groups: dict[tuple[bytes, ...], list[int]] = {}
    for p, c in enumerate(model.variables.pairs):
        place = np.concatenate(arrays_of(c))
        groups.setdefault(_signature(model, by_column, place, own[p]), []).append(p)
    return tuple(tuple(one) for one in groups.values())


def own_rows_of(model: Model) -> list[np.ndarray]:
    """Rows that bind columns of one pair alone, by pair, ascending."""
    owner = np.full(model.variables.num, -1)
    for p, c in enumerate(model.variables.pairs):
        owner[places_of(c)] = p
        owner[c.lost[c.lost >= 0]] = p
    entries = np.diff(model.matrix.indptr)
    filled = np.flatnonzero(entries)
    starts, who = model.matrix.indptr[filled], owner[model.matrix.indices]
    low, high = np.minimum.reduceat(who, starts), np.maximum.reduceat(who, starts)
    of_row = np.full(len(entries), -1)
    of_row[filled] = np.where(low == high, low, -1)
    order = np.argsort(of_row, kind="stable")
    cuts = np.searchsorted(of_row[order], np.arange(len(model.variables.pairs) + 1))
    return [order[a:b] for a, b in pairwise(cuts.tolist())]


def _signature(model: Model, by_column: Any, place: np.ndarray, rows: np.ndarray) -> tuple[bytes, ...]:
    """Equal for two pairs whose columns have the same coefficients, in rows of their own counted in order, in rows
    between pairs one by one, and whose own rows are of the same kind."""
    local = np.arange(len(model.upper)) + len(rows)
    local[rows] = np.arange(len(rows))
    block = by_column[:, place[place >= 0]]
    names = np.searchsorted([part.start for part in model.rows.values()], rows, side="right")
    kind = np.isfinite(model.lower[rows]) * 2 + np.isfinite(model.upper[rows])
    parts = (place >= 0, block.indptr, local[block.indices], block.data, names, kind)
    return tuple(np.ascontiguousarray(part).tobytes() for part in parts)


def _moved(model: Model, by_column: Any, rows: np.ndarray, here: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Multipliers of all rows that bring the contributions of columns `here` nearest to those of `there` (least
    squares over the pair's equalities)."""
    equal = rows[model.lower[rows] == model.upper[rows]]
    block = by_column[equal][:, here].tocsr()
    normal = (block @ block.T + diags_array(np.full(len(equal), _DAMP))).tocsc()
    found = np.zeros(len(model.upper))
    if len(equal):
        found[equal] = spsolve(normal, block @ (model.usd[here] - model.usd[there]))
    return found
