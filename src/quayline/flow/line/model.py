"""What a line is, as its file has it: what stands on the row, and what serves it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from quayline.flow.line.laws import (
    Constant,
    Empirical,
    Exponential,
    Gamma,
    Geometric,
    Law,
    Lognormal,
    Triangular,
    Uniform,
    Weibull,
    Work,
)
from quayline.scenario.fields import Count, Name, Positive, Seconds, Share, Thing

__all__ = [
    "Branch", "Branches", "Breakdowns", "CarrierLoop", "Constant", "CrewOfPeople", "Empirical", "Exponential", "Gamma",
    "Gate", "Geometric", "Hours", "Item", "Law", "LearningCurve", "LineFile", "LineStation", "Lognormal", "MovingLine",
    "PartType", "PlannedWork", "RatioRule", "RepairKind", "StoreItem", "SublineItem", "Triangular", "Uniform",
    "Weibull", "Worked",
]  # fmt: skip


class LearningRow(Thing):
    """A row of a learning table."""

    from_part: int = Field(ge=1)
    factor: float = Field(ge=1)


class LearningCurve(Thing):
    """Times that fall with the parts built: to 1 at the mature count (power, exponential approach), or by a table."""

    kind: Literal["power", "exponential", "table"]
    first: float = Field(default=1.0, ge=1, description="factor of the first part")
    mature: float = Field(default=2.0, gt=1, description="power: factor 1 from here on; exponential: the constant")
    rows: list[LearningRow] = []
    types: list[Name] = Field(default=[], description="types of part that are new (none: all)")


class PlannedWork(Thing):
    """Maintenance after so much operation, before the next part."""

    every_s: Annotated[Seconds, Positive]
    duration_s: Annotated[Seconds, Positive]


class Breakdowns(Thing):
    """Failures of a station, counted in its operating time or by the clock."""

    by: Literal["operation", "time"]
    up: Law = Field(description="time between a repair and the next failure")
    down: Law = Field(description="time to repair")
    crew: Name | None = Field(default=None, description="who repairs (none: somebody is always there)")
    learning: LearningCurve | None = Field(default=None, description="failures that become rarer")


class TypeWork(Thing):
    """The mean work of one type of part at a station."""

    type: Name
    mean_s: Annotated[Seconds, Positive]


class Worked(Thing):
    """What stations and gates have in common: work, the places behind, failures."""

    id: Name
    work: Work
    by_type: list[TypeWork] = Field(default=[], description="mean work by type of part, in place of the law's mean")
    servers: int = Field(default=1, ge=1, le=1000, description="equal places of work in parallel; parts may overtake")
    buffer: Count | None = Field(
        default=0, description="places behind it (null: without limit)", json_schema_extra={"x-null": True}
    )
    transfer_s: Seconds = Field(default="0 s", validate_default=True, description="way to the next station")
    failures: Breakdowns | None = None
    learning: LearningCurve | None = None
    maintenance: PlannedWork | None = None
    hours: Name | None = Field(default=None, description="its calendar (none: that of the line)")
    comeback_places: int | None = Field(default=None, ge=1, description="for parts that rejoin here (none: no limit)")


class LineStation(Worked):
    """A station with the places behind it."""

    kind: Literal["station"] = "station"


class RepairKind(Thing):
    """A repair: the share of parts that need it, its work and places, and where a repaired part comes back."""

    id: Name
    work: Work
    share: Share = Field(description="of the parts at the gate that have the defect, each time anew")
    places: int = Field(default=1, ge=1)
    rejoin: Name | None = Field(default=None, description="where the part comes back (none: it goes on)")
    waiting: Count | None = Field(
        default=None, description="places before the bays (null: without limit)", json_schema_extra={"x-null": True}
    )
    detection_share: Share = Field(default=1.0, description="of the defects that the gate finds")


class Gate(Worked):
    """An inspection that sends parts to repairs, or scraps them."""

    kind: Literal["gate"]
    repairs: list[RepairKind] = []
    scrap_share: Share = 0.0


class RatioRule(Thing):
    """At most so many parts of some types in any so many that follow each other."""

    types: list[Name] = Field(min_length=1)
    most: int = Field(ge=1)
    within: int = Field(ge=2, le=64)


class StoreItem(Thing):
    """A store that gives back the order of entry, but for its rules; the places behind the item before wait for it."""

    kind: Literal["store"]
    id: Name
    capacity: int = Field(ge=1)
    access_s: Seconds = Field(default="0 s", validate_default=True, description="time between two retrievals")
    lanes: Count = Field(default=0, description="of equal depth, first in, first out (0: any part can be taken)")
    at_most: list[RatioRule] = []


class LaterTakt(Thing):
    """A takt from a time on."""

    from_s: Seconds
    takt_s: Annotated[Seconds, Positive]


class MovingLine(Thing):
    """A moving line of equal stations that all advance together; without work it is a conveyor."""

    kind: Literal["moving line"]
    id: Name
    stations: int = Field(ge=1, le=500)
    takt_s: Annotated[Seconds, Positive]
    later_takts: list[LaterTakt] = []
    work: Work | None = Field(default=None, description="at each station (none: a conveyor)")
    by_type: list[TypeWork] = Field(default=[], description="mean work by type of part, in place of the law's mean")
    drift_share: Share = Field(default=0.0, description="of the takt that overload may carry on")
    andon_share: Share = Field(default=0.0, description="chance that a part at a station stops the line")
    andon_s: Seconds = Field(default="0 s", validate_default=True, description="mean of such a stop (exponential)")
    buffer: Count = Field(default=1, description="places behind it")
    transfer_s: Seconds = Field(default="0 s", validate_default=True, description="way to the next station")
    failures: Breakdowns | None = Field(default=None, description="of its conveyor")
    learning: LearningCurve | None = None
    hours: Name | None = Field(default=None, description="its calendar (none: that of the line)")
    comeback_places: int | None = Field(default=None, ge=1, description="for parts that rejoin here (none: no limit)")


def _kind(written: object) -> object:
    """What names no kind is a station."""
    return {"kind": "station", **written} if isinstance(written, dict) else written


_DEFAULT = {"x-default": "station"}
Inner = Annotated[
    LineStation | Gate | MovingLine, Field(discriminator="kind", json_schema_extra=_DEFAULT), BeforeValidator(_kind)
]


class Branch(Thing):
    """One of the lines beside each other."""

    types: list[Name] = Field(default=[], description='of part that go here, for route "type"')
    stations: list[Inner] = Field(min_length=1)


class Branches(Thing):
    """Lines beside each other; the places in front of each are those behind the item before."""

    kind: Literal["branches"]
    id: Name
    route: Literal["room", "turn", "type"] = Field(default="room", description="first with room, in turn, by type")
    branches: list[Branch] = Field(min_length=2)
    buffer: Count = Field(default=1, description="places behind them all")


Item = Annotated[
    LineStation | Gate | StoreItem | MovingLine | Branches,
    Field(discriminator="kind", json_schema_extra=_DEFAULT),
    BeforeValidator(_kind),
]


class SublineItem(Thing):
    """A line that builds what `join` needs, begun when a part leaves `fork`."""

    id: Name
    fork: Name
    join: Name
    places: int = Field(default=1, ge=1, description="for what is finished, before the join")
    waiting: int = Field(default=1, ge=1, description="places before its first station")
    stations: list[Inner] = Field(min_length=1)


class CarrierLoop(Thing):
    """Carriers that parts hold from entering `load` until they leave `unload`."""

    id: Name
    number: int = Field(ge=1)
    load: Name
    unload: Name
    return_s: Seconds = Field(default="0 s", validate_default=True, description="way back")


class CrewOfPeople(Thing):
    """People who repair the failures that name them."""

    id: Name
    people: int = Field(ge=1)


class Interval(Thing):
    """Working time of a calendar, from the start of its period."""

    from_s: Seconds
    to_s: Annotated[Seconds, Positive]


class Hours(Thing):
    """A calendar: these intervals of every period, and what happens to work at the end of one."""

    id: Name
    shifts: list[Interval] = Field(min_length=1)
    every_s: Annotated[Seconds, Positive] = Field(default="24 h", validate_default=True)
    at_shift_end: Literal["pause", "finish"] = "pause"


class PartType(Thing):
    """A type of part with its share of all."""

    id: Name
    share: Annotated[Share, Positive]


class LineFile(Thing):
    """A line: parts wait in front of it without end, or arrive; what has left it is taken at once."""

    quayline: Literal[1]
    line: str = Field(min_length=1, max_length=200)
    title: str = ""
    blocking: Literal["after service", "before service", "before taking"] = "after service"
    mix: list[Name] = Field(default=[], description="types of part in the order of arrival, over and over")
    types: list[PartType] = Field(default=[], description="types of part by share, spread evenly, in place of a mix")
    arrivals: Law | None = Field(default=None, description="time between arrivals (none: always a part waiting)")
    hours: Name | None = Field(default=None, description="calendar of all that name none (none: always at work)")
    calendars: list[Hours] = []
    stations: list[Item] = Field(min_length=1, max_length=5000)
    sublines: list[SublineItem] = []
    carriers: list[CarrierLoop] = []
    crews: list[CrewOfPeople] = []

    @property
    def is_serial(self) -> bool:
        """Whether it is a row of stations without anything that asks for a network (docs/flow.md)."""
        return not (self.sublines or self.carriers or self.crews or self.calendars) and all(
            isinstance(s, LineStation) and not (s.learning or s.maintenance or s.comeback_places)
            and not (s.failures and (s.failures.crew or s.failures.learning))
            for s in self.stations
        )  # fmt: skip

    @property
    def everything(self) -> list[tuple[tuple[str | int, ...], Item]]:
        """All that stands on the row, in branches and in sub-lines, with its path in the file."""
        found: list[tuple[tuple[str | int, ...], Item]] = []
        for k, item in enumerate(self.stations):
            found.append((("stations", k), item))
            for j, branch in enumerate(item.branches if isinstance(item, Branches) else ()):
                found += [(("stations", k, "branches", j, "stations", i), s) for i, s in enumerate(branch.stations)]
        for k, sub in enumerate(self.sublines):
            found += [(("sublines", k, "stations", i), s) for i, s in enumerate(sub.stations)]
        return found

    @property
    def plain_stations(self) -> list[LineStation]:
        """The stations of a serial line."""
        return [s for s in self.stations if isinstance(s, LineStation)]
