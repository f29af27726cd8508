"""Entries of a matrix by the ids of row and column, and what becomes of several for one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Entries:
    """Arrays of one length; entries for the same place add up in the matrix."""

    row: NDArray[np.int64]
    col: NDArray[np.int64]
    value: NDArray[np.float64]
    is_reference: NDArray[np.bool_]

    @classmethod
    def none(cls) -> Entries:
        """No entries."""
        return cls(np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0), np.empty(0, np.bool_))

    def keep(self, chosen: NDArray[Any]) -> Entries:
        """Some of the entries, by mask or place."""
        return Entries(self.row[chosen], self.col[chosen], self.value[chosen], self.is_reference[chosen])

    def summed(self) -> Entries:
        """One entry a place: the sum of all that were there."""
        _, first, place = np.unique(_places(self.row, self.col), return_index=True, return_inverse=True)
        marked = np.bincount(place, self.is_reference, len(first)) > 0
        value: NDArray[np.float64] = np.bincount(place, self.value, len(first)).astype(np.float64)
        return Entries(self.row[first], self.col[first], value, marked)

    def last(self) -> Entries:
        """One entry a place: the last that was there."""
        _, first = np.unique(_places(self.row, self.col)[::-1], return_index=True)
        return self.keep(len(self.row) - 1 - first)

    def and_then(self, later: Entries, *, adds: bool) -> Entries:
        """These, then `later`, which adds to what stands or takes its place."""
        first = self
        if not adds and len(self.row):
            place = _places(np.concatenate([self.row, later.row]), np.concatenate([self.col, later.col]))
            first = self.keep(~np.isin(place[: len(self.row)], place[len(self.row) :]))
        return Entries(
            np.concatenate([first.row, later.row]), np.concatenate([first.col, later.col]),
            np.concatenate([first.value, later.value]), np.concatenate([first.is_reference, later.is_reference]),
        )  # fmt: skip


def _places(row: NDArray[np.int64], col: NDArray[np.int64]) -> NDArray[np.int64]:
    """A number for each place, whatever the ids."""
    _, at = np.unique(row, return_inverse=True)
    columns, to = np.unique(col, return_inverse=True)
    return np.asarray(at * len(columns) + to, dtype=np.int64)
