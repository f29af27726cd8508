"""Whose footprints are declared, and what their declaration says beyond the figures of a run."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from quayline.scenario.fields import Kg, Name, Share, Thing

Urn = Annotated[str, Field(pattern=r"^[uU][rR][nN]:\S+$", max_length=500)]
Text = Annotated[str, Field(min_length=1)]


class FactorSource(Thing):
    """A data base of emission factors that the footprints rest on."""

    name: Text
    version: Text


class DeclaredProduct(Thing):
    """A variant whose footprint is declared, under the names by which others know it."""

    model_config = ConfigDict(json_schema_extra={"x-identity": ["variant"]})

    variant: Name
    ids: list[Urn] = Field(min_length=1, description="URNs, such as urn:pact:example.com:product-id:4711")
    classifications: list[Urn] = Field(
        default=[], description="URNs, such as urn:pact:productclassification:un-cpc:49113"
    )
    description: Text
    fossil_carbon_kg: Kg = Field(description="carbon of fossil raw material in the car: polymers, tyres, graphite")
    biogenic_carbon_kg: Kg = Field(description="carbon of plants in the car: natural rubber, fibres")


class Disclosure(Thing):
    """A company's declaration of its products' footprints, as PACT exchanges them."""

    company: Name = Field(description="party that declares")
    company_ids: list[Urn] = Field(min_length=1, description="URNs, such as urn:pact:example.com:company-id:1")
    declared_on: date
    responsible_to: Literal["gate", "port", "customer"] = Field(
        description="how far the company pays for the way of its cars: what lies beyond the gate is outbound logistics"
    )
    standards: list[Text] = Field(min_length=1, description="such as ISO14067, ISO14083, GHGP-Product, PACT-3.0")
    exempted_share: Share = Field(description="of emissions that are cut off")
    exempted_reason: Text
    sources: list[FactorSource] = Field(default=[], description="data bases of secondary factors")
    products: list[DeclaredProduct] = Field(min_length=1)
