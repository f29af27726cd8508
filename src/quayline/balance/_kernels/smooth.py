"""Evens out the loads of the models over the stations, in an assignment that stays feasible."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numba import njit

from quayline.balance._kernels.states import has

if TYPE_CHECKING:
    from quayline.balance._kernels.search import Line
    from quayline.balance._kernels.states import Array

OVERLOAD = 1000.0
"""A share of the takt that a model is over it weighs as much as this much of the sum of squares."""
LEAST_GAIN = 1e-9


@njit(cache=True)
def _cost(load: Array, share: Array) -> float:
    """What a station costs whose models load it so, in shares of the takt (V,)."""
    cost = 0.0
    for v in range(share.size):
        cost += share[v] * (load[v] * load[v] + OVERLOAD * max(0.0, load[v] - 1.0))
    return cost


@njit(cache=True)
def _may_be(line: Line, station: Array, room: Array, j: int, k: int, leaves: int) -> bool:
    """Whether task `j` may be at station `k` when task `leaves` (or none: -1) goes from there to where j is."""
    if not line.is_open[k, j]:
        return False
    for r in range(room.shape[1]):
        freed = line.time[r, leaves] if leaves >= 0 else 0
        if line.time[r, j] > room[k, r] + freed:
            return False
    for i in line.before[j]:
        if i < 0:
            break
        if station[i] > k or i == leaves:
            return False
    for i in line.after[j]:
        if i < 0:
            break
        if station[i] < k or i == leaves:
            return False
    meets = False
    for i in range(station.size):
        meets |= station[i] == k and i != leaves and has(line.conflict[j], i)
    return not meets


@njit(cache=True)
def _move(line: Line, work: Array, station: Array, room: Array, load: Array, j: int, k: int) -> None:
    for r in range(room.shape[1]):
        room[station[j], r] += line.time[r, j]
        room[k, r] -= line.time[r, j]
    load[station[j]] -= work[j]
    load[k] += work[j]
    station[j] = k


@njit(cache=True)
def _gain(share: Array, load: Array, a: int, b: int, shift: Array) -> float:
    """What it gains that station `b` gets `shift` (V,) of work from station `a`."""
    now = _cost(load[a], share) + _cost(load[b], share)
    return now - _cost(load[a] - shift, share) - _cost(load[b] + shift, share)


@njit(cache=True)
def _descend(line: Line, work: Array, share: Array, station: Array, room: Array, load: Array) -> None:
    """Moves single tasks and swaps pairs as long as that gains anything."""
    is_better = True
    while is_better:
        is_better = False
        for j in range(station.size):
            for k in range(load.shape[0]):
                if k == station[j] or _gain(share, load, station[j], k, work[j]) <= LEAST_GAIN:
                    continue
                if _may_be(line, station, room, j, k, -1):
                    _move(line, work, station, room, load, j, k)
                    is_better = True
            for i in range(j):
                a, b = station[j], station[i]
                if a == b or _gain(share, load, a, b, work[j] - work[i]) <= LEAST_GAIN:
                    continue
                if _may_be(line, station, room, j, b, i) and _may_be(line, station, room, i, a, j):
                    _move(line, work, station, room, load, j, b)
                    _move(line, work, station, room, load, i, a)
                    is_better = True


@njit(cache=True)
def smooth(line: Line, work: Array, share: Array, start: Array, draws: Array) -> Array:
    """The station of each task (n,), evened out from `start` (n,): the least cost that the descents found.

    `work` (n, V): shares of the takt by model, `share` (V,) of each model. `draws` (K, 2) in [0, 1): each says which
    task is moved, and to which station that may have it, before the next descent from the best so far.
    """
    num_stations = line.is_open.shape[0]
    best = start.copy()
    room = np.zeros((num_stations, line.cap.size), np.int64)
    load = np.zeros((num_stations, share.size))
    least = np.inf
    for d in range(-1, draws.shape[0]):
        station = best.copy()
        room[:] = line.cap
        load[:] = 0.0
        for j in range(station.size):
            load[station[j]] += work[j]
            for r in range(line.cap.size):
                room[station[j], r] -= line.time[r, j]
        if d >= 0:
            j, k = int(draws[d, 0] * station.size), int(draws[d, 1] * num_stations)
            if not _may_be(line, station, room, j, k, -1):
                continue
            _move(line, work, station, room, load, j, k)
        _descend(line, work, share, station, room, load)
        cost = 0.0
        for k in range(num_stations):
            cost += _cost(load[k], share)
        if cost < least - LEAST_GAIN:
            least = cost
            best = station
    return best
