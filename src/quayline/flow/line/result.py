"""What a simulated line gives, whichever engine simulated it."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from quayline.flow.statistics import batch_rates, estimate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from quayline.flow.statistics import Estimate

    Floats = NDArray[np.float64]

ROUND = 16
"""Replications that are added at a time while an interval is too wide."""
MOST_REPLICATIONS = 1024
_MOST_POINTS = 20_000


@dataclass(frozen=True)
class StationShares:
    """What a station did with its time (shares of servers x time, mean of the replications), and its queue: mean parts
    in the places before it; before the first one those that have arrived, but no endless supply."""

    id: str
    working: float
    down: float
    blocked: float
    starved: float
    queue: float


@dataclass(frozen=True)
class BayQueue:
    """Parts that wait before the repair bays of a gate: mean, and most at once in any replication."""

    id: str
    waiting: float
    most: int


@dataclass(frozen=True)
class CrewLoad:
    """How busy the people of a crew are (a share of their time), and the mean number of failures that wait for them."""

    id: str
    busy: float
    waiting: float


@dataclass(frozen=True, eq=False)
class LineResult:
    """Parts a second, seconds in the line, parts in the line; without the first `warmup` parts.

    scrapped: share of all parts that are gone; bays and crews: of lines that have some, means of the replications.
    rates: (replications,) throughput of each. departures_s: (points, replications), every `stride`-th departure.
    """

    seed: int
    parts: int
    warmup: int
    is_warmup_found: bool
    throughput: Estimate
    lead_s: Estimate
    wip: float
    stations: tuple[StationShares, ...]
    scrapped: float
    bays: tuple[BayQueue, ...]
    crews: tuple[CrewLoad, ...]
    rates: Floats = field(repr=False)
    departures_s: Floats = field(repr=False)
    stride: int = field(repr=False)

    @property
    def bottleneck(self) -> str:
        """The station that is least blocked and starved together (Kuo, Lim & Meerkov, 1996)."""
        return min(self.stations, key=lambda s: s.blocked + s.starved).id


@dataclass(frozen=True, eq=False)
class Replications:
    """R of them: rates, lead_s, wip: (R,); shares: (5, stations, R), as `StationShares`; departures_s: (points, R)."""

    rates: Floats
    lead_s: Floats
    wip: Floats
    shares: Floats
    departures_s: Floats

    def result(
        self, seed: int, parts: int, warmup: int, is_warmup_found: bool, stride: int, names: Sequence[str]
    ) -> LineResult:  # fmt: skip
        """Means with their intervals: over replications, or over batches of the only one."""
        rate, lead_s, shares = estimate(self.rates), estimate(self.lead_s), self.shares.mean(axis=2)
        late_s = self.departures_s[warmup // stride :, 0]
        if len(self.rates) == 1 and len(batches := batch_rates(late_s, stride)) > 1:
            rate = replace(estimate(batches), mean=rate.mean)
        return LineResult(
            seed, parts, warmup, is_warmup_found, rate, lead_s, float(self.wip.mean()),
            tuple(StationShares(name, *map(float, shares[:, k])) for k, name in enumerate(names)), 0.0, (), (),
            self.rates, self.departures_s, stride,
        )  # fmt: skip


def joined(some: Sequence[Replications]) -> Replications:
    """Replications one after the other; departures as far as all have them."""
    points = min(len(one.departures_s) for one in some)
    return Replications(
        np.concatenate([one.rates for one in some]),
        np.concatenate([one.lead_s for one in some]),
        np.concatenate([one.wip for one in some]),
        np.concatenate([one.shares for one in some], axis=-1),
        np.concatenate([one.departures_s[:points] for one in some], axis=-1),
    )


def until_narrow(
    some: Callable[[range], Replications], num: int, lanes: int, half_width: float | None
) -> Replications:  # fmt: skip
    """`num` replications, `lanes` in each call of `some`, on all cores, put together in their order.

    With `half_width` sixteen are added at a time until the 95 % interval of the rate is that share of it, at most
    1,024 in all.
    """

    def run(first: int, end: int) -> list[Replications]:
        chunks = [range(k, min(k + lanes, end)) for k in range(first, end, lanes)]
        return list(pool.map(some, chunks))

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = run(0, num)
        while half_width is not None and num < MOST_REPLICATIONS:
            if estimate(joined(found).rates).relative <= half_width:
                break
            first, num = num, min(num + ROUND, MOST_REPLICATIONS)
            found += run(first, num)
    return joined(found)


def stride_of(parts: int) -> int:
    """Which departures are kept: every one, or as few as make 20,000 to 40,000."""
    return max(parts // _MOST_POINTS, 1)


def refuse_numbers(
    parts: int, warmup: int | None, replications: int, seed: int, half_width: float | None, least: int
) -> None:  # fmt: skip
    """Raise ValueError for numbers that cannot be; at least `least` parts must be left after the warm-up."""
    numbers = {"parts": parts, "replications": replications, "seed": seed, "warmup": 0 if warmup is None else warmup}
    for name, number in numbers.items():
        if not isinstance(number, int | np.integer) or number < 0:
            raise ValueError(f"{name} is {number!r}, expected a whole number from 0 on")
    if replications < 1 or parts < 2 * least:
        raise ValueError(f"{replications} replications of {parts} parts, expected at least 1 of {2 * least}")
    if warmup is not None and not 0 <= warmup <= parts - least:
        raise ValueError(f"a warm-up of {warmup} parts leaves less than {least} of {parts}")
    if half_width is not None and not 0 < half_width < 1:
        raise ValueError(f"half_width is {half_width}, expected a share of the throughput between 0 and 1")
