"""What a car is made of and by: materials, batteries, the products behind them, legs, ships."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from quayline.scenario.fields import (
    BiogenicPerKg,
    Kg,
    Kgco2e,
    Kgco2ePerCar,
    Kgco2ePerKg,
    Kgco2ePerKwh,
    Kgco2ePerTkm,
    Km,
    Name,
    Rate,
    Share,
    Thing,
)

Country = Annotated[str, Field(pattern="^[A-Z]{2}$")]
Mode = Literal["sea", "truck", "rail", "air"]


class Product(Thing):
    """Something made on the way to a material or a cell: what making one unit emits itself; the rest is in `inputs`."""

    id: Name
    name: str
    unit: Literal["kg", "kWh"]
    region: Country | None = Field(default=None, description="where it is made (none: the world)")
    direct_kgco2e: Kgco2e = Field(description="of one unit, fossil, where it is made")
    biogenic_kgco2e: Kgco2e | None = Field(default=None, description="of one unit (none: the source does not say)")


class Input(Thing):
    """What making one unit of a product takes of another, or of a country's grid."""

    model_config = ConfigDict(json_schema_extra={"x-identity": ["product", "of"]})

    product: Name
    of: Name = Field(description="a product's id, or `grid-` and a country in small letters: `grid-cn`")
    amount: float = Field(description="for one unit of the product; below 0: a by-product that replaces it")
    unit: Literal["kg", "kWh"] = Field(description="of the amount; that of what is taken")


class MixPart(Thing):
    """A part of the mix that a material is bought in."""

    product: Name
    share: Share


class Material(Thing):
    """A group of materials and what a kilogram bought carries: a factor, or a mix of products."""

    id: Name
    name: str
    region: Country | None = Field(default=None, description="where it comes from (none: the world)")
    factor_kgco2e_per_kg: Kgco2ePerKg | None = Field(default=None, description="of a kilogram bought, fossil")
    biogenic_kgco2e_per_kg: BiogenicPerKg | None = Field(
        default=None, description="of biogenic carbon, uptake below 0 (none: the source does not say)"
    )
    mix: list[MixPart] = Field(default=[], description="in place of a factor; shares add up to 1")
    scrap_rate: Rate = Field(default=0.0, description="process scrap for each kilogram in the car (0: in the factor)")
    recovered_share: Share | None = Field(default=None, description="recovered at the end of life")
    credit_kgco2e_per_kg: Kgco2ePerKg | None = Field(
        default=None, description="what a kilogram recovered replaces, with end of life by substitution"
    )


class MaterialUse(Thing):
    """Mass of a group of materials in a variant, traction battery excluded."""

    variant: Name
    material: Name
    mass_kg: Kg


class Battery(Thing):
    """A traction battery by chemistry and origin of its cells: a factor, or a product of the unit kWh."""

    id: Name
    chemistry: str
    origin: Country
    factor_kgco2e_per_kwh: Kgco2ePerKwh | None = Field(
        default=None, description="footprint of the pack per kWh of gross energy"
    )
    product: Name | None = Field(default=None, description="in place of a factor")


class Calibration(Thing):
    """A published total of a group of one variant: a calibration, no validation.

    What amount and factor of the group say since counts by its difference from `computed`; without it not at all.
    """

    variant: Name
    group: Name = Field(description="a material's id, or `battery`")
    total_kgco2e_per_car: Kgco2ePerCar
    computed_kgco2e_per_car: Kgco2ePerCar | None = Field(
        default=None, description="amount times factor where the total was taken (none: the total stands for all)"
    )


class InboundLeg(Thing):
    """Transport of parts to the plant."""

    # A model may have several legs of one mode, so model and mode do not tell a leg from the others.
    model_config = ConfigDict(json_schema_extra={"x-identity": []})

    model: Name
    mode: Mode
    distance_km: Km
    mass_share: Share = Field(description="part of the mass that comes this way")
    group: Name | None = Field(default=None, description="of a material or `battery` alone (none: of the whole car)")


class Ship(Thing):
    """A class of ships with its fuel, well to wake, and how its emissions are shared among cars."""

    id: Name
    name: str
    fuel: str
    emissions_kgco2e_per_tkm: Kgco2ePerTkm = Field(description="well to wake, per tonne of cargo and km")
    share_by: Literal["mass", "ceu", "volume"] = Field(
        default="mass", description="a car's part: its own mass, or the cargo's mean mass for the space it takes"
    )
    cargo_per_ceu_kg: Kg | None = Field(default=None, description="mean mass of the cargo in a CEU; for `ceu`")
    cargo_per_m3_kg: Kg | None = Field(default=None, description="mean mass of the cargo in a m3; for `volume`")
