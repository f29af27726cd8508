"""Sections of the plant in SimPy: stations in series, bays, moving lines, and the failures of their servers."""

from __future__ import annotations

import math
from typing import Any

import simpy
from tests.reference.simpy_words import factor, grid, learns


class Server:
    """A place of work, or a conveyor: when it fails, how long its repairs take, when it is looked after."""

    def __init__(self, line: Any, number: int, station: int, failures: Any, maintenance: Any = None):
        self.line, self.plant, self.number, self.station = line, line.plant, number, station
        self.failures, self.maintenance = failures, maintenance
        self.failed, self.operated_s, self.up_left_s = 0, 0.0, -1.0
        self.down = (-math.inf, -math.inf)  # by time: the last that was looked at
        self.begun: list[tuple[float, int]] = []  # works, in working time, with the cars that had taught the server
        self.fails_w, self.up_again = 0.0, simpy.Event(self.plant.env)  # by time with a crew
        if failures and failures.crew and failures.by == "time":
            self.plant.env.process(self._fail_by_time())

    def up_s(self, taught: int) -> float:
        mean_s = self.failures.mtbf_s
        if self.failures.learning:
            mean_s /= factor(self.failures.learning, max(taught, 1))
        return self.plant.draws.sample(self.failures.up, mean_s, "up", self.failed, self.number, 0)

    def down_s(self) -> float:
        f = self.failures
        return self.plant.draws.sample(f.repair, f.mttr_s, "down", self.failed, self.number, 0)

    def run(self, operation_s: float, work_s: float, taught: int) -> Any:
        """`work_s` of work, of which the first `operation_s` wear the server, with the failures that fall into it."""
        line, calendar, env = self.line, self.line.calendar, self.plant.env
        self.operated_s += operation_s
        if self.failures and self.failures.crew:
            self.begun.append((calendar.worked(env.now), taught))
            if self.failures.by == "time":
                yield from self._run_while_up(work_s)
                return
            yield from self._run_with_crew(operation_s, taught)
            yield from wait_until(env, calendar.after(env.now, work_s - operation_s))
            return
        stands_s = 0.0
        if self.failures:
            by_time = self.failures.by == "time"
            stands_s = self._downs_s(work_s, taught) if by_time else self._repairs_s(operation_s, taught)
        if line.section.at_shift_end == "finish":
            yield from wait_until(env, env.now + (work_s + stands_s))
        else:
            yield from wait_until(env, calendar.after(env.now, work_s + stands_s))

    def _first_up(self) -> None:
        if self.up_left_s < 0:
            self.up_left_s = self.up_s(0)

    def _repairs_s(self, operation_s: float, taught: int) -> float:
        self._first_up()
        repairs_s = 0.0
        while operation_s > self.up_left_s:
            operation_s -= self.up_left_s
            repairs_s += self.down_s()
            self.failed += 1
            self.up_left_s = self.up_s(taught)
        self.up_left_s -= operation_s
        return repairs_s

    def _run_with_crew(self, operation_s: float, taught: int) -> Any:
        self._first_up()
        env, calendar, crew = self.plant.env, self.line.calendar, self.plant.crews[self.failures.crew]
        while operation_s > self.up_left_s:
            yield from wait_until(env, calendar.after(env.now, self.up_left_s))
            operation_s -= self.up_left_s
            yield from self._be_repaired(crew)
            self.up_left_s = self.up_s(taught)
        self.up_left_s -= operation_s
        yield from wait_until(env, calendar.after(env.now, operation_s))

    def _be_repaired(self, crew: Any) -> Any:
        """Call the crew and wait until it has come and gone."""
        env, calendar = self.plant.env, self.line.calendar
        call, called_s = simpy.Event(env), env.now
        crew.calls.append((called_s, self.number, call))
        yield call
        repaired = calendar.after(env.now, self.down_s())
        self.failed += 1
        crew.wait_s += env.now - called_s
        crew.busy_s += min(repaired, self.plant.end_s) - env.now
        yield from wait_until(env, repaired)
        crew.free += 1

    def _fail_by_time(self) -> Any:
        """The server's own life: up for a time of the section, then down until the crew has repaired it."""
        env, calendar, up_from, taught = self.plant.env, self.line.calendar, 0.0, 0
        while True:
            self.fails_w = up_from + self.up_s(taught)
            if self.failed:
                self.up_again.succeed()
                self.up_again = simpy.Event(env)
            yield from wait_until(env, calendar.moment(self.fails_w))
            yield from self._be_repaired(self.plant.crews[self.failures.crew])
            up_from = calendar.worked(env.now)
            taught = max((n for began_w, n in self.begun if began_w < self.fails_w), default=0)

    def _run_while_up(self, work_s: float) -> Any:
        """Work that stands while the server is down."""
        env, calendar = self.plant.env, self.line.calendar
        while True:
            up_s = self.fails_w - calendar.worked(env.now)
            if up_s <= 0:
                yield self.up_again
                continue
            stretch_s = min(work_s, up_s)
            yield from wait_until(env, calendar.after(env.now, stretch_s))
            work_s -= stretch_s
            if work_s == 0:
                return

    def _downs_s(self, work_s: float, taught: int) -> float:
        """How long work begun now stands because its server is down, in working time."""
        start = at = self.line.calendar.worked(self.plant.env.now)
        left = work_s
        if self.failed == 0:
            self._next_down(0.0, taught)
        while True:
            begin, end = self.down
            if end <= at:
                self._next_down(end, taught)
            elif begin <= at:
                at = end
            elif at + left > begin:
                left -= begin - at
                at = end
            else:
                return at + left - start - work_s

    def _next_down(self, up_from: float, taught: int) -> None:
        begin = up_from + self.up_s(taught)
        self.down = (begin, begin + self.down_s())
        self.failed += 1

    def looked_after_s(self) -> float:
        """Maintenance that is due now that the server is empty."""
        if self.maintenance and self.operated_s >= grid(self.maintenance.every_s):
            self.operated_s = 0.0
            return grid(self.maintenance.duration_s)
        return 0.0


def wait_until(env: simpy.Environment, moment: float) -> Any:
    if moment == math.inf:
        yield simpy.Event(env)
    yield env.timeout(moment - env.now)


class Line:
    """What serial and paced sections share."""

    def __init__(self, plant: Any, section: Any, column: int, station: int, server: int, calendars: Any):
        self.plant, self.env, self.section, self.column = plant, plant.env, section, column
        self.calendar = calendars[section.calendar, section.at_shift_end]
        self.station_base, self.server_base = station, server
        self.bays: list[Bay] = []
        self.forks: list[Any] = []
        self.joins: list[Any] = []
        self.queue: Any = None
        self.behind: Any = None
        self.is_subline, self.given = False, 0

    @property
    def keeps(self) -> bool:
        """Whether work at the last station begins only with a place behind it, which is kept for the car."""
        kind = self.section
        leads_on = isinstance(self, SerialLine) and self.behind is not None
        return leads_on and kind.blocking == "before" and not kind.is_gate

    def works_now(self) -> bool:
        return self.calendar.next(self.env.now) == self.env.now

    def head(self) -> int | None:
        car = self.queue.head()
        return car if car is not None and self.plant.may_take(self, car) else None

    def take(self) -> int:
        is_back = bool(self.queue.back)
        car = self.queue.take()
        self.plant.taken(self, car, is_back)
        return int(car)


class Station:
    """One station: its servers, which cars have left it, and which servers are free again after them."""

    def __init__(self, line: SerialLine, kind: Any, number: int, server: int):
        self.kind, self.number = kind, number
        self.servers = [Server(line, server + k, number, kind.failures, kind.maintenance) for k in range(kind.servers)]
        self.left: dict[int, simpy.Event] = {}
        self.free: dict[int, simpy.Event] = {}
        self.num_left = 0
        self.busy_s = self.down_s = 0.0  # of the works that are done


class SerialLine(Line):
    """Stations in series: a car is a process that waits for what the recursion names."""

    def start(self) -> None:
        self.stations, server = [], self.server_base
        for k, kind in enumerate(self.section.stations):
            self.stations.append(Station(self, kind, self.station_base + k, server))
            server += kind.servers
        self.order: list[int] = []
        self.done: dict[int, simpy.Event] = {}
        self.num_judged = self.num_begun = 0
        self.wish: dict[int, simpy.Event] = {}  # to begin at the last station, by number of car
        self.place_of: dict[int, Any] = {}  # what is kept for it

    def has_room(self) -> bool:
        kept = 0 if self.section.places_before or self.queue.store else self.queue.kept
        return len(self.order) - self.stations[0].num_left + kept < self.section.stations[0].servers

    def moves(self) -> list[Any]:
        if not self.works_now():
            return []
        return [self.take_one, *(bay.move for bay in self.bays), self.give_one, self.begin_one]

    def begin_one(self) -> bool:
        """The next car that waits for it begins at the last station, if there is a place behind."""
        n = self.num_begun
        to = self.plant.way_on(self, self.order[n]) if n in self.wish else None
        if to is None:
            return False
        self.plant.keep(self, to, 1)
        self.given += 1
        self.num_begun += 1
        self.place_of[n] = to
        self.wish.pop(n).succeed()
        return True

    def take_one(self) -> bool:
        if not self.has_room() or self.head() is None:
            return False
        self.order.append(self.take())
        self.env.process(self.drive(len(self.order) - 1))
        return True

    def event(self, table: dict[int, simpy.Event], n: int) -> simpy.Event:
        return table.setdefault(n, simpy.Event(self.env))

    def passed(self, table: dict[int, simpy.Event], n: int) -> Any:
        if n >= 0 and not self.event(table, n).processed:
            yield self.event(table, n)

    def drive(self, n: int) -> Any:
        last = len(self.stations) - 1
        for k, station in enumerate(self.stations):
            kind, behind = station.kind, self.stations[k + 1] if k < last else None
            room = (behind.left, n - kind.buffer - behind.kind.servers) if behind else None
            yield from self.passed(station.free, n - kind.servers)
            if room and self.section.blocking == "before":
                yield from self.passed(*room)
            yield from wait_until(self.env, self.calendar.next(self.env.now))
            if room is None and self.keeps:
                self.wish[n] = simpy.Event(self.env)
                yield self.wish[n]
            yield from self.work(n, station)
            if room is None:
                self.done[n] = simpy.Event(self.env)
                yield self.done[n]
                self.leave(n, station)
                return
            yield from self.passed(station.left, n - 1)
            if self.section.blocking == "after":
                yield from self.passed(*room)
            yield from wait_until(self.env, self.calendar.next(self.env.now))
            self.leave(n, station)
            yield from wait_until(self.env, self.calendar.after(self.env.now, grid(kind.transfer_s)))

    def leave(self, n: int, station: Station) -> None:
        station.num_left += 1
        self.event(station.left, n).succeed()
        self.env.process(self.look_after(n, station))

    def look_after(self, n: int, station: Station) -> Any:
        due_s = station.servers[n % station.kind.servers].looked_after_s()
        if due_s:
            yield from wait_until(self.env, self.calendar.after(self.env.now, due_s))
        self.event(station.free, n).succeed()

    def count(self, learning: Any, n: int) -> int:
        """Cars that learn among the first n + 1."""
        return sum(learns(learning, self.plant.type_of(car)) for car in self.order[: n + 1]) if learning else 0

    def work(self, n: int, station: Station) -> Any:
        car, kind = self.order[n], station.kind
        mean_s = kind.work_s[self.plant.type_of(car)]
        if learns(kind.learning, self.plant.type_of(car)):
            mean_s *= factor(kind.learning, self.count(kind.learning, n))
        index = (car, station.number, self.plant.visit(self, car))
        work_s = self.plant.draws.sample(kind.spread, mean_s, "work", *index)
        taught = self.count(kind.failures.learning, n) if kind.failures else 0
        began_w = self.calendar.worked(self.env.now)
        yield from station.servers[n % kind.servers].run(work_s, work_s, taught)
        station.busy_s += work_s
        station.down_s += self.calendar.worked(self.env.now) - began_w - work_s

    def needed(self, car: int) -> Bay | None:
        return next((bay for bay in self.bays if self.plant.need[bay.number][car] > 0), None)

    def give_one(self) -> bool:
        """The car whose turn it is leaves the last station: scrapped, to the bays that it needs, or on."""
        n = self.stations[-1].num_left
        if n not in self.done or self.done[n].triggered:
            return False
        car = self.order[n]
        if self.num_judged == n:
            self.num_judged += 1
            if self.is_scrapped(car):
                self.plant.scrapped_s[car] = self.env.now
                self.plant.num_out += 1
                self.plant.give_up(car, self, everything=True)
                self.done[n].succeed()
                if self.keeps:
                    self.plant.keep(self, self.place_of[n], -1)
                return True
        bay = self.needed(car)
        to = None
        if bay is None:
            to = self.place_of[n] if self.keeps else self.plant.way_on(self, car)
        if (bay and not bay.is_open()) or (bay is None and to is None):
            return False
        self.done[n].succeed()
        if bay:
            bay.add(car)
        else:
            self.plant.give(self, car, to)
        return True

    def is_scrapped(self, car: int) -> bool:
        """Judge a car: the defects found are its needs from now on."""
        draws, visit = self.plant.draws, self.plant.visit(self, car)
        for bay in self.bays:
            kind = bay.kind
            if draws.uniform("defect", car, bay.number, visit) < kind.share * kind.detection_share:
                work_s = draws.sample(kind.spread, kind.work_s, "repair", car, bay.number, visit)
                self.plant.need[bay.number][car] += work_s
        told = self.plant.cars.scrap_at
        if len(told) and told[car] == self.column:
            return True
        return bool(draws.uniform("scrap", car, self.column, visit) < self.section.scrap_share)


class Bay:
    """Repair places of one kind with the queue before them."""

    def __init__(self, gate: Any, number: int, kind: Any):
        self.gate, self.number, self.kind = gate, number, kind
        self.queue: list[int] = []
        self.places: list[tuple[float, int] | None] = [None] * kind.places

    def is_open(self) -> bool:
        return None in self.places or self.kind.waiting is None or len(self.queue) < self.kind.waiting

    def add(self, car: int) -> None:
        self.gate.plant.num_repairs[car] += 1
        self.queue.append(car)
        self.fill()

    def fill(self) -> None:
        gate = self.gate
        while self.queue and None in self.places:
            car = self.queue.pop(0)
            until = gate.calendar.after(gate.env.now, gate.plant.need[self.number][car])
            gate.plant.need[self.number][car] = 0.0
            self.places[self.places.index(None)] = (until, car)
            gate.plant.wake(until)

    def move(self) -> bool:
        """The car that is done first leaves: back, to its next repair, or on."""
        gate, plant = self.gate, self.gate.plant
        done = [(x[0], place) for place, x in enumerate(self.places) if x and x[0] <= gate.env.now]
        if not done:
            return False
        place = min(done)[1]
        car = self.places[place][1]  # type: ignore[index]
        target = plant.by_name[self.kind.rejoin] if self.kind.rejoin else None
        again = None if target else gate.needed(car)
        to = None if target or again else plant.way_on(gate, car)
        if target:
            limit = target.section.comeback_places
            is_free = limit is None or len(target.queue.back) < limit
        else:
            is_free = again.is_open() if again else to is not None
        if not is_free:
            return False
        self.places[place] = None
        if target:
            plant.visits[car] += 1
            target.queue.back.append(car)
        elif again:
            again.add(car)
        else:
            plant.give(gate, car, to)
        self.fill()
        return True


class PacedLine(Line):
    """A moving line: one move, the index, when its cycle is over."""

    def start(self) -> None:
        section = self.section
        self.cars: list[int | None] = [None] * section.num_pitches
        self.carry_s = [0.0] * section.num_pitches
        self.learned = [0] * section.num_pitches
        self.taught, self.worked_s, self.ran_s, self.state = 0, 0.0, 0.0, "idle"
        self.conveyor = Server(self, self.server_base, self.station_base, section.failures)

    def has_room(self) -> bool:
        return False

    def moves(self) -> list[Any]:
        return [self.index] if self.works_now() and self.state != "running" else []

    def index(self) -> bool:
        if self.state == "idle" and self.head() is None:
            return False
        if self.state == "due" and self.cars[-1] is not None:
            to = self.plant.way_on(self, self.cars[-1])
            if to is None:
                return False
            self.plant.give(self, self.cars[-1], to)
        now_s = self.calendar.worked(self.env.now)
        passed_s = self.ran_s + (now_s - self.worked_s)
        self.carry_s = [max(0.0, carry - passed_s) for carry in self.carry_s]
        self.worked_s, self.ran_s = now_s, 0.0
        self.cars[1:] = self.cars[:-1]
        self.cars[0] = self.take() if self.head() is not None else None
        if self.cars[0] is not None and self.section.failures:
            self.taught += learns(self.section.failures.learning, self.plant.type_of(self.cars[0]))
        if all(car is None for car in self.cars):
            self.state = "idle"
        else:
            self.state = "running"
            self.env.process(self.cycle(now_s))
        return True

    def cycle(self, now_s: float) -> Any:
        steps = sorted(self.section.pace, key=lambda step: step.from_s)
        step = [step for step in steps if self.calendar.worked(step.from_s) <= now_s][-1]
        takt_s = grid(step.takt_s)
        began = self.env.now
        yield from self.conveyor.run(takt_s, takt_s + self.stops_s(takt_s, step.table), self.taught)
        self.worked_s = self.calendar.worked(self.env.now)
        by_clock = self.section.at_shift_end == "finish"  # what is worked after hours counts too
        self.ran_s = self.env.now - began if by_clock else self.worked_s - now_s
        self.state = "due"

    def stops_s(self, takt_s: float, table: int) -> float:
        """Add this cycle's work to the carries: the stop for what exceeds the drift, and the andon stops."""
        section, draws = self.section, self.plant.draws
        if section.work_s is None:
            return 0.0
        andon_s = 0.0
        for k, car in enumerate(self.cars):
            if car is None:
                continue
            index = (car, self.station_base + k, self.plant.visit(self, car))
            mean_s = section.work_s[table, k, self.plant.type_of(car)]
            if learns(section.learning, self.plant.type_of(car)):
                self.learned[k] += 1
                mean_s *= factor(section.learning, self.learned[k])
            self.carry_s[k] += draws.sample(section.spread, mean_s, "work", *index)
            if draws.uniform("andon", *index) < section.andon_share:
                andon_s += grid(-section.andon_s * math.log(draws.uniform("andon-time", *index)))
        return max(0.0, max(self.carry_s) - grid(section.drift_share * takt_s) - takt_s) + andon_s
