"""Footprints of a finished run: they tie to its cars, say what the standard asks for, and pass its published schema."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import openpyxl
import polars as pl
import pytest
from tests.pact.required import CARBON, DECIMALS, PRODUCT

from quayline.base.errors import RunError, ScenarioError
from quayline.base.pact_file import read_footprints
from quayline.report.facts import Facts
from quayline.report.pact import footprints
from quayline.report.pact_files import export_footprints
from quayline.report.pact_lifecycle import lifecycle

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def exported(finished: Any, tmp_path_factory: Any) -> Path:
    """The folder of an export of the finished run."""
    folder = tmp_path_factory.mktemp("pact") / "out"
    export_footprints(Facts(finished), folder)
    return folder


@pytest.fixture(scope="module")
def listed(exported: Path) -> list[dict[str, Any]]:
    """The exported footprints as data."""
    return json.loads((exported / "footprints.json").read_text())["data"]


@pytest.fixture(scope="module")
def cars(finished: Any) -> pl.DataFrame:
    """Every built car of the declared variant, straight from the tables."""
    names = finished.table("ledger", "orders").select("order_id", "variant", "market")
    return finished.table("carbon", "cars").join(names, on="order_id").filter(pl.col("variant") == "volt-60")


def test_everything_required_is_there_and_decimals_are_text(listed: list[dict[str, Any]]) -> None:
    for one in listed:
        assert set(PRODUCT) <= set(one)
        assert set(CARBON) <= set(one["pcf"])
        assert all(isinstance(one["pcf"][name], str) and Decimal(one["pcf"][name]).is_finite() for name in DECIMALS)
        assert [name for name in one["pcf"] if name.startswith("geography")] == ["geographyCountry"]
        assert read_footprints(json.dumps(one).encode()).faults == []


def test_the_total_is_the_mean_of_the_cars_to_the_gate(listed: list[dict[str, Any]], cars: pl.DataFrame) -> None:
    (one,) = listed
    gate = cars["gate_kgco2e"].to_numpy().mean()
    assert float(one["pcf"]["pcfExcludingBiogenicUptake"]) == pytest.approx(gate, abs=5.1e-4)
    assert (one["pcf"]["geographyCountry"], one["pcf"]["declaredUnitOfMeasurement"]) == ("PT", "piece")
    assert Decimal(one["pcf"]["productMassPerDeclaredUnit"]) == 1790


def test_the_sea_leg_is_beside_the_total(listed: list[dict[str, Any]], cars: pl.DataFrame) -> None:
    (one,) = listed
    way = (cars["truck_kgco2e"] + cars["sea_kgco2e"] + cars["inland_kgco2e"]).to_numpy().mean()
    assert float(one["pcf"]["outboundLogisticsGhgEmissions"]) == pytest.approx(way, abs=5.1e-4)
    assert cars["sea_kgco2e"].to_numpy().sum() > 0


def test_carbon_in_the_car_is_taken_up_once(listed: list[dict[str, Any]]) -> None:
    kept = ("pcf", "bio", "fossil")
    pcf = {name: Decimal(value) for name, value in listed[0]["pcf"].items() if name.startswith(kept)}
    assert pcf["biogenicCO2Uptake"] == -22  # 6 kg of carbon are 22 kg of CO2
    assert pcf["pcfIncludingBiogenicUptake"] == pcf["pcfExcludingBiogenicUptake"] + pcf["biogenicCO2Uptake"]
    assert pcf["fossilCarbonContent"] == 320


def test_the_reference_period_is_the_year_within_the_horizon(listed: list[dict[str, Any]]) -> None:
    pcf = listed[0]["pcf"]
    assert (pcf["referencePeriodStart"], pcf["referencePeriodEnd"]) == ("2026-01-05T00:00:00Z", "2026-06-27T00:00:00Z")


def test_the_comment_says_what_a_reader_must_know(listed: list[dict[str, Any]], cars: pl.DataFrame) -> None:
    told = listed[0]["comment"]
    for words in (f"Mean of {cars.height:,} cars built in 2026", "Market-based: ", "Portugal ", "United States ",
                  "Assumed in the declaration: exempted share, fossil carbon, biogenic carbon."):  # fmt: skip
        assert words in told
    assert "Prospective" not in told  # declared after the period


def test_equal_runs_give_equal_ids_and_another_content_another(finished: Any, listed: list[dict[str, Any]]) -> None:
    facts = Facts(finished)
    assert [str(one.id) for one in footprints(facts)] == [one["id"] for one in listed]
    disclosure = facts.scenario.disclosure
    later = disclosure.model_copy(update={"exempted_share": 0.04})
    facts.__dict__["scenario"] = facts.scenario.model_copy(update={"disclosure": later})
    assert not {str(one.id) for one in footprints(facts)} & {one["id"] for one in listed}


def test_a_newer_footprint_names_the_one_that_it_follows(finished: Any, tmp_path: Path) -> None:
    facts, other = Facts(finished), Facts(finished)
    changed = facts.scenario.disclosure.model_copy(update={"exempted_share": 0.04})
    other.__dict__["scenario"] = facts.scenario.model_copy(update={"disclosure": changed})
    (old,), (alone,) = footprints(facts), footprints(other)
    (new,), (deprecated,) = lifecycle(other, [facts, facts])
    assert (new.id, new.status, new.preceding_pf_ids) == (alone.id, "Active", [old.id])
    assert (deprecated.id, deprecated.status) == (old.id, "Deprecated")
    assert lifecycle(facts, [facts]) == ([old], [])  # nothing has changed
    export_footprints(other, tmp_path / "out", [facts])
    found = read_footprints((tmp_path / "out" / "footprints.json").read_bytes())
    assert (found.faults, [one.status for one in found.footprints.values()]) == ([], ["Active", "Deprecated"])
    assert not (tmp_path / "out" / f"{old.id}.json").exists()


def test_who_pays_no_freight_declares_no_outbound_logistics(finished: Any) -> None:
    facts = Facts(finished)
    gate = facts.scenario.disclosure.model_copy(update={"responsible_to": "gate"})
    facts.__dict__["scenario"] = facts.scenario.model_copy(update={"disclosure": gate})
    (one,) = footprints(facts)
    assert one.pcf.outbound_logistics_ghg_emissions is None
    assert "Outbound" not in (one.comment or "")


def test_tables_for_people_say_the_same(exported: Path, listed: list[dict[str, Any]], cars: pl.DataFrame) -> None:
    (row,) = csv.DictReader((exported / "footprints.csv").read_text().splitlines())
    assert row["id"] == listed[0]["id"]
    assert float(row["gate_kgco2e"]) == float(listed[0]["pcf"]["pcfExcludingBiogenicUptake"])
    markets = list(csv.DictReader((exported / "markets.csv").read_text().splitlines()))
    assert {m["market"]: int(m["cars"]) for m in markets} == dict(cars.group_by("market").len().iter_rows())
    book = openpyxl.load_workbook(exported / "footprints.xlsx")
    assert book.sheetnames == ["footprints", "markets", "notes"]
    head, values = book["footprints"].iter_rows(values_only=True)
    told = dict(zip(head, values, strict=True))
    assert told["id"] == row["id"]
    assert told["gate_kgco2e"] == pytest.approx(float(row["gate_kgco2e"]), abs=1e-3)
    assert told["cars"] == cars.height


def test_an_export_never_writes_over_another(finished: Any, exported: Path) -> None:
    with pytest.raises(RunError, match="is there already"):
        export_footprints(Facts(finished), exported)


def test_nothing_declared_is_said_so(finished: Any, tmp_path: Path) -> None:
    facts = Facts(finished)
    facts.__dict__["scenario"] = facts.scenario.model_copy(update={"disclosure": None})
    with pytest.raises(ScenarioError, match="expected the section 'disclosure'"):
        export_footprints(facts, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_it_passes_the_published_schema(public_data: Path, listed: list[dict[str, Any]]) -> None:
    file = public_data / "pact" / "pact-openapi-v3.yaml"
    if not file.is_file():
        pytest.skip(f"no {file}")
    import jsonschema
    import yaml

    components = yaml.safe_load(file.read_text())["components"]
    schema = {"$ref": "#/components/schemas/ProductFootprint", "components": components}
    check = jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker())
    for one in listed:
        assert [fault.message for fault in check.iter_errors(one)] == []
        for name in CARBON:  # the schema that the test uses does look
            lacking = one | {"pcf": {key: value for key, value in one["pcf"].items() if key != name}}
            assert not check.is_valid(lacking)
