"""Suppliers' footprints as figures of a scenario: their value, their source, and every fault with its place."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from tests.pact.required import footprint

from quayline.base.errors import Fault, ScenarioError
from quayline.scenario.loader import load

if TYPE_CHECKING:
    from pathlib import Path

LARGE_PACK = "carbon.batteries[large-pack].factor"
STEEL = "carbon.materials[steel].factor"


@pytest.fixture
def folder(starter: Path, tmp_path: Path) -> Path:
    """A copy of the starter scenario."""
    return shutil.copytree(starter, tmp_path / "mine")


def put(folder: Path, value: Any, name: str = "cells.json") -> str:
    """Writes a supplier's file; the reference to it."""
    (folder / "suppliers").mkdir(exist_ok=True)
    (folder / "suppliers" / name).write_text(value if isinstance(value, str) else json.dumps(value))
    return f"suppliers/{name}"


def with_figure(folder: Path, path: str, reference: str) -> Any:
    """The scenario with a reference in the place of the figure at `path`."""
    return load(folder, {path: reference})


def faults_of(folder: Path, path: str, reference: str) -> list[Fault]:
    """The faults of that scenario."""
    with pytest.raises(ScenarioError) as wrong:
        with_figure(folder, path, reference)
    return list(wrong.value.faults)


def test_a_factor_per_kwh(folder: Path) -> None:
    name = put(folder, footprint(declaredUnitAmount="2"))
    scenario = with_figure(folder, LARGE_PACK, f"{{footprint: {name}}}")
    pack = next(b for b in scenario.carbon.batteries if b.id == "large-pack")
    assert pack.factor_kgco2e_per_kwh == pytest.approx(26.25)
    (figure,) = (f for f in scenario.figures if f.path == LARGE_PACK)
    assert figure.kind == "published"
    assert "Cell Maker" in figure.source
    assert footprint()["id"] in figure.source
    (supplied,) = scenario.supplied
    assert (supplied.source, str(supplied.footprint.id)) == (figure.source, footprint()["id"])
    assert name in dict(scenario.files)


def test_its_year_and_a_spread_beside_it(folder: Path) -> None:
    name = put(folder, footprint())
    scenario = with_figure(folder, LARGE_PACK, f"{{footprint: {name}, spread: gsd 1.1, note: by the cell}}")
    (figure,) = (f for f in scenario.figures if f.path == LARGE_PACK)
    assert (figure.year, figure.note) == (2025, "by the cell")  # the period ends with the first moment of 2026
    assert figure.spread is not None
    assert figure.spread.low == 1.1
    assert [supplied.source for supplied in scenario.supplied] == [figure.source]


def test_a_piece_by_its_mass_and_by_what_it_holds(folder: Path) -> None:
    piece = footprint(declaredUnitOfMeasurement="piece", productMassPerDeclaredUnit="350", fossilGhgEmissions="4200",
                      pcfExcludingBiogenicUptake="4200", pcfIncludingBiogenicUptake="4200")  # fmt: skip
    name = put(folder, piece)
    steel = next(m for m in with_figure(folder, STEEL, f"{{footprint: {name}}}").carbon.materials if m.id == "steel")
    assert steel.factor_kgco2e_per_kg == pytest.approx(12)
    scenario = with_figure(folder, LARGE_PACK, f"{{footprint: {name}, per: 60000 Wh}}")
    assert next(b for b in scenario.carbon.batteries if b.id == "large-pack").factor_kgco2e_per_kwh == pytest.approx(70)
    (fault,) = faults_of(folder, LARGE_PACK, f"{{footprint: {name}}}")
    assert "expected `per`, the kWh in it" in fault.message


def test_one_of_several_by_its_product(folder: Path) -> None:
    other = footprint(productIds=["urn:x:other"], pcfExcludingBiogenicUptake="80", fossilGhgEmissions="80")
    name = put(folder, {"data": [footprint(), other]})
    chosen = with_figure(folder, LARGE_PACK, f"{{footprint: {name}, product: URN:X:OTHER}}")
    assert next(b for b in chosen.carbon.batteries if b.id == "large-pack").factor_kgco2e_per_kwh == 80
    for reference in (f"{{footprint: {name}}}", f"{{footprint: {name}, product: urn:x:none}}"):
        (fault,) = faults_of(folder, LARGE_PACK, reference)
        assert "one of: urn:pact:cells.example:product-id:lfp, urn:x:other" in fault.message


def test_every_fault_of_the_file_with_its_json_path(folder: Path) -> None:
    broken = footprint(fossilGhgEmissions=52.5, created="yesterday")
    del broken["companyName"]
    name = put(folder, broken)
    faults = faults_of(folder, LARGE_PACK, f"{{footprint: {name}}}")
    assert {(fault.file, fault.path) for fault in faults} == {
        (name, "created"), (name, "companyName"), (name, "pcf.fossilGhgEmissions"),
    }  # fmt: skip


@pytest.mark.parametrize(("changes", "words"), [
    ({"status": "Deprecated"}, "expected 'Active'"),
    ({"validityPeriodStart": "2020-01-01T00:00:00Z", "validityPeriodEnd": "2025-12-31T00:00:00Z"}, "no day of"),
    ({"validityPeriodStart": "2027-01-01T00:00:00Z"}, "no day of"),
])  # fmt: skip
def test_a_footprint_that_does_not_hold_is_refused(folder: Path, changes: dict[str, str], words: str) -> None:
    written = footprint() | {k: v for k, v in changes.items() if k.startswith(("validity", "status"))}
    name = put(folder, written)
    (fault,) = faults_of(folder, LARGE_PACK, f"{{footprint: {name}}}")
    assert words in fault.message


@pytest.mark.parametrize(("path", "reference", "words"), [
    (LARGE_PACK, "{footprint: ../cells.json}", "in the scenario's folder"),
    (LARGE_PACK, "{footprint: none.json}", "there is no file 'none.json'"),
    (LARGE_PACK, "{footprint: suppliers/cells.json, prduct: a}", "did you mean 'product'?"),
    (LARGE_PACK, "{footprint: suppliers/cells.json, per: 3 kg}", "expected a quantity in kWh"),
    (LARGE_PACK, "{footprint: suppliers/cells.json, per: 0 kWh}", "expected more than 0 kWh"),
    ("plant.crew.wage", "{footprint: suppliers/cells.json}", "a footprint gives figures in kgCO2e/kg"),
])  # fmt: skip
def test_wrong_references(folder: Path, path: str, reference: str, words: str) -> None:
    put(folder, footprint())
    (fault,) = faults_of(folder, path, reference)
    assert words in fault.message
    assert fault.path.startswith(path.split("[")[0])


def test_in_the_files_themselves_with_line_and_column(folder: Path) -> None:
    put(folder, "{")
    text = (folder / "carbon.yaml").read_text()
    figure = "factor: {value: 70 kgCO2e/kWh, spread: 50 to 100 with cells}"
    assert figure in text
    reference = "factor: {footprint: suppliers/cells.json}"
    (folder / "carbon.yaml").write_text(text.replace(figure, reference))
    with pytest.raises(ScenarioError) as wrong:
        load(folder)
    assert [fault.file for fault in wrong.value.faults] == ["suppliers/cells.json"]
    put(folder, footprint())
    assert load(folder).supplied
