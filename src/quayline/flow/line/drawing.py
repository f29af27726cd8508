"""A line with gates, stores, moving lines, branches, sub-lines, crews and shifts, part by part, as a network."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import TypeAdapter

from quayline.flow.elements import CONSTANT, Carriers, Crew, Failures, Spread, Station
from quayline.flow.line.model import (
    Constant,
    Empirical,
    Gamma,
    Geometric,
    Law,
    Lognormal,
    Triangular,
    Uniform,
    Weibull,
)
from quayline.flow.network import Bays, Network, Parallel, Serial, Subline

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from quayline.flow.network import AtShiftEnd

LAST_S = 2.0**32
ENDLESS = 1 << 20
"""Places of a buffer without limit: more than parts that one would simulate."""


def law_of(written: dict[str, Any]) -> Law:
    """A law as the model knows it; raises ScenarioError for one that cannot be."""
    law: Law = TypeAdapter(Law).validate_python(written)
    return law


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


@dataclass(frozen=True)
class Part:
    """Something on the row: a station with its places behind, or a section that is none."""

    station: Station | None = None
    section: Any = None
    behind: int = 0


@dataclass
class Drawing:
    """What has been drawn so far; `network` reads it."""

    mix: tuple[str, ...] = ()
    blocking: str = "after"
    at_shift_end: AtShiftEnd = "pause"
    row: list[Part] = field(default_factory=list)
    sublines: list[tuple[str, list[Part], str, str, int, int]] = field(default_factory=list)
    carriers: list[Carriers] = field(default_factory=list)
    crews: list[Crew] = field(default_factory=list)
    shifts: tuple[tuple[float, float], ...] = ()
    shifts_every_s: float = 0.0
    section_of: dict[str, str] = field(default_factory=dict)

    @property
    def types(self) -> list[str]:
        """The types of part in the order of their numbers."""
        return list(dict.fromkeys(self.mix)) or ["part"]

    def numbers(self, names: Iterable[str]) -> tuple[int, ...]:
        """The numbers of some types; raises ValueError for one that is not in the mix."""
        unknown = [name for name in names if name not in self.types]
        if unknown:
            raise ValueError(f"no type of part is called {unknown[0]!r}, the mix has {', '.join(self.types)}")
        return tuple(self.types.index(name) for name in names)

    def work_s(self, law: Law, by_type: Mapping[str, float] | None) -> tuple[float, ...]:
        """Mean work of each type of part."""
        self.numbers(by_type or {})
        return tuple((by_type or {}).get(name, law.mean_s) for name in self.types)

    def station(
        self, name: str, law: Law, by_type: Mapping[str, float] | None, failures: Failures | None, **more: Any
    ) -> Station:
        """A station of the drawing."""
        return Station(name, self.work_s(law, by_type), spread=spread_of(law), failures=failures, **more)

    def network(self) -> Network:
        """The network; raises ValueError with everything that cannot be, one a line."""
        row = self.sections(self.row, 0)
        sublines = [
            (name, tuple(self.sections(parts, waiting)), fork, join, places)
            for name, parts, fork, join, places, waiting in self.sublines
        ]
        known = self.section_of
        calendar = np.array([[0.0, LAST_S]])
        if self.shifts:
            begin = np.arange(0.0, LAST_S - self.shifts_every_s, self.shifts_every_s)
            calendar = (begin[:, None, None] + np.array(self.shifts)).reshape(-1, 2)
        return Network(
            tuple(row), (calendar,), len(self.types),
            tuple(Subline(name, inner, known.get(fork, fork), known.get(join, join), places)
                  for name, inner, fork, join, places in sublines),
            tuple(replace(c, load=known.get(c.load, c.load), unload=known.get(c.unload, c.unload))
                  for c in self.carriers),
            tuple(self.crews),
        )  # fmt: skip

    def _cuts(self) -> tuple[set[str], set[str]]:
        """Stations at which a section must begin, and those at which one must end."""
        rejoins = {b.rejoin for part in self.row for b in getattr(part.section, "bays", ()) if b.rejoin}
        starts = rejoins | {line[3] for line in self.sublines} | {c.load for c in self.carriers}
        ends = {line[2] for line in self.sublines} | {c.unload for c in self.carriers}
        return starts, ends

    def sections(self, parts: list[Part], places: int) -> list[Any]:
        """Sections of a row with `places` before it: stations that follow each other are one, but for the cuts."""
        starts, ends = self._cuts()
        found: list[Any] = []
        group: list[Station] = []
        before_group = 0

        def close() -> None:
            if group:
                self.section_of.update({station.name: group[0].name for station in group})
                found.append(Serial(group[0].name, tuple(group), before_group, at_shift_end=self.at_shift_end,
                                    blocking=self.blocking))  # type: ignore[arg-type]  # fmt: skip
                group.clear()

        for part in parts:
            if part.station is None:
                close()
                is_block = isinstance(part.section, Parallel)
                found.append(part.section if is_block else replace(part.section, places_before=places))
            else:
                if part.station.name in starts:
                    close()
                before_group = before_group if group else places
                group.append(part.station)
                if part.station.name in ends:
                    close()
            places = part.behind
        close()
        return found


def bays_of(repair: dict[str, Any], law: Law) -> Bays:
    """A kind of repair as bays of a gate."""
    return Bays(
        repair["name"], repair["places"], repair["rejoin"], repair["waiting"], repair["share"],
        repair["detection_share"], law.mean_s, spread_of(law),
    )  # fmt: skip


def failures_of(written: Any, crew: str | None) -> Failures | None:
    """Breakdowns of a station as the network knows them."""
    if not written:
        return None
    up, down = written.up, written.down
    return Failures(up.mean_s, down.mean_s, spread_of(down), spread_of(up), written.by, crew)
