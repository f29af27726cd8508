"""States of the search: sets of tasks done, remembered in a table, open ones in a skew heap a level.

Sleator and Tarjan, Self-adjusting heaps, SIAM J. Computing 15 (1986) 52-69.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

Array = np.ndarray[Any, Any]

NONE = -1
_ONE = np.uint64(1)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(29)


class States(NamedTuple):
    """Room for N states. `bits` (N, W): tasks done; `level` (N,): stations closed; `parent` (N,); `key` (N,) and
    `child` (N, 2): their place in a heap; `table` (a power of two): one more than the state of a set, 0 where empty;
    `root` (m,): of the heap of each level."""

    bits: Array
    level: Array
    parent: Array
    key: Array
    child: Array
    table: Array
    root: Array


def room_for(num_states: int, num_words: int, num_stations: int) -> States:
    """Empty states; memory is taken up only as they come."""
    size = 1 << (2 * num_states - 1).bit_length()
    return States(
        np.zeros((num_states, num_words), np.uint64), np.zeros(num_states, np.int32),
        np.zeros(num_states, np.int32), np.zeros(num_states), np.zeros((num_states, 2), np.int32),
        np.zeros(size, np.int32), np.full(num_stations, NONE, np.int32),
    )  # fmt: skip


@njit(cache=True)
def has(tasks: Array, j: int) -> bool:
    """Whether task `j` is in the set `tasks` (W,)."""
    return bool(tasks[j >> 6] >> np.uint64(j & 63) & _ONE)


@njit(cache=True)
def flip(tasks: Array, j: int) -> None:
    """Puts task `j` into the set, or takes it out."""
    tasks[j >> 6] ^= _ONE << np.uint64(j & 63)


@njit(cache=True)
def meets(a: Array, b: Array) -> bool:
    """Whether two sets share a task."""
    found = False
    for w in range(a.size):
        found |= (a[w] & b[w]) != 0
    return found


@njit(cache=True)
def slot(states: States, tasks: Array) -> int:
    """The place of the set `tasks` (W,) in the open-addressed table: where it is or would go."""
    mixed = np.uint64(0)
    for w in range(tasks.size):
        mixed = (mixed ^ tasks[w]) * _MIX
        mixed ^= mixed >> _SHIFT
    at = int(np.int64(mixed & np.uint64(states.table.size - 1)))
    while states.table[at]:
        same = True
        for w in range(tasks.size):
            same &= states.bits[states.table[at] - 1, w] == tasks[w]
        if same:
            break
        at = (at + 1) & (states.table.size - 1)
    return at


@njit(cache=True)
def _comes_first(states: States, a: int, b: int) -> bool:
    return states.key[a] < states.key[b] or (states.key[a] == states.key[b] and a < b)


@njit(cache=True)
def merge(states: States, a: int, b: int) -> int:
    """The root of the heaps with roots `a` and `b`; the least key first, the older state of equal keys."""
    if a < 0 or b < 0:
        return max(a, b)
    if _comes_first(states, b, a):
        a, b = b, a
    root = a
    while True:
        right = states.child[a, 1]
        states.child[a, 1] = states.child[a, 0]
        if right < 0:
            states.child[a, 0] = b
            return root
        if _comes_first(states, b, right):
            right, b = b, right
        states.child[a, 0] = right
        a = right


@njit(cache=True)
def pop(states: States, k: int) -> int:
    """The best open state of level `k`, taken out; NONE where there is none."""
    state: int = states.root[k]
    if state >= 0:
        states.root[k] = merge(states, states.child[state, 0], states.child[state, 1])
    return state


@njit(cache=True)
def stations(states: States, state: int, num: int) -> Array:
    """The station of each task (n,), from the chain of states that ends in `state`."""
    station = np.zeros(num, np.int64)
    while states.level[state]:
        before = states.parent[state]
        for j in range(num):
            if has(states.bits[state], j) and not has(states.bits[before], j):
                station[j] = states.level[state] - 1
        state = before
    return station
