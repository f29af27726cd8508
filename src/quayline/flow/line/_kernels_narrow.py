"""The recursion of a serial line part by part, its replications side by side: no wave is needed to fill vectors.

D[i,n] as in `_kernels_wave`, with the same operations in the same order, so of the same bits. What is written for a
station lies in one row at fixed distances, and all arrays are flat: a compiler then sees that they do not overlap.
"""

from __future__ import annotations

import numpy as np

from quayline.flow.line._kernels_draws import divides
from quayline.flow.line._kernels_wave import AFTER, BLOCKED, DOWN, LEFT, SOJOURN, STARVED, draw, fail

LANES = 16
"""Most replications side by side."""
IDLE, HELD, HERE = np.uint64(LANES), np.uint64(2 * LANES), np.uint64(3 * LANES)
ROW, BEFORE = 4 * LANES, np.uint64(4 * LANES)
"""A station's row of `state`: last departure, and the sums starved, blocked and sojourn; before it a row of zeros."""


@divides
def narrow(me, state, lanes, blocking, num_parts, warm_parts, stride, series, starts, leaves):
    """Simulates parts 1 … num_parts; `me` holds all stations, the other arguments are those of `wave`.

    state: ((1 + stations) ROW,) zeros. me.history: a ring of parts, in which the column before the first station and
    the one behind the last are never written.
    """
    rows = me.mean.shape[0]
    for first in range(1, num_parts + 1, rows):
        draw(me, lanes, first)
        end = min(first + rows, num_parts + 1)
        if first <= warm_parts < end:
            _some(me, state, lanes, blocking, first, first, warm_parts + 1, stride, series, leaves)
            _keep(me, me.warm, state, lanes)
            _some(me, state, lanes, blocking, first, warm_parts + 1, end, stride, series, leaves)
        else:
            _some(me, state, lanes, blocking, first, first, end, stride, series, leaves)
    _keep(me, me.sums, state, lanes)
    _trace(me, lanes, blocking, starts, leaves)


@divides
def _some(me, state, lanes, blocking, drawn_from, first, end, stride, series, leaves):
    """Parts first … end - 1, whose work is drawn from part `drawn_from` on."""
    if me.fails:
        for n in range(first, end):
            fail(me, lanes, me.work[n - drawn_from], 0)
    width = me.places.size * lanes
    work = me.work.reshape(me.work.size)[(first - drawn_from) * width : (end - drawn_from) * width]
    mask, history = me.history.shape[0] - 1, me.history.reshape(me.history.size)
    _move(history, mask, me.places, me.ahead, me.ways, work, state, lanes, blocking, first, end, stride, series,
          leaves.reshape(leaves.size))  # fmt: skip


@divides
def _move(history, mask, places, ahead, ways, work, state, num_lanes, blocking, first, end, stride, series, leaves):
    """Moves some parts through all stations.

    Indices are unsigned: those from the end of an array, as Python has them, would keep the loops from being vectors.
    """
    num, lanes = places.size, np.uint64(num_lanes)
    width, w = (num + 2) * num_lanes, np.uint64(0)
    for n in range(first, end):
        now, at = np.uint64((n & mask) * width) + lanes, BEFORE
        traced = np.uint64((n - 1) * num) * lanes
        for k in range(num):
            way = ways[k * num_lanes]
            place = np.uint64(((n - 1 - places[k]) & mask) * width + ahead[k] * num_lanes)
            if blocking == AFTER:
                for lane in range(lanes):
                    came, then = state[at - BEFORE + lane] + way, state[at + lane]
                    done = max(came, then) + work[w + lane]
                    leave = max(done, history[place + lane])
                    state[at + lane] = leave
                    state[at + IDLE + lane] += max(came - then, 0.0)
                    state[at + HELD + lane] += leave - done
                    state[at + HERE + lane] += leave - came
            else:
                for lane in range(lanes):
                    came, then = state[at - BEFORE + lane] + way, state[at + lane]
                    ready = max(came, then)
                    leave = max(ready, history[place + lane]) + work[w + lane]
                    state[at + lane] = leave
                    state[at + IDLE + lane] += max(came - then, 0.0)
                    state[at + HELD + lane] += max(history[place + lane] - ready, 0.0)
                    state[at + HERE + lane] += leave - came
            for lane in range(lanes):
                history[now + lane] = state[at + lane]
            if traced < np.uint64(leaves.size):
                for lane in range(lanes):
                    leaves[traced + lane] = state[at + lane]
            at, now, traced, w = at + BEFORE, now + lanes, traced + lanes, w + lanes
        if n % stride == 0:
            for lane in range(num_lanes):
                series[n // stride - 1, lane] = state[num * ROW + lane]


@divides
def _keep(me, into, state, lanes):
    """Keeps sums and last departures of all stations."""
    for k in range(me.places.size):
        for lane in range(lanes):
            at, c = np.uint64((k + 1) * ROW + lane), k * lanes + lane
            into[STARVED, c], into[BLOCKED, c], into[SOJOURN, c] = state[at + IDLE], state[at + HELD], state[at + HERE]
            into[DOWN, c] = me.sums[DOWN, c]
            into[LEFT, c] = state[at]


@divides
def _trace(me, lanes, blocking, starts, leaves):
    """Starts of the first parts: they follow from departures."""
    num = me.places.size
    for n in range(leaves.shape[0]):
        for k in range(num):
            freed = n - 1 - me.places[k]
            has_place_behind = blocking != AFTER and me.ahead[k] == k + 2 and k + 1 < num and freed >= 0
            for lane in range(lanes):
                came = (leaves[n, k - 1, lane] if k > 0 else 0.0) + me.ways[k * lanes]
                start = max(came, leaves[n - 1, k, lane] if n > 0 else 0.0)
                if has_place_behind:
                    start = max(start, leaves[freed, k + 1, lane])
                starts[n, k, lane] = start
