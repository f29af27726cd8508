"""A serial line with parallel servers and failures by the clock: departures in order, station by station.

Station i makes its n-th departure when the first of the parts on its c servers is finished and has a place; the freed
server takes the next part. What that asks of the neighbours is known if station i stands c_i departures behind station
i - 1 and each sweep goes against the flow, so nothing is searched and no event list is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from quayline.flow.line._kernels_draws import divides, drawn, sample
from quayline.flow.line._kernels_wave import AFTER, BEFORE, BLOCKED, DOWN, LEFT, SOJOURN, STARVED

if TYPE_CHECKING:
    from numpy.typing import NDArray

NOT_FAILING, BY_OPERATION, BY_TIME = 0, 1, 2
TAKING = 2
"""Blocking beside `AFTER` and `BEFORE`: a part stays in the places before a station until it can be worked on there."""


class Stations(NamedTuple):
    """All S stations of one replication; places -1: endless. Servers of station i stand from first_server[i] on.

    part, came, start, finish, up_left: by server. down_from, down_to, num_downs: the clock's failure that is next.
    history, begun: (S, ring) departures and starts by number. mean: (turns, S) mean work by type of part in the order
    of arrival.
    """

    servers: NDArray[np.int64]
    first_server: NDArray[np.int64]
    places: NDArray[np.int64]
    ways: NDArray[np.float64]
    laws: NDArray[Any]
    up: NDArray[Any]
    down: NDArray[Any]
    failing: NDArray[np.int64]
    table: NDArray[np.float64]
    mean: NDArray[np.float64]
    keys: NDArray[np.uint64]
    up_keys: NDArray[np.uint64]
    down_keys: NDArray[np.uint64]
    freed: NDArray[np.int64]
    num_downs: NDArray[np.int64]
    down_from: NDArray[np.float64]
    down_to: NDArray[np.float64]
    part: NDArray[np.int64]
    came: NDArray[np.float64]
    start: NDArray[np.float64]
    finish: NDArray[np.float64]
    up_left: NDArray[np.float64]
    history: NDArray[np.float64]
    begun: NDArray[np.float64]
    sums: NDArray[np.float64]
    warm: NDArray[np.float64]


@divides
def general(s, blocking, num_parts, warm_parts, stride, series, starts, leaves):
    """Simulates num_parts departures from every station; the other arguments are those of `wave`, without lanes."""
    num = s.servers.size
    behind = np.int64(0)
    for i in range(1, num):
        behind += s.servers[i]
    for t in range(num_parts + behind):
        late = behind
        for i in range(num - 1, -1, -1):
            n = t - late
            if 0 <= n < num_parts:
                _depart(s, i, n, blocking, num_parts, starts, leaves)
                if n + 1 == warm_parts:
                    _keep(s, s.warm, i, n)
                if n + 1 == num_parts:
                    _keep(s, s.sums, i, n)
                if i == num - 1 and (n + 1) % stride == 0:
                    series[(n + 1) // stride - 1] = s.history[i, n & (s.history.shape[1] - 1)]
            late -= s.servers[i]


@divides
def _depart(s, i, n, blocking, num_parts, starts, leaves):
    """The n-th departure (from 0) from station i, after the next part has begun on the server freed by the last."""
    mask = s.history.shape[1] - 1
    first, num = s.first_server[i], s.servers[i]
    if n == 0:
        for k in range(min(num, num_parts)):
            _begin(s, i, first + k, k, 0.0, blocking)
    elif n + num - 1 < num_parts:
        _begin(s, i, s.freed[i], n + num - 1, s.history[i, (n - 1) & mask], blocking)
    else:
        s.finish[s.freed[i]] = np.inf
    one = first
    for k in range(first + 1, first + num):
        if s.finish[k] < s.finish[one]:
            one = k
    place = _place(s, i, n)
    leave = max(s.finish[one], place) if blocking == AFTER else s.finish[one]
    s.sums[BLOCKED, i] += leave - s.finish[one]
    s.sums[SOJOURN, i] += leave - s.came[one]
    s.history[i, n & mask] = leave
    if s.part[one] < leaves.shape[0]:
        starts[s.part[one], i], leaves[s.part[one], i] = s.start[one], leave
    s.freed[i] = one


@divides
def _place(s, i, n):
    """When there is a place behind station i for its n-th departure."""
    if i + 1 == s.servers.size or s.places[i] < 0:
        return 0.0
    freed = n - s.places[i] - s.servers[i + 1]
    return s.history[i + 1, freed & (s.history.shape[1] - 1)] if freed >= 0 else 0.0


@divides
def _taken(s, i, n):
    """When there is a place behind station i for its n-th part, places being free once the next station works."""
    freed = n - s.places[i]
    if i + 1 == s.servers.size or s.places[i] < 0 or freed < 0:
        return 0.0
    return s.begun[i + 1, freed & (s.begun.shape[1] - 1)]


@divides
def _begin(s, i, server, n, free, blocking):
    """The n-th part to come begins on a server that is free since `free`."""
    came = s.ways[i]
    if i > 0:
        came += s.history[i - 1, n & (s.history.shape[1] - 1)]
    ready = max(came, free)
    start = ready
    if blocking == BEFORE:
        start = max(ready, _place(s, i, n))
    elif blocking == TAKING:
        start = max(ready, _taken(s, i, n))
    work = sample(s.laws[i], s.mean[n % s.mean.shape[0], i], s.table, s.keys[i], np.uint64(n + 1))
    s.sums[STARVED, i] += max(came - free, 0.0)
    s.sums[BLOCKED, i] += start - ready
    if s.failing[i] == BY_TIME:
        finish = _through_downs(s, i, start, work)
        s.sums[DOWN, i] += finish - start - work
        if blocking == TAKING:
            start = _up_from(s, i, start)
    else:
        if s.failing[i] == BY_OPERATION:
            work += _repairs(s, i, server, work)
        finish = start + work
    s.begun[i, n & (s.begun.shape[1] - 1)] = start
    s.part[server], s.came[server], s.start[server], s.finish[server] = n, came, start, finish


@divides
def _repairs(s, i, server, work):
    """Repairs that fall into work on a server, by its operating time."""
    repairs = 0.0
    s.up_left[server] -= work
    while s.up_left[server] < 0.0:
        number = s.num_downs[i]
        repairs += drawn(s.down[i], s.table, s.down_keys[i], number)
        s.up_left[server] += drawn(s.up[i], s.table, s.up_keys[i], number + s.servers[i])
        s.num_downs[i] = number + 1
    s.sums[DOWN, i] += repairs
    return repairs


@divides
def _up_from(s, i, time):
    """The first moment from `time` on at which the station is up; later parts begin no earlier."""
    number, down_from, down_to = s.num_downs[i], s.down_from[i], s.down_to[i]
    while down_to <= time:
        number, down_from, down_to = _next_down(s, i, number, down_to)
    s.num_downs[i], s.down_from[i], s.down_to[i] = number, down_from, down_to
    return time if time < down_from else down_to


@divides
def _next_down(s, i, number, up_from):
    """The failure behind failure `number`, which is repaired at `up_from`: its number, begin and end."""
    down_from = up_from + drawn(s.up[i], s.table, s.up_keys[i], number + 1)
    return number + 1, down_from, down_from + drawn(s.down[i], s.table, s.down_keys[i], number + 1)


@divides
def _through_downs(s, i, start, work):
    """When work that begins at `start` is done, the station being down by the clock now and then."""
    time = _up_from(s, i, start)
    number, down_from, down_to = s.num_downs[i], s.down_from[i], s.down_to[i]
    while True:
        while down_to <= time:
            number, down_from, down_to = _next_down(s, i, number, down_to)
        if work <= down_from - time:
            return time + work
        work -= down_from - time
        time = down_to


@divides
def _keep(s, into, i, n):
    """Keeps sums and last departure of station i."""
    for q in range(LEFT):
        into[q, i] = s.sums[q, i]
    into[LEFT, i] = s.history[i, n & (s.history.shape[1] - 1)]
