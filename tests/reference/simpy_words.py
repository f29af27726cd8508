"""Words of docs/flow.md for its SimPy twin: ticks, calendars, samples, learning."""

from __future__ import annotations

import bisect
import math
from typing import Any

import numpy as np
from scipy.special import ndtri

from quayline.base.random import key
from quayline.flow.line._kernels_draws import gamma

MASK = (1 << 64) - 1
STREAMS = ("work", "up", "down", "andon", "andon-time", "defect", "repair", "scrap")


def grid(time_s: float) -> float:
    """Rounded to the tick, half up."""
    return math.floor(time_s * 2**20 + 0.5) / 2**20


def counter(major: int, middle: int, minor: int) -> int:
    return (major << 24) | (middle << 8) | minor


class Draws:
    """Samples by stream and index."""

    def __init__(self, seed: int):
        self.keys = {name: key(seed, "flow", name) for name in STREAMS}

    def uniform(self, stream: str, *index: int) -> float:
        x = (self.keys[stream] + counter(*index) * 0x9E3779B97F4A7C15) & MASK
        x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
        x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
        x ^= x >> 31
        return ((x >> 12) + 0.5) * 2.0**-52

    def sample(self, spread: Any, mean_s: float, stream: str, *index: int) -> float:
        return grid(mean_s * self._factor(spread, stream, index))

    def _factor(self, spread: Any, stream: str, index: tuple[int, ...]) -> float:
        if spread.kind == "constant":
            return 1.0
        if spread.kind == "gamma":
            shape = spread.cv**-2
            return float(gamma(shape, np.uint64(self.keys[stream]), np.uint64(counter(*index)))) / shape
        u = self.uniform(stream, *index)
        if spread.kind == "exponential":
            return -math.log(u)
        if spread.kind == "lognormal":
            sigma = math.sqrt(math.log1p(spread.cv**2))
            return math.exp(sigma * (float(ndtri(u)) - 0.5 * sigma))
        if spread.kind == "weibull":
            return (-math.log(u)) ** (1 / spread.values[0]) / math.gamma(1 + 1 / spread.values[0])
        if spread.kind == "uniform":
            low, high = spread.values
            return low + u * (high - low)
        if spread.kind == "triangular":
            low, mode, high = spread.values
            if u <= (mode - low) / (high - low):
                return low + math.sqrt(u * (high - low) * (mode - low))
            return high - math.sqrt((1 - u) * (high - low) * (high - mode))
        return spread.values[math.floor(u * len(spread.values))]


class Calendar:
    """Working intervals; `is_closed`: the end of an interval belongs to it."""

    def __init__(self, intervals: Any, end_s: float, is_closed: bool):
        rows = [(grid(a), grid(min(b, end_s))) for a, b in intervals if a < end_s]
        self.starts, self.ends, self.is_closed = [r[0] for r in rows], [r[1] for r in rows], is_closed
        self.before = [0.0]
        for start, end in rows:
            self.before.append(self.before[-1] + (end - start))

    def worked(self, time_s: float) -> float:
        """Working time before a moment."""
        k = bisect.bisect_left(self.ends, time_s)
        return self.before[k] + (max(0.0, time_s - self.starts[k]) if k < len(self.starts) else 0.0)

    def next(self, time_s: float) -> float:
        """The first working moment from `time_s` on."""
        k = (bisect.bisect_left if self.is_closed else bisect.bisect_right)(self.ends, time_s)
        return max(time_s, self.starts[k]) if k < len(self.starts) else math.inf

    def after(self, time_s: float, work_s: float) -> float:
        """When working time of `work_s` from `time_s` on has passed; work stands outside working time."""
        return self.moment(self.worked(time_s) + work_s) if work_s else time_s

    def moment(self, worked_s: float) -> float:
        """The first moment at which the working time is `worked_s`."""
        k = max(bisect.bisect_left(self.before, worked_s) - 1, 0)
        return self.starts[k] + (worked_s - self.before[k]) if k < len(self.starts) else math.inf


def factor(learning: Any, count: int) -> float:
    """The factor on the times of the `count`-th car."""
    if learning.kind == "power":
        b = -math.log(learning.first) / math.log(learning.mature)
        return max(1.0, learning.first * count**b)
    if learning.kind == "exponential":
        return 1.0 + (learning.first - 1.0) * math.exp(-(count - 1) / learning.mature)
    return [row[1] for row in learning.rows if row[0] <= count][-1]


def learns(learning: Any, car_type: int) -> bool:
    return learning is not None and (learning.types is None or car_type in learning.types)
