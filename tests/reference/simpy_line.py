"""A serial line in SimPy, written from its definition.

Servers take parts first come, first served; a finished part stays on its server until there is a place behind, or
work begins only with a place behind, or a part leaves the places before only when its work can begin; failures stop
work, which then goes on.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy

from quayline.base.random import key
from quayline.flow.line._kernels_draws import drawn, sample
from quayline.flow.line._kernels_wave import LAW
from quayline.flow.line.pack import Laws, stations_of

if TYPE_CHECKING:
    from quayline.flow.line.model import LineFile, LineStation


class Draws:
    """The samples of one station: the same streams as the engine's, read one by one."""

    def __init__(self, line: LineFile, station: LineStation, seed: int, replication: int):
        laws = Laws()
        given = station.failures
        rows = [laws.record(station.work), laws.record(given and given.up), laws.record(given and given.down)]
        self._laws = [np.array([row], LAW)[0] for row in rows]
        self._table = np.array([*laws.table, 0.0])
        streams = ("work", "up", "down")
        self._keys = [np.uint64(key(seed, "line", str(replication), station.id, what)) for what in streams]
        own = {row.type: row.mean_s for row in station.by_type}
        self._means = [own.get(kind, station.work.mean_s) for kind in line.mix] or [station.work.mean_s]

    def work_s(self, n: int) -> float:
        """Work on the n-th part (from 0) to begin."""
        mean = self._means[n % len(self._means)]
        return float(sample(self._laws[0], mean, self._table, self._keys[0], np.uint64(n + 1)))

    def up_s(self, number: int) -> float:
        """The number-th time to failure."""
        return float(drawn(self._laws[1], self._table, self._keys[1], number))

    def down_s(self, number: int) -> float:
        """The number-th repair."""
        return float(drawn(self._laws[2], self._table, self._keys[2], number))


def departures(line: LineFile, seed: int, replication: int, parts: int) -> np.ndarray:
    """When the n-th part leaves each station, shape (parts, stations)."""
    return Plant(line, seed, replication).run(parts)


def spent(line: LineFile, seed: int, replication: int, leaves: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """From departures: starts (parts, stations), and what each station has summed up after each part
    (parts, 5, stations).

    Waiting for a part, for a place, time here, repairs, and the last departure. One server, no failures by the clock.
    """
    stations, parts = stations_of(line), len(leaves)
    starts, sums = np.zeros_like(leaves), np.zeros((parts, 5, len(stations)))
    for i, station in enumerate(stations):
        draws = Draws(line, station, seed, replication)
        left = draws.up_s(0) if station.failures else np.inf
        total, free, number = np.zeros(5), 0.0, 0
        for n in range(parts):
            came = leaves[n, i - 1] + stations[i - 1].transfer_s if i else 0.0
            work, repairs = draws.work_s(n), 0.0
            left -= work
            while left < 0.0:
                repairs, number = repairs + draws.down_s(number), number + 1
                left += draws.up_s(number)
            start = ready = max(came, free)
            has_room = station.buffer is None or i + 1 == len(stations) or n <= station.buffer
            if line.blocking == "before service" and not has_room:
                start = max(ready, leaves[n - station.buffer - 1, i + 1])
                held = max(start - ready, 0.0)
            else:
                held = leaves[n, i] - (ready + (work + repairs)) if line.blocking == "after service" else 0.0
            total += max(came - free, 0.0), held, leaves[n, i] - came, repairs, 0.0
            total[4] = free = leaves[n, i]
            starts[n, i], sums[n, :, i] = start, total
    return starts, sums


class Plant:
    """The line at rest; `run` lets parts through it."""

    def __init__(self, line: LineFile, seed: int, replication: int):
        self._line, self._env, self._stations = line, simpy.Environment(), stations_of(line)
        self._queues = [simpy.Store(self._env) for _ in self._stations]
        # Places behind station i together with those on the servers of the next, which hold only what they work on
        # where blocking is before taking.
        held = line.blocking != "before taking"
        self._places = [
            None if before.buffer is None else simpy.Resource(self._env, before.buffer + held * after.servers)
            for before, after in itertools.pairwise(self._stations)
        ]
        self._left: list[list[float]] = [[] for _ in self._stations]
        self._begun = [0] * len(self._stations)
        for i, station in enumerate(self._stations):
            draws = Draws(line, station, seed, replication)
            machine = self._machine(station, draws)
            for _ in range(station.servers):
                self._env.process(self._server(i, draws, machine))

    def run(self, parts: int) -> np.ndarray:
        """Departures of `parts` parts that all wait in front at the start."""
        for _ in range(parts):
            self._queues[0].put(None)
        while len(self._left[-1]) < parts:
            self._env.step()
        return np.array([column[:parts] for column in self._left]).T

    def _machine(self, station: LineStation, draws: Draws) -> Any:
        if station.failures is None:
            return Sound(self._env)
        return Clock(self._env, draws) if station.failures.by == "time" else Worn(self._env, draws)

    def _server(self, i: int, draws: Draws, machine: Any) -> Any:
        is_open = i + 1 == len(self._stations) or self._places[i] is None
        while True:
            place_here = yield self._queues[i].get()
            n, self._begun[i] = self._begun[i], self._begun[i] + 1
            place_behind = None
            if not is_open and self._line.blocking != "after service":
                place_behind = self._places[i].request()
                yield place_behind
            yield from machine.until_up()
            if self._line.blocking == "before taking" and place_here is not None:
                self._places[i - 1].release(place_here)
            yield from machine.work(draws.work_s(n))
            if not is_open and self._line.blocking == "after service":
                place_behind = self._places[i].request()
                yield place_behind
            if self._line.blocking != "before taking" and place_here is not None:
                self._places[i - 1].release(place_here)
            self._env.process(self._give(i, place_behind))

    def _give(self, i: int, place: Any) -> Any:
        self._left[i].append(self._env.now)
        if i + 1 < len(self._stations):
            if self._stations[i].transfer_s:
                yield self._env.timeout(self._stations[i].transfer_s)
            self._queues[i + 1].put(place)


class Machine:
    """What can always begin."""

    def until_up(self) -> Any:
        """The time until work may begin."""
        yield from ()


class Sound(Machine):
    """A machine that never fails."""

    def __init__(self, env: simpy.Environment):
        self._env = env

    def work(self, work_s: float) -> Any:
        """Nothing but the work."""
        yield self._env.timeout(work_s)


class Worn(Machine):
    """A machine that fails after so much operating time; its repair falls into the work in hand."""

    def __init__(self, env: simpy.Environment, draws: Draws):
        self._env, self._draws, self._number, self._left = env, draws, 0, draws.up_s(0)

    def work(self, work_s: float) -> Any:
        """The work with the repairs that fall into it."""
        self._left -= work_s
        repairs = 0.0
        while self._left < 0.0:
            repairs += self._draws.down_s(self._number)
            self._number += 1
            self._left += self._draws.up_s(self._number)
        yield self._env.timeout(work_s + repairs)


class Clock(Machine):
    """A machine that fails by the clock: a process of its own breaks it down and interrupts the work in hand.

    At one moment work is done first, then the machine fails, then work begins.
    """

    def __init__(self, env: simpy.Environment, draws: Draws):
        self._env, self._draws, self._worker, self._done_at = env, draws, None, 0.0
        self._fails_at, self._repaired = draws.up_s(0), env.event()
        env.process(self._fail())

    def _fail(self) -> Any:
        number = 0
        while True:
            yield self._env.timeout(self._draws.up_s(number))
            if self._worker is not None and self._done_at > self._env.now:
                self._worker.interrupt()
            yield self._env.timeout(self._draws.down_s(number))
            number += 1
            self._fails_at = self._env.now + self._draws.up_s(number)
            repaired, self._repaired = self._repaired, self._env.event()
            repaired.succeed()

    def until_up(self) -> Any:
        """The time until the machine is up."""
        while self._fails_at <= self._env.now:
            yield self._repaired

    def work(self, work_s: float) -> Any:
        """Work that pauses while the machine is down."""
        left = work_s
        while True:
            yield from self.until_up()
            begun, self._worker, self._done_at = self._env.now, self._env.active_process, self._env.now + left
            try:
                yield self._env.timeout(left)
            except simpy.Interrupt:
                left -= self._env.now - begun
                continue
            finally:
                self._worker = None
            return
