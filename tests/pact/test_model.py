"""The data model of PACT: what is required, decimals as text, contradictions, JSON paths of faults."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.pact.required import CARBON, DECIMALS, PRODUCT, footprint

if TYPE_CHECKING:
    from decimal import Decimal

from quayline.base.pact import ProductFootprint, property_name
from quayline.base.pact_file import read_footprints


def faults_of(value: object) -> list[tuple[str, str]]:
    """The faults of a footprint given as data."""
    return read_footprints(json.dumps(value).encode()).faults


def test_a_sound_footprint_has_neither_fault_nor_remark() -> None:
    found = read_footprints(json.dumps(footprint()).encode())
    assert (found.faults, found.remarks) == ([], [])
    assert [str(one.id) for one in found.footprints.values()] == [footprint()["id"]]


@pytest.mark.parametrize("name", PRODUCT)
def test_required_of_the_product(name: str) -> None:
    broken = footprint()
    del broken[name]
    assert faults_of(broken) == [(name, "expected this property, got none")]


@pytest.mark.parametrize("name", CARBON)
def test_required_of_the_footprint(name: str) -> None:
    broken = footprint()
    del broken["pcf"][name]
    assert faults_of(broken) == [(f"pcf.{name}", "expected this property, got none")]


def test_nothing_else_is_required() -> None:
    least = {name: footprint()[name] for name in PRODUCT}
    least["pcf"] = {name: footprint()["pcf"][name] for name in CARBON}
    assert faults_of(least) == []


@pytest.mark.parametrize("name", DECIMALS)
@pytest.mark.parametrize("value", [1.5, 1, "1,5", "1e3", "", "NaN", None, True])
def test_decimals_are_text(name: str, value: object) -> None:
    (fault,) = faults_of(footprint(**{name: value}))
    assert fault[0] == f"pcf.{name}"
    assert 'expected a decimal as text, such as "1.5"' in fault[1]


@given(st.decimals(min_value=0, max_value=10**9, allow_nan=False, allow_infinity=False, places=6))
def test_decimals_survive_the_round_trip(value: Decimal) -> None:
    written = footprint(pcfExcludingBiogenicUptake=f"{value:f}")
    (one,) = read_footprints(json.dumps(written).encode()).footprints.values()
    assert one.pcf.pcf_excluding_biogenic_uptake == value
    assert one.to_json() == written


@pytest.mark.parametrize(("changes", "path"), [
    ({"geographyCountry": "KR", "geographyRegionOrSubregion": "Asia"}, "pcf"),
    ({"referencePeriodEnd": "2025-01-01T00:00:00Z"}, "pcf.referencePeriodEnd"),
    ({"packagingGhgEmissions": "1"}, "pcf.packagingGhgEmissions"),
    ({"ccsTechnologicalCO2Capture": "-1"}, "pcf.ccsTechnologicalCO2Capture"),
    ({"declaredUnitAmount": "0"}, "pcf.declaredUnitAmount"),
    ({"fossilGhgEmissions": "-1"}, "pcf.fossilGhgEmissions"),
    ({"biogenicCO2Uptake": "1"}, "pcf.biogenicCO2Uptake"),
    ({"dqi": {"technologicalDQR": "6", "geographicalDQR": "1", "temporalDQR": "1"}}, "pcf.dqi.technologicalDQR"),
    ({"ipccCharacterizationFactors": []}, "pcf.ipccCharacterizationFactors"),
    ({"ipccCharacterizationFactors": ["AR6", "IPCC 2013"]}, "pcf.ipccCharacterizationFactors[1]"),
    ({"companyIds": ["urn:a:b", "cells"]}, "companyIds[1]"),
    ({"productIds": ["urn:a:b", "urn:a:b"]}, "productIds"),
    ({"status": "active"}, "status"),
    ({"created": "2026-02-01"}, "created"),
    ({"created": 1_700_000_000}, "created"),
    ({"specVersion": "2.3.0"}, "specVersion"),
    ({"id": "not-a-uuid"}, "id"),
    ({"packagingEmissionsIncluded": "no"}, "pcf.packagingEmissionsIncluded"),
])  # fmt: skip
def test_what_is_wrong_is_told_with_its_path(changes: dict[str, object], path: str) -> None:
    assert [at for at, _ in faults_of(footprint(**changes))] == [path]


def test_every_fault_is_told_at_once_through_the_list_that_holds_it() -> None:
    text = {"data": [footprint(), footprint(created="yesterday", fossilGhgEmissions=3)]}
    assert [at for at, _ in faults_of(text)] == ["data[1].created", "data[1].pcf.fossilGhgEmissions"]


def test_what_carries_footprints() -> None:
    event = {"type": "org.wbcsd.pact.ProductFootprint.RequestFulfilledEvent.3", "data": {"pfs": [footprint()]}}
    for text, path in ((footprint(), ""), ({"data": footprint()}, "data"), ({"data": [footprint()]}, "data[0]"),
                       (event, "data.pfs[0]")):  # fmt: skip
        assert list(read_footprints(json.dumps(text).encode()).footprints) == [path]


@pytest.mark.parametrize(("content", "words"), [
    (b"{", "expected JSON"), (b"\xff", "UTF-8"), (b"[1]", "expected an object"), (b'{"data": []}', "at least one"),
    (b'{"id": "a", "id": "b"}', "'id' stands twice"), (b'{"id": NaN}', "NaN is no JSON"),
    (b'{"a":' * 100_000, "nested too deeply"), (b" " * (8 * 2**20 + 1), "at most"),
])  # fmt: skip
def test_hostile_texts(content: bytes, words: str) -> None:
    (fault,) = read_footprints(content).faults
    assert fault[0] in ("$", "data")
    assert words in fault[1]


def test_remarks_are_no_faults() -> None:
    odd = footprint(pcfExcludingBiogenicUptake="60", status="Deprecated")
    odd["pcf"]["biogenicCO2Withdrawal"] = "-1"
    found = read_footprints(json.dumps(odd).encode())
    assert found.faults == []
    assert [at for at, _ in found.remarks] == [
        "pcf.pcfExcludingBiogenicUptake", "pcf.pcfIncludingBiogenicUptake", "status", "pcf.biogenicCO2Withdrawal",
    ]  # fmt: skip
    assert "did you mean 'biogenicCO2Uptake'?" in found.remarks[-1][1]


def test_validity_is_three_years_unless_stated() -> None:
    (one,) = read_footprints(json.dumps(footprint()).encode()).footprints.values()
    assert [moment.isoformat()[:10] for moment in one.validity()] == ["2026-01-01", "2029-01-01"]
    leap = footprint(referencePeriodEnd="2028-02-29T00:00:00Z", referencePeriodStart="2027-02-28T00:00:00Z")
    (one,) = read_footprints(json.dumps(leap).encode()).footprints.values()
    assert one.validity()[1].isoformat() == "2031-03-01T00:00:00+00:00"


def test_names_of_all_properties_are_those_of_the_published_file(public_data) -> None:
    file = public_data / "pact" / "pact-openapi-v3.yaml"
    if not file.is_file():
        pytest.skip(f"no {file}")
    import yaml

    schemas = yaml.safe_load(file.read_text())["components"]["schemas"]
    from quayline.base import pact

    for name in ("ProductFootprint", "CarbonFootprint", "DataQualityIndicators", "Verification", "DataModelExtension",
                 "ProductOrSectorSpecificRule", "EmissionFactorSource"):  # fmt: skip
        model = getattr(pact, name)
        assert {property_name(field) for field in model.model_fields} == set(schemas[name]["properties"])
        required = {property_name(field) for field, told in model.model_fields.items() if told.is_required()}
        assert required == set(schemas[name].get("required", []))


def test_published_examples_are_read(public_data) -> None:
    files = sorted((public_data / "pact").glob("v3-*.json"))
    if not files:
        pytest.skip("no examples of PACT v3")
    for file in files:
        found = read_footprints(file.read_bytes())
        assert (file.name, found.faults, len(found.footprints)) == (file.name, [], 1)
        assert isinstance(next(iter(found.footprints.values())), ProductFootprint)
