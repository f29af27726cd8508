"""A run's line simulated again: replications, where the bottleneck is, what would move it, and what-if."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from quayline.base.errors import RunError
from quayline.base.random import key
from quayline.flow.active import active_periods, by_hour_of_shift, by_slot, reign, shares
from quayline.flow.engine import stream_network
from quayline.flow.layout import lay_out
from quayline.flow.losses import Whereabouts, losses
from quayline.flow.replications import nothing, replicate
from quayline.flow.sensitivity import sensitivity
from quayline.flow.shifts import shift_starts
from quayline.flow.trace import station_trace
from quayline.flow.window import planned, seconds_of, waiting
from quayline.quality.solve import Draws
from quayline.study.line_change import changed
from quayline.study.replication import Replication
from quayline.study.run import Params

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import polars as pl

    from quayline.flow.losses import Losses
    from quayline.flow.sensitivity import Sensitivity
    from quayline.flow.window import Window
    from quayline.scenario.schema import Scenario
    from quayline.store.folder import RunFolder

WAITING_CARS = 4000
"""Cars that wait in front of the line when it is asked what it can do."""


@dataclass(frozen=True)
class Span:
    """Dates, the last one included."""

    from_on: date
    to_on: date


@dataclass(frozen=True)
class Reign:
    """Shares of time in which a station is the bottleneck: alone, and shifting from or to another."""

    section: str
    station: str
    sole_share: float
    shifting_share: float


@dataclass(frozen=True)
class Bottleneck:
    """Stations by their share of time as the bottleneck, the largest first; by hour of a day, and by hour since the
    shift began, over all shifts."""

    stations: list[Reign]
    by_hour: list[tuple[str, str]]
    by_hour_of_shift: list[str]
    on: date

    @property
    def rivals(self) -> list[Reign]:
        """Stations that may be it: while each shifts, another is the bottleneck too, so that whoever with that time has
        less than one has alone is none."""
        least = max((each.sole_share for each in self.stations), default=0.0)
        return [each for each in self.stations if each.sole_share + each.shifting_share >= least]


class Bench:
    """The line of a finished run with its plan, sequence and crew, ready to be simulated again.

    With `changes` (see `line_change`) the line is another one; the plan stays. Raises ScenarioError for changes that
    cannot be, RunError for a run that cannot be read.
    """

    def __init__(self, run: RunFolder, changes: Iterable[str] = ()):
        self.scenario: Scenario = changed(run.scenario, changes)
        self.plan, self.sequence = run.record("plan"), run.record("sequence")
        self.crew = run.record("balance")
        self.seed = int(run.manifest["seed"])
        self.layout = lay_out(self.scenario, self.plan, self.sequence, self.crew, run.record("quality"))
        self.draws = Draws(self.scenario, self.plan, self.sequence, Params.of(run.manifest["params"]).quality)

    def seed_of(self, replication: int) -> int:
        """The seed of a replication; the first is the run's own."""
        return self.seed if replication == 0 else key(self.seed, "replication", str(replication))

    def seconds(self, day: date) -> float:
        """Seconds from the horizon's start to `day`."""
        return seconds_of(day, self.scenario.horizon.start)

    def busiest_year(self) -> Span:
        """The calendar year with the most cars planned, within the horizon."""
        years, cars = np.unique(self.layout.build_on.dt.year().to_numpy(), return_counts=True)
        year = int(years[np.argmax(cars)])
        horizon = self.scenario.horizon
        return Span(max(date(year, 1, 1), horizon.start), min(date(year, 12, 31), horizon.end))

    def first_week(self, span: Span) -> Span:
        """Seven days of a span, from the first on which a car is planned (of the span's first day without one)."""
        days = self.layout.build_on.filter(self.layout.build_on.is_between(span.from_on, span.to_on)).to_list()
        first = min(days, default=span.from_on)
        return Span(first, min(span.to_on, first + timedelta(days=6)))

    def window(self, span: Span) -> Window:
        """The cars planned in a span, until its end; raises RunError when there is none."""
        try:
            return planned(self.layout, self.seconds(span.from_on), self.seconds(span.to_on + timedelta(days=1)))
        except ValueError as fault:
            raise RunError(f"{span.from_on} to {span.to_on}: {fault}") from fault

    def replications(
        self, span: Span, num: int, half_width: float | None = None, told: Callable[[int, int], None] = nothing
    ) -> dict[str, list[float]]:
        """Headline figures of `num` replications; with `half_width` until the interval of `jph` is that narrow."""
        one = Replication(self.layout, self.window(span), self.draws)
        narrow = "jph" if half_width is not None else None
        return replicate(
            lambda r: one.headline(self.seed_of(r)), num, told=told, narrow=narrow, half_width=half_width or 0.0
        )  # fmt: skip

    def losses(self, span: Span) -> tuple[list[Losses], dict[str, int]]:
        """What the moving lines lost in the run's own replication, and where cars not built stand."""
        window = self.window(span)
        where = Whereabouts(window.network)
        totals = stream_network(window.network, [window.cars], self.seed, window.end_s, where)
        return losses(window, totals, where.left), where.table(len(window.cars.release_s))

    def trace(self, span: Span) -> pl.DataFrame:
        """The station trace of the cars planned in a span (see `station_trace`), by `order_id` in place of `car`."""
        window = self.window(span)
        rows = station_trace(window, window.simulated(self.seed, len(window.cars.release_s)))
        orders = self.layout.order_id[window.first :][rows["car"].to_numpy()]
        return rows.with_columns(car=orders).rename({"car": "order_id"})

    def levers(self, span: Span, num: int, told: Callable[[int, int], None] = nothing) -> Sensitivity:
        """What the line can do from the span's first day on, and what one per cent less time at a station gains."""
        return sensitivity(self._waiting(span), self.seed_of, num, told=told)

    def _waiting(self, span: Span) -> Window:
        return waiting(self.layout, self.seconds(span.from_on), WAITING_CARS)

    def bottleneck(self, span: Span) -> Bottleneck:
        """The bottleneck by active period while cars wait in front of the line, and its way over one day."""
        window = self._waiting(span)
        outcome = window.simulated(self.seed, len(window.cars.release_s))
        left_s = window.left_s(outcome)
        begin, end = float(np.nanmin(left_s)), float(outcome.enter_s[:, 0].max())
        found = reign(active_periods(window, outcome), begin, end)
        names = list(zip(outcome.stations.section, outcome.stations.name, strict=True))
        sole, shifting = shares(found, window.calendar, len(names))
        best = np.argsort(-(sole + shifting), kind="stable")[:5]
        day = self.scenario.horizon.start + timedelta(seconds=(begin + end) / 2)
        midnight = self.seconds(day)
        starts_s = shift_starts(self.scenario, self.plan)
        starts_s = starts_s[(starts_s >= begin) & (starts_s < end)]
        hours = by_slot(found, window.calendar, midnight + 3600.0 * np.arange(25.0))
        reigns = [Reign(names[k][0], names[k][1], float(sole[k]), float(shifting[k])) for k in best]
        return Bottleneck(
            [each for each in reigns if each.sole_share + each.shifting_share > 0],
            [(f"{hour:02d}:00", names[k][0]) for hour, k in enumerate(hours) if k >= 0],
            [names[k][0] if k >= 0 else "" for k in by_hour_of_shift(found, window.calendar, starts_s)],
            day,
        )  # fmt: skip
