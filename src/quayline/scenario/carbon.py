"""Factors and amounts for the footprint of a car, and the targets of the plant."""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from quayline.scenario.claims import Boundary, CarLever, Claim, LineUp
from quayline.scenario.fields import (
    Kgco2e,
    Kgco2ePerCar,
    Kgco2ePerKwh,
    Kgco2ePerTkm,
    Km,
    Name,
    Rate,
    Share,
    Thing,
    UsdPerTonne,
)
from quayline.scenario.inventory import (
    Battery,
    Calibration,
    Country,
    InboundLeg,
    Input,
    Material,
    MaterialUse,
    Product,
    Ship,
)

BaseLoad = Literal["none", "shop-day", "year"]


class GridYear(Thing):
    """Emission factor of a country's electricity in a year: linear between the years given, constant after the last."""

    country: Country
    year: int
    factor_kgco2e_per_kwh: Kgco2ePerKwh


class GridHour(Thing):
    """How a country's factor in an hour of the day stands to its mean of the year."""

    model_config = ConfigDict(json_schema_extra={"x-identity": ["country", "month", "hour"]})

    country: Country
    month: int = Field(description="1 to 12")
    hour: int = Field(description="clock hour of the day, 0 to 23")
    ratio: Rate


class Fuel(Thing):
    """A fuel and its footprint per kWh of energy in it."""

    id: Literal["gas", "petrol"]
    direct_kgco2e_per_kwh: Kgco2ePerKwh = Field(description="burning it (scope 1)")
    upstream_kgco2e_per_kwh: Kgco2ePerKwh


class MarketUse(Thing):
    """Consumption in a market, by its climate, roads and speeds; the first row that fits a car counts."""

    model_config = ConfigDict(json_schema_extra={"x-identity": []})

    market: Name
    model: Name | None = Field(default=None, description="none: all models")
    consumption_rate: Rate = Field(description="consumption there over that of the variant")


class Use(Thing):
    """The car's life with its customer."""

    life_km: Km
    life_years: int = Field(ge=1)
    upkeep_kgco2e_per_car: Kgco2ePerCar = Field(description="maintenance over the life")
    end_of_life_kgco2e_per_car: Kgco2ePerCar = Field(description="treatment, without credit for what is recovered")
    end_of_life_by: Literal["cut-off", "substitution"] = Field(
        default="cut-off", description="substitution: materials recovered are credited with what they replace"
    )
    markets: list[MarketUse] = Field(default=[], description="markets whose cars use more or less than the cycle says")


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

    gwp: str = Field(
        pattern="AR[456]", description="the set of global warming potentials that the factors use, such as AR6"
    )
    boundary: Boundary = Field(default="life", description="that a declared footprint goes to")
    cut_offs: list[str] = Field(default=[], description="what is left out, in words")
    grid: list[GridYear] = Field(min_length=1)
    grid_hours: list[GridHour] = Field(default=[], description="none of a country: every hour has its year's factor")
    base_load: BaseLoad = Field(
        default="none",
        description="cars that bear the plant's base loads: none; those in the shop that day by their hours there; "
        "each of the year alike",
    )
    fuels: list[Fuel] = Field(min_length=1)
    products: list[Product] = []
    inputs: list[Input] = []
    materials: list[Material] = Field(min_length=1)
    material_use: list[MaterialUse] = Field(min_length=1)
    batteries: list[Battery] = []
    calibrations: list[Calibration] = []
    inbound: list[InboundLeg] = []
    truck_kgco2e_per_tkm: Kgco2ePerTkm
    inbound_sea_kgco2e_per_tkm: Kgco2ePerTkm
    rail_kgco2e_per_tkm: Kgco2ePerTkm | None = None
    air_kgco2e_per_tkm: Kgco2ePerTkm | None = None
    ships: list[Ship] = []
    use: Use
    plant: PlantPath
    line_up: list[LineUp] = []
    claims: list[Claim] = []
    levers: list[CarLever] = []
    prices: list[CarbonPrice] = []
    caps: list[CarbonCap] = []
