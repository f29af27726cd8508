"""Laws of durations, as a line's file writes them."""

from __future__ import annotations

import math
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from quayline.scenario.fields import Positive, Seconds, Share, Thing

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
    """Whole slots up to the first success, each a success with the same chance; at least one."""

    kind: Literal["geometric"] = "geometric"
    slot_s: Seconds
    success_share: Annotated[Share, Positive]

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


def _constant(written: object) -> object:
    """A time alone is a constant law."""
    return {"kind": "constant", "mean": written} if isinstance(written, str | int | float) else written


Law = Annotated[
    Constant | Exponential | Gamma | Lognormal | Weibull | Triangular | Uniform | Geometric | Empirical,
    Field(discriminator="kind"),
]
Work = Annotated[Law, BeforeValidator(_constant), Field(json_schema_extra={"x-time": True})]
