"""Replications of a line: throughput with its interval, lead time, and what each station did."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from quayline.flow.line import _kernels_general as general_kernel
from quayline.flow.line import _kernels_narrow as narrow_kernel
from quayline.flow.line import _kernels_wave as wave_kernel
from quayline.flow.line._kernels_narrow import LANES
from quayline.flow.line._kernels_wave import AFTER, BEFORE, BLOCKED, DOWN, LEFT, SOJOURN, STARVED
from quayline.flow.line.pack import (
    SOURCE,
    general_stations,
    is_narrow,
    needs_general,
    one_side,
    side_by_side,
    sides,
    stations_of,
)
from quayline.flow.statistics import NUM_BATCHES, Estimate, batch_rates, estimate, mser_5

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from quayline.flow.line.model import LineFile

    Floats = NDArray[np.float64]

_MOST_POINTS = 20_000


@dataclass(frozen=True)
class StationShares:
    """What a station did with its time (shares of servers x time, mean of the replications), and its queue."""

    id: str
    working: float
    down: float
    blocked: float
    starved: float
    queue: float


@dataclass(frozen=True, eq=False)
class LineResult:
    """What a simulated line gives: parts a second, seconds in the line, parts in the line.

    rates: (replications,) throughput of each. departures_s: (points, replications), every `stride`-th departure.
    """

    line: LineFile
    seed: int
    parts: int
    warmup: int
    is_warmup_found: bool
    throughput: Estimate
    lead_s: Estimate
    wip: float
    stations: tuple[StationShares, ...]
    rates: Floats
    departures_s: Floats
    stride: int

    @property
    def bottleneck(self) -> str:
        """The station that is least blocked and starved together (Kuo, Lim & Meerkov, 1996)."""
        return min(self.stations, key=lambda s: s.blocked + s.starved).id


def simulate_line(
    line: LineFile, parts: int = 20_000, warmup: int | None = None, replications: int = 16, seed: int = 1,
    half_width: float | None = None,
) -> LineResult:  # fmt: skip
    """Simulates `parts` parts in each of `replications`; the first `warmup` of them do not count.

    Without `warmup` it is found by MSER-5 on the mean of the replications. With `half_width` (relative) replications
    are added, sixteen at a time, until the 95 % interval of the throughput is that narrow, at most 1,024. One
    replication alone gets its interval from 40 batches. Same line and seed give the same bits on any number of threads.
    Raises ValueError for numbers that cannot be.
    """
    if replications < 1 or parts < 200:
        raise ValueError(f"{replications} replications of {parts} parts, expected at least 1 of 200")
    if warmup is not None and not 0 <= warmup <= parts - 100:
        raise ValueError(f"a warm-up of {warmup} parts leaves less than 100 of {parts}")
    if half_width is not None and not 0 < half_width < 1:
        raise ValueError(f"half_width is {half_width}, expected a share of the throughput between 0 and 1")
    stride = max(parts // _MOST_POINTS, 1)
    run = partial(_replicate, line, seed, parts, stride)
    found = warmup is None
    if warmup is None:
        pilot = _all(run, side_by_side(line), 0, range(min(replications, LANES)))
        gaps = np.diff(pilot.departures_s.mean(axis=1), prepend=0.0)
        warmup = min(mser_5(gaps) * stride, parts - 100)
    batches = [_all(run, side_by_side(line), warmup, range(replications))]
    while half_width is not None and estimate(_joined(batches).rates).relative > half_width:
        done = sum(len(b.rates) for b in batches)
        if done >= 1024:
            break
        batches.append(_all(run, side_by_side(line), warmup, range(done, done + LANES)))
    return _result(line, seed, parts, warmup, found, stride, _joined(batches))


@dataclass(frozen=True, eq=False)
class _Raw:
    """rates, lead_s: (replications,); shares: (5, stations, replications); departures_s: (points, replications)."""

    rates: Floats
    lead_s: Floats
    shares: Floats
    departures_s: Floats


def _all(run: Callable[[int, range], _Raw], lanes: int, warmup: int, replications: range) -> _Raw:
    """Chunks of `lanes` replications on all cores, put together in their order."""
    chunks = [range(k, min(k + lanes, replications.stop)) for k in range(replications.start, replications.stop, lanes)]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return _joined(list(pool.map(partial(run, warmup), chunks)))


def _joined(parts: list[_Raw]) -> _Raw:
    return _Raw(*(np.concatenate([getattr(p, name) for p in parts], axis=-1)
                  for name in ("rates", "lead_s", "shares", "departures_s")))  # fmt: skip


def _replicate(line: LineFile, seed: int, parts: int, stride: int, warmup: int, replications: range) -> _Raw:
    sums, warm, series, _ = departures(line, seed, parts, stride, max(warmup, 1), replications, 0)
    counted = parts - max(warmup, 1)
    window = sums[LEFT] - warm[LEFT]
    spent = sums - warm
    servers = np.array([s.servers for s in stations_of(line)], np.float64)[:, None]
    starved, blocked, down = spent[STARVED], spent[BLOCKED], spent[DOWN]
    working = servers * window - starved - blocked - down
    at_work = working + blocked + down
    waiting = np.maximum(spent[SOJOURN] - at_work, 0.0)
    begin = 1 if line.arrivals else 0
    if not begin:
        waiting[0] = 0.0  # the endless supply in front is no queue
    transfer_s = sum(s.transfer_s for s in line.plain_stations[:-1])
    lead_s = (at_work + waiting)[begin:].sum(axis=0) / counted + transfer_s
    whole = servers * window
    shares = np.array([working / whole, down / whole, blocked / whole, starved / whole, waiting / window])
    return _Raw(counted / window[-1], lead_s, shares[:, begin:], series)


def departures(
    line: LineFile, seed: int, parts: int, stride: int, warmup: int, replications: range, traced: int
) -> tuple[Floats, Floats, Floats, tuple[Floats, Floats]]:
    """Runs the kernel that the line needs: sums and sums at the end of the warm-up, each (5, stations, replications),
    every stride-th departure (points, replications), and start and departure of the first `traced` parts (parts,
    stations, replications)."""
    lanes, num = len(replications), len(stations_of(line))
    blocking = AFTER if line.blocking == "after service" else BEFORE
    series, starts = np.zeros((parts // stride, lanes)), np.zeros((traced, num, lanes))
    leaves = np.zeros_like(starts)
    if needs_general(line):
        sums, warm = np.zeros((5, num, lanes)), np.zeros((5, num, lanes))
        for lane, replication in enumerate(replications):
            one = general_stations(line, seed, replication)
            general_kernel.general(
                one, blocking, parts, warmup, stride, series[:, lane], starts[:, :, lane], leaves[:, :, lane]
            )
            sums[:, :, lane], warm[:, :, lane] = one.sums, one.warm
        return sums, warm, series, (starts, leaves)
    if is_narrow(line, lanes):
        side, state = one_side(line, seed, replications), np.zeros((num + 1) * narrow_kernel.ROW)
        narrow_kernel.narrow(side, state, lanes, blocking, parts, warmup, stride, series, starts, leaves)
        return side.sums.reshape(5, num, lanes), side.warm.reshape(5, num, lanes), series, (starts, leaves)
    even, odd = sides(line, seed, replications)
    wave_kernel.wave(even, odd, lanes, blocking, parts, warmup, stride, series, starts, leaves)
    return _woven(even.sums, odd.sums, lanes), _woven(even.warm, odd.warm, lanes), series, (starts, leaves)


def _woven(even: Floats, odd: Floats, lanes: int) -> Floats:
    """(sums, stations, lanes) of two sides."""
    both = np.empty((len(even), (even.shape[1] + odd.shape[1]) // lanes, lanes))
    both[:, 0::2], both[:, 1::2] = even.reshape(len(even), -1, lanes), odd.reshape(len(odd), -1, lanes)
    return both


def _result(line: LineFile, seed: int, parts: int, warmup: int, is_found: bool, stride: int, raw: _Raw) -> LineResult:
    throughput, lead_s, shares = estimate(raw.rates), estimate(raw.lead_s), raw.shares.mean(axis=2)
    late = raw.departures_s[warmup // stride :, 0]
    if len(raw.rates) == 1 and len(late) > NUM_BATCHES:
        batches = estimate(batch_rates(late, stride))
        throughput = Estimate(throughput.mean, batches.half_width, batches.num_values)
    names = [s.id for s in stations_of(line) if s.id != SOURCE]
    return LineResult(
        line, seed, parts, warmup, is_found, throughput, lead_s, throughput.mean * lead_s.mean,
        tuple(StationShares(name, *map(float, shares[:, k])) for k, name in enumerate(names)),
        raw.rates, raw.departures_s, stride,
    )  # fmt: skip
