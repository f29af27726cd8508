"""A line with more than stations, as its file has it, drawn as a network; each fault with its place in the file."""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from quayline.flow.elements import (
    CONSTANT,
    Bays,
    Carriers,
    Crew,
    Failures,
    Learning,
    Maintenance,
    Pace,
    Ratio,
    Spread,
    Station,
)
from quayline.flow.line.model import (
    Branches,
    Constant,
    Empirical,
    Gamma,
    Gate,
    Geometric,
    LineStation,
    Lognormal,
    MovingLine,
    StoreItem,
    Triangular,
    Uniform,
    Weibull,
)
from quayline.flow.network import Network, Paced, Parallel, Serial, Store, Subline

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from quayline.flow.line.model import Breakdowns, Law, LearningCurve, LineFile, RepairKind, TypeWork, Worked
    from quayline.flow.network import Floats

Path = tuple[str | int, ...]

LAST_S = 2.0**32
ENDLESS = 1 << 20
"""Places of a buffer without limit: more than parts that one would simulate."""


class DrawingError(ValueError):
    """A line that cannot be drawn; `faults` are (path in the file, message)."""

    def __init__(self, faults: list[tuple[Path, str]]):
        self.faults = faults
        super().__init__("\n".join(message for _, message in faults))


def network_of(line: LineFile) -> Network:
    """The line as a network; raises DrawingError with everything that cannot be."""
    return _Drawing(line).network()


def spread_of(law: Law) -> Spread:
    """How a law scatters about its mean; raises ValueError for one that only a serial line knows."""
    match law:
        case Constant():
            return CONSTANT
        case Gamma() | Lognormal():
            return Spread(law.kind, law.cv)
        case Weibull():
            return Spread("weibull", values=(law.shape,))
        case Uniform():
            return Spread("uniform", values=(law.low_s / law.mean_s, law.high_s / law.mean_s))
        case Triangular():
            return Spread("triangular", values=tuple(x / law.mean_s for x in (law.low_s, law.mode_s, law.high_s)))
        case Empirical():
            return Spread("empirical", values=tuple(value / law.mean_s for value in law.values_s))
        case Geometric():
            raise ValueError("a geometric law is for a line of stations alone")
    return Spread("exponential")


class _Drawing:
    """Draws a line's file part by part; faults gather with their places until `network` raises them all."""

    def __init__(self, line: LineFile):
        self.line = line
        self.faults: list[tuple[Path, str]] = []
        self.places: dict[str, Path] = {}  # of everything that has a name
        self.types = list(dict.fromkeys(line.mix)) or ["part"]
        self.hours = {hours.id: k for k, hours in enumerate(line.calendars, 1)}
        self.section_of: dict[str, str] = {}
        self.stations: dict[str, Station] = {}
        gates = [item for _, item in line.everything if isinstance(item, Gate)]
        rejoins = {repair.rejoin for gate in gates for repair in gate.repairs if repair.rejoin}
        self.starts = rejoins | {s.join for s in line.sublines} | {c.load for c in line.carriers}
        self.ends = {s.fork for s in line.sublines} | {c.unload for c in line.carriers}

    def network(self) -> Network:
        line, known = self.line, self.section_of
        if line.blocking == "before taking":
            self.faults.append((("blocking",), "blocking before taking is for a line of stations alone"))
        row = self._row(line.stations, 0, ("stations",))
        sublines = []
        for k, sub in enumerate(line.sublines):
            self.places[f"sub-line {sub.id}"] = ("sublines", k)
            sublines.append((sub, tuple(self._row(sub.stations, sub.waiting, ("sublines", k, "stations")))))
        carriers = []
        for k, loop in enumerate(line.carriers):
            self.places[f"carriers {loop.id}"] = ("carriers", k)
            load, unload = (known.get(name, name) for name in (loop.load, loop.unload))
            with self._at("carriers", k):
                carriers.append(Carriers(loop.id, loop.number, load, unload, loop.return_s))
        if self.faults:
            raise DrawingError(self.faults)
        joined = tuple(
            Subline(s.id, inner, known.get(s.fork, s.fork), known.get(s.join, s.join), s.places)
            for s, inner in sublines
        )  # fmt: skip
        try:
            return Network(
                tuple(row), self._calendars(), len(self.types), joined, tuple(carriers),
                tuple(Crew(crew.id, crew.people) for crew in line.crews),
            )  # fmt: skip
        except ValueError as fault:
            raise DrawingError([self._placed(one) for one in str(fault).splitlines()]) from fault

    def _placed(self, fault: str) -> tuple[Path, str]:
        """A fault of the network at the place of the thing that it begins with."""
        about = re.match(r"[\w-]+ [\w-]+", fault)
        return self.places.get(about[0], ()) if about else (), fault

    @contextmanager
    def _at(self, *path: str | int) -> Iterator[None]:
        """Within it, what cannot be is noted at `path`."""
        try:
            yield
        except ValueError as fault:
            self.faults.append((path, str(fault)))

    def _calendars(self) -> tuple[Floats, ...]:
        """Always at work, then the calendars of the file."""
        found = [np.array([[0.0, LAST_S]])]
        for hours in self.line.calendars:
            begin = np.arange(0.0, LAST_S - hours.every_s, hours.every_s)
            shifts = np.array([(shift.from_s, shift.to_s) for shift in hours.shifts])
            found.append((begin[:, None, None] + shifts).reshape(-1, 2))
        return tuple(found)

    def _calendar(self, item: Any) -> dict[str, Any]:
        """Calendar and end of shift of an item, as a section takes them."""
        name = item.hours or self.line.hours
        number = self.hours[name] if name else 0
        return {"calendar": number, "at_shift_end": self.line.calendars[number - 1].at_shift_end if number else "pause"}

    def _row(self, items: Sequence[Any], places: int, path: Path) -> list[Any]:
        """Sections of a row with `places` before it: stations that follow each other are one, but for the cuts."""
        found: list[Any] = []
        group: list[Worked] = []
        before_group = places

        def close() -> None:
            if group:
                found.append(self._serial(group, before_group))
                group.clear()

        for k, item in enumerate(items):
            here = (*path, k)
            self.places |= {f"{what} {item.id}": here for what in ("section", "parallel", "station")}
            is_station = isinstance(item, LineStation)
            if group and (not is_station or item.id in self.starts or item.hours != group[0].hours):
                close()
            with self._at(*here):
                if is_station:
                    before_group = before_group if group else places
                    self.stations[item.id] = self._station(item)
                    group.append(item)
                    if item.id in self.ends:
                        close()
                else:
                    found.append(self._section(item, places, here))
            places = 0 if isinstance(item, StoreItem) else ENDLESS if item.buffer is None else item.buffer
        close()
        return found

    def _serial(self, group: Sequence[Worked], places: int) -> Serial:
        """Stations in series as a section, which has the name of the first."""
        first = group[0]
        self.section_of |= {station.id: first.id for station in group}
        return Serial(
            first.id, tuple(self.stations[station.id] for station in group), places, **self._calendar(first),
            blocking="after" if self.line.blocking == "after service" else "before",
            comeback_places=first.comeback_places,
        )  # fmt: skip

    def _section(self, item: Any, places: int, here: Path) -> Any:
        """Anything on a row but a station."""
        if isinstance(item, Branches):
            rows = (
                tuple(self._row(branch.stations, places, (*here, "branches", k, "stations")))
                for k, branch in enumerate(item.branches)
            )
            by_type = tuple(
                next(k for k, branch in enumerate(item.branches) if name in branch.types) for name in self.types
            ) if item.route == "type" else ()  # fmt: skip
            return Parallel(item.id, tuple(rows), item.route, by_type)
        if isinstance(item, StoreItem):
            rules = tuple(Ratio(self._numbers(rule.types), rule.most, rule.within) for rule in item.at_most)
            return Store(item.id, item.capacity, item.access_s, places, item.lanes, rules)
        if isinstance(item, MovingLine):
            return self._moving_line(item, places)
        self.places |= {f"bays {repair.id}": (*here, "repairs", j) for j, repair in enumerate(item.repairs)}
        bays = tuple(_bays(repair) for repair in item.repairs)
        return Serial(
            item.id, (self._station(item),), places, bays=bays, scrap_share=item.scrap_share,
            comeback_places=item.comeback_places, **self._calendar(item),
        )  # fmt: skip

    def _moving_line(self, item: MovingLine, places: int) -> Paced:
        work_s = None
        if item.work is not None:
            work_s = np.tile(self._work_s(item.work, item.by_type), (1, item.stations, 1))
        pace = (Pace(0.0, item.takt_s), *(Pace(later.from_s, later.takt_s) for later in item.later_takts))
        return Paced(
            item.id, item.stations, pace, work_s, spread_of(item.work) if item.work else CONSTANT,
            item.drift_share, item.andon_share, item.andon_s, self._failures(item.failures), places,
            comeback_places=item.comeback_places, transfer_s=item.transfer_s, learning=self._learning(item.learning),
            **self._calendar(item),
        )  # fmt: skip

    def _station(self, item: Worked) -> Station:
        upkeep, places = item.maintenance, ENDLESS if item.buffer is None else item.buffer
        return Station(
            item.id, self._work_s(item.work, item.by_type), item.servers, places, spread_of(item.work),
            self._failures(item.failures), item.transfer_s, self._learning(item.learning),
            Maintenance(upkeep.every_s, upkeep.duration_s) if upkeep else None,
        )  # fmt: skip

    def _work_s(self, law: Law, by_type: Sequence[TypeWork]) -> tuple[float, ...]:
        """Mean work of each type of part."""
        own = {row.type: row.mean_s for row in by_type}
        return tuple(own.get(name, law.mean_s) for name in self.types)

    def _numbers(self, names: Iterable[str]) -> tuple[int, ...]:
        return tuple(self.types.index(name) for name in names)

    def _learning(self, curve: LearningCurve | None) -> Learning | None:
        if curve is None:
            return None
        rows = tuple((row.from_part, row.factor) for row in curve.rows)
        return Learning(curve.kind, curve.first, curve.mature, rows, self._numbers(curve.types) or None)

    def _failures(self, written: Breakdowns | None) -> Failures | None:
        if written is None:
            return None
        up, down = written.up, written.down
        return Failures(
            up.mean_s, down.mean_s, spread_of(down), spread_of(up), written.by, written.crew,
            self._learning(written.learning),
        )  # fmt: skip


def _bays(repair: RepairKind) -> Bays:
    return Bays(
        repair.id, repair.places, repair.rejoin, repair.waiting, repair.share, repair.detection_share,
        repair.work.mean_s, spread_of(repair.work),
    )  # fmt: skip
