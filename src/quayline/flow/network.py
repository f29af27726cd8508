"""A plant as a network of sections: what the simulation means, without arrays and without a scenario.

Times are seconds from a common zero. A car's type selects its work at each station.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Spread:
    """How a duration scatters about its mean; `cv` (standard deviation over mean) is for the lognormal."""

    kind: Literal["constant", "exponential", "lognormal"] = "constant"
    cv: float = 0.0

    def __post_init__(self) -> None:
        if (self.kind == "lognormal") != (self.cv > 0):
            raise ValueError(f"spread {self.kind} with cv {self.cv}: a lognormal needs cv > 0, no other has one")


@dataclass(frozen=True)
class Failures:
    """Operation-dependent failures: exponential operating time between them; repair exponential or lognormal."""

    mtbf_s: float
    mttr_s: float
    repair: Spread = Spread("exponential")

    def __post_init__(self) -> None:
        if not (self.mtbf_s > 0 and self.mttr_s >= 0 and self.repair.kind != "constant"):
            raise ValueError(f"failures need mtbf > 0, mttr >= 0 and a random repair, got {self}")


@dataclass(frozen=True)
class Station:
    """An unpaced station: work in seconds by type of car, parallel servers, places behind it."""

    name: str
    work_s: tuple[float, ...]
    servers: int = 1
    buffer: int = 0
    spread: Spread = Spread()
    failures: Failures | None = None

    def __post_init__(self) -> None:
        if not all(work > 0 for work in self.work_s):
            raise ValueError(f"station {self.name}: work must be above zero, got {min(self.work_s)} s")
        if self.servers < 1 or self.buffer < 0:
            raise ValueError(f"station {self.name}: {self.servers} servers, {self.buffer} places behind")


@dataclass(frozen=True)
class Bays:
    """Repair places of one kind at a gate; a repaired car comes back to section `rejoin`, or goes on."""

    name: str
    places: int
    rejoin: str | None = None


@dataclass(frozen=True)
class Serial:
    """Unpaced stations in series, blocking after service, cars in order; with `bays` it is a gate.

    `places_before` between the section before and this one: with 0 a car moves from station to station, which
    asks for the same calendar.
    """

    name: str
    stations: tuple[Station, ...]
    places_before: int = 0
    calendar: int = 0
    bays: tuple[Bays, ...] = ()


@dataclass(frozen=True)
class Pace:
    """A step of the line speed: takt from a time on, and which table of work goes with it."""

    from_s: float
    takt_s: float
    table: int = 0


@dataclass(frozen=True, eq=False)
class Paced:
    """A moving line of `num_pitches`, all advancing together; `work_s` is (tables, pitches, types) or None."""

    name: str
    num_pitches: int
    pace: tuple[Pace, ...]
    work_s: Floats | None = None
    spread: Spread = Spread()
    drift_share: float = 0.0
    andon_share: float = 0.0
    andon_s: float = 0.0
    failures: Failures | None = None
    places_before: int = 1
    calendar: int = 0

    def __post_init__(self) -> None:
        if self.num_pitches < 1 or not self.pace or any(step.takt_s <= 0 for step in self.pace):
            raise ValueError(f"section {self.name}: a paced section needs a pitch and a takt above zero")
        if self.work_s is not None and (self.work_s.min() < 0 or self.work_s.shape[1] != self.num_pitches):
            raise ValueError(f"section {self.name}: work must be (tables, {self.num_pitches}, types), none below 0")


@dataclass(frozen=True)
class Store:
    """A random-access store: the section behind it takes the lowest planned position present.

    `access_s` of working time pass between two retrievals; `places_before` hold bodies in a row while it is full.
    """

    name: str
    capacity: int
    access_s: float = 0.0
    places_before: int = 0


Section = Serial | Paced | Store


@dataclass(frozen=True, eq=False)
class Network:
    """Sections in the order that cars go through them; calendars as (intervals, 2) starts and ends, ascending."""

    sections: tuple[Section, ...]
    calendars: tuple[Floats, ...]
    num_types: int = 1

    def __post_init__(self) -> None:
        for at, section in enumerate(self.sections):
            _check_place(self, at, section)
        for calendar in self.calendars:
            flat = calendar.ravel()
            if len(flat) < 2 or calendar.shape[1] != 2 or not (np.diff(flat) >= 0).all() or flat[0] < 0:
                raise ValueError("a calendar is (intervals, 2) in ascending order, with one interval at least")

    @property
    def all_bays(self) -> list[tuple[str, Bays]]:
        """Every kind of bays with the name of its gate, in the order of `Cars.repair_s`."""
        return [(s.name, bays) for s in self.sections if isinstance(s, Serial) for bays in s.bays]


@dataclass(frozen=True, eq=False)
class Cars:
    """N cars in planned sequence: type, release (non-decreasing not required), repair work by kind of bays."""

    car_type: Ints
    release_s: Floats
    repair_s: Floats = field(default_factory=lambda: np.zeros((0, 0)))


def _check_place(network: Network, at: int, section: Section) -> None:
    """Raise ValueError, naming the section, when it cannot stand where it stands."""
    names = [s.name for s in network.sections]
    before = network.sections[at - 1] if at else None
    if names.count(section.name) > 1:
        raise ValueError(f"section {section.name}: the name is not unique")
    if isinstance(section, Store):
        if at == 0 or at == len(names) - 1 or isinstance(before, Store):
            raise ValueError(f"section {section.name}: a store stands between two sections that are no stores")
        if section.capacity < 1:
            raise ValueError(f"section {section.name}: a store needs a place")
        return
    if isinstance(section, Paced) and at and not isinstance(before, Store) and section.places_before < 1:
        raise ValueError(f"section {section.name}: a paced section takes cars from a place before it")
    if isinstance(section, Serial):
        _check_serial(network, names[: at + 1], section)
        same = not isinstance(before, Serial | Paced) or before.calendar == section.calendar
        if section.places_before == 0 and not same:
            raise ValueError(f"section {section.name}: between two calendars there must be a place")


def _check_serial(network: Network, names: list[str], section: Serial) -> None:
    if not section.stations:
        raise ValueError(f"section {section.name}: no station")
    for station in section.stations:
        if len(station.work_s) != network.num_types:
            raise ValueError(f"station {station.name}: work for {len(station.work_s)} of {network.num_types} types")
    stores = {s.name for s in network.sections if isinstance(s, Store)}
    for bays in section.bays:
        if bays.places < 1 or (bays.rejoin and (bays.rejoin not in names or bays.rejoin in stores)):
            raise ValueError(f"bays {bays.name}: need a place, and a section to rejoin at or before {section.name}")
