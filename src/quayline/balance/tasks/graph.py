"""Tasks as arrays: times, what comes before what, what must not meet, who may be where."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from quayline.balance._kernels.search import Line
from quayline.balance._kernels.states import NONE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quayline.balance.tasks.bounds import Bounds

Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Graph:
    """n tasks. `time` (R, n) whole units of each resource, the first the one that is sized for; `direct` (n, n):
    i immediately before j; `apart` (n, n): never in one station; `zones`: the stations of a task from 0 on, in order
    (empty: any)."""

    time: Array
    direct: Array
    apart: Array
    zones: tuple[tuple[int, ...], ...]

    @property
    def is_zoned(self) -> bool:
        """Whether the number of a station means anything."""
        return any(self.zones)

    def followers(self) -> Array:
        """(n, n): j comes somewhere after i."""
        reach = self.direct.copy()
        for j in self.order()[::-1]:
            reach[j] |= reach[reach[j]].any(axis=0)
        return reach

    def order(self) -> list[int]:
        """Every task behind all that come before it; ValueError where there is none, with a task of a circle."""
        missing = self.direct.sum(axis=0)
        found = np.flatnonzero(missing == 0).tolist()
        for j in found:
            missing -= self.direct[j]
            found += np.flatnonzero(self.direct[j] & (missing == 0)).tolist()
        if len(found) < len(missing):
            raise ValueError("tasks that wait for each other", int(np.flatnonzero(missing > 0)[0]))
        return found

    def sorted(self, order: Sequence[int]) -> Graph:
        """Tasks in another order."""
        at = np.asarray(order)
        across = np.ix_(at, at)
        return Graph(self.time[:, at], self.direct[across], self.apart[across], tuple(self.zones[j] for j in order))

    def reversed(self, num_stations: int) -> Graph:
        """The same line of `num_stations` walked from its end."""
        zones = tuple(tuple(sorted(num_stations - 1 - k for k in zone if k < num_stations)) for zone in self.zones)
        return replace(self, direct=self.direct.T.copy(), zones=zones)


def pack(graph: Graph, cap: Array, num_stations: int, bounds: Bounds) -> Line:
    """What the search asks, for stations of `cap` (R,)."""
    num = graph.direct.shape[0]
    is_open = np.ones((num_stations, num), np.bool_)
    for j, zone in enumerate(graph.zones):
        if zone:
            is_open[:, j] = False
            is_open[[k for k in zone if k < num_stations], j] = True
    last = np.minimum(bounds.latest, num_stations - 1 - is_open[::-1].argmax(axis=0))
    due = last <= np.arange(num_stations)[:, None]
    reach = graph.followers()
    return Line(
        graph.time, cap, bounds.weight, bounds.limit, _neighbours(graph.direct.T), _neighbours(graph.direct),
        _sets(_better(graph.time, reach)), _sets(graph.apart), is_open,
        np.array([not zone for zone in graph.zones]) & ~graph.apart.any(axis=1), _sets(due),
    )  # fmt: skip


def _better(time: Array, reach: Array) -> Array:
    """(n, n): j may take the place of i: as long in every resource, followed by all that follows i, not related."""
    longer = (time[:, None, :] >= time[:, :, None]).all(axis=0)
    missed = reach.astype(np.float32) @ (~reach).T.astype(np.float32)  # followers of i that do not follow j
    better = longer & (missed == 0) & ~reach & ~reach.T
    first = np.tri(len(reach), k=-1, dtype=bool)  # of two that may take each other's place, the first is the better
    found: Array = better & (~better.T | first)
    return found


def _sets(members: Array) -> Array:
    """(k, n) as sets of tasks (k, W)."""
    rows, num = members.shape
    padded = np.zeros((rows, -(-num // 64) * 64), np.uint8)
    padded[:, :num] = members
    return np.packbits(padded, axis=1, bitorder="little").view(np.uint64)


def _neighbours(arcs: Array) -> Array:
    """(n, k): the tasks that each row of `arcs` (n, n) names, filled with NONE."""
    width = max(1, int(arcs.sum(axis=1).max(initial=0)))
    found = np.full((len(arcs), width + 1), NONE, np.int64)
    for j, row in enumerate(arcs):
        names = np.flatnonzero(row)
        found[j, : len(names)] = names
    return found
