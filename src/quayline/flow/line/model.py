"""What a line is: laws of durations, stations with their buffers, failures; as a file and as Python."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import Field

from quayline.scenario.fields import Count, Name, Positive, Seconds, Share, Thing

Times = Annotated[list[Seconds], Field(min_length=1)]


class Constant(Thing):
    """Always the same."""

    kind: Literal["constant"] = "constant"
    mean_s: Seconds


class Exponential(Thing):
    """Without memory."""

    kind: Literal["exponential"] = "exponential"
    mean_s: Seconds


class Gamma(Thing):
    """Gamma; with cv = 1 / sqrt(k) the Erlang distribution of k phases."""

    kind: Literal["gamma"] = "gamma"
    mean_s: Seconds
    cv: float = Field(gt=0, le=10, description="standard deviation over mean")


class Lognormal(Thing):
    """Lognormal by its own mean and coefficient of variation."""

    kind: Literal["lognormal"] = "lognormal"
    mean_s: Seconds
    cv: float = Field(gt=0, le=10, description="standard deviation over mean")


class Weibull(Thing):
    """Weibull by mean and shape."""

    kind: Literal["weibull"] = "weibull"
    mean_s: Seconds
    shape: float = Field(ge=0.2, le=100)


class Triangular(Thing):
    """Triangular."""

    kind: Literal["triangular"] = "triangular"
    low_s: Seconds
    mode_s: Seconds
    high_s: Seconds

    @property
    def mean_s(self) -> float:
        """Mean in seconds."""
        return (self.low_s + self.mode_s + self.high_s) / 3


class Uniform(Thing):
    """Uniform."""

    kind: Literal["uniform"] = "uniform"
    low_s: Seconds
    high_s: Seconds

    @property
    def mean_s(self) -> float:
        """Mean in seconds."""
        return (self.low_s + self.high_s) / 2


class Geometric(Thing):
    """Whole slots up to the first success: the work of a machine that fails in a slot with chance 1 - p."""

    kind: Literal["geometric"] = "geometric"
    slot_s: Seconds
    success_share: Share

    @property
    def mean_s(self) -> float:
        """Mean in seconds."""
        return self.slot_s / self.success_share


class Empirical(Thing):
    """Values seen, each as likely as the others."""

    kind: Literal["empirical"] = "empirical"
    values_s: Times = Field(alias="values")

    @property
    def mean_s(self) -> float:
        """Mean in seconds."""
        return math.fsum(self.values_s) / len(self.values_s)


Law = Annotated[
    Constant | Exponential | Gamma | Lognormal | Weibull | Triangular | Uniform | Geometric | Empirical,
    Field(discriminator="kind"),
]


class Breakdowns(Thing):
    """Failures of a station, counted in its operating time or by the clock."""

    by: Literal["operation", "time"]
    up: Law = Field(description="time between a repair and the next failure")
    down: Law = Field(description="time to repair")


class TypeWork(Thing):
    """The mean work of one type of part at a station."""

    type: Name
    mean_s: Annotated[Seconds, Positive]


class LineStation(Thing):
    """A station with the places behind it."""

    id: Name
    work: Law
    by_type: list[TypeWork] = Field(default=[], description="mean work by type of part, in place of the law's mean")
    servers: int = Field(default=1, ge=1, le=1000, description="equal places of work in parallel; parts may overtake")
    buffer: Count | None = Field(default=0, description="places behind it (null: without limit)")
    transfer_s: Seconds = Field(default="0 s", validate_default=True, description="way to the next station")
    failures: Breakdowns | None = None


class LineFile(Thing):
    """A serial line: parts wait in front of it without end, or arrive; what has left it is taken at once."""

    quayline: Literal[1]
    line: Name
    title: str = ""
    blocking: Literal["after service", "before service"] = "after service"
    mix: list[Name] = Field(default=[], description="types of part in the order of arrival, over and over")
    arrivals: Law | None = Field(default=None, description="time between arrivals (none: always a part waiting)")
    stations: list[LineStation] = Field(min_length=1, max_length=5000)
