"""The plant in SimPy, written from the definition in docs/flow.md: the twin that the compiled engine must equal.

It knows the network's words (`quayline.flow.network`) and nothing else of the engine. Work, failures and ways are
SimPy processes; when all of them rest at a moment, the board lets one section after another make one move, as the
definition says, until none is possible.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import simpy
from tests.reference.simpy_sections import Bay, PacedLine, SerialLine
from tests.reference.simpy_words import Calendar, Draws, grid

from quayline.flow.network import Cars, Network, Paced, Parallel, Serial, Store

MOST_STEPS, MOST_A_CAR = 1_000_000, 5_000


class Queue:
    """The places before a section, or the store there, and the cars that came back."""

    def __init__(self, plant: Plant, line: Any, store: Store | None, column: int, is_first: bool):
        self.plant, self.line, self.store, self.column, self.is_first = plant, line, store, column, is_first
        self.waiting: list[tuple[float, int]] = []  # (can be taken from, car)
        self.back: list[int] = []
        self.lanes: list[list[int]] = [[] for _ in range(max(store.lanes, 1) if store else 0)]
        self.taken: list[int] = []  # out of the store, by type
        self.ready_s, self.kept = 0.0, 0

    def has_place(self) -> bool:
        """Whether the section before may give a car."""
        places = self.line.section.places_before
        if self.store:
            there = sum(map(len, self.lanes)) + len(self.waiting) + self.kept
            return there < self.store.capacity + self.store.places_before
        if places:
            return len(self.waiting) + self.kept < places
        return not self.waiting and not self.back and self.line.has_room()

    def put(self, car: int, transfer_s: float) -> None:
        ready = self.line.calendar.after(self.plant.now, transfer_s) if transfer_s else self.plant.now
        if self.store and sum(map(len, self.lanes)) < self.store.capacity:
            self.store_in(car)
            return
        self.waiting.append((ready, car))
        self.plant.wake(ready)

    def store_in(self, car: int) -> None:
        depth = self.store.capacity // self.store.lanes if self.store.lanes else math.inf
        open_ = [lane for lane in self.lanes if len(lane) < depth]
        below = [lane for lane in open_ if lane and lane[-1] < car]
        empty = [lane for lane in open_ if not lane]
        if self.store.lanes == 0:
            self.lanes[0].append(car)
        elif below:
            max(below, key=lambda lane: lane[-1]).append(car)
        elif empty:
            empty[0].append(car)
        else:
            min(open_, key=lambda lane: lane[-1]).append(car)
        self.plant.note_entry(car, self.column - 1)

    def within_reach(self) -> list[int]:
        if self.store.lanes:
            return [lane[0] for lane in self.lanes if lane]
        return list(self.lanes[0])

    def broken(self, car: int) -> int:
        kind = self.plant.type_of(car)
        return sum(
            kind in rule.types and sum(t in rule.types for t in self.taken[-(rule.within - 1) :]) >= rule.most
            for rule in self.store.rules
        )

    def head(self) -> int | None:
        """The car that the section would take now, if there is one that may be taken."""
        if self.back:
            return self.back[0]
        if self.store:
            near = self.within_reach()
            return min(near, key=lambda c: (self.broken(c), c)) if near and self.plant.now >= self.ready_s else None
        if self.is_first:
            return self.plant.released()
        if not self.waiting or self.waiting[0][0] > self.plant.now:
            return None
        return self.waiting[0][1]

    def take(self) -> int:
        car = self.head()
        if self.back:
            return self.back.pop(0)
        if self.store:
            next(lane for lane in self.lanes if car in lane).remove(car)
            self.taken.append(self.plant.type_of(car))
            self.plant.leave_s[car, self.column - 1] = self.plant.now
            self.ready_s = self.line.calendar.after(self.plant.now, grid(self.store.access_s))
            self.plant.wake(self.ready_s)
            if self.waiting:
                self.store_in(self.waiting.pop(0)[1])
        elif self.is_first:
            self.plant.next_new += 1
        else:
            self.waiting.pop(0)
        return car


class Subline:
    """A sub-line: where its twins are put, and the finished ones."""

    def __init__(self, line: Any):
        self.line, self.first, self.kept = line, None, 0
        self.finished: list[int] = []

    def has_place(self) -> bool:
        return len(self.finished) + self.kept < self.line.places


class Loop:
    """Equal carriers: how many are free, and which cars hold one."""

    def __init__(self, kind: Any):
        self.kind, self.free, self.held = kind, kind.number, set()


class Crew:
    """People who repair: who waits for them, in the order of (moment, server); hours of work, and of waiting for it."""

    def __init__(self, kind: Any):
        self.free, self.busy_s, self.wait_s = kind.people, 0.0, 0.0
        self.calls: list[tuple[float, int, simpy.Event]] = []


class Plant:
    """All sections of a network in one SimPy environment."""

    def __init__(self, network: Network, cars: Cars, seed: int, end_s: float):
        self.env, self.num_steps = simpy.Environment(), 0
        self.network, self.cars, self.end_s = network, cars, grid(end_s)
        self.draws = Draws(seed)
        shape = (len(cars.release_s), len(network.columns))
        self.enter_s, self.leave_s = np.full(shape, np.inf), np.full(shape, np.inf)
        self.scrapped_s = np.full(shape[0], np.inf)
        self.visits, self.num_repairs, self.next_new, self.num_out = [0] * shape[0], [0] * shape[0], 0, 0
        kinds = len(network.all_bays)
        self.need = [[grid(x) for x in row] for row in cars.repair_s] if cars.repair_s.size else [
            [0.0] * shape[0] for _ in range(kinds)
        ]  # fmt: skip
        self.crews = {crew.name: Crew(crew) for crew in network.crews}
        self.loops = [Loop(kind) for kind in network.carriers]
        self.lines: list[Any] = []
        self.by_name: dict[str, Any] = {}
        self._lay_out()
        self._join_up()

    @property
    def now(self) -> float:
        return float(self.env.now)

    def type_of(self, car: int) -> int:
        return int(self.cars.car_type[car])

    def _lay_out(self) -> None:
        """One line for each section that is no store, numbered through with its stations, servers and bays."""
        station = server = bay = 0
        columns = self.network.columns
        calendars = {
            (k, how): Calendar(c, self.end_s, how == "pause")
            for k, c in enumerate(self.network.calendars)
            for how in ("pause", "finish")
        }
        for column, section in enumerate(columns):
            if isinstance(section, Store):
                continue
            kind = PacedLine if isinstance(section, Paced) else SerialLine
            line = kind(self, section, column, station, server, calendars)
            line.bays = [Bay(line, bay + k, b) for k, b in enumerate(getattr(section, "bays", ()))]
            bay += len(line.bays)
            if isinstance(section, Serial):
                station, server = station + len(section.stations), server + sum(s.servers for s in section.stations)
            else:
                station, server = station + (section.num_pitches if section.work_s is not None else 1), server + 1
            self.lines.append(line)
            self.by_name[section.name] = line
        for calendar in calendars.values():
            for start in calendar.starts:
                self.wake(start)
        for release_s in self.cars.release_s:
            self.wake(grid(release_s))

    def _join_up(self) -> None:
        """Say of every line what lies before and behind it."""
        row = self.network.sections
        for at, part in enumerate(row):
            for branch in part.branches if isinstance(part, Parallel) else ((part,),):
                self._chain(branch, row[at - 1] if at else None, row[at + 1] if at + 1 < len(row) else None)
        self.sublines = []
        for kind in self.network.sublines:
            subline = Subline(kind)
            self._chain(kind.sections, None, subline)
            subline.first = self.by_name[kind.sections[0].name].queue
            for section in kind.sections:
                self.by_name[section.name].is_subline = True
            self.by_name[kind.fork].forks.append(subline)
            self.by_name[kind.join].joins.append(subline)
            self.sublines.append(subline)
        self.by_name[row[0].name].queue.is_first = True

    def _chain(self, sections: Any, before: Any, behind: Any) -> None:
        for k, section in enumerate(sections):
            if isinstance(section, Store):
                continue
            line = self.by_name[section.name]
            previous = sections[k - 1] if k else before
            line.queue = Queue(self, line, previous if isinstance(previous, Store) else None, line.column, False)
            line.behind = sections[k + 1] if k + 1 < len(sections) else behind

    # Where cars go.

    def way_on(self, line: Any, car: int) -> Queue | Subline | str | None:
        """Where `line` can give a car now: a queue, the finished twins, "out"; None while there is no place."""
        if not all(f.first.has_place() for f in line.forks):
            return None
        behind = line.behind
        if behind is None:
            return "out"
        if isinstance(behind, Subline):
            return behind if behind.has_place() else None
        return self._queue_of(line, behind, car)

    def _queue_of(self, line: Any, behind: Any, car: int) -> Queue | None:
        if isinstance(behind, Parallel):
            queues = [self.by_name[branch[0].name].queue for branch in behind.branches]
            if behind.route == "room":
                return next((queue for queue in queues if queue.has_place()), None)
            chosen = line.given % len(queues) if behind.route == "turn" else behind.of_type[self.type_of(car)]
            return queues[chosen] if queues[chosen].has_place() else None
        if isinstance(behind, Store):  # in front of the section behind it
            columns = self.network.columns
            behind = columns[columns.index(behind) + 1]
        queue = self.by_name[behind.name].queue
        return queue if queue.has_place() else None

    def give(self, line: Any, car: int, to: Queue | Subline | str) -> None:
        self.leave_s[car, line.column] = self.now
        if line.keeps:
            self.keep(line, to, -1)
        else:
            line.given += 1
        self.num_out += to == "out" and not line.is_subline
        for subline in line.forks:
            subline.first.put(car, 0.0)
        if isinstance(to, Subline):
            to.finished.append(car)
        elif isinstance(to, Queue):
            to.put(car, grid(line.section.transfer_s) if not to.store else 0.0)
        self.give_up(car, line, everything=to == "out" and not line.is_subline)

    def keep(self, line: Any, to: Queue | Subline | str, num: int) -> None:
        """Keep the places that a car of `line` will be given to, or no longer (-1)."""
        for place in (to, *(subline.first for subline in line.forks)):
            if not isinstance(place, str):
                place.kept += num

    def give_up(self, car: int, line: Any, everything: bool) -> None:
        """The carriers that the car leaves behind when it leaves `line` for good, or the plant."""
        for loop in self.loops:
            if car in loop.held and (everything or loop.kind.unload == line.section.name):
                loop.held.remove(car)
                if loop.kind.return_s:
                    self.env.process(self._return(loop))
                else:
                    loop.free += 1

    def _return(self, loop: Loop) -> Any:
        load = self.by_name[loop.kind.load]
        back = load.calendar.after(self.now, grid(loop.kind.return_s))
        if back < math.inf:
            yield self.env.timeout(back - self.now)
            loop.free += 1

    def may_take(self, line: Any, car: int) -> bool:
        """Whether carriers and twins let `line` take the car at its head."""
        if line.queue.back:
            return True
        loads = [loop for loop in self.loops if loop.kind.load == line.section.name and car not in loop.held]
        return all(loop.free for loop in loads) and all(car in subline.finished for subline in line.joins)

    def taken(self, line: Any, car: int, is_back: bool) -> None:
        self.note_entry(car, line.column)
        if is_back:
            return
        for loop in self.loops:
            if loop.kind.load == line.section.name and car not in loop.held:
                loop.free -= 1
                loop.held.add(car)
        for subline in line.joins:
            subline.finished.remove(car)

    def released(self) -> int | None:
        """The next car of the sequence, if it may enter."""
        car = self.next_new
        return car if car < len(self.cars.release_s) and grid(self.cars.release_s[car]) <= self.now else None

    def note_entry(self, car: int, column: int) -> None:
        self.enter_s[car, column] = min(self.enter_s[car, column], self.now)

    def visit(self, line: Any, car: int) -> int:
        return 0 if line.is_subline else self.visits[car]

    # Time.

    def wake(self, time_s: float) -> None:
        """Something may be possible at that moment."""
        if self.now <= time_s < math.inf:
            self.env.timeout(time_s - self.now)

    def run(self) -> Plant:
        """Let happen what happens until the end; RuntimeError if the plant does not come to it in many more steps than
        its cars need."""
        for line in self.lines:
            line.start()
        while self.env.peek() <= self.end_s:
            self._settle(self.env.peek())
            while self._one_move() or self._one_repair():
                self._settle(self.now)
        return self

    def _settle(self, moment: float) -> None:
        """All that happens by itself at a moment."""
        while self.env.peek() <= moment:
            self.num_steps += 1
            if self.num_steps > MOST_STEPS + MOST_A_CAR * len(self.scrapped_s):
                raise RuntimeError(f"{self.num_steps} steps by {self.now} s, and no end")
            self.env.step()

    @property
    def inside(self) -> list[int]:
        """The cars that are neither out of the plant nor scrapped."""
        has_left = np.isfinite(self.leave_s[:, self.network.last_column]) | np.isfinite(self.scrapped_s)
        return [int(car) for car in np.flatnonzero(~has_left)]

    @property
    def is_empty_for_good(self) -> bool:
        return self.num_out == len(self.cars.release_s)

    def _one_move(self) -> bool:
        return any(move() for line in self.lines for move in line.moves())

    def _one_repair(self) -> bool:
        """Free people go to failures; true if one did."""
        went = False
        if self.is_empty_for_good:
            return False
        for crew in self.crews.values():
            while crew.free and crew.calls:
                crew.calls.sort(key=lambda call: call[:2])
                crew.free -= 1
                crew.calls.pop(0)[2].succeed()
                went = True
        return went
