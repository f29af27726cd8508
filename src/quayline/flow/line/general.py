"""Replications of a line that is drawn as a network: the answer that a serial line gives, from the plant's engine."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from quayline.base.random import key
from quayline.flow.engine import simulate_network, stream_network
from quayline.flow.line._kernels_draws import drawn
from quayline.flow.line._kernels_wave import LAW
from quayline.flow.line.drawing import LAST_S
from quayline.flow.line.pack import SOURCE, Laws
from quayline.flow.line.result import LineResult, Replications, joined, refuse_numbers, stride_of, until_narrow
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
    """A line's result, with its network. `stations` are over the whole run, warm-up included."""

    supply: Supply

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
    """Hears of parts that leave: when every `stride`-th did, the first and that which ends the warm-up, and how long
    all up to each were in the line."""

    def __init__(self, last_column: int, stride: int, warmup: int | None):
        self._last, self._stride, self._warmup = last_column, stride, warmup
        self.number: list[Ints] = []
        self.left_s: list[Floats] = []
        self.spent_s: list[Floats] = []
        self.num, self.total_s, self.last_s = 0, 0.0, 0.0

    def __call__(self, cars: Passed) -> None:
        """Parts that left after all that were heard of before."""
        left_s = cars.leave_s[:, self._last]
        order = np.argsort(left_s, kind="stable")[: int(np.isfinite(left_s).sum())]
        if not len(order):
            return
        number = self.num + 1 + np.arange(len(order))
        spent_s = self.total_s + np.cumsum(left_s[order] - cars.enter_s[order, 0])
        kept = (number % self._stride == 0) | (number == 1) | (number == self._warmup)
        self.number.append(number[kept])
        self.left_s.append(left_s[order][kept])
        self.spent_s.append(spent_s[kept])
        self.num, self.total_s, self.last_s = int(number[-1]), float(spent_s[-1]), float(left_s[order[-1]])

    def points(self) -> Floats:
        """Every `stride`-th departure."""
        found: Floats = np.concatenate(self.left_s)[np.concatenate(self.number) % self._stride == 0]
        return found

    def after(self, warmup: int) -> tuple[float, float]:
        """Parts a second from the last part of the warm-up on, and the mean time in the line of those behind it."""
        at = int(np.searchsorted(np.concatenate(self.number), max(warmup, 1)))
        num, left_s, spent_s = (np.concatenate(x)[at] for x in (self.number, self.left_s, self.spent_s))
        counted = self.num - int(num)
        lead_s = self.total_s / self.num if warmup == 0 else (self.total_s - float(spent_s)) / counted
        return counted / (self.last_s - float(left_s)), lead_s


def simulate_drawn(
    network: Network, mix: Ints, arrivals: Law | None, parts: int, warmup: int | None, replications: int, seed: int,
    half_width: float | None = None,
) -> DrawnResult:  # fmt: skip
    """Simulate `parts` parts of the types `mix`, over and over, in each of `replications`; as `simulate_line` does.

    Memory does not grow with the number of parts. Same network and seed give the same bits on any number of threads.
    Raises ValueError for numbers that cannot be, DeadlockError when the line comes to rest for good.
    """
    refuse_numbers(parts, warmup, replications, half_width, _LEAST)
    supply, stride, found = Supply(network, mix, arrivals, parts, seed), stride_of(parts), warmup is None
    heard: dict[int, tuple[_Departures, Totals]] = {}
    if warmup is None:
        pilot = until_narrow(partial(_some, supply, stride, None, heard), replications, 1, None)
        gaps = np.diff(pilot.departures_s.mean(axis=1), prepend=0.0)
        warmup = min(mser_5(gaps) * stride, min(run.num for run, _ in heard.values()) - _LEAST)
    every = until_narrow(partial(_some, supply, stride, warmup, heard), replications, 1, half_width)
    names = heard[0][1].stations.name
    base = every.result(seed, parts, warmup, found, stride, names)
    return DrawnResult(**vars(base), supply=supply)


def _some(
    supply: Supply, stride: int, warmup: int | None, heard: dict[int, tuple[_Departures, Totals]], chosen: range
) -> Replications:
    """Replications without what came before the warm-up; those already heard of are not simulated again."""
    found = []
    for replication in chosen:
        if replication not in heard:
            run = _Departures(supply.network.last_column, stride, warmup)
            seed, cars = supply.own_seed(replication), supply.cars(replication)
            heard[replication] = run, stream_network(supply.network, cars, seed, LAST_S, run)
        run, totals = heard[replication]
        if run.num < (warmup or 0) + _LEAST or run.num < 2 * _LEAST:
            raise ValueError(f"only {run.num} of {supply.parts} parts left the line, the first {warmup or 0} of them "
                             "not counted: the rest were scrapped or its hours were over")  # fmt: skip
        rate, lead_s = run.after(warmup or 0)
        shares = _shares(supply.network, totals, run.last_s)
        found.append(Replications(np.array([rate]), np.array([lead_s]), shares[..., None], run.points()[:, None]))
    return joined(found)


def _shares(network: Network, totals: Totals, last_s: float) -> Floats:
    """What every station did until the last part left (5, stations), as in `StationShares`.

    A station of a moving line also waits for the takt: that is the rest.
    """
    calendar, s = network.calendars[0], totals.stations
    worked_s = float(np.clip(last_s - calendar[:, 0], 0.0, calendar[:, 1] - calendar[:, 0]).sum())
    num_servers = s.working_s / float((calendar[:, 1] - calendar[:, 0]).sum())
    whole = num_servers * worked_s
    starved = np.maximum(s.starved_s - (s.working_s - whole), 0.0)  # not after the last part has left
    states = (s.busy_s, s.down_s + s.maintenance_s, s.blocked_s, starved)
    return np.array([*(state / whole for state in states), s.queue_s / worked_s])
