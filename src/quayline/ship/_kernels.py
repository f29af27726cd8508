"""Compiled replay of trucks and sailings at one port of loading. Times are whole milliseconds: equal ones are equal."""

from __future__ import annotations

import numpy as np
from numba import njit

DAY_MS = 86_400_000
NEVER = np.iinfo(np.int64).max
SPACE_TOLERANCE = 1e-9  # sums of space such as 1.15 CEU are not exact


@njit(cache=True)
def sail(
    v, num_sources, booked, cars, space, depart, capacity, unit, stop_from, stop_lane, stop_cutoff, stop_row,
    head, tail, follower, ready, sailing, rolled, left_behind,
):  # fmt: skip
    """Voyage `v` takes the loads of its lanes that wait, first come first served; returns how many cars go.

    A load goes on board when it is ready at its lane's cut-off and booked on this departure or one before. The first
    one that finds no space ends the loading: nobody behind it overtakes, on whichever lane of the ship.
    """
    first, num_queues = stop_from[v], (stop_from[v + 1] - stop_from[v]) * num_sources
    at, before = np.empty(num_queues, np.int64), np.full(num_queues, -1, np.int64)
    for q in range(num_queues):
        at[q] = head[stop_lane[first + q // num_sources] * num_sources + q % num_sources]
    used, is_full, gone = 0.0, False, 0
    while True:
        q = -1
        for other in range(num_queues):
            load = at[other]
            is_in_time = load >= 0 and ready[load] <= stop_cutoff[first + other // num_sources]
            if is_in_time and (q < 0 or ready[load] < ready[at[q]]):
                q = other
        if q < 0:
            return gone
        load, stop = at[q], first + q // num_sources
        behind = follower[load]
        if booked[load] > depart[v]:
            before[q] = load
        elif not is_full and used + space[unit[v], load] <= capacity[v] + SPACE_TOLERANCE:
            used += space[unit[v], load]
            gone += cars[load]
            sailing[load] = stop_row[stop]
            queue = stop_lane[stop] * num_sources + q % num_sources
            if before[q] >= 0:
                follower[before[q]] = behind
            else:
                head[queue] = behind
            if behind < 0:
                tail[queue] = before[q]
        else:
            is_full = True
            left_behind[stop_row[stop]] += cars[load]
            rolled[load] += 1
            before[q] = load
        at[q] = behind


@njit(cache=True)
def replay(
    source_from, truck_ms, per_day, gate_ms, places, lane, called, booked, cars, space,
    depart, capacity, unit, stop_from, stop_lane, stop_cutoff, stop_row, head, tail, follower,
    left_at, ready, sailing, rolled, left_behind,
):  # fmt: skip
    """Trucks the loads of each source in the order given, and lets voyages sail as their time comes.

    Loads `source_from[k]` to `source_from[k + 1]` come from source `k`, a plant, in the order in which they may leave
    it (`called`). At most `per_day[k]` cars leave it in a calendar day, and none while the port, with the cars on the
    road to it, has no place. Voyages ascend by `depart`; stops `stop_from[v]` to `stop_from[v + 1]` are its lanes.
    Writes: `left_at` when a load leaves its plant (-1: never), `ready` at the port (-1: never), `sailing`, `rolled`,
    `left_behind`. `head`, `tail` (by lane and source) and `follower` (by load) come as -1: the queues at the port.
    """
    num_sources = truck_ms.size
    upto, now = source_from[:-1].copy(), np.zeros(num_sources, np.int64)
    day, in_day = np.full(num_sources, -1, np.int64), np.zeros(num_sources, np.int64)
    v, clock, there = 0, 0, 0
    while True:
        source, moment = -1, NEVER
        for k in range(num_sources):
            if upto[k] < source_from[k + 1]:
                load = upto[k]
                leaves = max(called[load], now[k], clock)
                if leaves // DAY_MS == day[k] and in_day[k] + cars[load] > per_day[k]:
                    leaves = (day[k] + 1) * DAY_MS
                if leaves < moment:
                    source, moment = k, leaves
        if source < 0:
            break
        load = upto[source]
        is_full = there + cars[load] > places
        if v < depart.size and (depart[v] <= moment or is_full):
            clock = max(clock, depart[v])
            there -= sail(
                v, num_sources, booked, cars, space, depart, capacity, unit, stop_from, stop_lane, stop_cutoff,
                stop_row, head, tail, follower, ready, sailing, rolled, left_behind,
            )  # fmt: skip
            v += 1
            continue
        if is_full:
            break
        if moment // DAY_MS != day[source]:
            day[source], in_day[source] = moment // DAY_MS, 0
        in_day[source] += cars[load]
        now[source] = moment
        there += cars[load]
        upto[source] += 1
        left_at[load] = moment
        ready[load] = moment + truck_ms[source] + gate_ms
        queue = lane[load] * num_sources + source
        if tail[queue] >= 0:
            follower[tail[queue]] = load
        else:
            head[queue] = load
        tail[queue] = load
    for later in range(v, depart.size):
        sail(
            later, num_sources, booked, cars, space, depart, capacity, unit, stop_from, stop_lane, stop_cutoff,
            stop_row, head, tail, follower, ready, sailing, rolled, left_behind,
        )  # fmt: skip
