"""The product footprint as PACT exchanges it: data model 3.0.3 of the Technical Specifications (WBCSD)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer

SPEC_VERSION = "3.0.3"

_DECIMAL = re.compile(r"[+-]?\d{1,30}(\.\d{1,30})?")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2})")


def property_name(name: str) -> str:
    """The property's name in JSON of a field: `biogenic_co2_uptake` is `biogenicCO2Uptake`."""
    first, *rest = name.split("_")
    special = {"co2": "CO2", "dqr": "DQR"}
    return first + "".join(special.get(word, word.capitalize()) for word in rest)


def _decimal(value: object) -> object:
    """Decimals travel as text, so that no reader rounds them."""
    if isinstance(value, Decimal):
        return value
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise ValueError('expected a decimal as text, such as "1.5"')
    return Decimal(value)


def time_of(value: object) -> datetime:
    """A time with its zone by RFC 3339 (seconds may be left out); ValueError for anything else."""
    if isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise ValueError('expected a time with its zone, such as "2026-01-31T00:00:00Z"')
    return datetime.fromisoformat(value.upper())


def _id(value: object) -> UUID:
    if isinstance(value, UUID):
        return value
    if not isinstance(value, str) or not _UUID.fullmatch(value):
        raise ValueError("expected a UUID of 36 characters")
    return UUID(value)


Number = Annotated[
    Decimal, BeforeValidator(_decimal), PlainSerializer(lambda value: f"{value:f}", return_type=str)
]
Positive = Annotated[Number, Field(gt=0)]
ZeroOrMore = Annotated[Number, Field(ge=0)]
ZeroOrLess = Annotated[Number, Field(le=0)]
Rating = Annotated[Number, Field(ge=1, le=5)]
Percent = Annotated[Number, Field(ge=0, le=100)]
Time = Annotated[AwareDatetime, BeforeValidator(time_of)]
Id = Annotated[UUID, BeforeValidator(_id)]
Text = Annotated[str, Field(min_length=1)]
Urn = Annotated[str, Field(pattern=r"^[uU][rR][nN]:\S+$", max_length=500)]
Report = Annotated[str, Field(pattern=r"^AR\d+$")]

Unit = Literal[
    "liter", "kilogram", "cubic meter", "kilowatt hour", "megajoule", "ton kilometer", "square meter", "piece", "hour",
    "megabit second",
]  # fmt: skip
Region = Literal[
    "Africa", "Americas", "Asia", "Europe", "Oceania", "Australia and New Zealand", "Central Asia", "Eastern Asia",
    "Eastern Europe", "Latin America and the Caribbean", "Melanesia", "Micronesia", "Northern Africa",
    "Northern America", "Northern Europe", "Polynesia", "South-eastern Asia", "Southern Asia", "Southern Europe",
    "Sub-Saharan Africa", "Western Asia", "Western Europe",
]  # fmt: skip
GEOGRAPHIES = ("geography_region_or_subregion", "geography_country", "geography_country_subdivision")


class Part(BaseModel):
    """Base of all parts. Unknown properties are kept aside: later revisions may add some."""

    model_config = ConfigDict(
        alias_generator=property_name, validate_by_name=True, frozen=True, extra="allow", strict=True
    )

    def to_json(self) -> dict[str, Any]:
        """The part as JSON data: what is undefined is left out."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)


class EmissionFactorSource(Part):
    """A database of secondary emission factors."""

    name: Text
    version: Text


class ProductOrSectorSpecificRule(Part):
    """Rules of a product group or sector that the calculation followed."""

    operator: Literal["PEF", "EPD International", "Other"]
    rule_names: list[Text] = Field(min_length=1)
    other_operator_name: Text | None = None


class DataQualityIndicators(Part):
    """Data quality ratings from 1 (best) to 5, means over all inputs weighted by their emissions."""

    technological_dqr: Rating
    geographical_dqr: Rating
    temporal_dqr: Rating


class Verification(Part):
    """That, how and by whom a footprint was verified."""

    coverage: Literal["PCF calculation model", "PCF program", "product level"] | None = None
    provider_name: str | None = None
    completed_at: Time | None = None
    standard_name: str | None = None
    comments: str | None = None


class DataModelExtension(Part):
    """Further data by a schema that is published elsewhere."""

    spec_version: str
    data_schema: Text
    documentation: str | None = None
    data: dict[str, Any]


class CarbonFootprint(Part):
    """kgCO2e (GWP100) of one declared unit, cradle to gate; masses of carbon in kg."""

    declared_unit_of_measurement: Unit
    declared_unit_amount: Positive
    product_mass_per_declared_unit: ZeroOrMore
    reference_period_start: Time
    reference_period_end: Time
    geography_region_or_subregion: Region | None = None
    geography_country: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None
    geography_country_subdivision: Annotated[str, Field(pattern="^[A-Z]{2}-[A-Z0-9]{1,3}$")] | None = None
    boundary_processes_description: str | None = None
    pcf_excluding_biogenic_uptake: Number
    pcf_including_biogenic_uptake: Number
    fossil_ghg_emissions: ZeroOrMore
    fossil_carbon_content: ZeroOrMore
    biogenic_carbon_content: ZeroOrMore | None = None
    recycled_carbon_content: ZeroOrMore | None = None
    land_use_change_ghg_emissions: ZeroOrMore | None = None
    land_carbon_leakage: ZeroOrMore | None = None
    land_management_fossil_ghg_emissions: ZeroOrMore | None = None
    land_management_biogenic_co2_emissions: ZeroOrMore | None = None
    land_management_biogenic_co2_removals: ZeroOrLess | None = None
    biogenic_co2_uptake: ZeroOrLess | None = None
    biogenic_non_co2_emissions: ZeroOrMore | None = None
    land_area_occupation: ZeroOrMore | None = None
    aircraft_ghg_emissions: ZeroOrMore | None = None
    packaging_emissions_included: bool | None = None
    packaging_ghg_emissions: ZeroOrMore | None = None
    packaging_biogenic_carbon_content: ZeroOrMore | None = None
    outbound_logistics_ghg_emissions: ZeroOrMore | None = None
    ccs_technological_co2_capture_included: bool | None = None
    ccs_technological_co2_capture: ZeroOrLess | None = None
    technological_co2_capture_origin: str | None = None
    technological_co2_removals: ZeroOrLess | None = None
    ccu_carbon_content: ZeroOrMore | None = None
    ccu_calculation_approach: Literal["Cut-off", "Credit"] | None = None
    ccu_credit_certification: str | None = None
    ipcc_characterization_factors: list[Report] = Field(min_length=1)
    cross_sectoral_standards: list[Text] = Field(min_length=1)
    product_or_sector_specific_rules: list[ProductOrSectorSpecificRule] | None = Field(default=None, min_length=1)
    exempted_emissions_percent: Percent
    exempted_emissions_description: str | None = None
    allocation_rules_description: str | None = None
    secondary_emission_factor_sources: list[EmissionFactorSource] | None = Field(default=None, min_length=1)
    primary_data_share: Percent | None = None
    dqi: DataQualityIndicators | None = None
    verification: Verification | None = None

    def last_year(self) -> int:
        """The calendar year of the last activity that it counts; the period's end is exclusive."""
        return (self.reference_period_end - timedelta(microseconds=1)).year


class ProductFootprint(Part):
    """The footprint of a product of a company, as one company sends it to another."""

    id: Id
    spec_version: Annotated[str, Field(pattern=r"^\d+\.\d+\.\d+(-\d{8})?$")]
    preceding_pf_ids: list[Id] | None = Field(default=None, min_length=1)
    created: Time
    status: Literal["Active", "Deprecated"]
    validity_period_start: Time | None = None
    validity_period_end: Time | None = None
    company_name: Text
    company_ids: list[Urn] = Field(min_length=1)
    product_description: str
    product_ids: list[Urn] = Field(min_length=1)
    product_classifications: list[Urn] | None = Field(default=None, min_length=1)
    product_name_company: Text
    comment: str | None = None
    pcf: CarbonFootprint
    extensions: list[DataModelExtension] | None = None

    def validity(self) -> tuple[datetime, datetime]:
        """First and last moment of its validity: as stated, else three years from the end of the reference period."""
        start = self.validity_period_start or self.pcf.reference_period_end
        return start, self.validity_period_end or _years_later(self.pcf.reference_period_end, 3)


def _years_later(moment: datetime, years: int) -> datetime:
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:  # 29 February
        return moment.replace(year=moment.year + years, month=3, day=1)
