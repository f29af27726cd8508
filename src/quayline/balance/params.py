"""Settings of the balance engine."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class TaskParams:
    """How long tasks are assigned for.

    `max_steps`: of the longest search for one number of stations and one takt, each way along the line; a step puts a
    task into the load of a station. `max_states`: sets of tasks that such a search remembers. `num_kicks`: times for
    each task that the evening out of loads starts again from its best. `covers_heaviest`: not only the mean car but
    each model, options at their take rate, keeps the takt at every station.
    """

    max_steps: int = 20_000_000
    max_states: int = 2_000_000
    num_kicks: int = 5
    covers_heaviest: bool = False


@dataclass(frozen=True)
class BalanceParams:
    """Which car the crew is sized for.

    `cover_heaviest`: add people until no variant that is wanted has more work than the takt at the average
    station. Otherwise the crew is that of the average car, and heavier variants work ahead or drift.
    """

    cover_heaviest: bool = False
    tasks: TaskParams = field(default_factory=TaskParams)
