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
from scipy.sparse import csr_array, diags_array
from scipy.sparse.linalg import spsolve

from quayline.plan.program import Bounds, Program

if TYPE_CHECKING:
    from quayline.plan.model import Model

_DAMP = 1e-9


@dataclass(frozen=True)
class Merged:
    """The smaller programme; `column` leads from the columns of the model to its own; `groups` are the pairs taken
    together, the leader first."""

    program: Program
    column: np.ndarray
    groups: tuple[tuple[int, ...], ...]


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
    v = model.variables
    places = [np.concatenate(arrays_of(c)) for c in v.pairs]
    own_rows = _own_rows(model, places)
    by_column = model.matrix.tocsc()
    groups: dict[tuple[bytes, ...], list[int]] = {}
    for p, place in enumerate(places):
        groups.setdefault(_signature(model, by_column, place, own_rows[p]), []).append(p)
    row_of, column_of = np.arange(len(model.upper)), np.arange(v.num)
    usd, constant_usd = model.usd.copy(), model.constant_usd
    for members in groups.values():
        lead = members[0]
        for p in members[1:]:
            row_of[own_rows[p]] = own_rows[lead]
            here, there = places[p][places[p] >= 0], places[lead][places[lead] >= 0]
            column_of[here] = there
            moved, moved_usd = _moved(model, by_column, own_rows[p], here, there)
            columns = np.concatenate([here, v.pairs[p].lost[v.pairs[p].lost >= 0]])
            usd[columns] -= by_column[:, columns].T @ moved
            constant_usd += moved_usd
    return _assemble(model, groups, row_of, column_of, usd, constant_usd)


def _own_rows(model: Model, places: list[np.ndarray]) -> list[np.ndarray]:
    """Rows that bind columns of one pair alone, by pair, ascending."""
    owner = np.full(model.variables.num, -1)
    for p, (place, c) in enumerate(zip(places, model.variables.pairs, strict=True)):
        owner[place[place >= 0]] = p
        owner[c.lost[c.lost >= 0]] = p
    entries = np.diff(model.matrix.indptr)
    filled = np.flatnonzero(entries)
    starts, who = model.matrix.indptr[filled], owner[model.matrix.indices]
    low, high = np.minimum.reduceat(who, starts), np.maximum.reduceat(who, starts)
    of_row = np.full(len(entries), -1)
    of_row[filled] = np.where(low == high, low, -1)
    order = np.argsort(of_row, kind="stable")
    cuts = np.searchsorted(of_row[order], np.arange(len(places) + 1))
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


def _moved(
    model: Model, by_column: Any, rows: np.ndarray, here: np.ndarray, there: np.ndarray
) -> tuple[np.ndarray, float]:
    """Multipliers of all rows that bring the contributions of columns `here` nearest to those of `there` (least
    squares over the pair's equalities), and what they add to the constant."""
    equal = rows[model.lower[rows] == model.upper[rows]]
    block = by_column[equal][:, here].tocsr()
    normal = (block @ block.T + diags_array(np.full(len(equal), _DAMP))).tocsc()
    found = np.zeros(len(model.upper))
    if len(equal):
        found[equal] = spsolve(normal, block @ (model.usd[here] - model.usd[there]))
    return found, float(np.sum(found[equal] * model.upper[equal]))


def _assemble(
    model: Model, groups: dict[tuple[bytes, ...], list[int]], row_of: np.ndarray, column_of: np.ndarray,
    usd: np.ndarray, constant_usd: float,
) -> Merged:  # fmt: skip
    """Rows added up, columns merged; lost orders, whose worth differs, keep columns of their own."""
    v = model.variables
    held_row, row = np.unique(row_of, return_inverse=True)
    held_column, column = np.unique(column_of, return_inverse=True)
    best, lower, upper = np.full(len(held_column), -np.inf), np.zeros(len(held_column)), np.zeros(len(held_column))
    np.maximum.at(best, column, usd)
    np.add.at(lower, column, v.lower)
    np.add.at(upper, column, v.upper)
    entry = model.matrix.tocoo()
    kept = (column_of == np.arange(v.num))[entry.col]
    matrix = csr_array(
        (entry.data[kept], (row[entry.row[kept]], column[entry.col[kept]])), shape=(len(held_row), len(held_column))
    )
    low, high = (np.bincount(row, side, len(held_row)) for side in (model.lower, model.upper))
    program = Program(Bounds(lower, upper, v.integer[held_column]), matrix, low, high, best, constant_usd)
    return Merged(program, column, tuple(tuple(one) for one in groups.values()))
