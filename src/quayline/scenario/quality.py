"""What goes wrong, what is caught, and how others compare."""

from __future__ import annotations

from pydantic import Field

from quayline.scenario.fields import Name, Rate, Seconds, Share, Thing, Usd


class Cause(Thing):
    """A cause of defects: its mature rate, how a launch raises it, and how it is repaired.

    The rate of the n-th car of a model is `rate * (1 + (launch_factor - 1) * (1 + n / launch_cars) ** -exponent)`.
    """

    id: Name
    name: str
    shop: Name
    rate: Rate = Field(description="defects per car of a mature model")
    launch_factor: Rate = Field(description="rate of the first car of a launch over the mature rate (1: no launch)")
    launch_cars: int = Field(ge=1, description="cars after which learning sets in")
    exponent: Rate = Field(description="of the power law of learning")
    repair: Name = Field(description="kind of repair at the gate that catches it")
    repair_s: Seconds = Field(alias="repair_time", description="mean work to repair one (exponential)")


class Detection(Thing):
    """The share of defects of a cause, still present, that a gate catches."""

    gate: Name
    cause: Name
    share: Share


class PeerQuality(Thing):
    """Published quality of another plant, on the same measure."""

    plant: str
    defects_per_car: Rate


class Quality(Thing):
    """Defects, gates and peers. Models that were on the line before the horizon are mature."""

    causes: list[Cause] = Field(min_length=1)
    detection: list[Detection] = Field(min_length=1)
    launches: list[Name] = Field(default=[], description="models whose launch lies in the horizon")
    peers: list[PeerQuality] = []
    warranty_usd: Usd = Field(description="cost of one defect that reaches a customer")
