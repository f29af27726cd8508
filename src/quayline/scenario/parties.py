"""Who takes part, and what they agreed with each other."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from quayline.scenario.fields import Count, Name, Thing, UsdPerCar

Role = Literal["brand", "maker", "owner", "supplier", "carrier", "service", "authority", "workforce", "customer"]


class Party(Thing):
    """A firm, an authority or a group of people that pays or is paid."""

    id: Name
    name: str
    role: Role


class YearMinimum(Thing):
    """The number of cars that the brand takes, or pays a shortfall for, in one calendar year."""

    year: int
    cars: Count


class FeeStep(Thing):
    """The maker's fee for each car beyond `above_cars` built in a calendar year (marginal, not retroactive)."""

    above_cars: Count
    fee_usd_per_car: UsdPerCar


class Payers(Thing):
    """Which party carries each cost of a car built under the agreement: an id of `parties`."""

    parts: Name
    freight: Name
    duty: Name
    inland: Name
    stock: Name


class Agreement(Thing):
    """One firm builds models for another: volume, fees and who pays what."""

    id: Name
    brand: Name = Field(description="party that orders and sells the cars")
    maker: Name = Field(description="party that builds them")
    signed: date
    sop: date = Field(description="start of production")
    models: list[Name] = Field(min_length=1)
    minimums: list[YearMinimum] = []
    shortfall_fee_usd_per_car: UsdPerCar
    fees: list[FeeStep] = Field(min_length=1)
    pays: Payers


class Counterparties(Thing):
    """The parties on the other side of the plant's own payments."""

    suppliers: Name
    workforce: Name
    energy: Name
    haulier: Name
    overhead: Name
    customers: Name


class Authority(Thing):
    """Who collects duty on imports into a country."""

    country: str = Field(pattern="^[A-Z]{2}$")
    party: Name
