"""Totals under uncertain factors, their intervals, and how sure it is that one is lower than another."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Interval:
    """The middle `coverage_share` of the draws of one total, its median and mean, and the mean's standard error."""

    low: float
    median: float
    high: float
    mean: float
    standard_error: float
    coverage_share: float


@dataclass(frozen=True)
class LowerShare:
    """How often a total is below another in the same draw, with the Monte Carlo standard error of that share."""

    share: float
    standard_error: float
    num_draws: int


def totals(amounts: NDArray[np.float64], values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Σ over factors of amount × value, shape (num_items, num_draws).

    `amounts` (num_items, num_factors), `values` (num_draws, num_factors) as from `draws`. Factors that never change
    are summed once.
    """
    if amounts.shape[1] != values.shape[1]:
        raise ValueError(f"amounts have {amounts.shape[1]} factors, values {values.shape[1]}")
    varies = (values != values[0]).any(axis=0)
    static = amounts[:, ~varies] @ values[0, ~varies]
    summed: NDArray[np.float64] = amounts[:, varies] @ values[:, varies].T + static[:, None]
    return summed


def interval(drawn: NDArray[np.float64], coverage_share: float = 0.9) -> Interval:
    """The interval of one total from its draws (1-D, at least 2). Quantiles by linear interpolation."""
    if not 0 < coverage_share < 1:
        raise ValueError(f"coverage_share is {coverage_share}, expected between 0 and 1")
    tail = (1 - coverage_share) / 2
    low, median, high = np.quantile(drawn, [tail, 0.5, 1 - tail]).tolist()
    return Interval(low, median, high, float(drawn.mean()), float(drawn.std(ddof=1)) / sqrt(len(drawn)), coverage_share)


def lower_share(left: NDArray[np.float64], right: NDArray[np.float64]) -> LowerShare:
    """P(left < right), both drawn together: what they share moves neither.

    The standard error is that of a share with one success and one failure more, so that a share of 0 or 1 seen in few
    draws does not pass for certain.
    """
    if left.shape != right.shape or left.ndim != 1:
        raise ValueError(f"paired draws have the shapes {left.shape} and {right.shape}")
    num, lower = len(left), int(np.count_nonzero(left < right))
    smoothed = (lower + 1) / (num + 2)
    return LowerShare(lower / num, sqrt(smoothed * (1 - smoothed) / num), num)
