"""Branch, bound and remember: whether tasks fit into so many stations, station by station.

Sewell and Jacobson, INFORMS J. Computing 24 (2012) 433-442; Morrison, Sewell and Jacobson, EJOR 236 (2014) 403-409.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from quayline.balance._kernels.states import NONE, Array, States, flip, has, meets, merge, pop, slot, stations

FOUND, NONE_EXISTS, LIMIT = 1, 0, -1
NUM_READY, DEPTH, NUM_DONE = 0, 1, 2


class Line(NamedTuple):
    """What is asked: n tasks, m stations.

    `time` (R, n) and `cap` (R,): what a task takes of each resource of a station. `weight` (D, n), `limit` (D,): bounds
    by dual feasible functions, so much of each in a station, the first one the time. `before`, `after` (n, k):
    neighbours, filled with NONE. Sets of tasks (…, W): `better[i]` may take the place of i, `conflict[i]` never share
    a station with it, `due[k]` must be done in station k or earlier. `is_open` (m, n): where a task may be; `is_free`
    (n,): no zone, no conflict.
    """

    time: Array
    cap: Array
    weight: Array
    limit: Array
    before: Array
    after: Array
    better: Array
    conflict: Array
    is_open: Array
    is_free: Array
    due: Array


class Load(NamedTuple):
    """The load of one station as it is put together.

    `ready` (n,): tasks that may come, those in the load included; `missing` (n,): predecessors that are not done;
    `chosen`, `saved` (n + 1,): by depth, the place of the task in `ready` and how many were ready before it; `is_inner`
    (n + 1,): something was added to the load of this depth; `tasks`, `done` (W,): the load, and all done with it;
    `room` (R,); `used` (D,): of the bounds before this station; `tally`: NUM_READY, DEPTH, NUM_DONE.
    """

    ready: Array
    missing: Array
    chosen: Array
    saved: Array
    is_inner: Array
    tasks: Array
    done: Array
    room: Array
    used: Array
    tally: Array


@njit(cache=True)
def _begin(line: Line, load: Load, done: Array, k: int) -> None:
    """An empty load of station `k` after the tasks `done`."""
    load.tasks[:] = 0
    load.room[:] = line.cap
    load.used[:] = 0
    load.tally[:] = 0
    load.is_inner[0] = False
    for j in range(load.missing.size):
        load.missing[j] = 0
        if has(done, j):
            load.tally[NUM_DONE] += 1
            for d in range(load.used.size):
                load.used[d] += line.weight[d, j]
            continue
        for i in line.before[j]:
            if i < 0:
                break
            load.missing[j] += not has(done, i)
        if load.missing[j] == 0 and line.is_open[k, j]:
            load.ready[load.tally[NUM_READY]] = j
            load.tally[NUM_READY] += 1


@njit(cache=True)
def _put(line: Line, load: Load, k: int, at: int) -> None:
    """Puts the ready task at place `at` into the load of station `k`."""
    j, depth = load.ready[at], load.tally[DEPTH]
    load.chosen[depth], load.saved[depth] = at, load.tally[NUM_READY]
    load.is_inner[depth], load.is_inner[depth + 1] = True, False
    load.tally[DEPTH] += 1
    flip(load.tasks, j)
    for r in range(load.room.size):
        load.room[r] -= line.time[r, j]
    for i in line.after[j]:
        if i < 0:
            break
        load.missing[i] -= 1
        if load.missing[i] == 0 and line.is_open[k, i]:
            load.ready[load.tally[NUM_READY]] = i
            load.tally[NUM_READY] += 1


@njit(cache=True)
def _take_back(line: Line, load: Load) -> int:
    """Takes the last task out of the load again: its place among the ready."""
    load.tally[DEPTH] -= 1
    at: int = load.chosen[load.tally[DEPTH]]
    load.tally[NUM_READY] = load.saved[load.tally[DEPTH]]
    j = load.ready[at]
    flip(load.tasks, j)
    for r in range(load.room.size):
        load.room[r] += line.time[r, j]
    for i in line.after[j]:
        if i < 0:
            break
        load.missing[i] += 1
    return at


@njit(cache=True)
def _next(line: Line, load: Load, at: int) -> int:
    """The first place from `at` on whose task fits beside the load; NUM_READY where none does."""
    while at < load.tally[NUM_READY]:
        j = load.ready[at]
        fits = not has(load.tasks, j) and not meets(load.tasks, line.conflict[j])
        for r in range(load.room.size):
            fits &= line.time[r, j] <= load.room[r]
        if fits:
            return at
        at += 1
    return at


@njit(cache=True)
def _waste(line: Line, load: Load, k: int, d: int) -> int:
    """What stations up to `k` leave unused of bound `d`."""
    waste: int = line.limit[d] * (k + 1) - load.used[d]
    for c in range(load.tally[DEPTH]):
        waste -= line.weight[d, load.ready[load.chosen[c]]]
    return waste


@njit(cache=True)
def _may_come_last(line: Line, load: Load) -> bool:
    """Whether nothing follows the tasks of the load while something follows others left: the station can wait."""
    for c in range(load.tally[DEPTH]):
        if line.after[load.ready[load.chosen[c]], 0] >= 0:
            return False
    is_more = False
    for j in range(line.after.shape[0]):
        is_more |= line.after[j, 0] >= 0 and not has(load.done, j)
    return is_more


@njit(cache=True)
def _is_dominated(line: Line, load: Load) -> bool:
    """Whether a task of the load could give its place to a better one that is left out (Jackson's dominance).

    Sound only where the task that leaves may go to any later station.
    """
    for c in range(load.tally[DEPTH]):
        i = load.ready[load.chosen[c]]
        if not line.is_free[i]:
            continue
        for b in range(load.tally[NUM_READY]):
            j = load.ready[b]
            if has(load.tasks, j) or not has(line.better[i], j) or meets(load.tasks, line.conflict[j]):
                continue
            is_room = True
            for r in range(load.room.size):
                is_room &= line.time[r, j] - line.time[r, i] <= load.room[r]
            if is_room:
                return True
    return False


@njit(cache=True)
def _is_worth(line: Line, load: Load, slack: Array, k: int, is_zoned: bool) -> bool:
    """Whether the load is full, leaves the rest enough stations by every bound, and is not dominated by another."""
    if _next(line, load, 0) < load.tally[NUM_READY]:
        return False
    for d in range(slack.size):
        if _waste(line, load, k, d) > slack[d]:
            return False
    for w in range(load.done.size):
        if line.due[k, w] & ~load.done[w]:
            return False
    return (is_zoned or not _may_come_last(line, load)) and not _is_dominated(line, load)


@njit(cache=True)
def _remember(line: Line, states: States, load: Load, state: int, k: int, new: int, merit: Array) -> bool:
    """Keeps what is done after this load as state `new`, unless it was reached in as few stations before."""
    place = slot(states, load.done)
    known = states.table[place] - 1
    if known >= 0 and states.level[known] <= k + 1 and load.tally[DEPTH]:
        return False
    states.bits[new] = load.done
    states.level[new], states.parent[new] = k + 1, state
    states.child[new] = NONE
    states.table[place] = new + 1
    key = _waste(line, load, k, 0) / line.limit[0]
    for j in range(merit.size):
        if not has(load.done, j):
            key += merit[j]
    states.key[new] = key
    if k + 1 < states.root.size:
        states.root[k + 1] = merge(states, states.root[k + 1], new)
    return True


@njit(cache=True)
def _expand(
    line: Line, states: States, load: Load, state: int, slack: Array, num_states: int, is_zoned: bool, max_loads: int,
    max_steps: int, merit: Array,
) -> tuple[int, int, bool]:  # fmt: skip
    """All loads of the next station after `state`: how many states there are then, steps taken, whether all were seen.

    Ends at once with a load after which nothing is left.
    """
    k, num = states.level[state], line.time.shape[1]
    _begin(line, load, states.bits[state], k)
    at, steps, num_loads = 0, 0, 0
    while num_states < states.level.size and steps < max_steps:
        at = _next(line, load, at)
        if at < load.tally[NUM_READY]:
            _put(line, load, k, at)
            steps += 1
            at += 1
            continue
        if not load.is_inner[load.tally[DEPTH]]:
            num_loads += 1
            for w in range(load.done.size):
                load.done[w] = states.bits[state, w] | load.tasks[w]
            if _is_worth(line, load, slack, k, is_zoned):
                num_states += _remember(line, states, load, state, k, num_states, merit)
                if load.tally[NUM_DONE] + load.tally[DEPTH] == num:
                    return num_states, steps, True
        if load.tally[DEPTH] == 0:
            return num_states, steps, True
        if num_loads == max_loads:
            break
        at = _take_back(line, load) + 1
    return num_states, steps, False


@njit(cache=True)
def search(
    line: Line, states: States, is_zoned: bool, max_steps: int, max_loads: int, merit: Array
) -> tuple[int, Array, int, int]:
    """Whether all tasks fit: status, station of each task (n,), steps and states it took.

    The best state of each level in turn (cyclic best first): little idle time, and little `merit` (n,) left. A
    step is a task put into a load; of each state at most `max_loads` loads are looked at (-1: all).
    """
    num_stations, num = line.is_open.shape
    load = Load(
        np.zeros(num, np.int64), np.zeros(num, np.int64), np.zeros(num + 1, np.int64), np.zeros(num + 1, np.int64),
        np.zeros(num + 1, np.bool_), np.zeros(line.due.shape[1], np.uint64), np.zeros(line.due.shape[1], np.uint64),
        np.zeros_like(line.cap), np.zeros_like(line.limit), np.zeros(3, np.int64),
    )  # fmt: skip
    slack = line.limit * num_stations - line.weight.sum(axis=1)
    nowhere = np.zeros(num, np.int64)
    states.child[0] = NONE
    states.table[slot(states, states.bits[0])] = 1
    states.root[0] = 0
    num_states, steps, is_whole, is_open = 1, 0, True, True
    while is_open:
        is_open = False
        for k in range(num_stations):
            state = pop(states, k)
            if state < 0:
                continue
            is_open = True
            if states.table[slot(states, states.bits[state])] != state + 1:
                continue  # reached in fewer stations since
            num_states, spent, is_seen = _expand(
                line, states, load, state, slack, num_states, is_zoned, max_loads, max_steps - steps, merit
            )  # fmt: skip
            steps += spent
            is_whole &= is_seen
            if load.tally[NUM_DONE] + load.tally[DEPTH] == num and is_seen:
                return FOUND, stations(states, num_states - 1, num), steps, num_states
            if steps >= max_steps or num_states >= states.level.size:
                return LIMIT, nowhere, steps, num_states
    return NONE_EXISTS if is_whole else LIMIT, nowhere, steps, num_states
