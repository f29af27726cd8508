"""A line as the arrays that its kernels take."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from quayline.base.random import key
from quayline.flow._kernels_draws import GOLDEN
from quayline.flow.line import _kernels_draws as draws
from quayline.flow.line._kernels_draws import WIDTH, drawn
from quayline.flow.line._kernels_general import BY_OPERATION, BY_TIME, NOT_FAILING, Stations
from quayline.flow.line._kernels_wave import LAW, NUM_KEPT, NUM_SUMS, RUN, Waves
from quayline.flow.line.layout import layout_of
from quayline.flow.line.model import (
    Empirical,
    Exponential,
    Gamma,
    Geometric,
    LineStation,
    Lognormal,
    Triangular,
    Uniform,
    Weibull,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from quayline.flow.line.model import Law, LineFile

_BLOCK = 2048  # samples drawn at a time, so that they stay in the nearest caches
_SHORT = 8  # stations
LANES = 8
"""Replications side by side of a short line."""
SOURCE = "(arrivals)"
_IN_VECTORS = (draws.EXPONENTIAL, draws.LOGNORMAL)


def stations_of(line: LineFile) -> list[LineStation]:
    """The stations of `line`; arrivals are a station of their own in front, with endless places behind it."""
    if line.arrivals is None:
        return line.plain_stations
    return [LineStation.model_construct(id=SOURCE, work=line.arrivals, by_type=[], servers=1, buffer=None,
                                        transfer_s=0.0, failures=None), *line.plain_stations]  # fmt: skip


class Laws:
    """Lays laws of durations down as records, with a common table of their further figures."""

    def __init__(self) -> None:
        self.table: list[float] = []

    def records(self, stations: Sequence[LineStation]) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Work, time to failure and repair of each station."""
        fails = [s.failures for s in stations]
        work = np.array([self.record(s.work) for s in stations], LAW)
        up = np.array([self.record(f.up if f else None) for f in fails], LAW)
        return work, up, np.array([self.record(f.down if f else None) for f in fails], LAW)

    def record(self, law: Law | None) -> tuple[int, int, int, float, float, float]:
        """(kind, first, num, a, b, mean) as `_kernels_draws.sample` reads it."""
        first, a, b, kind = len(self.table), 0.0, 0.0, draws.CONSTANT
        mean = law.mean_s if law else 0.0
        match law:
            case None:
                pass
            case Exponential():
                kind = draws.EXPONENTIAL
            case Gamma():
                kind, a = draws.GAMMA, law.cv**-2
            case Lognormal():
                kind, a = draws.LOGNORMAL, math.sqrt(math.log1p(law.cv**2))
            case Weibull():
                kind, a, b = draws.WEIBULL, law.shape, 1.0 / math.gamma(1.0 + 1.0 / law.shape)
            case Triangular():
                kind, a = draws.TRIANGULAR, (law.mode_s - law.low_s) / (law.high_s - law.low_s)
                self.table += [law.low_s / mean, law.mode_s / mean, law.high_s / mean]
            case Uniform():
                kind, a, b = draws.UNIFORM, law.low_s / mean, law.high_s / mean
            case Geometric():
                p = law.success_share
                kind, a, b = draws.GEOMETRIC, (1.0 / math.log1p(-p) if p < 1 else 0.0), p
            case Empirical():
                kind = draws.EMPIRICAL
                self.table += [value / mean for value in law.values_s]
        return kind, first, len(self.table) - first, a, b, mean


def side_by_side(line: LineFile) -> int:
    """Replications that one kernel call takes: a line that is not short fills vectors alone."""
    return LANES if len(stations_of(line)) < _SHORT else 1


def keys_of(stations: Sequence[LineStation], what: str, seed: int, replications: range) -> NDArray[np.uint64]:
    """One stream a station and replication, station by station; it depends on the names alone."""
    names = [key(seed, "line", str(r), s.id, what) for s in stations for r in replications]
    return np.array(names, np.uint64)


def waves_of(line: LineFile, seed: int, replications: range) -> Waves:
    """All stations of `line`, at rest, for some replications side by side."""
    stations, lanes, turns = stations_of(line), len(replications), max(len(line.mix), 1)
    lay = layout_of(places_of(stations), lanes)
    mine, num, laws = [stations[i] for i in lay.order], len(stations) * lanes, Laws()
    work, up, down = laws.records(mine)
    others, table = np.flatnonzero(~np.isin(work["kind"], _IN_VECTORS)), np.array([*laws.table, 0.0])
    rows = -(-(_BLOCK // num + 1) // turns) * turns
    since = np.arange(rows)[:, None] - lay.late[None, :]
    fails = [s.failures is not None for s in mine]
    keys, up_keys, down_keys = (keys_of(mine, what, seed, replications) if what == "work" or any(fails) else
                                np.zeros(num, np.uint64) for what in ("work", "up", "down"))  # fmt: skip
    keyed, up_left = keys + np.repeat(since, lanes, axis=1).astype(np.uint64) * GOLDEN, np.full(num, np.inf)
    for c in np.flatnonzero(np.repeat(fails, lanes)):
        up_left[c] = drawn(up[c // lanes], table, up_keys[c], 0)
    step = min(lay.step, rows)
    ring = 1 << (step + max(int(lay.cells.back.max()), lay.lag)).bit_length()
    size, transfer_s = len(lay.cells.lag), np.array([0.0, *(s.transfer_s for s in stations)])[:-1]
    return Waves(
        lanes=lanes, width=lay.width, lag=lay.lag, is_one=lay.is_one, step=step, rows=rows, ring=ring, row=lay.row,
        last=int(np.argmax(lay.order)),
        side_stations=np.array([len(side.stations) for side in lay.sides]), groups=lay.groups,
        lags=lay.cells.lag.astype(np.uint64),
        ways=transfer_s[lay.cells.station], ahead=lay.cells.ahead.astype(np.uint64),
        back=lay.cells.back.astype(np.uint64), order=lay.order, late=lay.late, at=lay.at,
        laws=work, table=table, others=others, runs=_runs(work["kind"], lanes), keys=keys,
        keyed=_laid(keyed), mean=_laid(np.repeat(_means(line, mine, since), lanes, axis=1)),
        sigma=_laid(np.tile(np.repeat(work["a"], lanes), rows)),
        work=_laid(np.zeros(rows * num)), fails=any(fails), up=up, down=down, up_keys=up_keys,
        down_keys=down_keys, failures=np.zeros(num, np.int64), up_left=up_left,
        downs=np.zeros((2, num)), history=_laid(np.zeros(ring * lay.row + lanes)),
        sums=_laid(np.zeros(NUM_KEPT * size)), warm=np.zeros(NUM_KEPT * size),
    )  # fmt: skip


def _runs(kinds: NDArray[np.int64], lanes: int) -> NDArray[Any]:
    """Columns in a row of one kind that is drawn in vectors."""
    edges = np.flatnonzero(np.diff(kinds, prepend=-1, append=-1))
    runs = [(kinds[k], k * lanes, end * lanes) for k, end in pairwise(edges) if kinds[k] in _IN_VECTORS]
    return np.array(runs, RUN)


def places_of(stations: Sequence[LineStation]) -> NDArray[np.int64]:
    """Places behind each station, -1 for endless."""
    return np.array([-1 if s.buffer is None else s.buffer for s in stations], np.int64)


def _laid(numbers: NDArray[Any]) -> NDArray[Any]:
    """Flat, from the beginning of a line of the cache on, with room for the vector that the last number begins."""
    room = np.zeros(numbers.size + 2 * WIDTH, numbers.dtype)
    laid = room[-room.ctypes.data % 64 // 8 :][: numbers.size + WIDTH]
    laid[: numbers.size] = numbers.ravel()
    return laid


def needs_general(line: LineFile) -> bool:
    """Whether something asks for more than the recursion along waves: parallel servers, failures by the clock, parts
    that are not taken before they can be worked on."""
    fails_by_clock = any(s.failures and s.failures.by == "time" for s in line.plain_stations)
    return fails_by_clock or line.blocking == "before taking" or any(s.servers > 1 for s in line.plain_stations)


def general_stations(line: LineFile, seed: int, replication: int) -> Stations:
    """All stations of `line`, at rest, for one replication."""
    stations, laws, one = stations_of(line), Laws(), range(replication, replication + 1)
    num, fails = len(stations), [s.failures for s in stations]
    work, up, down = laws.records(stations)
    table = np.array([*laws.table, 0.0])
    up_keys, down_keys = keys_of(stations, "up", seed, one), keys_of(stations, "down", seed, one)
    servers = np.array([s.servers for s in stations], np.int64)
    first = np.cumsum(servers) - servers
    failing = np.array([NOT_FAILING if f is None else BY_TIME if f.by == "time" else BY_OPERATION for f in fails])
    up_left = np.full(int(servers.sum()), np.inf)
    down_from, down_to, num_downs = np.full(num, np.inf), np.full(num, np.inf), np.zeros(num, np.int64)
    for i in np.flatnonzero(failing == BY_OPERATION):
        for k in range(servers[i]):
            up_left[first[i] + k] = drawn(up[i], table, up_keys[i], k)
    for i in np.flatnonzero(failing == BY_TIME):
        down_from[i] = drawn(up[i], table, up_keys[i], 0)
        down_to[i] = down_from[i] + drawn(down[i], table, down_keys[i], 0)
    deepest = max((s.buffer or 0) + s.servers for s in stations) + int(servers.max())
    ring = 1 << (deepest + 2).bit_length()
    every = np.arange(max(len(line.mix), 1))[:, None] + np.zeros((1, num), np.int64)
    return Stations(
        servers, first, places_of(stations),
        np.array([0.0, *(s.transfer_s for s in stations)][:-1]), work, up, down, failing, table,
        _means(line, stations, every), keys_of(stations, "work", seed, one), up_keys, down_keys,
        np.zeros(num, np.int64),
        num_downs, down_from, down_to, np.zeros(len(up_left), np.int64), np.zeros(len(up_left)), np.zeros(len(up_left)),
        np.full(len(up_left), np.inf), up_left, np.zeros((num, ring)), np.zeros((num, ring)),
        np.zeros((NUM_SUMS, num)), np.zeros((NUM_SUMS, num)),
    )  # fmt: skip


def _means(line: LineFile, mine: Sequence[LineStation], since: NDArray[np.int64]) -> NDArray[np.float64]:
    """Mean work by wave of a block and station, by the type of the part that is there."""
    if not line.mix:
        return np.tile(np.array([s.work.mean_s for s in mine], np.float64), (len(since), 1))
    own = [{row.type: row.mean_s for row in s.by_type} for s in mine]
    by_turn = np.array([[own[k].get(t, s.work.mean_s) for k, s in enumerate(mine)] for t in line.mix], np.float64)
    return by_turn.reshape(len(line.mix), len(mine))[since % len(line.mix), np.arange(len(mine))]
