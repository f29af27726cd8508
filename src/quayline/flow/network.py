"""A plant as a network of sections: what the simulation means, without arrays and without a scenario.

Times are seconds from a common zero. A car's type selects its work at each station. docs/flow.md is the definition.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import numpy as np

from quayline.flow.elements import (
    CONSTANT,
    Bays,
    Carriers,
    Crew,
    Failures,
    Floats,
    Ints,
    Learning,
    Maintenance,
    Pace,
    Ratio,
    Spread,
    Station,
)

__all__ = [
    "Bays", "Carriers", "Cars", "Crew", "Failures", "Floats", "Ints", "Learning", "Maintenance", "Network", "Pace",
    "Paced", "Parallel", "Ratio", "Section", "Serial", "Spread", "Station", "Store", "Subline",
]  # fmt: skip

AtShiftEnd = Literal["pause", "finish"]


@dataclass(frozen=True)
class Serial:
    """Unpaced stations in series, cars in order; with `bays` or `scrap_share` it is a gate.

    `places_before` between the section before and this one: with 0 a car moves from station to station, which
    asks for the same calendar. `comeback_places` bounds the queue of cars that come back (None: no limit).
    """

    name: str
    stations: tuple[Station, ...]
    places_before: int = 0
    calendar: int = 0
    bays: tuple[Bays, ...] = ()
    at_shift_end: AtShiftEnd = "pause"
    blocking: Literal["after", "before"] = "after"
    comeback_places: int | None = None
    scrap_share: float = 0.0

    @property
    def transfer_s(self) -> float:
        """The way to the next section: that of the last station."""
        return self.stations[-1].transfer_s

    @property
    def is_gate(self) -> bool:
        """Whether cars may go elsewhere than on from here, which is known when the last station is done."""
        return bool(self.bays or self.scrap_share)


@dataclass(frozen=True, eq=False)
class Paced:
    """A moving line of `num_pitches`, all advancing together; `work_s` is (tables, pitches, types) or None."""

    name: str
    num_pitches: int
    pace: tuple[Pace, ...]
    work_s: Floats | None = None
    spread: Spread = CONSTANT
    drift_share: float = 0.0
    andon_share: float = 0.0
    andon_s: float = 0.0
    failures: Failures | None = None
    places_before: int = 1
    calendar: int = 0
    at_shift_end: AtShiftEnd = "pause"
    comeback_places: int | None = None
    transfer_s: float = 0.0
    learning: Learning | None = None

    def __post_init__(self) -> None:
        if self.num_pitches < 1 or not self.pace or any(step.takt_s <= 0 for step in self.pace):
            raise ValueError(f"section {self.name}: a paced section needs a pitch and a takt above zero")
        if self.work_s is not None and (self.work_s.min() < 0 or self.work_s.shape[1] != self.num_pitches):
            raise ValueError(f"section {self.name}: work must be (tables, {self.num_pitches}, types), none below 0")


@dataclass(frozen=True)
class Store:
    """A store from which the section behind takes by `rules` and planned position; see docs/flow.md.

    `access_s` of working time pass between two retrievals; `places_before` hold bodies in a row while it is full.
    `lanes` of equal depth (0: random access).
    """

    name: str
    capacity: int
    access_s: float = 0.0
    places_before: int = 0
    lanes: int = 0
    rules: tuple[Ratio, ...] = ()


Section = Serial | Paced | Store


@dataclass(frozen=True)
class Parallel:
    """Branches between two sections of the row; `of_type` is the branch of each type for route "type"."""

    name: str
    branches: tuple[tuple[Serial | Paced, ...], ...]
    route: Literal["type", "turn", "room"] = "room"
    of_type: tuple[int, ...] = ()


@dataclass(frozen=True)
class Subline:
    """A row that builds what section `join` needs, begun when the car leaves section `fork`."""

    name: str
    sections: tuple[Serial | Paced, ...]
    fork: str
    join: str
    places: int = 1


@dataclass(frozen=True, eq=False)
class Network:
    """The row of sections, sub-lines, carriers and crews; calendars as (intervals, 2) starts and ends, ascending.

    Raises ValueError with all that cannot be, one a line.
    """

    sections: tuple[Section | Parallel, ...]
    calendars: tuple[Floats, ...]
    num_types: int = 1
    sublines: tuple[Subline, ...] = ()
    carriers: tuple[Carriers, ...] = ()
    crews: tuple[Crew, ...] = ()

    def __post_init__(self) -> None:
        from quayline.flow.network_rules import faults_of

        found = list(faults_of(self))
        if found:
            raise ValueError("\n".join(found))

    @cached_property
    def columns(self) -> tuple[Section, ...]:
        """All sections in the order of their numbers: the row with its branches, then the sub-lines."""
        flat: list[Section] = []
        for part in self.sections:
            flat += [s for branch in part.branches for s in branch] if isinstance(part, Parallel) else [part]
        return (*flat, *(s for line in self.sublines for s in line.sections))

    @property
    def last_column(self) -> int:
        """The number of the row's last section, out of which cars leave the plant."""
        return len(self.columns) - 1 - sum(len(line.sections) for line in self.sublines)

    @property
    def all_bays(self) -> list[tuple[str, Bays]]:
        """Every kind of bays with the name of its gate, in the order of `Cars.repair_s`."""
        return [(s.name, bays) for s in self.columns if isinstance(s, Serial) for bays in s.bays]


@dataclass(frozen=True, eq=False)
class Cars:
    """N cars in planned sequence: type, release (non-decreasing not required), repair work by kind of bays.

    `scrap_at` (N,) is the column of the section that scraps the car when it judges it, -1 for none; empty: no car.
    """

    car_type: Ints
    release_s: Floats
    repair_s: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    scrap_at: Ints = field(default_factory=lambda: np.zeros(0, np.int64))

    def between(self, first: int, end: int) -> Cars:
        """Cars `first` … `end` - 1."""
        here = slice(first, end)
        return Cars(self.car_type[here], self.release_s[here], self.repair_s[:, here], self.scrap_at[here])
