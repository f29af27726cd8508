"""Product footprints of a finished run in PACT's data model: one for each variant, plant and year."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

import polars as pl

from quayline.base.errors import Fault, ScenarioError
from quayline.base.pact import (
    SPEC_VERSION,
    CarbonFootprint,
    DataQualityIndicators,
    EmissionFactorSource,
    ProductFootprint,
)
from quayline.records.grouping import group_means
from quayline.records.schemas import FOOTPRINT_STAGES
from quayline.report.pact_quality import biogenic_of, gate_bills, quality_of

if TYPE_CHECKING:
    from quayline.report.facts import Facts
    from quayline.report.pact_quality import Quality

CLASS = ("variant", "plant", "year")
_BOUNDARIES = ("gate", "port", "customer")
_GRAM = Decimal("0.001")
_CO2_PER_CARBON = Decimal(44) / Decimal(12)


def declared_cars(facts: Facts) -> pl.DataFrame:
    """Footprint by stage of each built car of a declared variant, with its variant, plant, market and year.

    Raises ScenarioError where the scenario declares nothing, or nothing that was built.
    """
    disclosure = facts.scenario.disclosure
    if disclosure is None:
        message = "expected the section 'disclosure' (who declares which products), got none"
        raise ScenarioError([Fault(facts.run.manifest["scenario"], 0, 0, "disclosure", message)])
    names = facts.book.select(
        "order_id", "variant", "plant", "market",
        (pl.col("line_off_at") - pl.duration(milliseconds=1)).dt.year().cast(pl.Int32).alias("year"),
    )  # fmt: skip
    cars = facts.run.table("carbon", "cars").join(names, on="order_id", how="left", maintain_order="left")
    declared = cars.filter(pl.col("variant").is_in([product.variant for product in disclosure.products]))
    if declared.is_empty():
        message = "no car of the products declared was built in this run"
        raise ScenarioError([Fault(facts.run.manifest["scenario"], 0, 0, "disclosure.products", message)])
    return declared


def class_table(facts: Facts) -> pl.DataFrame:
    """One row a class: cars, and the means of stages and boundaries in kgCO2e a car."""
    return _means(facts, CLASS)


def market_table(facts: Facts) -> pl.DataFrame:
    """The same, with the classes split by market: whose sea leg is how long."""
    return _means(facts, (*CLASS, "market"))


def _means(facts: Facts, by: tuple[str, ...]) -> pl.DataFrame:
    kinds = (*FOOTPRINT_STAGES, "plant_electricity_market", "plant_base_market", *_BOUNDARIES)
    means = group_means(declared_cars(facts), by, [f"{kind}_kgco2e" for kind in kinds])
    beyond = pl.col(f"{facts.scenario.disclosure.responsible_to}_kgco2e") - pl.col("gate_kgco2e")
    headline = [*by, "cars", "gate_kgco2e", "outbound_kgco2e"]
    return means.with_columns(beyond.alias("outbound_kgco2e")).select(*headline, pl.exclude(headline))


def footprints(facts: Facts) -> list[ProductFootprint]:
    """The footprints that the scenario's company declares, in the order of its products, plants and years.

    The total is the mean of the class to its plant's gate, location-based. The way from the gate as far as the company
    is responsible for it, the sea leg above all, is in `outboundLogisticsGhgEmissions` and not in the total.
    A footprint's id is a digest of all that it says: equal runs give equal ids, another content another id.
    """
    by_market, bills = market_table(facts), gate_bills(facts)
    suppliers = {supplied.source: supplied.footprint for supplied in facts.scenario.supplied}
    made = {}
    for row in class_table(facts).iter_rows(named=True):
        key = row["variant"], row["plant"], row["year"]
        ways = by_market.filter(*(pl.col(name) == row[name] for name in CLASS))
        row["biogenic_kgco2e"] = biogenic_of(bills[key])
        made[key] = _footprint(facts, row, ways, quality_of(bills[key], row["year"], suppliers))
    order = {product.variant: k for k, product in enumerate(facts.scenario.disclosure.products)}
    return [made[key] for key in sorted(made, key=lambda key: (order[key[0]], *key[1:]))]


def _footprint(facts: Facts, row: dict[str, Any], ways: pl.DataFrame, quality: Quality) -> ProductFootprint:
    scenario, disclosure = facts.scenario, facts.scenario.disclosure
    product = next(p for p in disclosure.products if p.variant == row["variant"])
    variant = next(v for v in scenario.vehicles.variants if v.id == row["variant"])
    said = ProductFootprint(
        id=uuid5(NAMESPACE_URL, ""), spec_version=SPEC_VERSION, created=_midnight(disclosure.declared_on),
        status="Active", company_name=next(p.name for p in scenario.parties if p.id == disclosure.company),
        company_ids=list(disclosure.company_ids), product_description=product.description,
        product_ids=list(product.ids), product_classifications=list(product.classifications) or None,
        product_name_company=variant.name, comment=_comment(facts, row, ways),
        pcf=_carbon(facts, row, quality, product, variant),
    )  # fmt: skip
    content = json.dumps(said.to_json() | {"id": None}, sort_keys=True)
    return said.model_copy(update={"id": uuid5(NAMESPACE_URL, content)})


def _carbon(facts: Facts, row: dict[str, Any], quality: Quality, product: Any, variant: Any) -> CarbonFootprint:
    scenario, disclosure = facts.scenario, facts.scenario.disclosure
    total = _kg(row["gate_kgco2e"])
    uptake = -(_kg(product.biogenic_carbon_kg) * _CO2_PER_CARBON).quantize(_GRAM)
    start, end = _period(scenario.horizon, row["year"])
    past_gate = disclosure.responsible_to != "gate"
    return CarbonFootprint(
        declared_unit_of_measurement="piece", declared_unit_amount=Decimal(1),
        product_mass_per_declared_unit=_kg(variant.kerb_mass_kg),
        reference_period_start=_midnight(start), reference_period_end=_midnight(end),
        geography_country=_plant(scenario, row["plant"]).place.country,
        boundary_processes_description=_boundary(scenario, row),
        pcf_excluding_biogenic_uptake=total, pcf_including_biogenic_uptake=total + uptake,
        fossil_ghg_emissions=total, fossil_carbon_content=_kg(product.fossil_carbon_kg),
        biogenic_carbon_content=_kg(product.biogenic_carbon_kg), biogenic_co2_uptake=uptake,
        packaging_emissions_included=False, ccs_technological_co2_capture_included=False,
        outbound_logistics_ghg_emissions=_kg(row["outbound_kgco2e"]) if past_gate else None,
        ipcc_characterization_factors=sorted(set(re.findall(r"AR\d+", scenario.carbon.gwp))),
        cross_sectoral_standards=list(disclosure.standards),
        exempted_emissions_percent=_percent(disclosure.exempted_share),
        exempted_emissions_description="; ".join([disclosure.exempted_reason, *scenario.carbon.cut_offs]),
        allocation_rules_description=_allocation(scenario, row),
        secondary_emission_factor_sources=[
            EmissionFactorSource(name=source.name, version=source.version) for source in disclosure.sources
        ] or None,
        primary_data_share=_percent(quality.primary_share),
        dqi=DataQualityIndicators(
            technological_dqr=_rating(quality.technological), geographical_dqr=_rating(quality.geographical),
            temporal_dqr=_rating(quality.temporal),
        ),
    )  # fmt: skip


def _boundary(scenario: Any, row: dict[str, Any]) -> str:
    plant = _plant(scenario, row["plant"])
    if plant is not scenario.plant:
        return f"Cradle to the gate of {plant.name}, as one figure that the scenario gives for this plant."
    return (
        f"Cradle to the gate of {plant.name}: materials and traction battery, transport of parts to the plant, "
        "gas and electricity of the plant's shops. Electricity is location-based."
    )


_BASE_LOADS = {
    "none": "The plant's base loads belong to no car and are not in the total.",
    "shop-day": "The plant's base loads of a day are shared among the cars in the shop by their hours there.",
    "year": "The plant's base loads of a year are shared alike among the cars built in it.",
}


def _allocation(scenario: Any, row: dict[str, Any]) -> str | None:
    if row["plant"] != scenario.plant.id:
        return None
    return f"{_BASE_LOADS[scenario.carbon.base_load]} Process scrap is borne by the car, without credit."


def _comment(facts: Facts, row: dict[str, Any], ways: pl.DataFrame) -> str:
    """What a reader must know to interpret the figure, and how the voyages to the markets differ."""
    scenario, disclosure = facts.scenario, facts.scenario.disclosure
    _, end = _period(scenario.horizon, row["year"])
    made_by = f"simulated by Quayline {facts.run.manifest['quayline']}"
    told = [f"Mean of {row['cars']:,} cars built in {row['year']}, {made_by}."]
    if end > disclosure.declared_on:
        told.append("Prospective: the period is not over on the day of the declaration, so no activity is metered.")
    calibrated = _calibrated(facts, row["variant"]) if row["plant"] == scenario.plant.id else []
    if calibrated:
        told.append(f"Calibrated to published totals, so no independent estimate: {', '.join(calibrated)}.")
    bought = ("plant_electricity", "plant_base")
    market_based = row["gate_kgco2e"] + sum(row[f"{name}_market_kgco2e"] - row[f"{name}_kgco2e"] for name in bought)
    told.append(f"Market-based: {_kg(market_based)} kgCO2e.")
    if row["biogenic_kgco2e"] is not None:
        told.append(f"Biogenic CO2 beside the total, as far as sources say: {_kg(row['biogenic_kgco2e'])} kgCO2e.")
    if not re.fullmatch(r"AR\d+", scenario.carbon.gwp):
        told.append(f"Warming potentials: {scenario.carbon.gwp}.")
    if assumed := _assumed(scenario, row["variant"]):
        told.append(f"Assumed in the declaration: {', '.join(assumed)}.")
    if disclosure.responsible_to != "gate":
        names = {market.id: market.name for market in scenario.markets}
        each = ", ".join(
            f"{names[way['market']]} {_kg(way['outbound_kgco2e'])} (sea {_kg(way['sea_kgco2e'])}, {way['cars']:,} cars)"
            for way in ways.iter_rows(named=True)
        )
        told.append(f"Outbound logistics to the {disclosure.responsible_to} in kgCO2e a car by market: {each}.")
    return " ".join(told)


def _assumed(scenario: Any, variant: str) -> list[str]:
    """Figures of the declaration itself that nobody has stated, in words."""
    ours = ("disclosure.exempted_share", f"disclosure.products[{variant}].")
    return [
        figure.path.rpartition(".")[2].replace("_", " ")
        for figure in scenario.figures if figure.path.startswith(ours) and figure.kind in ("assumed", "unstated")
    ]  # fmt: skip


def _calibrated(facts: Facts, variant: str) -> list[str]:
    groups = facts.run.table("carbon", "groups")
    at = [v.id for v in facts.scenario.vehicles.variants].index(variant)
    return groups.filter(pl.col("variant_idx") == at, "is_calibrated")["group"].unique(maintain_order=True).to_list()


def _period(horizon: Any, year: int) -> tuple[date, date]:
    """First day of the class's year in the horizon, and the day after its last."""
    start, end = date(year, 1, 1), date(year + 1, 1, 1)
    return max(start, horizon.start), min(end, date.fromordinal(horizon.end.toordinal() + 1))


def _plant(scenario: Any, plant: str) -> Any:
    return next(p for p in (scenario.plant, *scenario.alternates) if p.id == plant)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _kg(value: float) -> Decimal:
    """To the gram."""
    return Decimal(repr(float(value))).quantize(_GRAM)


def _rating(mean: float) -> Decimal:
    return Decimal(repr(mean)).quantize(Decimal("0.1"))


def _percent(share: float) -> Decimal:
    return (Decimal(repr(float(share))) * 100).quantize(Decimal("0.1"))
