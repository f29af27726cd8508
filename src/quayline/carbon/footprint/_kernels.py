"""Amounts times factors, summed by stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

if TYPE_CHECKING:
    from numpy.typing import NDArray


@njit(cache=True)
def by_stage(
    starts: NDArray[np.int64], column: NDArray[np.int32], amount: NDArray[np.float64], value: NDArray[np.float64],
    stage: NDArray[np.int64], num_stages: int,
) -> NDArray[np.float64]:  # fmt: skip
    """Σ amount × value of each row by the stage of its columns, shape (num_rows, num_stages).

    Row i has the entries `starts[i]` to `starts[i + 1]` of `column` and `amount`; `value` and `stage` are by column.
    """
    num_rows = len(starts) - 1
    sums = np.zeros((num_rows, num_stages))
    for i in range(num_rows):
        for k in range(starts[i], starts[i + 1]):
            sums[i, stage[column[k]]] += amount[k] * value[column[k]]
    return sums
