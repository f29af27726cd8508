"""The vehicles on the line: models, variants, options, colours, and the rules that mix them."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from quayline.scenario.fields import (
    M3,
    Ceu,
    Count,
    Hours,
    Kg,
    Kwh,
    KwhPer100km,
    Name,
    PerHour,
    Rate,
    Seconds,
    Share,
    Thing,
    UsdPerCar,
)

Propulsion = Literal["combustion", "hybrid", "battery-electric"]


class Take(Thing):
    """A colour or an option and the share of cars that have it."""

    id: Name
    share: Share


class RampWeek(Thing):
    """The most cars of a model in a week of its launch, counted from its start; unlimited after the last."""

    week: int = Field(ge=0)
    cars: Count


class ModelYear(Thing):
    """The model year of cars built from a date on."""

    model_year: int
    from_: date = Field(alias="from")


class Content(Thing):
    """Person-hours of one car in a paced section."""

    section: Name
    content_h: Hours


class Pace(Thing):
    """The work time of a model in the serial sections of a shop, as a multiple of their cycle."""

    shop: Name
    factor: Rate


class Model(Thing):
    """A model on the line: what all its variants share."""

    id: Name
    name: str
    brand: str
    seller: Name = Field(description="party that sells it to customers")
    platform: str
    propulsion: Propulsion
    from_: date = Field(alias="from", description="first build day")
    until: date | None = Field(default=None, description="last build day (none: stays)")
    sop_until: date | None = Field(
        default=None, description="latest start: the plan may choose the first car's month (none: `from`)"
    )
    volume_m3: M3 = Field(description="space on a ship")
    ceu: Ceu = Field(description="space on a ship in car equivalents")
    content: list[Content] = Field(min_length=1)
    pace: list[Pace] = []
    ramp: list[RampWeek] = []
    model_years: list[ModelYear] = Field(min_length=1)
    colours: list[Take] = Field(min_length=1)
    options: list[Take] = []


class Variant(Thing):
    """What a customer orders: a model with its drive and battery."""

    id: Name
    model: Name
    name: str
    from_: date | None = Field(default=None, alias="from", description="first build day, if later than the model's")
    until: date | None = None
    kerb_mass_kg: Kg
    battery_kwh: Kwh = Field(
        alias="battery_energy", description="gross energy of the traction battery (0 kWh: none)"
    )
    battery: Name | None = Field(default=None, description="id in `carbon.batteries`; required with a battery")
    electricity_kwh_per_100km: KwhPer100km | None = Field(default=None, description="from the socket, in use")
    fuel_kwh_per_100km: KwhPer100km | None = Field(default=None, description="energy in fuel burnt, in use")
    parts_usd_per_car: UsdPerCar = Field(description="bought parts and materials")


class Option(Thing):
    """An option that some cars have."""

    id: Name
    name: str
    section: Name = Field(description="paced section where it is fitted")
    beside: list[Name] = Field(default=[], description="those of the branches beside it, where it is fitted as well")
    extra_s: Seconds = Field(description="person-seconds it adds there")

    @property
    def sections(self) -> tuple[str, ...]:
        """All paced sections where it is fitted: a car goes through one of them."""
        return (self.section, *self.beside)


class Selector(Thing):
    """Cars that match any of the lists given."""

    propulsion: list[Propulsion] = []
    models: list[Name] = []
    variants: list[Name] = []
    options: list[Name] = []


class MixLimit(Thing):
    """The most selected cars an hour that the line can take, whatever its speed (a sub-line, a carrier)."""

    id: Name
    cars: Selector
    most_jph: PerHour


class RatioRule(Thing):
    """At most `at_most` selected cars in any `of` consecutive ones."""

    id: Name
    cars: Selector
    at_most: int = Field(ge=1)
    of: int = Field(ge=2)
    priority: Literal["high", "low"]


class SequenceRules(Thing):
    """How a day's cars may follow each other (the terms of ROADEF 2005)."""

    paint_batch_limit: int = Field(ge=1, description="hard: most consecutive cars of one colour")
    objectives: list[Literal["high", "paint", "low"]] = Field(min_length=1, description="most important first")
    ratios: list[RatioRule] = []


class Vehicles(Thing):
    """All that the line builds."""

    models: list[Model] = Field(min_length=1)
    variants: list[Variant] = Field(min_length=1)
    options: list[Option] = []
    mix_limits: list[MixLimit] = []
    sequence: SequenceRules


