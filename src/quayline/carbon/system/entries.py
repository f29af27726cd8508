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
        (row, col), place = np.unique(np.stack([self.row, self.col]), axis=1, return_inverse=True)
        value, marked = np.zeros(len(row)), np.zeros(len(row), np.bool_)
        np.add.at(value, place, self.value)
        np.logical_or.at(marked, place, self.is_reference)
        return Entries(row, col, value, marked)

    def last(self) -> Entries:
        """One entry a place: the last that was there."""
        _, first = np.unique(np.stack([self.row, self.col])[:, ::-1], axis=1, return_index=True)
        return self.keep(np.sort(len(self.row) - 1 - first))

    def and_then(self, later: Entries, *, adds: bool) -> Entries:
        """These, then `later`, which adds to what stands or takes its place."""
        first = self
        if not adds and len(self.row):
            places = np.concatenate([np.stack([self.row, self.col]), np.stack([later.row, later.col])], axis=1)
            _, key = np.unique(places, axis=1, return_inverse=True)
            first = self.keep(~np.isin(key[: len(self.row)], key[len(self.row) :]))
        return Entries(
            np.concatenate([first.row, later.row]), np.concatenate([first.col, later.col]),
            np.concatenate([first.value, later.value]), np.concatenate([first.is_reference, later.is_reference]),
        )  # fmt: skip
