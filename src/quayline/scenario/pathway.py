"""What the plant may do about its emissions, and what that rests on: levers, prices, grid paths, sun and wind."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from quayline.scenario.fields import (
    M2,
    Count,
    Kgco2e,
    Kgco2ePerKwh,
    Kw,
    Kwh,
    KwhPerYear,
    KwPerYear,
    Name,
    Rate,
    Share,
    Thing,
    Usd,
    UsdPerKw,
    UsdPerKwh,
    UsdPerKwhYear,
    UsdPerKwYear,
    UsdPerTonne,
    UsdPerYear,
    WPerM2,
)


class EnergyUse(Thing):
    """A part of a shop's gas or electricity that levers can act on; what no use names is left as it is."""

    id: Name
    name: str
    shop: Name
    carrier: Literal["gas", "electricity"]
    share: Share = Field(description="of the shop's energy of that carrier, base loads included")


class EnergyPrice(Thing):
    """Price of energy in a year: linear between the years given, constant before and after."""

    carrier: Literal["electricity", "gas"]
    year: int
    price_usd_per_kwh: UsdPerKwh


class GridPath(Thing):
    """One way in which the grid's factor may go."""

    id: Name
    name: str
    weight_share: Share = Field(description="its weight in the expected cost; targets must be met on every path")


class GridPathYear(Thing):
    """The grid's factor of a path in a year; a path without rows follows carbon.grid."""

    path: Name
    year: int
    factor_kgco2e_per_kwh: Kgco2ePerKwh


class AllowancePrice(Thing):
    """Price of an allowance, from a year on."""

    from_year: int
    price_usd_per_t: UsdPerTonne


class Trading(Thing):
    """An emissions trading system that the plant is in: fuel burnt and electricity drawn from the grid count."""

    name: str
    electricity_kgco2e_per_kwh: Kgco2ePerKwh = Field(
        description="the system's own factor of electricity, kept as at allocation; not the one that is reported"
    )
    allocation_kgco2e: Kgco2e = Field(description="emissions that the free allocation is a part of")
    free_share: Share = Field(description="part of the allocation that is free")
    prices: list[AllowancePrice] = Field(min_length=1)


class Tenant(Thing):
    """Somebody else's panels on a site: the area is taken, their attribute is not the plant's."""

    owner: str
    area_m2: M2
    until_year: int | None = Field(default=None, description="last year of the lease (none: for good)")


class Site(Thing):
    """Area for panels, and who holds it already."""

    id: Name
    name: str
    area_m2: M2
    power_w_per_m2: WPerM2 = Field(description="peak power of panels on a square metre of it")
    tenants: list[Tenant] = []


class Month(Thing):
    """A month of a profile."""

    month: int = Field(ge=1, le=12)
    level: Rate = Field(description="sun: mean clearness index; wind: output against the year's mean")


class HourOutput(Thing):
    """An hour of a year of 365 days, from 0."""

    hour: int = Field(ge=0, le=8759)
    output_share: Share = Field(description="of the peak power")


class Profile(Thing):
    """Hours of a year of sun or wind: made from monthly means, or given hour by hour (8,760 rows)."""

    id: Name
    kind: Literal["sun", "wind", "hours"]
    yield_share: Share | None = Field(default=None, description="mean output over the peak power (sun, wind)")
    months: list[Month] = []
    hours: list[HourOutput] = []


class Lever(Thing):
    """What every lever has."""

    id: Name
    name: str
    from_year: int = Field(description="first year in which it can act")
    needs: list[Name] = Field(default=[], description="levers that must be in place to at least the same share")
    excludes: list[Name] = Field(default=[], description="levers with which it shares one place: together at most all")


class Saving(Lever):
    """A project that takes a share off a use, whichever way the rest is then met."""

    kind: Literal["saving"]
    use: Name
    saved_share: Share
    capital_usd: Usd
    running_usd_per_year: UsdPerYear
    life_years: int = Field(ge=1)


class Conversion(Lever):
    """Equal units that meet a use of gas with electricity (ovens, RTO, heat pumps)."""

    kind: Literal["conversion"]
    use: Name
    units: int = Field(ge=1, le=12, description="most units")
    units_per_year: int = Field(ge=1, description="most units built in one year")
    unit_share: Share = Field(description="part of the use that one unit can meet")
    electricity_rate: Rate = Field(description="kWh of electricity for each kWh of gas that it replaces")
    capital_usd: Usd = Field(description="of one unit")
    running_usd_per_year: UsdPerYear = Field(description="of one unit, energy apart")
    life_years: int = Field(ge=1)


class Biogas(Lever):
    """Gas from biomass in the place of natural gas, in the same burners."""

    kind: Literal["biogas"]
    price_usd_per_kwh: UsdPerKwh = Field(description="all in")
    direct_kgco2e_per_kwh: Kgco2ePerKwh = Field(description="fossil-equivalent emissions when burnt (CH4, N2O)")
    upstream_kgco2e_per_kwh: Kgco2ePerKwh
    most_kwh_per_year: KwhPerYear
    growth_kwh_per_year: KwhPerYear = Field(description="more that can be had with each year from the first")


class Solar(Lever):
    """Panels of the plant's own on one of its sites, behind its meter."""

    kind: Literal["solar"]
    site: Name
    profile: Name
    capital_usd_per_kw: UsdPerKw
    running_usd_per_kw_year: UsdPerKwYear
    pace_kw_per_year: KwPerYear = Field(description="most built in one year")
    life_years: int = Field(ge=1)


class Ppa(Lever):
    """Power contracted from a plant elsewhere, paid as produced; it counts in the hours in which it is used."""

    kind: Literal["ppa"]
    profile: Name
    price_usd_per_kwh: UsdPerKwh = Field(description="delivered: network and ancillary fees included")
    most_kw: Kw
    pace_kw_per_year: KwPerYear = Field(description="most signed in one year")
    life_years: int = Field(ge=1, description="term of a contract")


class Storage(Lever):
    """A battery behind the meter that takes green power beyond the load and gives it back later."""

    kind: Literal["storage"]
    capital_usd_per_kwh: UsdPerKwh
    running_usd_per_kwh_year: UsdPerKwhYear = Field(description="of a kWh of its capacity")
    efficiency_share: Share = Field(gt=0, description="there and back")
    hours: float = Field(gt=0, description="capacity over power")
    most_kwh: Kwh
    pace_kwh_per_year: KwhPerYear = Field(description="most built in one year")
    life_years: int = Field(ge=1)


class Attribute(Lever):
    """Attributes bought by the year beside power from the grid: a green tariff or certificates."""

    kind: Literal["attribute"]
    premium_usd_per_kwh: UsdPerKwh
    most_share: Share = Field(description="of the plant's electricity")
    in_trading: bool = Field(description="whether the trading system takes it off the plant's emissions")


class Removal(Lever):
    """Carbon removed for good and bought by the tonne, for what is left."""

    kind: Literal["removal"]
    price_usd_per_t: UsdPerTonne
    most_share: Share = Field(description="of the base year's emissions")


AnyLever = Annotated[
    Saving | Conversion | Biogas | Solar | Ppa | Storage | Attribute | Removal, Field(discriminator="kind")
]


class Pathway(Thing):
    """How the plant may reach the targets of carbon.plant."""

    from_year: int = Field(description="first year of decisions; money is of this year")
    years_after: Count = Field(description="years after the plant's path that are like its last")
    discount_share: Share = Field(description="real, a year")
    surplus_usd_per_kwh: UsdPerKwh = Field(description="what panels and contracts beyond the load are sold for")
    uses: list[EnergyUse] = []
    prices: list[EnergyPrice] = Field(default=[], description="none for a carrier: plant.costs holds")
    grid_paths: list[GridPath] = Field(min_length=1)
    grid_years: list[GridPathYear] = []
    trading: Trading | None = None
    sites: list[Site] = []
    profiles: list[Profile] = []
    levers: list[AnyLever] = Field(min_length=1)
