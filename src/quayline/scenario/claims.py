"""Published footprints to stand beside, claims to prove, and levers on the car."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from quayline.scenario.fields import Kgco2ePerCar, Kwh, Name, Share, Thing, UsdPerCar

Boundary = Literal["gate", "port", "customer", "life"]


class Adjustment(Thing):
    """What takes a published footprint to another boundary: added, or below 0 taken away."""

    model_config = ConfigDict(json_schema_extra={"x-identity": ["to", "name"]})

    to: Boundary
    name: str
    amount_kgco2e_per_car: Kgco2ePerCar


class LineUp(Thing):
    """A published footprint of another car, with its boundary."""

    id: Name
    car: str
    brand: str = ""
    total_kgco2e_per_car: Kgco2ePerCar
    boundary: Boundary
    electricity: Literal["location", "market", "unknown"] = Field(
        default="unknown", description="how its plant's electricity is counted"
    )
    built_in: str
    year: int
    adjustments: list[Adjustment] = Field(default=[], description="none to a boundary: not comparable there")


class Claim(Thing):
    """That cars built here have a lower footprint than each of others, at one boundary."""

    id: Name
    text: str
    variants: list[Name] = Field(min_length=1, description="whose footprint is claimed to be lowest")
    beside: list[Name] = Field(min_length=1, description="ids in `line_up`")
    boundary: Boundary
    market: Name | None = Field(default=None, description="of the cars claimed (none: all)")


class Swap(Thing):
    """A part of a material's mix bought as another product."""

    material: Name
    product: Name
    share: Share = Field(description="of what is bought of the material; the rest keeps its mix")


class PackSwap(Thing):
    """One battery in place of another."""

    battery: Name
    by: Name


class CarLever(Thing):
    """Something that makes the car itself lighter in CO2, and what it costs. Each list says what it changes."""

    id: Name
    name: str
    swaps: list[Swap] = []
    packs: list[PackSwap] = []
    battery_kwh: Kwh | None = Field(default=None, alias="battery_energy", description="most energy of a pack")
    ship: Name | None = Field(default=None, description="ship of all lanes")
    cost_usd_per_car: UsdPerCar | None = Field(default=None, description="more than now (none: not known)")
    saved_usd_per_car: UsdPerCar | None = Field(default=None, description="less than now")
