"""What sections are made of: laws of durations, failures, learning, stations, bays, crews, carriers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_NUM_VALUES = {"constant": 0, "exponential": 0, "lognormal": 0, "gamma": 0, "weibull": 1, "uniform": 2, "triangular": 3}


@dataclass(frozen=True)
class Spread:
    """How a duration scatters about its mean.

    `cv` (standard deviation over mean) is for lognormal and gamma. `values` are the shape of a weibull, or multiples
    of the mean: low, high (uniform); low, mode, high (triangular); all that may be (empirical). Those average to 1.
    """

    kind: Literal[
        "constant", "exponential", "lognormal", "gamma", "weibull", "uniform", "triangular", "empirical"
    ] = "constant"  # fmt: skip
    cv: float = 0.0
    values: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if (self.kind in ("lognormal", "gamma")) != (self.cv > 0):
            raise ValueError(f"spread {self.kind} with cv {self.cv}: lognormal and gamma need cv > 0, no other has one")
        wanted = _NUM_VALUES.get(self.kind, max(len(self.values), 1))
        if len(self.values) != wanted or any(not 0 <= value < math.inf for value in self.values):
            raise ValueError(f"spread {self.kind}: {self.values}, expected {wanted} values, none below 0")
        if self.kind == "weibull" and self.values[0] <= 0:
            raise ValueError(f"spread weibull: shape {self.values[0]}, expected above 0")
        if self.kind in ("uniform", "triangular", "empirical"):
            mean = math.fsum(self.values) / len(self.values)
            rises = self.kind == "empirical" or (
                list(self.values) == sorted(self.values) and self.values[0] < self.values[-1]
            )
            if abs(mean - 1) > 1e-9 or not rises:
                raise ValueError(f"spread {self.kind}: {self.values}, expected ascending multiples of the mean")


CONSTANT = Spread()


@dataclass(frozen=True)
class Learning:
    """How times fall with the count built: `first` is the factor of the first car.

    power: f(n) = max(1, first * n**b), f(mature) = 1; exponential: 1 + (first - 1) exp(-(n - 1) / mature);
    table: rows (from count, factor), the first from 1. `types` are the types of cars that learn (none given: all).
    """

    kind: Literal["power", "exponential", "table"]
    first: float = 1.0
    mature: float = 2.0
    rows: tuple[tuple[int, float], ...] = ()
    types: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        if self.kind == "table":
            counts = [row[0] for row in self.rows]
            if not counts or counts[0] != 1 or counts != sorted(set(counts)) or any(row[1] < 1 for row in self.rows):
                raise ValueError(f"learning: rows {self.rows}, expected counts from 1 on, ascending, factors >= 1")
        elif self.rows or not (self.first >= 1 and self.mature > 1):
            raise ValueError(f"learning {self.kind}: expected first >= 1 and mature > 1, got {self}")


@dataclass(frozen=True)
class Failures:
    """Failures of a server by its operating time or its working time, and who repairs them (none: at once)."""

    mtbf_s: float
    mttr_s: float
    repair: Spread = Spread("exponential")
    up: Spread = Spread("exponential")
    by: Literal["operation", "time"] = "operation"
    crew: str | None = None
    learning: Learning | None = None

    def __post_init__(self) -> None:
        if not (self.mtbf_s > 0 and self.mttr_s >= 0):
            raise ValueError(f"failures need mtbf > 0 and mttr >= 0, got {self.mtbf_s} s and {self.mttr_s} s")


@dataclass(frozen=True)
class Maintenance:
    """Planned work on a server after every `every_s` of operation, before its next car."""

    every_s: float
    duration_s: float

    def __post_init__(self) -> None:
        if not (self.every_s > 0 and self.duration_s > 0):
            raise ValueError(f"maintenance needs times above zero, got {self.every_s} s and {self.duration_s} s")


@dataclass(frozen=True)
class Station:
    """An unpaced station: mean work in seconds by type of car, parallel servers, places behind, way to the next."""

    name: str
    work_s: tuple[float, ...]
    servers: int = 1
    buffer: int = 0
    spread: Spread = Spread()
    failures: Failures | None = None
    transfer_s: float = 0.0
    learning: Learning | None = None
    maintenance: Maintenance | None = None

    def __post_init__(self) -> None:
        if not all(0 < work < math.inf for work in self.work_s):
            raise ValueError(f"station {self.name}: work must be above zero, got {min(self.work_s)} s")
        if self.servers < 1 or self.buffer < 0 or not 0 <= self.transfer_s < math.inf:
            raise ValueError(
                f"station {self.name}: {self.servers} servers, {self.buffer} places behind, way {self.transfer_s} s"
            )


@dataclass(frozen=True)
class Bays:
    """Repair places of one kind at a gate; a repaired car comes back to section `rejoin`, or goes on.

    `waiting` places before them (None: no limit). Besides the cars' own `repair_s` the gate may draw: a defect with
    chance `share`, found with chance `detection_share`, repaired in `work_s` scattered by `spread`.
    """

    name: str
    places: int
    rejoin: str | None = None
    waiting: int | None = None
    share: float = 0.0
    detection_share: float = 1.0
    work_s: float = 0.0
    spread: Spread = Spread()

    def __post_init__(self) -> None:
        if self.places < 1 or (self.waiting is not None and self.waiting < 0):
            raise ValueError(f"bays {self.name}: {self.places} places, {self.waiting} to wait; need a place")
        if not (0 <= self.share <= 1 and 0 <= self.detection_share <= 1) or (self.share > 0) != (self.work_s > 0):
            raise ValueError(f"bays {self.name}: expected shares in 0 to 1, and for defects a work above 0 s")


@dataclass(frozen=True)
class Pace:
    """A step of the line speed: takt from a time on, and which table of work goes with it."""

    from_s: float
    takt_s: float
    table: int = 0


@dataclass(frozen=True)
class Ratio:
    """At most `most` cars of the given types in any `within` consecutive ones."""

    types: tuple[int, ...]
    most: int
    within: int

    def __post_init__(self) -> None:
        if not (self.types and 1 <= self.most < self.within <= 64):
            found = f"ratio {self.most} in {self.within} of types {self.types}"
            raise ValueError(f"{found}: expected types, 1 <= most < within <= 64")


@dataclass(frozen=True)
class Crew:
    """People who repair the failures that name them."""

    name: str
    people: int

    def __post_init__(self) -> None:
        if self.people < 1:
            raise ValueError(f"crew {self.name}: {self.people} people")


@dataclass(frozen=True)
class Carriers:
    """Equal carriers that cars hold from entering section `load` until they leave section `unload`."""

    name: str
    number: int
    load: str
    unload: str
    return_s: float = 0.0

    def __post_init__(self) -> None:
        if self.number < 1 or not 0 <= self.return_s < math.inf:
            raise ValueError(f"carriers {self.name}: {self.number} of them, back in {self.return_s} s")
