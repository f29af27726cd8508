"""Factors and amounts for the footprint of a car, and the targets of the plant."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from quayline.scenario.fields import (
    Kg,
    Kgco2e,
    Kgco2ePerCar,
    Kgco2ePerKg,
    Kgco2ePerKwh,
    Kgco2ePerTkm,
    Km,
    Name,
    Share,
    Thing,
    UsdPerTonne,
)

Boundary = Literal["gate", "port", "customer", "life"]
Country = Annotated[str, Field(pattern="^[A-Z]{2}$")]


class GridYear(Thing):
    """Emission factor of a country's electricity in a year: linear between the years given, constant after the last."""

    country: Country
    year: int
    factor_kgco2e_per_kwh: Kgco2ePerKwh


class Material(Thing):
    """A group of materials and its footprint per kilogram in the car, process scrap included."""

    id: Name
    name: str
    factor_kgco2e_per_kg: Kgco2ePerKg


class MaterialUse(Thing):
    """Mass of a group of materials in a variant, traction battery excluded."""

    variant: Name
    material: Name
    mass_kg: Kg


class Battery(Thing):
    """A traction battery by chemistry and origin of its cells."""

    id: Name
    chemistry: str
    origin: Country
    factor_kgco2e_per_kwh: Kgco2ePerKwh = Field(description="footprint of the pack per kWh of gross energy")


class Calibration(Thing):
    """A published total of a group that replaces mass times factor for one variant: a calibration, no validation."""

    variant: Name
    group: Name = Field(description="a material's id, or `battery`")
    total_kgco2e_per_car: Kgco2ePerCar


class InboundLeg(Thing):
    """Transport of parts to the plant."""

    # A model may have several legs of one mode, so model and mode do not tell a leg from the others.
    model_config = ConfigDict(json_schema_extra={"x-identity": []})

    model: Name
    mode: Literal["sea", "truck"]
    distance_km: Km
    mass_share: Share = Field(description="part of the car's mass that comes this way")


class Fuel(Thing):
    """A fuel and its footprint per kWh of energy in it."""

    id: Literal["gas", "petrol"]
    direct_kgco2e_per_kwh: Kgco2ePerKwh = Field(description="burning it (scope 1)")
    upstream_kgco2e_per_kwh: Kgco2ePerKwh


class Use(Thing):
    """The car's life with its customer."""

    life_km: Km
    life_years: int = Field(ge=1)
    upkeep_kgco2e_per_car: Kgco2ePerCar = Field(description="maintenance over the life")
    end_of_life_kgco2e_per_car: Kgco2ePerCar = Field(description="cut-off: no credit for recycled material")


class GreenPower(Thing):
    """Electricity bought with its attribute from a year on (market-based)."""

    id: Name
    from_year: int
    share: Share = Field(description="of the plant's electricity")
    factor_kgco2e_per_kwh: Kgco2ePerKwh


class Target(Thing):
    """A target for the plant's scope 1 and 2."""

    year: int
    reduction_share: Share = Field(description="against the base year")
    name: str


class PlantPath(Thing):
    """The base year and the targets of the plant."""

    base_year: int
    base_kgco2e: Kgco2e = Field(description="scope 1 and 2 of the base year")
    basis: Literal["location", "market"] = Field(description="how electricity counts against the targets")
    targets: list[Target] = Field(min_length=1)
    green_power: list[GreenPower] = []
    residual_kgco2e_per_kwh: Kgco2ePerKwh | None = Field(
        default=None, description="market-based factor of electricity without attribute (none: the grid's)"
    )


class LineUp(Thing):
    """A published footprint of another car, with its boundary."""

    car: str
    total_kgco2e_per_car: Kgco2ePerCar
    boundary: Boundary
    built_in: str
    year: int


class CarbonPrice(Thing):
    """The price that the plan puts on a tonne, from a year on: on all that a car carries up to its customer."""

    from_year: int
    price_usd_per_t: UsdPerTonne


class CarbonCap(Thing):
    """The most scope 1 and 2 (on the basis of the targets) that the plant may emit in a year: binds the plan."""

    year: int
    most_kgco2e: Kgco2e


class Carbon(Thing):
    """Everything the footprint and the plant's path rest on. GWP100 in kgCO2e."""

    gwp: str = Field(description="the set of global warming potentials that the factors use, such as AR6")
    grid: list[GridYear] = Field(min_length=1)
    fuels: list[Fuel] = Field(min_length=1)
    materials: list[Material] = Field(min_length=1)
    material_use: list[MaterialUse] = Field(min_length=1)
    batteries: list[Battery] = []
    calibrations: list[Calibration] = []
    inbound: list[InboundLeg] = []
    truck_kgco2e_per_tkm: Kgco2ePerTkm
    inbound_sea_kgco2e_per_tkm: Kgco2ePerTkm
    use: Use
    plant: PlantPath
    line_up: list[LineUp] = []
    prices: list[CarbonPrice] = []
    caps: list[CarbonCap] = []
