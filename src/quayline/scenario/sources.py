"""Where else the cars and their parts come from: other plants that build the same models, and long-lead parts."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from quayline.scenario.fields import (
    Count,
    Days,
    Kgco2ePerCar,
    Km,
    Name,
    Share,
    Thing,
    Usd,
    UsdPerCar,
    UsdPerCarDay,
    UsdPerDay,
)
from quayline.scenario.plant import Place
from quayline.scenario.vehicles import RampWeek, Selector


class AlternateBuild(Thing):
    """A variant that another plant can build: when, how many, at what cost and footprint."""

    variant: Name
    from_: date = Field(alias="from")
    until: date | None = None
    ex_works_usd_per_car: UsdPerCar = Field(description="full cost at the gate of that plant, its margin included")
    gate_kgco2e_per_car: Kgco2ePerCar = Field(description="footprint to the gate of that plant")
    ramp: list[RampWeek] = []


class Closure(Thing):
    """Days on which another plant does not work, first and last day included."""

    id: Name
    from_: date = Field(alias="from")
    to: date


class AlternatePlant(Thing):
    """Another plant that builds some of the variants: planned by the week, Monday to Friday, not simulated."""

    id: Name
    name: str
    place: Place
    party: Name
    port: Name = Field(description="port of loading")
    cars_per_week: Count = Field(description="most cars of this programme in a week")
    truck_km: Km = Field(alias="truck_distance")
    truck_days: Days = Field(alias="truck_time", description="from line-off to the port of loading")
    truck_usd_per_car: UsdPerCar = Field(alias="truck_cost")
    yard_usd_per_car_day: UsdPerCarDay
    closures: list[Closure] = []
    builds: list[AlternateBuild] = Field(min_length=1)


class PartSupply(Thing):
    """What a supplier can send a week, from a date on."""

    from_: date = Field(alias="from")
    units_per_week: Count


class Part(Thing):
    """A long-lead part: called off ahead, in orders of a minimum size, kept in a store of limited places."""

    id: Name
    name: str
    supplier: Name
    cars: Selector
    units_per_car: int = Field(ge=1)
    lead_days: Days = Field(alias="lead_time", description="from call-off to the plant's store")
    frozen_days: Days = Field(description="a call-off cannot be changed this long before it leaves the supplier")
    minimum_order: Count = Field(description="units of a call-off, if there is one")
    opening_stock: Count
    store_units: Count = Field(description="places of the plant's store")
    holding_usd_per_day: UsdPerDay = Field(description="of one unit in the store")
    order_usd: Usd = Field(description="of each call-off: transport of one load and paperwork")
    supply: list[PartSupply] = Field(min_length=1)


class Future(Thing):
    """One way the world may go: overlays on the scenario, with a probability."""

    id: Name
    probability: Share
    overlays: list[Name] = Field(default=[], description="names of overlays, in order")
