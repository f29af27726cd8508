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
    scrap_share: Share = Field(default=0.0, description="of those caught, beyond repair: the car is scrapped")


class Detection(Thing):
    """The share of defects of a cause, still present, that a gate catches."""

    gate: Name
    cause: Name
    share: Share


class Scrapping(Thing):
    """What is lost with a car that is scrapped at a gate, net of what is recovered."""

    gate: Name
    parts_share: Share = Field(description="of the price of its parts")
    materials_share: Share = Field(description="of the footprint of its materials, battery and their way in")


class PeerQuality(Thing):
    """Published quality of another plant, on the same measure."""

    plant: str
    defects_per_car: Rate


class Quality(Thing):
    """Defects, gates and peers. Models that were on the line before the horizon are mature."""

    causes: list[Cause] = Field(min_length=1)
    detection: list[Detection] = Field(min_length=1)
    scrapping: list[Scrapping] = Field(default=[], description="what is lost at each gate at which cars are scrapped")
    launches: list[Name] = Field(default=[], description="models whose launch lies in the horizon")
    peers: list[PeerQuality] = []
    warranty_usd: Usd = Field(description="cost of one defect that reaches a customer")
