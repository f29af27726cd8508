"""The plant in SimPy, written from the definition in docs/flow.md: the twin that the compiled engine must equal.

It knows the network's words (`quayline.flow.network`) and nothing else of the engine: cars are processes that
hold servers and places, lines and bays are processes, times are wall-clock times, samples come from its own
copy of the counter hash.

Order at one instant: repairs and services end, cars move on inside their section; then sections act, each
at its rank (taking a car, bays, giving a car; from the first section to the last), one move at a time.
"""

from __future__ import annotations

import bisect
import math
from typing import Any

import numpy as np
import simpy
from scipy.special import ndtri

from quayline.base.random import key
from quayline.flow.network import Cars, Network, Paced, Serial, Store

MASK = (1 << 64) - 1


def grid(time_s: float) -> float:
    return math.floor(time_s * 2**20 + 0.5) / 2**20


def uniform(stream: int, major: int, middle: int, minor: int) -> float:
    x = (stream + ((major << 24) | (middle << 8) | minor) * 0x9E3779B97F4A7C15) & MASK
    x = ((x ^ (x >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    x = ((x ^ (x >> 27)) * 0x94D049BB133111EB) & MASK
    x ^= x >> 31
    return ((x >> 12) + 0.5) * 2.0**-52


def sample(spread: Any, mean_s: float, stream: int, *index: int) -> float:
    if spread.kind == "constant":
        return grid(mean_s)
    u = uniform(stream, *index)
    if spread.kind == "exponential":
        return grid(-mean_s * math.log(u))
    sigma = math.sqrt(math.log1p(spread.cv**2))
    return grid(mean_s * math.exp(sigma * (float(ndtri(u)) - 0.5 * sigma)))


class Calendar:
    def __init__(self, intervals: Any, end_s: float):
        rows = [(grid(a), grid(min(b, end_s))) for a, b in intervals if a < end_s]
        self.starts, self.ends = [r[0] for r in rows], [r[1] for r in rows]
        self.before = [0.0]
        for start, end in rows:
            self.before.append(self.before[-1] + (end - start))

    def worked(self, time_s: float) -> float:
        k = bisect.bisect_left(self.ends, time_s)
        return self.before[k] + (max(0.0, time_s - self.starts[k]) if k < len(self.starts) else 0.0)

    def next(self, time_s: float) -> float:
        k = bisect.bisect_left(self.ends, time_s)
        return max(time_s, self.starts[k]) if k < len(self.starts) else math.inf

    def after(self, time_s: float, work_s: float) -> float:
        """When work of `work_s` begun at `time_s` is done."""
        if work_s == 0:
            return time_s
        total = self.worked(time_s) + work_s
        k = bisect.bisect_left(self.before, total) - 1
        return self.starts[k] + (total - self.before[k]) if k < len(self.starts) else math.inf


class Plant:
    """All sections of a network in one SimPy environment."""

    def __init__(self, network: Network, cars: Cars, seed: int, end_s: float):
        self.env = simpy.Environment()
        self.network, self.cars, self.end_s = network, cars, grid(end_s)
        self.keys = {n: key(seed, "flow", n) for n in ("work", "up", "down", "andon", "andon-time")}
        shape = (len(cars.release_s), len(network.sections))
        self.enter_s, self.leave_s = np.full(shape, np.inf), np.full(shape, np.inf)
        self.comebacks = [0] * shape[0]
        self.num_repairs = [0] * shape[0]
        self.need = [[grid(x) for x in row] for row in cars.repair_s]
        calendars = [Calendar(c, self.end_s) for c in network.calendars]
        self.sections: list[Any] = []
        station = server = rank = bay = 0
        for column, section in enumerate(network.sections):
            if isinstance(section, Store):
                continue
            before = network.sections[column - 1] if column else None
            queue = Queue(self, before if isinstance(before, Store) else None, column, section)
            kind = PacedLine if isinstance(section, Paced) else SerialLine
            line = kind(self, section, column, len(self.sections), calendars[section.calendar], queue)
            line.station_base, line.server_base, line.rank, line.bay_base = station, server, rank, bay
            self.sections.append(line)
            rank += 2 + len(line.bay_kinds)
            bay += len(line.bay_kinds)
            if isinstance(section, Serial):
                station += len(section.stations)
                server += sum(s.servers for s in section.stations)
            else:
                station += section.num_pitches if section.work_s is not None else 1
                server += 1

    def at(self, time_s: float, rank: int) -> simpy.Event:
        """An event at a time, after all services that end then, in the order of ranks."""
        event = simpy.Event(self.env)
        event._ok, event._value = True, None
        if time_s < math.inf:
            self.env.schedule(event, priority=10 + rank, delay=time_s - self.env.now)
        return event

    def run(self) -> tuple[Any, Any]:
        for section in self.sections:
            section.start()
        while self.env.peek() <= self.end_s:
            self.env.step()
        return self.enter_s, self.leave_s


class Queue:
    """What waits before a section: places or a store, and the cars that came back."""

    def __init__(self, plant: Plant, store: Store | None, column: int, section: Any):
        self.plant, self.store, self.column = plant, store, column
        self.capacity = store.capacity + store.places_before if store else section.places_before
        self.waiting: list[int] = []
        self.row: list[int] = []  # before a full store
        self.back: list[int] = []
        self.next_new = 0
        self.ready_s = 0.0

    def has_car(self, now: float) -> bool:
        if self.back or (self.waiting and now >= self.ready_s):
            return True
        cars = self.plant.cars.release_s
        return self.column == 0 and self.next_new < len(cars) and grid(cars[self.next_new]) <= now

    def take(self, now: float, calendar: Calendar) -> int:
        if self.back:
            return self.back.pop(0)
        if self.column == 0 and not self.waiting:
            self.next_new += 1
            return self.next_new - 1
        if not self.store:
            return self.waiting.pop(0)
        car = min(self.waiting)
        self.waiting.remove(car)
        self.ready_s = calendar.after(now, grid(self.store.access_s))
        self.plant.leave_s[car, self.column - 1] = now
        if self.row:
            self.put(self.row.pop(0), now)
        return car

    def put(self, car: int, now: float) -> None:
        if self.store and len(self.waiting) == self.store.capacity:
            self.row.append(car)
            return
        self.waiting.append(car)
        if self.store:
            entries = self.plant.enter_s
            entries[car, self.column - 1] = min(entries[car, self.column - 1], now)


class Line:
    """What serial and paced sections share: taking and giving cars."""

    station_base = server_base = rank = bay_base = 0

    def __init__(self, plant: Plant, section: Any, column: int, place: int, calendar: Calendar, queue: Queue):
        self.plant, self.env, self.section = plant, plant.env, section
        self.column, self.place, self.calendar, self.queue = column, place, calendar, queue
        self.bay_kinds = list(section.bays) if isinstance(section, Serial) else []
        self.failed: dict[int, int] = {}
        self.up_left: dict[int, float] = {}

    @property
    def behind(self) -> Any:
        lines = self.plant.sections
        return lines[self.place + 1] if self.place + 1 < len(lines) else None

    def poke_back(self) -> None:
        """Tell the section before that there may be a place."""
        if self.place:
            self.plant.sections[self.place - 1].may_give()

    def poke_take(self) -> None:
        """Look for a car at the next working moment, when it is released, and when the store is ready."""
        moments = {self.calendar.next(self.env.now)}
        if self.queue.waiting and self.queue.ready_s > self.env.now:
            moments.add(self.queue.ready_s)
        releases = self.plant.cars.release_s
        if self.column == 0 and self.queue.next_new < len(releases):
            moments.add(self.calendar.next(max(self.env.now, grid(releases[self.queue.next_new]))))
        for moment in moments:
            self.plant.at(moment, self.rank).callbacks.append(lambda _: self.take())

    def note_entry(self, car: int) -> None:
        self.plant.enter_s[car, self.column] = min(self.plant.enter_s[car, self.column], self.env.now)

    def accepts(self) -> bool:
        if self.queue.capacity:
            return len(self.queue.waiting) + len(self.queue.row) < self.queue.capacity
        return not self.queue.waiting and not self.queue.back and self.has_room()

    def can_give(self) -> bool:
        return self.behind is None or self.behind.accepts()

    def give(self, car: int) -> None:
        self.plant.leave_s[car, self.column] = self.env.now
        if self.behind is not None:
            self.behind.queue.put(car, self.env.now)
            self.behind.poke_take()

    def repair_time(self, failures: Any, server: int, work_s: float) -> list[tuple[float, float]]:
        """Operation until each failure and its repair, for `work_s` of operation; the rest runs through."""
        keys, parts = self.plant.keys, []

        def up(n: int) -> float:
            return grid(-failures.mtbf_s * math.log(uniform(keys["up"], n, server, 0)))

        count = self.failed.get(server, 0)
        left = self.up_left[server] if server in self.up_left else up(0)
        while work_s > left:
            parts.append((left, sample(failures.repair, failures.mttr_s, keys["down"], count, server, 0)))
            work_s -= left
            count += 1
            left = up(count)
        self.failed[server], self.up_left[server] = count, left - work_s
        return [*parts, (work_s, 0.0)]


class SerialLine(Line):
    """Stations in series: a car is a process that holds a server until it has a place behind."""

    def start(self) -> None:
        env, stations = self.env, self.section.stations
        self.servers = [simpy.Resource(env, s.servers) for s in stations]
        self.turns = [simpy.Resource(env, 1) for _ in stations]
        self.buffers = [simpy.Resource(env, s.buffer) if s.buffer else None for s in stations]
        self.counts = [0] * len(stations)
        self.done: list[tuple[int, simpy.Event]] = []
        self.bays = [Bay(self, g, kind) for g, kind in enumerate(self.bay_kinds)]
        self.poke_take()

    @property
    def exit_rank(self) -> int:
        return self.rank + 1 + len(self.bay_kinds)

    def has_room(self) -> bool:
        return self.servers[0].count < self.servers[0].capacity

    def take(self) -> None:
        if not self.has_room() or self.calendar.next(self.env.now) > self.env.now:
            return
        if self.queue.has_car(self.env.now):
            car = self.queue.take(self.env.now, self.calendar)
            self.note_entry(car)
            request = self.servers[0].request()
            self.env.process(self.drive(car, request))
            self.poke_back()
            self.poke_take()

    def drive(self, car: int, server: Any) -> Any:
        for k, station in enumerate(self.section.stations):
            turn = self.turns[k].request()
            yield server
            if k and self.buffers[k - 1]:
                self.buffers[k - 1].release(place)  # noqa: F821  # of the pass before
            yield from self.work(car, k, station)
            yield turn
            if k == len(self.section.stations) - 1:
                leave = simpy.Event(self.env)
                self.done.append((car, leave))
                self.may_give()
                yield leave
            elif self.buffers[k]:
                place = self.buffers[k].request()
                yield place
                onward = self.servers[k + 1].request()
            else:
                onward = self.servers[k + 1].request()
                yield onward
            self.servers[k].release(server)
            self.turns[k].release(turn)
            if k == 0:
                self.poke_take()
                self.poke_back()
            if k < len(self.section.stations) - 1:
                server = onward

    def work(self, car: int, k: int, station: Any) -> Any:
        number = self.station_base + k
        mean_s = station.work_s[self.plant.cars.car_type[car]]
        work_s = sample(station.spread, mean_s, self.plant.keys["work"], car, number, self.plant.comebacks[car])
        server = self.server_base + sum(s.servers for s in self.section.stations[:k])
        server += self.counts[k] % station.servers
        self.counts[k] += 1
        parts = self.repair_time(station.failures, server, work_s) if station.failures else [(work_s, 0.0)]
        for part in parts:
            for span in part:
                done = self.calendar.after(self.env.now, span)
                if done == math.inf:
                    yield simpy.Event(self.env)
                yield self.env.timeout(done - self.env.now)

    def may_give(self) -> None:
        moment = self.calendar.next(self.env.now)
        self.plant.at(moment, self.exit_rank).callbacks.append(lambda _: self.send())
        for bay in self.bays:
            bay.poke()

    def bay_for(self, car: int) -> Any:
        return next((b for b in self.bays if self.plant.need[self.bay_base + b.number][car] > 0), None)

    def send(self) -> None:
        """The car at the last station leaves: to the bays it needs, or on."""
        if not self.done or self.calendar.next(self.env.now) > self.env.now:
            return
        car, leave = self.done[0]
        bay = self.bay_for(car)
        if bay is None and not self.can_give():
            return
        self.done.pop(0)
        leave.succeed()
        if bay is None:
            self.give(car)
        else:
            bay.add(car)


class Bay:
    """Repair places of one kind."""

    def __init__(self, gate: SerialLine, number: int, kind: Any):
        self.gate, self.number, self.kind = gate, number, kind
        self.queue: list[int] = []
        self.places: list[tuple[float, int] | None] = [None] * kind.places

    def add(self, car: int) -> None:
        self.gate.plant.num_repairs[car] += 1
        self.queue.append(car)
        self.fill()

    def fill(self) -> None:
        gate = self.gate
        while self.queue and None in self.places:
            car = self.queue.pop(0)
            row = gate.plant.need[gate.bay_base + self.number]
            until = gate.calendar.after(gate.env.now, row[car])
            row[car] = 0.0
            self.places[self.places.index(None)] = (until, car)
            gate.plant.at(until, gate.rank + 1 + self.number).callbacks.append(lambda _: self.finish())

    def poke(self) -> None:
        moment = self.gate.calendar.next(self.gate.env.now)
        self.gate.plant.at(moment, self.gate.rank + 1 + self.number).callbacks.append(lambda _: self.finish())

    def finish(self) -> None:
        gate = self.gate
        done = [(x[0], p) for p, x in enumerate(self.places) if x and x[0] <= gate.env.now]
        if not done or gate.calendar.next(gate.env.now) > gate.env.now:
            return
        place = min(done)[1]
        car = self.places[place][1]  # type: ignore[index]
        again = gate.bay_for(car) if self.kind.rejoin is None else None
        if self.kind.rejoin is None and again is None and not gate.can_give():
            return
        self.places[place] = None
        if self.kind.rejoin is not None:
            gate.plant.comebacks[car] += 1
            target = next(s for s in gate.plant.sections if s.section.name == self.kind.rejoin)
            target.queue.back.append(car)
            target.poke_take()
        elif again is not None:
            again.add(car)
        else:
            gate.give(car)
        self.fill()
        self.poke()


class PacedLine(Line):
    """A moving line: one process that indexes all its cars."""

    def start(self) -> None:
        self.arrival = simpy.Event(self.env)
        self.space = simpy.Event(self.env)
        self.env.process(self.index())
        self.poke_take()

    def take(self) -> None:
        if not self.arrival.triggered and self.queue.has_car(self.env.now):
            self.arrival.succeed()

    def may_give(self) -> None:
        if not self.space.triggered:
            self.space.succeed()

    def has_room(self) -> bool:
        return False

    def index(self) -> Any:
        section = self.section
        cars: list[int | None] = [None] * section.num_pitches
        carry = [0.0] * section.num_pitches
        while True:
            began = self.env.now
            cars[0] = None
            if self.queue.has_car(began) and self.calendar.next(began) == began:
                cars[0] = self.queue.take(began, self.calendar)
                self.note_entry(cars[0])
                self.poke_back()
            if any(car is not None for car in cars):
                yield from self.cycle(cars, carry)
            else:
                yield from self.rest()
            elapsed = self.calendar.worked(self.env.now) - self.calendar.worked(began)
            carry[:] = [max(0.0, c - elapsed) for c in carry]

    def rest(self) -> Any:
        """Stand until a car can be taken, in working time."""
        while True:
            self.arrival = simpy.Event(self.env)
            self.poke_take()
            yield self.arrival
            moment = self.calendar.next(self.env.now)
            if moment > self.env.now:
                yield self.plant.at(moment, self.rank)
            if self.queue.has_car(self.env.now):
                return

    def cycle(self, cars: list[int | None], carry: list[float]) -> Any:
        """One cycle up to the moment of the index, and the index itself."""
        worked = self.calendar.worked(self.env.now)
        pace = [
            p for p in sorted(self.section.pace, key=lambda p: p.from_s) if self.calendar.worked(p.from_s) <= worked
        ]
        takt = grid(pace[-1].takt_s)
        length = takt + self.stops(cars, carry, takt, pace[-1].table)
        if self.section.failures:
            length += sum(p[1] for p in self.repair_time(self.section.failures, self.server_base, takt))
        yield self.plant.at(self.calendar.after(self.env.now, length), self.rank)
        while cars[-1] is not None and not self.can_give():
            self.space = simpy.Event(self.env)
            yield self.space
            yield self.plant.at(self.calendar.next(self.env.now), self.rank)
        if cars[-1] is not None:
            self.give(cars[-1])
        cars[1:] = cars[:-1]

    def stops(self, cars: list[int | None], carry: list[float], takt: float, table: int) -> float:
        """Add the work of this cycle to the carries; the line stops for overload beyond the drift and for andon."""
        section, keys = self.section, self.plant.keys
        if section.work_s is None:
            return 0.0
        andon = 0.0
        for k, car in enumerate(cars):
            if car is None:
                continue
            index = (car, self.station_base + k, self.plant.comebacks[car])
            mean_s = section.work_s[table, k, self.plant.cars.car_type[car]]
            carry[k] += sample(section.spread, mean_s, keys["work"], *index)
            if uniform(keys["andon"], *index) < section.andon_share:
                andon += grid(-section.andon_s * math.log(uniform(keys["andon-time"], *index)))
        excess = max(carry) - grid(section.drift_share * takt) - takt
        return max(0.0, excess) + andon


def simulate(network: Network, cars: Cars, seed: int, end_s: float) -> tuple[Any, Any]:
    """Entry and exit of every car at every section, as `quayline.flow.engine.simulate_network` gives them."""
    return Plant(network, cars, seed, end_s).run()
