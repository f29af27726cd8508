"""What replications say: means with their intervals, and how long a line takes to forget that it began empty."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import t as student

if TYPE_CHECKING:
    from numpy.typing import NDArray

NUM_BATCHES, LEAST_OF_BATCH = 40, 100


@dataclass(frozen=True)
class Estimate:
    """A mean and half the width of its 95 % interval; `num_values` independent values (replications or batches)."""

    mean: float
    half_width: float
    num_values: int

    @property
    def relative(self) -> float:
        """Half width over mean."""
        return self.half_width / abs(self.mean) if self.mean else math.inf

    @property
    def reach(self) -> tuple[float, float]:
        """The ends of the interval; of one value, which has none, the value."""
        half = self.half_width if math.isfinite(self.half_width) else 0.0
        return self.mean - half, self.mean + half

    @property
    def is_seen(self) -> bool:
        """Whether a difference is seen: 0 lies outside."""
        low, high = self.reach
        return low > 0.0 or high < 0.0


def estimate(values: NDArray[np.float64]) -> Estimate:
    """Mean and t interval of independent values, shape (n,); no interval (infinite) from one value."""
    num, mean = len(values), float(np.mean(values))
    if num < 2:
        return Estimate(mean, math.inf, num)
    half = float(student.ppf(0.975, num - 1)) * float(np.std(values, ddof=1)) / math.sqrt(num)
    return Estimate(mean, half, num)


def batch_rates(departures_s: NDArray[np.float64], stride: int) -> NDArray[np.float64]:
    """Throughput of batches of a long run, from its every `stride`-th departure, shape (n,): 40 of them, or as many as
    leave each 100 parts, since short ones depend on each other; fewer than two when there are none."""
    num = min(NUM_BATCHES, (len(departures_s) - 1) * stride // LEAST_OF_BATCH)
    edges = np.linspace(0, len(departures_s) - 1, num + 1).round().astype(np.int64)
    parts = np.diff(edges) * stride
    rates: NDArray[np.float64] = parts / np.diff(departures_s[edges])
    return rates


def mser_5(gaps_s: NDArray[np.float64]) -> int:
    """Gaps to leave out at the start of a series so that the standard error of the rest's mean is least.

    MSER-5: White, Cobb & Spratt (2000), "A comparison of five steady-state truncation heuristics for simulation",
    WSC; means of five are cut, the second half is never cut. Shape (n,), n >= 20; the answer is a multiple of 5.
    """
    means = gaps_s[: len(gaps_s) // 5 * 5].reshape(-1, 5).mean(axis=1)
    num = len(means)
    left = np.arange(num, 0, -1)
    tail = np.cumsum((means - means.mean())[::-1])[::-1]
    squares = np.cumsum(((means - means.mean()) ** 2)[::-1])[::-1]
    error = (squares - tail**2 / left) / left**2
    return 5 * int(np.argmin(error[: num // 2 + 1]))
