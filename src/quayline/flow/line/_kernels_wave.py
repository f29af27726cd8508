"""The recursion of a serial line along its waves: stations far enough apart are independent, so many move at once.

Part n leaves station i at D[i,n] = max(S + p, D[i+1,n-B-1]), S = max(D[i-1,n], D[i,n-1]) (blocking after service). On
the wave n + c i, for a lag c of at most the fewest places B, all terms lie on earlier waves, and a vector of stations
can do B + 1 - c waves before those behind it move. Where stations have no place between them waves are 2n + i: the even
stations move, then the odd ones. Replications may lie side by side, so that short lines fill vectors too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numba import njit

from quayline.flow._kernels_vector import chosen, filled, gathered, load, most, moved_up, store
from quayline.flow.line._kernels_draws import (
    CONSTANT,
    EXPONENTIAL,
    OPTIONS,
    divides,
    drawn,
    exponentials,
    lognormals,
    sample,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Without a call the arrays need not be handed over, each by its address, strides and sizes.
fused: Any = njit(**OPTIONS, forceinline=True)

LAW = np.dtype([("kind", np.int64), ("first", np.int64), ("num", np.int64), ("a", np.float64), ("b", np.float64),
                ("mean", np.float64)])  # fmt: skip
"""A law of durations: `mean` times the kind's unit sample with parameters a, b and table[first : first + num]."""

AFTER, BEFORE = 0, 1
STARVED, BLOCKED, SOJOURN, DOWN, LEFT = range(5)
"""Sums by station: waiting for a part, for a place, parts' time here with their queue, repair; last departure."""
NUM_SUMS, NUM_KEPT = 5, 4

_PLACES = "cell column own came came_back behind behind_back first_lag last_lag"
GROUP = np.dtype([(name, np.int64) for name in _PLACES.split()])
"""Cells that make one vector: the first one, its column of the work, the columns of the history of its own departures
and of those of the station before and behind it, how many waves ago these were (behind_back -1: by cell, all of them),
and the lags of its first and last station."""
RUN = np.dtype([("kind", np.int64), ("first", np.int64), ("end", np.int64)])
"""Columns first … end - 1, whose laws are of one kind that is drawn in vectors."""


class Waves(NamedTuple):
    """S stations of R replications. A side is all stations, or every second one; on wave m its k-th has part m - lag k.

    Stations stand in the order of the sides, S R columns of them in a row of work, and in as many cells, and some more
    that fill up the vectors of `width`: their lag is one that no wave reaches. history: rings of `ring` waves, each a
    `row` with R columns that are never written before each side and behind the last. step: waves that a group does at a
    time; rows: waves of a block of work. is_one: a single replication in a single vector, with a lag of 2; what leaves
    a station goes on to the next without a way through memory.

    By cell: lags (of waves), ways (transfer into the station), ahead, back (column of the station behind, how many
    waves ago), sums, warm (starved, blocked, sojourn and last departure; now, and when the warm-up had left). By
    station: order (which of the line), late (waves), at (column of the history), laws, up, down; others: those that
    stand in no run, of columns in a row whose laws are all exponential or all lognormal; last: that of the line. By
    column: keys, up_keys, down_keys, failures, up_left, downs (now, warm). By row and column, with a vector's room
    behind: keyed, mean, sigma (of lognormal laws), work.
    """

    lanes: int
    width: int
    lag: int
    is_one: bool
    step: int
    rows: int
    ring: int
    row: int
    last: int
    side_stations: NDArray[np.int64]
    groups: NDArray[Any]
    lags: NDArray[np.uint64]
    ways: NDArray[np.float64]
    ahead: NDArray[np.uint64]
    back: NDArray[np.uint64]
    order: NDArray[np.int64]
    late: NDArray[np.int64]
    at: NDArray[np.int64]
    laws: NDArray[Any]
    table: NDArray[np.float64]
    others: NDArray[np.int64]
    runs: NDArray[Any]
    keys: NDArray[np.uint64]
    keyed: NDArray[np.uint64]
    mean: NDArray[np.float64]
    sigma: NDArray[np.float64]
    work: NDArray[np.float64]
    fails: bool
    up: NDArray[Any]
    down: NDArray[Any]
    up_keys: NDArray[np.uint64]
    down_keys: NDArray[np.uint64]
    failures: NDArray[np.int64]
    up_left: NDArray[np.float64]
    downs: NDArray[np.float64]
    history: NDArray[np.float64]
    sums: NDArray[np.float64]
    warm: NDArray[np.float64]


@divides
def wave(w, blocking, num_parts, warm_parts, stride, series, leaves):
    """Simulates parts 1 … num_parts in all replications.

    series: (num_parts // stride, R), every stride-th departure from the line. leaves: (parts, S, R) departures of the
    first parts, or empty.
    """
    last_lag = w.late[w.last]
    due, traced = stride, leaves.shape[0] and leaves.shape[0] + last_lag
    for block in range(1, num_parts + last_lag + 1, w.rows):
        end = min(block + w.rows, num_parts + last_lag + 1)
        _draw(w, block, end, num_parts, last_lag)
        if w.fails:
            for m in range(block, end):
                _fail(w, m, m - block, num_parts, warm_parts)
        for first in range(block, end, w.step):
            until = min(first + w.step, end)
            _advance(w, blocking, block, first, until, num_parts, warm_parts)
            while due + last_lag < until:
                _read(w, w.last, due + last_lag, series[due // stride - 1])
                due += stride
            if first <= traced:
                _trace(w, first, until, leaves)


@divides
def _active(w, side, m, num_parts):
    """Which stations of a side have a part on wave m: the first, and the one behind the last."""
    high = min(w.side_stations[side], (m - 1) // w.lag + 1)
    return min(max(m - num_parts + w.lag - 1, 0) // w.lag, high), high


@divides
def _draw(w, block, end, num_parts, last_lag):
    """Work of the waves block … end - 1: samples of the laws times the means."""
    num, wave = w.order.size * w.lanes, np.uint64(block)
    if w.runs.size == 0:
        for j in range(w.work.size):
            w.work[j] = w.mean[j]
    elif w.runs.size == 1 and w.runs[0].end - w.runs[0].first == num and block > last_lag and end - 1 <= num_parts:
        _samples(w, w.runs[0].kind, wave, 0, (end - block) * num)
    else:
        for m in range(block, end):
            _draw_wave(w, m, (m - block) * num, wave, num_parts)
    for k in w.others:
        law = w.laws[k]
        if law["kind"] == CONSTANT and w.runs.size == 0:
            continue
        for m in range(block, end):
            n = m - w.late[k]
            for c in range(k * w.lanes, (k + 1) * w.lanes if 1 <= n <= num_parts else 0):
                j = (m - block) * num + c
                w.work[j] = sample(law, w.mean[j], w.table, w.keys[c], np.uint64(n))


@divides
def _draw_wave(w, m, row, wave, num_parts):
    """Samples of wave m where there are parts, from column to column upward: what lies behind a vector is spoilt."""
    column = 0
    for side in range(w.side_stations.size):
        low, high = _active(w, side, m, num_parts)
        for r in range(w.runs.size):
            first, end = max(w.runs[r].first, column + low * w.lanes), min(w.runs[r].end, column + high * w.lanes)
            if first < end:
                _samples(w, w.runs[r].kind, wave, row + first, row + end)
        column += w.side_stations[side] * w.lanes


@divides
def _samples(w, kind, wave, first, end):
    if kind == EXPONENTIAL:
        exponentials(w.keyed, wave, w.mean, w.work, first, end)
    else:
        lognormals(w.keyed, wave, w.mean, w.sigma, w.work, first, end)


@divides
def _fail(w, m, row, num_parts, warm_parts):
    """Operation-dependent failures on wave m: the repairs that fall into a part's work are added to it."""
    column = 0
    for side in range(w.side_stations.size):
        low, high = _active(w, side, m, num_parts)
        _repair(w, column + low * w.lanes, column + high * w.lanes, row * w.order.size * w.lanes)
        late = m - warm_parts
        if late >= 0 and late % w.lag == 0 and low <= late // w.lag < high:
            for c in range(column + late // w.lag * w.lanes, column + (late // w.lag + 1) * w.lanes):
                w.downs[1, c] = w.downs[0, c]
        column += w.side_stations[side] * w.lanes


@divides
def _repair(w, first, end, row):
    any_fails = False
    for c in range(first, end):
        left = w.up_left[c] - w.work[row + c]
        w.up_left[c] = left
        any_fails |= left < 0.0
    if not any_fails:
        return
    for c in range(first, end):
        k, repairs = c // w.lanes, 0.0
        while w.up_left[c] < 0.0:
            number = w.failures[c]
            repairs += drawn(w.down[k], w.table, w.down_keys[c], number)
            w.up_left[c] += drawn(w.up[k], w.table, w.up_keys[c], number + 1)
            w.failures[c] = number + 1
        w.downs[0, c] += repairs
        w.work[row + c] += repairs


@fused
def _advance(w, blocking, block, first, end, num_parts, warm_parts):
    """All groups on the waves first … end - 1; wave by wave where the last part of the warm-up passes."""
    for g in range(w.groups.size):
        first_lag, last_lag = w.groups[g].first_lag, w.groups[g].last_lag
        if first - last_lag > num_parts or end - 1 <= first_lag:
            continue
        if first - last_lag > warm_parts or end - 1 < warm_parts + first_lag:
            _group(w, g, blocking, block, first, end, num_parts)
            continue
        for m in range(first, end):
            _group(w, g, blocking, block, m, m + 1, num_parts)
            for c in range(w.groups[g].cell, w.groups[g].cell + w.width):
                if w.lags[c] + np.uint64(warm_parts) == np.uint64(m):
                    for q in range(NUM_KEPT):
                        w.warm[q * w.lags.size + c] = w.sums[q * w.lags.size + c]


@fused
def _group(w, g, blocking, block, first, end, num_parts):
    if w.width == 4:
        _move(w, w.groups[g], blocking, block, first, end, num_parts, filled(0.0, 4))
    elif w.width == 8:
        _move(w, w.groups[g], blocking, block, first, end, num_parts, filled(0.0, 8))
    else:
        _move(w, w.groups[g], blocking, block, first, end, num_parts, filled(0.0, 16))


@fused
def _move(w, group, blocking, block, first, end, num_parts, zero):
    """One group on the waves first … end - 1: its parts start, are worked on and leave."""
    cell, own, came_at, came_back = group.cell, group.own, group.came, group.came_back
    behind, behind_back, column = group.behind, group.behind_back, group.column
    num, mask, row, history = w.order.size * w.lanes, w.ring - 1, w.row, w.history
    sums, size = w.sums, w.lags.size
    way, lag = load(w.ways, cell, zero), load(w.lags, cell, zero)
    ahead, back = load(w.ahead, cell, zero), load(w.back, cell, zero)
    starved, blocked = load(sums, cell, zero), load(sums, size + cell, zero)
    sojourn, then = load(sums, 2 * size + cell, zero), load(sums, 3 * size + cell, zero)
    before = load(history, ((first - 2) & mask) * row + own, zero)
    for m in range(first, end):
        # Part n is the (n - 1)-th from 0; of numbers below 0 there are none without a sign. A cell that has no part has
        # nothing to wait for and no work: it leaves again when it left last, and nothing is added but to the sojourn.
        has_part = (np.uint64(m - 1) - lag) < np.uint64(num_parts)
        left = moved_up(before) if w.is_one else load(history, ((m - came_back) & mask) * row + came_at, zero)
        came = chosen(has_part, left + way, zero)
        work = chosen(has_part, load(w.work, (m - block) * num + column, zero), zero)
        if behind_back >= 0:
            place = load(history, ((m - behind_back) & mask) * row + behind, zero)
        else:
            place = gathered(history, ((np.uint64(m) - back) & np.uint64(mask)) * np.uint64(row) + ahead)
        ready, place = most(came, then), chosen(has_part, place, zero)
        if blocking == AFTER:
            leave = most(ready + work, place)
            blocked = blocked + (leave - (ready + work))
        else:
            leave = most(ready, place) + work
            blocked = blocked + most(place - ready, zero)
        store(history, (m & mask) * row + own, leave)
        starved = starved + most(came - then, zero)
        sojourn = sojourn + chosen(has_part, leave - came, zero)
        before, then = then, leave
    store(sums, cell, starved)
    store(sums, size + cell, blocked)
    store(sums, 2 * size + cell, sojourn)
    store(sums, 3 * size + cell, then)


@divides
def _read(w, k, m, into):
    """What left station k on wave m."""
    at = (m & (w.ring - 1)) * w.row + w.at[k]
    for lane in range(w.lanes):
        into[lane] = w.history[at + lane]


@divides
def _trace(w, first, end, leaves):
    """Writes down departures of the first parts."""
    for k in range(w.order.size):
        for n in range(max(first - w.late[k], 1), min(end - w.late[k], leaves.shape[0] + 1)):
            _read(w, k, n + w.late[k], leaves[n - 1, w.order[k]])
