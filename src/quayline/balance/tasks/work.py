"""The times of tasks on every kind of car, exactly: as fractions of a second, then as whole units."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TYPE_CHECKING

import numpy as np

from quayline.balance.tasks.graph import Graph
from quayline.base.errors import Fault, ScenarioError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quayline.balance.tasks.graph import Array
    from quayline.scenario.tasks import Tasks

MOST_UNITS = 2**52
"""All tasks together; the bounds multiply by less than 2^10."""


@dataclass(frozen=True)
class Work:
    """n tasks on V models. `time_s` (V, n): on a car of the model that has the task's option; `taken` (V, n): on which
    part of them it is done; `share` (V,) of each model in the mix."""

    tasks: Tasks
    models: tuple[str, ...]
    time_s: tuple[tuple[Fraction, ...], ...]
    taken: tuple[tuple[Fraction, ...], ...]
    share: tuple[Fraction, ...]

    def means(self) -> list[list[Fraction]]:
        """Mean time of each task on each model, options by their take rate."""
        rows = zip(self.time_s, self.taken, strict=True)
        return [[t * p for t, p in zip(times, taken, strict=True)] for times, taken in rows]

    @property
    def by_model_s(self) -> Array:
        """The same in seconds (V, n)."""
        return np.array([[float(t) for t in row] for row in self.means()])

    @property
    def at_most_s(self) -> Array:
        """Time of each task on a car of each model with every option that the model may have (V, n)."""
        rows = zip(self.time_s, self.taken, strict=True)
        return np.array([[float(t) if p else 0.0 for t, p in zip(*row, strict=True)] for row in rows])

    def graph(self, covers_heaviest: bool) -> tuple[Graph, int]:
        """Tasks in whole units of time, and units in a second. The mean car is the first resource; with
        `covers_heaviest` each model is another one. ScenarioError where the units are too many to count."""
        models = self.means()
        mean = [
            sum((share * time for share, time in zip(self.share, column, strict=True)), Fraction())
            for column in zip(*models, strict=True)
        ]
        rows = [mean, *models] if covers_heaviest and len(models) > 1 else [mean]
        unit = lcm(*(time.denominator for row in rows for time in row))
        if max(sum(row) for row in rows) * unit > MOST_UNITS:
            told = f"times and shares need units of 1/{unit} s, too many to count: round them"
            raise ScenarioError([Fault(", ".join(self.models), 0, 0, "tasks", told)])
        time = np.array([[int(value * unit) for value in row] for row in rows], np.int64)
        names = [task.id for task in self.tasks.tasks]
        at = {name: j for j, name in enumerate(names)}
        direct, apart = np.zeros((len(names), len(names)), bool), np.zeros((len(names), len(names)), bool)
        for j, task in enumerate(self.tasks.tasks):
            direct[[at[name] for name in task.after.split()], j] = True
            others = [at[name] for name in task.apart.split()]
            apart[j, others] = apart[others, j] = True
        zones = {zone.id: tuple(range(zone.first - 1, zone.last)) for zone in self.tasks.zones}
        return Graph(time, direct, apart, tuple(zones[t.zone] if t.zone else () for t in self.tasks.tasks)), unit


def work_of(
    tasks: Tasks, models: Sequence[str], shares: Sequence[float], takes: Sequence[Mapping[str, float]]
) -> Work:
    """The work of `tasks` on `models` with their `shares`, each with its take rate by option.

    Figures count as the decimals they are written as, times to the microsecond.
    """
    special = {(row.task, row.model): _exact(round(row.time_s, 6)) for row in tasks.times}
    total = sum(map(_exact, shares))
    times = [[special.get((t.id, model), _exact(round(t.time_s, 6))) for t in tasks.tasks] for model in models]
    taken = [[_exact(take.get(t.option, 0.0)) if t.option else Fraction(1) for t in tasks.tasks] for take in takes]
    return Work(
        tasks, tuple(models), tuple(map(tuple, times)), tuple(map(tuple, taken)),
        tuple(_exact(share) / total for share in shares),
    )  # fmt: skip


def _exact(value: float) -> Fraction:
    return Fraction(repr(float(value)))
