"""Fewest stations for a takt, least takt for a number of stations, and the proof that there is no better."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from quayline.balance._kernels.search import FOUND, NONE_EXISTS, search
from quayline.balance._kernels.states import room_for
from quayline.balance.tasks.bounds import bounds
from quayline.balance.tasks.graph import pack
from quayline.base.errors import InfeasibleError

if TYPE_CHECKING:
    from quayline.balance.params import TaskParams
    from quayline.balance.tasks.graph import Array, Graph

GROWTH = 12
"""Each stage of a search may take so many times the steps of the one before it."""
FIRST_STEPS, FIRST_LOADS, MORE_LOADS = 20_000, 50, 6
MERIT = 0.0002
"""Worth of a task that is left, against idle time in stations: large tasks are better done first."""


@dataclass
class Search:
    """Searches on one graph: `max_steps` of the longest one; counts what they took."""

    graph: Graph
    params: TaskParams
    steps: int = 0
    states: int = 0
    stages: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        steps, loads = FIRST_STEPS, FIRST_LOADS
        while steps < self.params.max_steps:
            self.stages.append((steps, loads))
            steps, loads = steps * GROWTH, loads * MORE_LOADS
        self.stages.append((self.params.max_steps, -1))

    def fits(self, cap: int, num_stations: int, stages: list[tuple[int, int]]) -> tuple[int, Array | None]:
        """Whether the tasks fit into `num_stations` of `cap`: FOUND with the station of each (n,), NONE_EXISTS, LIMIT.

        Each stage walks the line from its front and from its end; the longer ones look at more loads of a station.
        """
        if (self.graph.time > cap).any():
            return NONE_EXISTS, None
        status = -1
        for steps, loads in stages:
            for is_reversed in (False, True):
                status, station = self._walk(cap, num_stations, steps, loads, is_reversed)
                if status in (FOUND, NONE_EXISTS):
                    return status, station
        return status, None

    def _walk(self, cap: int, num_stations: int, steps: int, loads: int, is_reversed: bool) -> tuple[int, Array | None]:
        graph = self.graph.reversed(num_stations) if is_reversed else self.graph
        behind = graph.time[0] + graph.followers() @ graph.time[0]
        order = np.lexsort((-graph.time[0], -behind))
        graph = graph.sorted(order.tolist())
        caps = np.full(len(graph.time), cap)
        least = bounds(graph, caps, num_stations)
        if least.stations > num_stations or (least.latest < 0).any():
            return NONE_EXISTS, None
        line = pack(graph, caps, num_stations, least)
        states = room_for(self.params.max_states, line.due.shape[1], num_stations)
        merit = np.full(len(order), -MERIT)
        status, found, spent, num_states = search(line, states, graph.is_zoned, steps, loads, merit)
        self.steps += spent
        self.states += num_states
        if status != FOUND:
            return status, None
        station = np.empty_like(found)
        station[order] = found
        return FOUND, num_stations - 1 - station if is_reversed else station


@dataclass(frozen=True)
class Found:
    """The station of each task (n,), from 0 on; `value` stations, or takt in units of the graph's times, of which no
    less than `bound` can do; steps and states that it took."""

    station: Array
    value: int
    bound: int
    steps: int
    states: int


def fewest_stations(graph: Graph, cap: int, params: TaskParams, most: int | None = None) -> Found:
    """The fewest stations in which no resource exceeds `cap` (SALBP-1).

    From the lower bound up: the number is proven where every smaller one is. Raises InfeasibleError where `most`
    stations do not do.
    """
    again = Search(graph, params)
    bound = num = bounds(graph, np.full(len(graph.time), cap), 1).stations
    last = most or len(graph.zones) + max((zone[-1] + 1 for zone in graph.zones if zone), default=0)
    while num <= last:
        status, station = again.fits(cap, num, again.stages)
        if station is not None:
            return Found(station, num, bound, again.steps, again.states)
        if status == NONE_EXISTS and bound == num:
            bound += 1
        num += 1
    proof = "which is proven" if bound > last else f"as far as was searched; {bound} at least are needed"
    raise InfeasibleError(f"the tasks do not fit into {last} stations, {proof}")


def least_takt(graph: Graph, num_stations: int, params: TaskParams) -> Found:
    """The least takt that `num_stations` allow (SALBP-2), by bisection with searches that take longer and longer."""
    again = Search(graph, params)
    low = bound = max(1, int(graph.time.max()), *(-(-int(row.sum()) // num_stations) for row in graph.time))
    best, high = None, int(graph.time.sum(axis=1).max()) + 2
    step = 1
    for stage in again.stages:
        low = bound
        while low < high:
            cap = (low + high) // 2 if best is not None else low + step - 1
            status, station = again.fits(cap, num_stations, [stage])
            if station is not None:
                best, high = station, _longest(graph, station)
            else:
                if status == NONE_EXISTS:
                    bound = max(bound, cap + 1)
                low, step = cap + 1, 2 * step
        if best is not None and bound == high:
            break
    if best is None:
        raise InfeasibleError(f"the tasks do not fit into {num_stations} stations at any takt")
    return Found(best, high, bound, again.steps, again.states)


def _longest(graph: Graph, station: Array) -> int:
    """The largest load of a resource at a station, at least a unit."""
    return max(1, *(int(np.bincount(station, row.astype(float)).max()) for row in graph.time))
