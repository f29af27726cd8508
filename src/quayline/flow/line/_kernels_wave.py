"""The recursion of a serial line along its waves: stations far enough apart are independent, so many move at once.

Part n leaves station i at D[i,n] = max(S + p, D[i+1,n-B-1]), S = max(D[i-1,n], D[i,n-1]) (blocking after service). On
the wave 2n + i all terms lie on earlier waves, for any buffer B >= 0; a wave holds every second station, so the even
stations of wave 2m and the odd ones of wave 2m + 1 are plain loops over arrays. Replications lie side by side in the
innermost dimension, so that short lines fill vector registers too. Each loop writes one array: compilers then see that
it can be done in vectors.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from quayline.flow.line._kernels_draws import CONSTANT, divides, drawn, exponentials, sample

if TYPE_CHECKING:
    from numpy.typing import NDArray

LAW = np.dtype([("kind", np.int64), ("first", np.int64), ("num", np.int64), ("a", np.float64), ("b", np.float64),
                ("mean", np.float64)])  # fmt: skip
"""A law of durations: `mean` times the kind's unit sample with parameters a, b and table[first : first + num]."""

AFTER, BEFORE = 0, 1
STARVED, BLOCKED, SOJOURN, DOWN, LEFT = range(5)
"""Sums by station: waiting for a part, for a place, parts' time here with their queue, repair; last departure."""
NUM_SUMS = 5


class Side(NamedTuple):
    """Every second station, K of them, in R replications: column (k + 1) R + r of a row; part n is on wave m = n + k.

    history: (ring of waves, (K + 2) R) departures; the columns of k = -1 and k = K are never written. places: behind
    each station; common_places: the same where all have as many, else -1; ahead: 1 + k of the next station, 0 where
    places are endless. ways: (K R) transfer into the station. mean: (rows, K R) mean work, periodic in waves; work:
    samples of a block of waves; bits, numbers, work_bits: scratch of the same size. others: stations whose law is no
    exponential. sums, warm: (NUM_SUMS, K R), now and when the last part of the warm-up had left.
    """

    is_odd: int
    history: NDArray[np.float64]
    places: NDArray[np.int64]
    common_places: int
    ahead: NDArray[np.int64]
    ways: NDArray[np.float64]
    laws: NDArray[Any]
    table: NDArray[np.float64]
    others: NDArray[np.int64]
    has_exponential: bool
    keys: NDArray[np.uint64]
    counters: NDArray[np.uint64]
    mean: NDArray[np.float64]
    bits: NDArray[np.uint64]
    numbers: NDArray[np.float64]
    work: NDArray[np.float64]
    work_bits: NDArray[np.uint64]
    fails: bool
    up: NDArray[Any]
    down: NDArray[Any]
    up_keys: NDArray[np.uint64]
    down_keys: NDArray[np.uint64]
    failures: NDArray[np.int64]
    up_left: NDArray[np.float64]
    sums: NDArray[np.float64]
    warm: NDArray[np.float64]


@divides
def wave(even, odd, lanes, blocking, num_parts, warm_parts, stride, series, starts, leaves):
    """Simulates parts 1 … num_parts in all replications (`lanes`).

    series: (num_parts // stride, lanes), every stride-th departure from the line. starts, leaves: (parts, stations,
    lanes) of the first parts, or empty.
    """
    num = max(even.places.size, odd.places.size)
    last_side = odd if odd.places.size == even.places.size else even
    last = last_side.places.size - 1
    rows, ring = even.mean.shape[0], even.history.shape[0]
    for m in range(1, num_parts + num):
        r = (m - 1) % rows
        if r == 0:
            draw(even, lanes, m)
            draw(odd, lanes, m)
        _half(even, odd, lanes, blocking, m, r, num_parts, warm_parts, starts, leaves)
        _half(odd, even, lanes, blocking, m, r, num_parts, warm_parts, starts, leaves)
        n = m - last
        if n >= stride and n % stride == 0:
            for lane in range(lanes):
                series[n // stride - 1, lane] = last_side.history[m & (ring - 1), (last + 1) * lanes + lane]


@divides
def _half(me, other, lanes, blocking, m, r, num_parts, warm_parts, starts, leaves):
    """One side on wave m."""
    low, high = max(m - num_parts, 0), min(me.places.size, m)
    _move(me, other, lanes, blocking, m, me.work[r], low, high)
    if m - high < leaves.shape[0]:
        _trace(me, other, lanes, blocking, m, low, high, starts, leaves)
    if low <= m - warm_parts < high:
        _keep(me, me.warm, m - warm_parts, lanes, m)
    if low <= m - num_parts < high:
        _keep(me, me.sums, m - num_parts, lanes, m)


@divides
def draw(side, lanes, m):
    """Work of the next block of waves, which begins at `m`: samples of the laws times the means."""
    num = side.places.size
    if num == 0:
        return
    flat_work, flat_mean = side.work.reshape(side.work.size), side.mean.reshape(side.mean.size)
    if side.has_exponential:
        exponentials(side.keys, side.counters, np.uint64(m), side.bits, side.numbers, flat_work, side.work_bits)
        for k in range(flat_work.size):
            flat_work[k] *= flat_mean[k]
    else:
        for k in range(flat_work.size):
            flat_work[k] = flat_mean[k]
    for k in side.others:
        law = side.laws[k]
        if law["kind"] == CONSTANT and not side.has_exponential:
            continue
        for r in range(side.work.shape[0]):
            for c in range(k * lanes, (k + 1) * lanes):
                j = r * num * lanes + c
                counter = side.counters[j] + np.uint64(m)
                side.work[r, c] = sample(law, side.mean[r, c], side.table, side.keys[j], counter)


@divides
def _move(me, other, lanes, blocking, m, work, low, high):
    """Stations low … high - 1 of one side on wave m: their parts start, are worked on and leave."""
    mask, neighbours = me.history.shape[0] - 1, m - 1 + me.is_odd
    first, size = low * lanes, (high - low) * lanes
    if size <= 0:
        return
    own, into = first + lanes, first + me.is_odd * lanes
    now = me.history[m & mask, own : own + size]
    then = me.history[(m - 1) & mask, own : own + size]
    came = other.history[neighbours & mask, into : into + size]
    way, work = me.ways[first : first + size], work[first : first + size]
    starved = me.sums[STARVED, first : first + size]
    blocked = me.sums[BLOCKED, first : first + size]
    sojourn = me.sums[SOJOURN, first : first + size]
    if me.fails:
        fail(me, lanes, work, first)
    if me.common_places >= 0:
        ahead = into + lanes
        place = other.history[(neighbours - me.common_places) & mask, ahead : ahead + size]
        _leave(now, then, came, way, work, place, blocking)
        _count(now, then, came, way, work, place, blocking, starved, blocked, sojourn)
        return
    for k in range(low, high):
        row, ahead = (neighbours - me.places[k]) & mask, me.ahead[k] * lanes
        place = other.history[row, ahead : ahead + lanes]
        a, b = (k - low) * lanes, (k - low + 1) * lanes
        _leave(now[a:b], then[a:b], came[a:b], way[a:b], work[a:b], place, blocking)
        _count(now[a:b], then[a:b], came[a:b], way[a:b], work[a:b], place, blocking,
               starved[a:b], blocked[a:b], sojourn[a:b])  # fmt: skip


@divides
def _leave(now, then, came, way, work, place, blocking):
    """Departures: after work, and not before there is a place (or work does not begin before there is one)."""
    if blocking == AFTER:
        for k in range(now.size):
            now[k] = max(max(came[k] + way[k], then[k]) + work[k], place[k])
    else:
        for k in range(now.size):
            now[k] = max(max(came[k] + way[k], then[k]), place[k]) + work[k]


@divides
def _count(now, then, came, way, work, place, blocking, starved, blocked, sojourn):
    """What the stations did meanwhile."""
    for k in range(now.size):
        starved[k] += max(came[k] + way[k] - then[k], 0.0)
    if blocking == AFTER:
        for k in range(now.size):
            blocked[k] += now[k] - (max(came[k] + way[k], then[k]) + work[k])
    else:
        for k in range(now.size):
            blocked[k] += max(place[k] - max(came[k] + way[k], then[k]), 0.0)
    for k in range(now.size):
        sojourn[k] += now[k] - (came[k] + way[k])


@divides
def fail(me, lanes, work, first):
    """Operation-dependent failures: the repairs that fall into a part's work are added to it."""
    any_fails = False
    for k in range(work.size):
        left = me.up_left[first + k] - work[k]
        me.up_left[first + k] = left
        any_fails |= left < 0.0
    if not any_fails:
        return
    for k in range(work.size):
        c, repairs = first + k, 0.0
        while me.up_left[c] < 0.0:
            number = me.failures[c]
            repairs += drawn(me.down[c // lanes], me.table, me.down_keys[c], number)
            me.up_left[c] += drawn(me.up[c // lanes], me.table, me.up_keys[c], number + 1)
            me.failures[c] = number + 1
        me.sums[DOWN, c] += repairs
        work[k] += repairs


@divides
def _keep(me, into, k, lanes, m):
    """Keeps sums and last departure of station k on wave m."""
    for c in range(k * lanes, (k + 1) * lanes):
        for q in range(LEFT):
            into[q, c] = me.sums[q, c]
        into[LEFT, c] = me.history[m & (me.history.shape[0] - 1), c + lanes]


@divides
def _trace(me, other, lanes, blocking, m, low, high, starts, leaves):
    """Writes down start and departure of the first parts."""
    mask, neighbours = me.history.shape[0] - 1, m - 1 + me.is_odd
    for k in range(max(low, m - leaves.shape[0]), high):
        for lane in range(lanes):
            c = k * lanes + lane
            came = other.history[neighbours & mask, c + me.is_odd * lanes] + me.ways[c]
            start = max(came, me.history[(m - 1) & mask, c + lanes])
            if blocking == BEFORE:
                row = (neighbours - me.places[k]) & mask
                start = max(start, other.history[row, me.ahead[k] * lanes + lane])
            starts[m - k - 1, 2 * k + me.is_odd, lane] = start
            leaves[m - k - 1, 2 * k + me.is_odd, lane] = me.history[m & mask, c + lanes]
