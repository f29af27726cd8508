"""Figures of cars gathered as they leave, in memory that does not grow with their number."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from quayline.flow.ticks import MAX_TIME_S, TICKS_PER_S

if TYPE_CHECKING:
    from quayline.flow.network import Floats, Ints
    from quayline.flow.slots import Passed

_SPARE_BITS = 42  # of the 52 of a mantissa: the other ten part every octave in 1,024


class Histogram:
    """Durations counted by their leading bits: each is known to within one part in 2,048 (0.05 %).

    The buckets are those of HdrHistogram (Tene 2012): equal steps within each power of two, from the tick to 2**32 s.
    """

    def __init__(self) -> None:
        self._first = int(self._bits(np.array([1.0 / TICKS_PER_S]))[0]) - 1
        self._counts = np.zeros(int(self._bits(np.array([MAX_TIME_S]))[0]) - self._first + 1, np.int64)
        self.num = 0
        self.total_s = 0.0

    @staticmethod
    def _bits(time_s: Floats) -> Ints:
        return np.ascontiguousarray(time_s, np.float64).view(np.int64) >> _SPARE_BITS

    def add(self, time_s: Floats) -> None:
        """Count durations on the grid, shape (n,); raises ValueError for one below 0 s or above 2**32 s."""
        if len(time_s) and not (time_s.min() >= 0 and time_s.max() <= MAX_TIME_S):
            raise ValueError(f"durations of {time_s.min()} to {time_s.max()} s, expected 0 to 2**32 s")
        buckets = np.maximum(self._bits(time_s) - self._first, 0)
        self._counts += np.bincount(buckets, minlength=len(self._counts))
        self.num += len(time_s)
        self.total_s += float(time_s.sum())

    @property
    def mean_s(self) -> float:
        """The mean, from the durations themselves; NaN without one."""
        return self.total_s / self.num if self.num else math.nan

    def quantile_s(self, share: float) -> float:
        """The shortest duration that `share` of all do not exceed: the middle of its bucket; NaN without one."""
        if not self.num:
            return math.nan
        wanted = max(1, math.ceil(share * self.num))
        bucket = int(np.searchsorted(np.cumsum(self._counts), wanted))
        if bucket == 0:
            return 0.0
        edges = (np.array([0, 1], np.int64) + bucket + self._first) << _SPARE_BITS
        return float(edges.view(np.float64).mean())


class Tally:
    """What became of cars: to be handed to `stream_network`, or fed with the cars of an outcome.

    edges_s (E,): spans of time (hours, shifts) by which cars into and out of the plant are counted; `end_s`: when the
    simulation ends. `lead`: from release to off the line; `through`: from the first entry to off the line. `num_good`
    cars came off the line without a visit to bays. `inside_s`: car-seconds in the plant.
    """

    def __init__(self, last_column: int, edges_s: Floats, end_s: float):
        self._last, self._edges_s, self._end_s = last_column, edges_s, end_s
        self.lead, self.through = Histogram(), Histogram()
        self.num_entered = self.num_built = self.num_good = self.num_scrapped = 0
        self.inside_s = 0.0
        self.cars_in, self.cars_out, self.scrapped = (np.zeros(len(edges_s) - 1, np.int64) for _ in range(3))

    def __call__(self, cars: Passed) -> None:
        """Count some cars, each once."""
        enter_s, left_s = cars.enter_s[:, 0], cars.leave_s[:, self._last]
        built, entered = np.isfinite(left_s), np.isfinite(enter_s)
        self.lead.add(left_s[built] - cars.release_s[built])
        self.through.add(left_s[built] - enter_s[built])
        self.num_entered += int(entered.sum())
        self.num_built += int(built.sum())
        self.num_good += int((cars.num_repairs[built] == 0).sum())
        self.num_scrapped += int(np.isfinite(cars.scrapped_s).sum())
        gone_s = np.minimum(np.minimum(left_s, cars.scrapped_s), self._end_s)
        self.inside_s += float((gone_s - np.minimum(enter_s, self._end_s)).sum())
        self.cars_in += self._by_span(enter_s)
        self.cars_out += self._by_span(left_s)
        self.scrapped += self._by_span(cars.scrapped_s)

    def _by_span(self, time_s: Floats) -> Ints:
        inside = time_s[(time_s >= self._edges_s[0]) & (time_s < self._edges_s[-1])]
        span = np.searchsorted(self._edges_s, inside, side="right") - 1
        return np.bincount(span, minlength=len(self._edges_s) - 1)

    @property
    def wip_cars(self) -> Ints:
        """Work in progress: cars in the plant at the end of each span, of those that came in after the first edge."""
        return np.cumsum(self.cars_in - self.cars_out - self.scrapped)

    def jph(self, worked_s: Floats) -> Floats:
        """Jobs an hour: cars off the line in each span over its working time (E - 1,); NaN where there is none."""
        hours = worked_s / 3600.0
        found: Floats = np.divide(self.cars_out, hours, out=np.full(len(hours), np.nan), where=hours > 0)
        return found
