"""Tasks onto stations: the fewest for a takt or the least takt for so many, then as even as can be found."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from quayline.balance._kernels.smooth import smooth
from quayline.balance.tasks.bounds import bounds
from quayline.balance.tasks.graph import pack
from quayline.balance.tasks.search import fewest_stations, least_takt
from quayline.balance.tasks.work import work_of
from quayline.base.errors import Fault, InfeasibleError, ScenarioError
from quayline.base.random import stream

if TYPE_CHECKING:
    from quayline.balance.params import TaskParams
    from quayline.balance.tasks.graph import Array, Graph
    from quayline.balance.tasks.search import Found
    from quayline.balance.tasks.work import Work
    from quayline.scenario.tasks import TaskFile


@dataclass(frozen=True)
class Assignment:
    """Which task is done where: `station` (n,) from 0 on of `num_stations` at `takt_s`.

    `sought` is what was minimised: stations, no fewer than `bound`, or the takt in seconds, no less than `bound`.
    """

    work: Work
    takt_s: float
    num_stations: int
    station: Array
    sought: str
    bound: float
    steps: int
    states: int

    @property
    def is_proven(self) -> bool:
        """Whether no better one exists."""
        return self.bound == (self.num_stations if self.sought == "stations" else self.takt_s)


def assign_for_takt(
    work: Work, takt_s: float, params: TaskParams, seed: int = 1, most: int | None = None
) -> Assignment:
    """The fewest stations at which the mean car keeps `takt_s` (with `params.covers_heaviest`: every model).

    Raises InfeasibleError where a task is longer or `most` stations do not do, ScenarioError for
    figures too fine to count.
    """
    graph, unit = work.graph(params.covers_heaviest)
    # Loads are whole units, and none is more than all the work: what a station has beyond that does not help.
    cap = min(int(Fraction(repr(float(takt_s))) * unit), max(1, int(graph.time.sum(axis=1).max())))
    _refuse_longer(work, graph, cap, unit)
    found = fewest_stations(graph, cap, params, most)
    station = _evened(work, found, found.value, cap, params, seed)
    return Assignment(work, takt_s, found.value, station, "stations", found.bound, found.steps, found.states)


def _refuse_longer(work: Work, graph: Graph, cap: int, unit: int) -> None:
    """InfeasibleError with every task longer than the takt, on the mean car or, where models count, on one of them."""
    longest = graph.time.max(axis=0)
    told = [f"{work.tasks.tasks[j].id} takes {longest[j] / unit:g} s" for j in np.flatnonzero(longest > cap)]
    if told:
        raise InfeasibleError(f"{', '.join(told)}: more than the takt of {cap / unit:g} s")


def assign_to_stations(work: Work, num_stations: int, params: TaskParams, seed: int = 1) -> Assignment:
    """The least takt that `num_stations` can keep. Raises as `assign_for_takt`."""
    graph, unit = work.graph(params.covers_heaviest)
    found = least_takt(graph, num_stations, params)
    takt_s = found.value / unit
    station = _evened(work, found, num_stations, found.value, params, seed)
    return Assignment(work, takt_s, num_stations, station, "takt", found.bound / unit, found.steps, found.states)


def _evened(work: Work, found: Found, num_stations: int, cap: int, params: TaskParams, seed: int) -> Array:
    graph, unit = work.graph(params.covers_heaviest)
    caps = np.full(len(graph.time), cap)
    line = pack(graph, caps, num_stations, bounds(graph, caps, num_stations))
    draws = stream(seed, "balance", "tasks").random((params.num_kicks * graph.time.shape[1], 2))
    share = np.array([float(part) for part in work.share])
    even: Array = smooth(line, np.ascontiguousarray(work.by_model_s.T * unit / cap), share, found.station, draws)
    return even


def assign_file(given: TaskFile, params: TaskParams, seed: int = 1) -> Assignment:
    """The tasks of a file onto stations, for its takt or its number of stations.

    Raises ScenarioError where it has neither, or figures too fine to count; InfeasibleError as `assign_for_takt`.
    """
    takes = {option.id: option.share for option in given.options}
    models = [model.id for model in given.models] or [given.line]
    shares = [model.share for model in given.models] or [1.0]
    work = work_of(given, models, shares, [takes] * len(models))
    if given.stations is not None:
        return assign_to_stations(work, given.stations, params, seed)
    if given.takt_s is not None:
        return assign_for_takt(work, given.takt_s, params, seed)
    raise ScenarioError([Fault(given.line, 0, 0, "takt", "expected a takt or a number of stations, got neither")])
