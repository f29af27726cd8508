"""Replications of a line that is drawn as a network: the answer that a serial line gives, from the plant's engine."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from quayline.base.random import key
from quayline.flow.engine import simulate_network, stream_network
from quayline.flow.line._kernels_draws import drawn
from quayline.flow.line._kernels_wave import LAW
from quayline.flow.line.drawing import LAST_S
from quayline.flow.line.pack import SOURCE, Laws
from quayline.flow.line.result import (
    BayQueue,
    CrewLoad,
    LineResult,
    Replications,
    joined,
    refuse_numbers,
    stride_of,
    until_narrow,
)
from quayline.flow.network import Cars
from quayline.flow.statistics import mser_5

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.flow.engine import Outcome, Totals
    from quayline.flow.line.model import Law
    from quayline.flow.network import Floats, Ints, Network
    from quayline.flow.slots import Passed

_LEAST = 10  # parts that leave after the warm-up
_BLOCK = 4096


@dataclass(frozen=True, eq=False)
class Supply:
    """Parts for a network: `parts` of the types `mix`, over and over, arriving by a law (None: all wait in front)."""

    network: Network
    mix: Ints
    arrivals: Law | None
    parts: int
    seed: int

    def own_seed(self, replication: int) -> int:
        """Replications are runs with other seeds; the first is the run that the seed itself names."""
        return self.seed if replication == 0 else key(self.seed, "replication", str(replication)) >> 1

    def cars(self, replication: int) -> Iterator[Cars]:
        """All parts, block by block."""
        kinds, last_s = len(self.network.all_bays), 0.0
        for first in range(0, self.parts, _BLOCK):
            number = np.arange(first, min(first + _BLOCK, self.parts))
            release_s = np.zeros(len(number))
            if self.arrivals is not None:
                gaps_s = self._gaps_s(self.arrivals, number, replication)
                gaps_s[0] += last_s
                release_s = np.cumsum(gaps_s)
                last_s = float(release_s[-1])
            yield Cars(self.mix[number % len(self.mix)], release_s, np.zeros((kinds, len(number))))

    def _gaps_s(self, law: Law, number: Ints, replication: int) -> Floats:
        """Time from the arrival before to that of each part."""
        laws = Laws()
        record = np.array([laws.record(law)], LAW)[0]
        own = np.uint64(key(self.seed, "line", str(replication), SOURCE, "work"))
        table = np.array([*laws.table, 0.0])
        return np.array([drawn(record, table, own, part) for part in number])


@dataclass(frozen=True, eq=False)
class DrawnResult(LineResult):
    """A line's result, with its network. What stations, bays and crews did is over the whole run, warm-up included."""

    supply: Supply = field(repr=False)

    @property
    def network(self) -> Network:
        """What was simulated."""
        return self.supply.network

    @cached_property
    def first(self) -> Outcome:
        """The first replication over the whole run, simulated again with the times of every part kept."""
        blocks = list(self.supply.cars(0))
        every = Cars(*(np.concatenate([getattr(block, name) for block in blocks], axis=-1)
                       for name in ("car_type", "release_s", "repair_s")))  # fmt: skip
        return simulate_network(self.network, every, self.supply.own_seed(0), LAST_S)


class _Departures:
    """Hears of parts that are gone, and keeps of every `stride`-th that left, the first and that which ends the
    warm-up: its number, when it left, and how long all up to it were in the line: those that left, and all gone.

    Where parts arrive they are in the line from then on, before an endless supply from the first station on.
    """

    def __init__(self, last_column: int, stride: int, warmup: int | None, arrive: bool):
        self._last, self._stride, self._warmup, self._arrive = last_column, stride, warmup, arrive
        self._kept: list[Floats] = []
        self.num, self.num_scrapped, self.last_s = 0, 0, 0.0
        self.spent_s, self.inside_s, self.waited_s = 0.0, 0.0, 0.0

    def __call__(self, cars: Passed) -> None:
        """Parts that are gone after all that were heard of before, and at the end some that are still there."""
        left_s, entered_s = cars.leave_s[:, self._last], cars.enter_s[:, 0]
        gone_s = np.minimum(left_s, cars.scrapped_s)
        order = np.argsort(gone_s, kind="stable")[: int(np.isfinite(gone_s).sum())]
        if not len(order):
            return
        begun_s = cars.release_s if self._arrive else entered_s
        gone_s, is_left, inside_s = gone_s[order], np.isfinite(left_s[order]), (gone_s - begun_s)[order]
        number = self.num + np.cumsum(is_left)
        spent_s = self.spent_s + np.cumsum(np.where(is_left, inside_s, 0.0))
        inside_s = self.inside_s + np.cumsum(inside_s)
        kept = is_left & ((number % self._stride == 0) | (number == 1) | (number == self._warmup))
        self._kept.append(np.array([number[kept], gone_s[kept], spent_s[kept], inside_s[kept]]))
        self.num_scrapped += int((~is_left).sum())
        self.num, self.spent_s, self.inside_s = int(number[-1]), float(spent_s[-1]), float(inside_s[-1])
        self.last_s = float(np.max(gone_s[is_left], initial=self.last_s))
        if self._arrive:
            self.waited_s += float((entered_s - cars.release_s)[order].sum())

    def points(self) -> Floats:
        """Every `stride`-th departure."""
        number, left_s, _, _ = np.concatenate(self._kept, axis=1)
        found: Floats = left_s[number % self._stride == 0]
        return found

    def after(self, warmup: int) -> tuple[float, float, float]:
        """Parts a second from the last part of the warm-up on, the mean time in the line of those that left behind it,
        and mean parts in the line."""
        kept = np.concatenate(self._kept, axis=1)
        num, left_s, spent_s, inside_s = kept[:, np.searchsorted(kept[0], max(warmup, 1))].tolist()
        counted, window_s = self.num - int(num), self.last_s - left_s
        lead_s = self.spent_s / self.num if warmup == 0 else (self.spent_s - spent_s) / counted
        return counted / window_s, lead_s, (self.inside_s - inside_s) / window_s


def simulate_drawn(
    network: Network, mix: Ints, arrivals: Law | None, parts: int, warmup: int | None, replications: int, seed: int,
    half_width: float | None = None,
) -> DrawnResult:  # fmt: skip
    """Simulate `parts` parts of the types `mix`, over and over, in each of `replications`; as `simulate_line` does.

    Memory does not grow with the number of parts. Same network and seed give the same bits on any number of threads.
    Raises ValueError for numbers that cannot be, DeadlockError when the line comes to rest for good.
    """
    refuse_numbers(parts, warmup, replications, seed, half_width, _LEAST)
    supply, stride, found = Supply(network, mix, arrivals, parts, seed), stride_of(parts), warmup is None
    heard: dict[int, tuple[_Departures, Totals]] = {}
    if warmup is None:
        pilot = until_narrow(partial(_some, supply, stride, None, heard), replications, 1, None)
        gaps = np.diff(pilot.departures_s.mean(axis=1), prepend=0.0)
        warmup = min(mser_5(gaps) * stride, min(run.num for run, _ in heard.values()) - _LEAST)
    every = until_narrow(partial(_some, supply, stride, warmup, heard), replications, 1, half_width)
    names = heard[0][1].stations.name
    base = every.result(seed, parts, warmup, found, stride, names)
    runs = [heard[replication] for replication in range(len(every.rates))]
    scrapped = float(np.mean([run.num_scrapped / (run.num + run.num_scrapped) for run, _ in runs]))
    more = {"scrapped": scrapped, "bays": _bays(network, runs), "crews": _crews(network, runs)}
    return DrawnResult(**{**vars(base), **more}, supply=supply)


def _bays(network: Network, runs: list[tuple[_Departures, Totals]]) -> tuple[BayQueue, ...]:
    """The queues before repair bays until the last part left."""
    calendar, found = network.calendars[0], []
    for name in (f"{gate}/{bays.name}" for gate, bays in network.all_bays):
        waiting = [totals.bay_fill[name][0] * _length(calendar) / _length(calendar, run.last_s) for run, totals in runs]
        found.append(BayQueue(name, float(np.mean(waiting)), max(totals.bay_fill[name][1] for _, totals in runs)))
    return tuple(found)


def _crews(network: Network, runs: list[tuple[_Departures, Totals]]) -> tuple[CrewLoad, ...]:
    """How busy crews are, and the failures that wait for them, by the clock until the last part left."""
    found = []
    for crew in network.crews:
        busy = np.mean([totals.crews[crew.name][0] / (crew.people * run.last_s) for run, totals in runs])
        waiting = np.mean([totals.crews[crew.name][1] / run.last_s for run, totals in runs])
        found.append(CrewLoad(crew.name, float(busy), float(waiting)))
    return tuple(found)


def _length(calendar: Floats, until_s: float = LAST_S) -> float:
    """Working time of a calendar until a moment."""
    return float(np.clip(until_s - calendar[:, 0], 0.0, calendar[:, 1] - calendar[:, 0]).sum())


def _some(
    supply: Supply, stride: int, warmup: int | None, heard: dict[int, tuple[_Departures, Totals]], chosen: range
) -> Replications:
    """Replications without what came before the warm-up; those already heard of are not simulated again."""
    found = []
    for replication in chosen:
        if replication not in heard:
            run = _Departures(supply.network.last_column, stride, warmup, supply.arrivals is not None)
            seed, cars = supply.own_seed(replication), supply.cars(replication)
            heard[replication] = run, stream_network(supply.network, cars, seed, LAST_S, run)
        run, totals = heard[replication]
        if run.num < (warmup or 0) + _LEAST or run.num < 2 * _LEAST:
            raise ValueError(f"only {run.num} of {supply.parts} parts left the line, the first {warmup or 0} of them "
                             "not counted: the rest were scrapped or its hours were over")  # fmt: skip
        rate, lead_s, wip = (np.array([figure]) for figure in run.after(warmup or 0))
        shares = _shares(supply.network, totals, run)
        found.append(Replications(rate, lead_s, wip, shares[..., None], run.points()[:, None]))
    return joined(found)


def _shares(network: Network, totals: Totals, run: _Departures) -> Floats:
    """What every station did until the last part left (5, stations), as in `StationShares`.

    A station of a moving line also waits for the takt: that is the rest.
    """
    calendar, s = network.calendars[0], totals.stations
    worked_s, all_s = _length(calendar, run.last_s), _length(calendar)
    whole = s.working_s / all_s * worked_s
    starved = np.maximum(s.starved_s - (s.working_s - whole), 0.0)  # not after the last part has left
    states = (s.busy_s, s.down_s + s.maintenance_s, s.blocked_s, starved)
    queue = np.append(0.0, s.queue_s[:-1]) / worked_s  # the engine counts behind a station
    for k, name in enumerate(s.section):
        if k == 0 or s.section[k - 1] != name:
            queue[k] = totals.fill[name][0] * all_s / worked_s
    queue[0] += run.waited_s / run.last_s
    return np.array([*(state / whole for state in states), queue])
