"""A programme with fewer rows and columns whose optimum is a proven bound of the whole one.

Every row is written as an equation with its own slack. Multipliers of the rows are moved into the objective, which
changes no value of a feasible point, whatever they are; then rows are added up by group or left out, and columns whose
entries have become equal are merged at the best contribution of their members. Each step only adds points or raises
their value: surrogate and Lagrangian relaxation at once (Rogers, Plante, Wong and Evans, 1991, "Aggregation and
disaggregation techniques in optimization"). With the duals of the whole programme as multipliers nothing is lost at its
optimum; with others, the bound holds all the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csc_array, csr_array, hstack

from quayline.plan.model.program import Bounds, Program

if TYPE_CHECKING:
    from quayline.plan.model.model import Model

LEFT_OUT = -1
_ODD = (np.uint64(0x9E3779B97F4A7C15), np.uint64(0xD1342543DE82EF95), np.uint64(0xAF251AF3B0F025B5))
_NOISE = 1e-9
_NOISE_USD = 1e-5  # reduced contributions below it are the solver's tolerance


@dataclass(frozen=True)
class Coarse:
    """The smaller programme; `column` and `row` lead from those of the whole one to its own (LEFT_OUT: to none)."""

    program: Program
    column: np.ndarray
    row: np.ndarray

    def of_rows(self, values: np.ndarray) -> np.ndarray:
        """Values of its rows for the rows of the whole one; 0 for those that are left out."""
        found: np.ndarray = np.where(self.row == LEFT_OUT, 0.0, values[self.row])
        return found


def coarsen(
    whole: Model | Program, group: np.ndarray, duals: np.ndarray, integer: np.ndarray, kind: np.ndarray
) -> Coarse:
    """`whole` with its rows added up by `group` (LEFT_OUT: not kept) after `duals` are moved into the objective.

    `integer`: numbers of the columns that stay whole; they are never merged, others only within their `kind`. Rows
    have one side or are equations. Raises ValueError where a row has two sides.
    """
    num_rows = len(whole.upper)
    is_equal, is_upper = whole.lower == whole.upper, np.isfinite(whole.upper)
    is_bound = is_upper | np.isfinite(whole.lower)
    if (is_upper & np.isfinite(whole.lower) & ~is_equal).any():
        raise ValueError("a row has two sides")
    right = np.where(is_bound, np.where(is_upper, whole.upper, whole.lower), 0.0)
    moved = np.where(is_equal, duals, np.where(is_upper, np.maximum(duals, 0.0), np.minimum(duals, 0.0)))
    moved[~is_bound] = 0.0
    loose = np.flatnonzero(is_bound & ~is_equal)
    slack = csr_array((np.where(is_upper, 1.0, -1.0)[loose], (loose, np.arange(len(loose)))), (num_rows, len(loose)))
    usd = np.concatenate([whole.usd - whole.matrix.T @ moved, -slack.T @ moved])
    v, none = whole.variables, np.zeros(len(loose))
    lower, upper = np.concatenate([v.lower, none]), np.concatenate([v.upper, np.full(len(loose), np.inf)])
    kept = np.flatnonzero((group != LEFT_OUT) & is_bound)
    names, row = np.unique(group[kept], return_inverse=True)
    adds = csr_array((np.ones(len(kept)), (row, kept)), (len(names), num_rows))
    matrix = (adds @ hstack([whole.matrix, slack])).tocsc()
    matrix.data[np.abs(matrix.data) < _NOISE] = 0.0
    matrix.eliminate_zeros()
    matrix.sort_indices()
    # A column at its upper bound is worth its own contribution times its own bound: not merged with others.
    alone = (np.isfinite(upper) & (usd > _NOISE_USD)) | (lower != 0.0)
    alone[integer] = True
    column, first = _classes(matrix, alone, np.concatenate([kind, np.zeros(len(loose), np.int64)]))
    num, sums = len(first), adds @ right
    best, is_whole = np.full(num, -np.inf), np.zeros(num, bool)
    np.maximum.at(best, column, usd)
    is_whole[column[integer]] = True
    low, high = (np.bincount(column, side, num) for side in (lower, upper))
    is_free = (np.diff(matrix.indptr)[first] == 0) & np.isinf(high) & (best < _NOISE_USD)
    best[is_free] = np.minimum(best[is_free], 0.0)
    constant_usd = whole.constant_usd + float(np.sum(moved * right))
    found = Program(Bounds(low, high, is_whole), matrix[:, first].tocsr(), sums, sums, best, constant_usd)
    of_row = np.full(num_rows, LEFT_OUT)
    of_row[kept] = row
    return Coarse(found, column[: v.num], of_row)


def _classes(matrix: csc_array, alone: np.ndarray, kind: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Class of each column, of those with equal entries and kind that are not `alone`; the first column of each.

    Columns are compared with the first of equal fingerprint; one that differs from it all the same stays alone, which
    is as sound.
    """
    num, own = np.diff(matrix.indptr), np.arange(len(kind))
    leader, many = own.copy(), np.flatnonzero(~alone)
    _, at, of = np.unique(_fingerprints(matrix, kind)[many], return_index=True, return_inverse=True)
    leader[many] = many[at][of]
    other = np.flatnonzero((leader < own) & (num == num[leader]) & (kind == kind[leader]))
    its, theirs = _entries(matrix, other), _entries(matrix, leader[other])
    differs = (matrix.indices[its] != matrix.indices[theirs]) | (matrix.data[its] != matrix.data[theirs])
    is_same = np.zeros(len(kind), bool)
    is_same[other] = np.bincount(np.repeat(np.arange(len(other)), num[other]), differs, len(other)) == 0
    leader = np.where(is_same, leader, own)
    first = np.unique(leader)
    return np.searchsorted(first, leader), first


def _entries(matrix: csc_array, columns: np.ndarray) -> np.ndarray:
    """Places of the entries of `columns`, one column after the other."""
    num = np.diff(matrix.indptr)[columns]
    base = np.repeat(matrix.indptr[columns] - np.concatenate([[0], np.cumsum(num)])[:-1], num)
    places: np.ndarray = base + np.arange(len(base))
    return places


def _fingerprints(matrix: csc_array, kind: np.ndarray) -> np.ndarray:
    """A number for the entries and the kind of each column: sums of mixed bits."""
    mixed = _mixed(matrix.indices.astype(np.uint64) * _ODD[0] + matrix.data.view(np.uint64) * _ODD[1])
    sums = np.concatenate([np.zeros(1, np.uint64), np.cumsum(mixed)])
    found: np.ndarray = _mixed(sums[matrix.indptr[1:]] - sums[matrix.indptr[:-1]] + kind.astype(np.uint64) * _ODD[2])
    return found


def _mixed(bits: np.ndarray) -> np.ndarray:
    """Bits spread over the whole word (the finaliser of Steele, Lea and Flood, 2014, SplitMix64)."""
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    found: np.ndarray = bits ^ (bits >> np.uint64(31))
    return found
