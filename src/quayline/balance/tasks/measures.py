"""Figures of an assignment: loads and idle time by station, smoothness, which model overloads what and when."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from quayline.balance.tasks.graph import Array
    from quayline.balance.tasks.solve import Assignment

ROUNDING_S = 1e-9


@dataclass(frozen=True)
class StationLoad:
    """A station, numbered from 1: its tasks, the work of the mean car, idle time in the takt, work by model."""

    number: int
    tasks: tuple[str, ...]
    load_s: float
    idle_s: float
    by_model_s: tuple[float, ...]


@dataclass(frozen=True)
class Overload:
    """A model that has more work at a station than the takt.

    `work_s` with all its options; behind a station that is on time, the worker is `drift_s` behind after one such car
    and beyond the takt's share that was allowed after `cars` in a row.
    """

    station: int
    model: str
    work_s: float
    drift_s: float
    cars: int


def loads_s(found: Assignment, times_s: Array) -> Array:
    """Work of each model at each station (S, V) in seconds, for times (V, n)."""
    load = np.zeros((found.num_stations, len(times_s)))
    np.add.at(load, found.station, times_s.T)
    return load


def stations(found: Assignment) -> list[StationLoad]:
    """Every station with its load."""
    by_model = loads_s(found, found.work.by_model_s)
    mean = np.einsum("sv,v->s", by_model, [float(share) for share in found.work.share])
    names = [task.id for task in found.work.tasks.tasks]
    return [
        StationLoad(
            k + 1, tuple(name for name, at in zip(names, found.station, strict=True) if at == k),
            float(mean[k]), found.takt_s - float(mean[k]), tuple(by_model[k].tolist()),
        )
        for k in range(found.num_stations)
    ]  # fmt: skip


def idle_share(found: Assignment) -> float:
    """Part of the working time of all stations in which the mean car gives them nothing to do (balance delay)."""
    return sum(row.idle_s for row in stations(found)) / (found.takt_s * found.num_stations)


def smoothness_s(found: Assignment) -> float:
    """Smoothness index: root of the sum over stations of squared distance to the largest load, in seconds."""
    loads = [row.load_s for row in stations(found)]
    return math.sqrt(sum((max(loads) - load) ** 2 for load in loads))


def horizontal_s(found: Assignment) -> float:
    """How uneven the models are at one station: mean distance of a car's work from the station's mean, in seconds."""
    share = [float(part) for part in found.work.share]
    return sum(
        part * abs(work - row.load_s)
        for row in stations(found)
        for part, work in zip(share, row.by_model_s, strict=True)
    ) / found.num_stations


def overloads(found: Assignment, drift_share: float) -> list[Overload]:
    """Which model overloads which station, worst first; `drift_share`: how far behind a worker may be, in takts."""
    rows = []
    for k, row in enumerate(loads_s(found, found.work.at_most_s)):
        for model, work_s in zip(found.work.models, row.tolist(), strict=True):
            if (drift_s := work_s - found.takt_s) > ROUNDING_S:
                cars = math.floor(drift_share * found.takt_s / drift_s + ROUNDING_S) + 1
                rows.append(Overload(k + 1, model, work_s, drift_s, cars))
    return sorted(rows, key=lambda one: (-one.drift_s, one.station, one.model))
