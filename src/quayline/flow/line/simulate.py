"""Replications of a line: throughput with its interval, lead time, and what each station did."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from quayline.flow.line import _kernels_general as general_kernel
from quayline.flow.line import _kernels_wave as wave_kernel
from quayline.flow.line._kernels_general import TAKING
from quayline.flow.line._kernels_wave import AFTER, BEFORE, BLOCKED, DOWN, LEFT, NUM_KEPT, NUM_SUMS, SOJOURN, STARVED
from quayline.flow.line.layout import NEVER
from quayline.flow.line.pack import SOURCE, general_stations, needs_general, side_by_side, stations_of, waves_of
from quayline.flow.line.result import ROUND, Replications, refuse_numbers, stride_of, until_narrow
from quayline.flow.statistics import mser_5

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from quayline.flow.line._kernels_wave import Waves
    from quayline.flow.line.model import LineFile, LineStation
    from quayline.flow.line.result import LineResult

    Floats = NDArray[np.float64]


def simulate_line(
    line: LineFile, parts: int = 20_000, warmup: int | None = None, replications: int = 16, seed: int = 1,
    half_width: float | None = None,
) -> LineResult:  # fmt: skip
    """Simulates `parts` parts in each of `replications`; the first `warmup` of them do not count.

    Without `warmup` it is found by MSER-5 on the mean of the replications. With `half_width` (relative) replications
    are added, sixteen at a time, until the 95 % interval of the throughput is that narrow, at most 1,024. One
    replication alone gets its interval from up to 40 batches of 100 parts or more. Same line and seed give the same
    bits on any number of threads. Raises ValueError for numbers that cannot be.
    """
    refuse_numbers(parts, warmup, replications, seed, half_width, 100)
    stride, lanes, found = stride_of(parts), side_by_side(line), warmup is None
    run = partial(_replicate, line, seed, parts, stride)
    if warmup is None:
        pilot = until_narrow(partial(run, 0), min(replications, ROUND), lanes, None)
        gaps = np.diff(pilot.departures_s.mean(axis=1), prepend=0.0)
        warmup = min(mser_5(gaps) * stride, parts - 100)
    names = [s.id for s in stations_of(line) if s.id != SOURCE]
    every = until_narrow(partial(run, warmup), replications, lanes, half_width)
    return every.result(seed, parts, warmup, found, stride, names)


def _replicate(line: LineFile, seed: int, parts: int, stride: int, warmup: int, replications: range) -> Replications:
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
    rates = counted / window[-1]
    return Replications(rates, lead_s, rates * lead_s, shares[:, begin:], series)


def departures(
    line: LineFile, seed: int, parts: int, stride: int, warmup: int, replications: range, traced: int
) -> tuple[Floats, Floats, Floats, tuple[Floats, Floats]]:
    """Runs the kernel that the line needs: sums and sums at the end of the warm-up, each (5, stations, replications),
    every stride-th departure (points, replications), and start and departure of the first `traced` parts (parts,
    stations, replications)."""
    lanes, num = len(replications), len(stations_of(line))
    blocking = {"after service": AFTER, "before service": BEFORE, "before taking": TAKING}[line.blocking]
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
    w = waves_of(line, seed, replications)
    wave_kernel.wave(w, blocking, parts, warmup, stride, series, leaves)
    _start(stations_of(line), blocking, leaves, starts)
    return _by_station(w, w.sums, w.downs[0]), _by_station(w, w.warm, w.downs[1]), series, (starts, leaves)


def _by_station(w: Waves, sums: Floats, downs: Floats) -> Floats:
    """(sums, stations, replications) of what stands by cell and by column."""
    found = np.zeros((NUM_SUMS, len(w.order), w.lanes))
    at = np.flatnonzero(w.lags < NEVER)
    by_column = np.insert(sums[: NUM_KEPT * w.lags.size].reshape(NUM_KEPT, -1)[:, at], DOWN, downs, axis=0)
    found[:, w.order] = by_column.reshape(NUM_SUMS, len(w.order), w.lanes)
    return found


def _start(stations: Sequence[LineStation], blocking: int, leaves: Floats, starts: Floats) -> None:
    """Starts of the first parts, which follow from their departures: both (parts, stations, replications)."""
    before = np.zeros_like(starts)
    before[1:] = leaves[:-1]
    for i, station in enumerate(stations):
        came = leaves[:, i - 1] + stations[i - 1].transfer_s if i else 0.0
        starts[:, i] = np.maximum(came, before[:, i])
        if blocking == BEFORE and station.buffer is not None and i + 1 < len(stations):
            late = starts[station.buffer + 1 :, i]
            np.maximum(late, leaves[: len(late), i + 1], out=late)
