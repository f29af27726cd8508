"""Markets, prices and demand; ports, lanes and sailings; the rules of trade."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from quayline.scenario.fields import (
    M3,
    Ceu,
    Count,
    Days,
    Kgco2ePerCar,
    Kgco2ePerTkm,
    Km,
    Name,
    Rate,
    Share,
    Thing,
    Usd,
    UsdPerCar,
    UsdPerCarDay,
    UsdPerCarWeek,
    UsdPerM3,
)
from quayline.scenario.plant import Place
from quayline.scenario.vehicles import Propulsion

Month = Annotated[str, Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])$")]
Country = Annotated[str, Field(pattern="^[A-Z]{2}$")]


class Market(Thing):
    """Where cars are sold, and how they get there from the plant or from the port of discharge."""

    id: Name
    name: str
    country: Country
    lane: Name | None = Field(default=None, description="sea lane; none: by road from the plant")
    lanes: list[Name] = Field(default=[], description="further lanes: other ports, boxes, other plants")
    inland_km: Km = Field(alias="inland_distance")
    inland_rail_share: Share = Field(default=0.0, description="of the inland distance by rail; the rest by truck")
    inland_days: Days = Field(alias="inland_time")
    inland_usd_per_car: UsdPerCar = Field(alias="inland_cost")
    lead_days: Days = Field(description="standard time from line-off to delivery that orders are planned with")
    tolerance_days: Days = Field(description="an order delivered later than this after its date is late")
    patience_days: Days = Field(description="an order that cannot be delivered by then is lost; whole weeks count")
    lateness_usd_per_car_week: UsdPerCarWeek
    stock_usd_per_car_day: UsdPerCarDay = Field(description="capital, space and ageing of a car waiting to be sold")
    firm_loss_usd_per_car: UsdPerCar | None = Field(default=None, description="for a firm order not served")


class Price(Thing):
    """What the customer pays the seller, without taxes, from a date on."""

    market: Name
    variant: Name
    from_: date = Field(alias="from")
    price_usd_per_car: UsdPerCar


class Demand(Thing):
    """Cars that a market wants delivered in a month."""

    market: Name
    variant: Name
    month: Month
    cars: Count
    firm_cars: Count = Field(default=0, description="of these, sold already: losing one costs `firm_loss` more")


class Port(Thing):
    """A port with a yard for cars."""

    id: Name
    name: str
    place: Place
    operator: Name
    yard_cars: Count
    processing_days: Days = Field(description="from ship to ready for the inland leg; at loading: from gate to ready")
    handling_usd_per_car: UsdPerCar
    dwell_usd_per_car_day: UsdPerCarDay
    free_days: Days = Field(description="days in the yard that cost nothing")
    handling_kgco2e_per_car: Kgco2ePerCar | None = Field(
        default=None, alias="handling_emissions", description="of a car in the port (none: left out)"
    )


class Box(Thing):
    """A container as the alternative to a car carrier."""

    cars_per_box: int = Field(ge=1)
    freight_usd: Usd = Field(description="of one box, port to port")
    boxes_per_day: Count = Field(description="most boxes loaded in a working day at the plant")


class Lane(Thing):
    """A sea lane between two ports, and what a car pays on it: by volume on a car carrier, by box in containers."""

    id: Name
    pol: Name = Field(description="port of loading")
    pod: Name = Field(description="port of discharge")
    carrier: Name
    distance_km: Km
    transit_days: Days
    cut_off_days: Days = Field(description="cars must be in the port this long before departure")
    freight_usd_per_m3: UsdPerM3 | None = Field(default=None, description="on a car carrier")
    box: Box | None = Field(default=None, description="in containers; its services then count boxes")
    emissions_kgco2e_per_tkm: Kgco2ePerTkm | None = Field(
        default=None, description="well to wake, per tonne of car and km"
    )
    ship: Name | None = Field(default=None, description="id in `carbon.ships`, in place of `emissions`")


class Service(Thing):
    """Sailings at a fixed interval on a lane, with the space that the programme has on each (one of three units)."""

    id: Name
    lane: Name
    first: date
    until: date
    every_days: Days
    calls: list[Name] = Field(default=[], description="further lanes of the same ship: same port of loading, one space")
    capacity_ceu: Ceu | None = None
    capacity_m3: M3 | None = Field(default=None, alias="capacity_volume")
    capacity_boxes: Count | None = None
    charter_usd: Usd | None = Field(default=None, description="of each sailing taken (none: a liner)")
    skips: list[date] = Field(default=[], description="departures that do not take place")


class Logistics(Thing):
    """Ports, lanes and services."""

    ports: list[Port] = Field(min_length=1)
    lanes: list[Lane] = []
    services: list[Service] = []


class Duty(Thing):
    """Duty on cars of one origin imported into a country from a date on (date of import)."""

    id: Name
    into: Country
    origin: Country
    from_: date = Field(alias="from")
    rate: Rate = Field(description="of the customs value")
    basis: str
    quota_cars: Count | None = Field(default=None, description="cars a year at this rate")
    over_quota_rate: Rate | None = Field(default=None, description="rate beyond the quota")
    known_from: date | None = Field(default=None, description="day on which planners learnt of it (none: always known)")


class Admissibility(Thing):
    """Cars of a brand that may not come into a country, from a model year and a date on (of sale or of import)."""

    id: Name
    country: Country
    brand: str
    model_year_from: int
    from_: date = Field(alias="from")
    acts_on: Literal["sale", "import"] = "sale"
    reason: str
    known_from: date | None = Field(default=None, description="day on which planners learnt of it (none: always known)")


class Subsidy(Thing):
    """What an authority pays towards a car sold in a market, by its price, first and last day of sale included."""

    id: Name
    market: Name
    propulsion: Propulsion
    from_: date = Field(alias="from")
    until: date
    price_below_usd: Usd = Field(description="cars at or above this price get none")
    amount_usd_per_car: UsdPerCar
    kept_share: Share = Field(description="part that the seller keeps by a higher price; the rest is the customer's")
    payer: Name
    known_from: date | None = Field(default=None, description="day on which planners learnt of it (none: always known)")


class PortFee(Thing):
    """A fee on each car discharged in a country, by date of import, first and last day included."""

    id: Name
    into: Country
    from_: date = Field(alias="from")
    until: date
    fee_usd_per_car: UsdPerCar
    basis: str
    known_from: date | None = Field(default=None, description="day on which planners learnt of it (none: always known)")


class Trade(Thing):
    """Dated rules of trade."""

    customs_value_share: Share = Field(description="customs value as part of the price")
    duties: list[Duty] = []
    admissibility: list[Admissibility] = []
    subsidies: list[Subsidy] = []
    port_fees: list[PortFee] = []
