"""Lower bounds on the number of stations: by size alone, and by what stands before and behind a task.

Fekete and Schepers, Math. Programming 91 (2001) 11-31, for the dual feasible functions, which include the bounds LM1 to
LM3 of Scholl and Becker, EJOR 168 (2006) 666-693; their LM4 for heads and tails.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from quayline.balance.tasks.graph import Array, Graph

MOST = 12
"""Bounds that the search carries along."""
STEPS = 24
"""Largest k of the rounding functions u(k)."""


@dataclass(frozen=True)
class Bounds:
    """`weight` (D, n) of which a station holds `limit` (D,), the first of them the time; `latest` (n,): last station of
    each task from 0 on; `stations`: fewest that can do."""

    weight: Array
    limit: Array
    latest: Array
    stations: int


def bounds(graph: Graph, cap: Array, num_stations: int) -> Bounds:
    """Bounds for `num_stations` of `cap` (R,)."""
    weights, limits, tails, ends = [], [], [], []
    for time, size in zip(graph.time, cap.tolist(), strict=True):
        weight, limit = dual_feasible(time, size)
        weights.append(weight)
        limits.append(limit)
        tail, most = _tails(graph, time, size)
        tails.append(-(-(tail + time) // size))
        ends.append(most)
    weight, limit = np.concatenate(weights), np.concatenate(limits)
    stations = -(-weight.sum(axis=1) // limit)
    zone_ends = [zone[0] + 1 for zone in graph.zones if zone]
    slack = (limit * num_stations - weight.sum(axis=1)) / limit
    kept = np.unique(np.append(0, np.argsort(slack, kind="stable")[:MOST]))
    return Bounds(
        weight[kept], limit[kept], num_stations - np.max(tails, axis=0),
        max(1, int(stations.max()), *ends, *zone_ends),
    )  # fmt: skip


def dual_feasible(time: Array, cap: int) -> tuple[Array, Array]:
    """Weights (D, n) of the tasks and what a station holds of each (D,): whatever fits into `cap` keeps every limit.

    U(e) counts tasks above cap - e as whole stations and those below e as none; u(k) rounds shares of a station down
    to k-ths, unless they are (k + 1)-ths exactly.
    """
    small = np.unique(time[2 * time <= cap])
    cut = np.append(0, small)[:, None]
    shortened = np.where(time > cap - cut, cap, np.where(time < cut, 0, time))
    shortened = np.unique(shortened, axis=0)
    k = np.arange(1, STEPS + 1)[:, None, None]
    exact = (k + 1) * shortened % cap == 0
    rounded = np.where(exact, k * shortened, (k + 1) * shortened // cap * cap)
    weight = np.concatenate([time[None], shortened, rounded.reshape(-1, len(time))])
    limit = np.concatenate([np.full(1 + len(shortened), cap), np.repeat(k.ravel() * cap, len(shortened))])
    return weight, limit


def _tails(graph: Graph, time: Array, cap: int) -> tuple[Array, int]:
    """Time from the end of each task to the end of the line at the least (n,), and stations at the least.

    What follows is done one after another, the longest tail first; a task that cannot finish in the station in which
    its tail begins leaves the rest of that station empty.
    """
    reach = graph.followers()
    tail = np.zeros_like(time)
    for j in graph.order()[::-1]:
        tail[j] = _longest(time[reach[j]], tail[reach[j]])
        up = -(-tail[j] // cap) * cap
        if tail[j] + time[j] > up:
            tail[j] = up
    return tail, int(-(-_longest(time, tail) // cap))


def _longest(time: Array, tail: Array) -> int:
    order = np.argsort(-tail, kind="stable")
    return int((np.cumsum(time[order]) + tail[order]).max(initial=0))
