"""Tasks of assembly: how long they take, what must come before what, and where they may be done."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from quayline.scenario.fields import Name, Positive, Rate, Seconds, Thing

Names = Annotated[str, Field(pattern=r"^([a-z0-9][a-z0-9-]*( [a-z0-9][a-z0-9-]*)*)?$")]


class Zone(Thing):
    """Stations next to each other where tasks can be done that can be done nowhere else, such as a pit."""

    id: Name
    first: int = Field(ge=1, description="station, from 1")
    last: int = Field(ge=1, description="station, from 1")


class Task(Thing):
    """The smallest piece of work, done by one person at one station."""

    id: Name
    time_s: Seconds = Field(description="on each car, unless a row of `times` says otherwise")
    after: Names = Field(default="", description="tasks that must be done before, with spaces between")
    zone: Name | None = Field(default=None, description="where it can be done (none: anywhere)")
    apart: Names = Field(default="", description="tasks that may not be done at the same station")
    option: Name | None = Field(default=None, description="done on cars with this option only (none: on all)")


class TaskTime(Thing):
    """The time of a task on one model, in place of that on each car."""

    task: Name
    model: Name
    time_s: Seconds


class Tasks(Thing):
    """The tasks of a paced line or section."""

    tasks: list[Task] = Field(min_length=1, max_length=2000)
    times: list[TaskTime] = []
    zones: list[Zone] = []


class Assembly(Tasks):
    """The tasks of a paced section of the plant: assigned to its stations anew in each mode, a person a station."""

    section: Name


class MixShare(Thing):
    """How many cars of a model are built beside the others."""

    id: Name
    share: Annotated[Rate, Positive] = Field(description="of all cars, or a number of cars")


class OptionShare(Thing):
    """On how many of the cars an option is."""

    id: Name
    share: Rate = Field(le=1)


class TaskFile(Tasks):
    """A paced line on its own: its tasks and the cars that they are done on."""

    quayline: Literal[1]
    line: Name
    title: str = ""
    takt_s: Annotated[Seconds, Positive] | None = Field(default=None, description="time between two cars")
    stations: int | None = Field(default=None, ge=1, le=1000, description="in place of the takt, which follows then")
    models: list[MixShare] = Field(default=[], description="none: all cars are alike")
    options: list[OptionShare] = []
