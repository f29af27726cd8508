"""A linear program that grows by blocks of columns and rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

Term = tuple["ArrayLike", "NDArray[np.int64]"]
"""Coefficients and the columns that they multiply, broadcast together."""


@dataclass
class Program:
    """Columns with bounds, some integer; rows with sides. Minimise the costs that the model puts on columns."""

    lower: list[NDArray[np.float64]] = field(default_factory=list)
    upper: list[NDArray[np.float64]] = field(default_factory=list)
    integer: list[NDArray[np.bool_]] = field(default_factory=list)
    entries: list[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]] = field(default_factory=list)
    sides: list[tuple[NDArray[np.float64], NDArray[np.float64]]] = field(default_factory=list)
    num_columns: int = 0
    num_rows: int = 0

    def columns(
        self, shape: tuple[int, ...], upper: ArrayLike = np.inf, lower: ArrayLike = 0.0, is_integer: bool = False
    ) -> NDArray[np.int64]:
        """New columns, numbered in an array of `shape`."""
        num = int(np.prod(shape))
        found = np.arange(self.num_columns, self.num_columns + num).reshape(shape)
        self.lower.append(np.broadcast_to(np.asarray(lower, float), shape).ravel())
        self.upper.append(np.broadcast_to(np.asarray(upper, float), shape).ravel())
        self.integer.append(np.full(num, is_integer))
        self.num_columns += num
        return found

    def rows(
        self, terms: Sequence[Term], lower: ArrayLike = -np.inf, upper: ArrayLike = np.inf
    ) -> NDArray[np.int64]:
        """New rows lower <= sum of terms <= upper, one for each place of the broadcast shape; their numbers."""
        shape = np.broadcast_shapes(*(np.broadcast_shapes(np.shape(c), v.shape) for c, v in terms),
                                    np.shape(lower), np.shape(upper))  # fmt: skip
        num = int(np.prod(shape))
        rows = np.arange(self.num_rows, self.num_rows + num)
        for coefficient, columns in terms:
            value = np.broadcast_to(np.asarray(coefficient, float), shape).ravel()
            column = np.broadcast_to(columns, shape).ravel()
            there = value != 0.0
            self.entries.append((rows[there], column[there], value[there]))
        self.sides.append((np.broadcast_to(np.asarray(lower, float), shape).ravel(),
                           np.broadcast_to(np.asarray(upper, float), shape).ravel()))  # fmt: skip
        self.num_rows += num
        return rows.reshape(shape)

    def bounds(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Lower and upper bounds of all columns."""
        return np.concatenate(self.lower), np.concatenate(self.upper)

    def limit(self, columns: NDArray[np.int64], lower: ArrayLike, upper: ArrayLike) -> None:
        """Sets the bounds of columns anew."""
        low, high = self.bounds()
        low[columns], high[columns] = lower, upper
        self.lower, self.upper = [low], [high]

    def matrix(self) -> csr_array:
        """The rows, (num_rows, num_columns)."""
        row, column, value = (np.concatenate(part) for part in zip(*self.entries, strict=True))
        found = csr_array((value, (row, column)), shape=(self.num_rows, self.num_columns))
        found.sum_duplicates()
        return found
