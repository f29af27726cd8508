"""The exported JSON Schema: sound itself, it takes what the loader takes and refuses what an editor should mark."""

from __future__ import annotations

import copy
import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest

from quayline.scenario.jsonschema import json_schema
from quayline.scenario.yaml_map import Node, read_yaml

if TYPE_CHECKING:
    from pathlib import Path


def bare(node: Node) -> Any:
    """The data of a node."""
    if isinstance(node.value, dict):
        return {key: bare(child) for key, child in node.value.items()}
    return [bare(child) for child in node.value] if isinstance(node.value, list) else node.value


def plant_of(folder: Path) -> Any:
    """The starter's plant.yaml as data."""
    node = read_yaml((folder / "plant.yaml").read_text(), "plant.yaml", [])
    assert node is not None
    return bare(node)


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    """A validator of the exported schema."""
    return jsonschema.Draft202012Validator(json_schema())


def test_it_is_a_schema_and_json() -> None:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert json.loads(json.dumps(schema)) == schema
    assert {"LongFigure", "Table", "Provenance", "Plant"} <= set(schema["$defs"])


def test_every_reference_leads_somewhere() -> None:
    schema = json_schema()
    text = json.dumps(schema)
    used = {part.split('"')[0] for part in text.split("#/$defs/")[1:]}
    assert used <= set(schema["$defs"])


def test_every_thing_is_described() -> None:
    silent = [name for name, thing in json_schema()["$defs"].items() if not thing.get("description")]
    assert silent == []


def test_the_starter_is_valid(starter: Path, validator: jsonschema.Draft202012Validator) -> None:
    for file in starter.glob("*.yaml"):
        faults: list[Any] = []
        node = read_yaml(file.read_text(), file.name, faults)
        assert node is not None
        errors = [f"{file.name}: {list(e.absolute_path)}: {e.message}" for e in validator.iter_errors(bare(node))]
        assert errors == []


@pytest.mark.parametrize(
    "written",
    [
        {"value": "24 USD/h", "kind": "published", "source": "a book", "year": 2026, "note": "x"},
        {"value": "24 USD/h", "kind": "assumed"},
        {"value": "24 USD/h"},
        "24 USD/h",
    ],
)
def test_forms_of_a_figure(starter: Path, validator: jsonschema.Draft202012Validator, written: Any) -> None:
    plant = plant_of(starter)
    plant["plant"]["crew"]["wage"] = written
    assert validator.is_valid(plant)


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (("crew", "wage"), 24),
        (("crew", "wage"), {"value": "24 USD/h", "kind": "published"}),
        (("crew", "wage"), {"value": "24 USD/h", "kind": "guessed"}),
        (("crew", "wage"), {"value": "24 USD/h", "source": "a book"}),
        (("crew", "wage"), {"kind": "assumed"}),
        (("crew", "wagge"), "24 USD/h"),
        (("headcount",), "many"),
        (("headcount",), -3),
        (("shops",), {"tabel": "shops.csv"}),
        (("calendar", "workdays"), ["monday"]),
        (("provenance",), {"source": "x"}),
    ],
)
def test_what_an_editor_marks(
    starter: Path, validator: jsonschema.Draft202012Validator, keys: tuple[str, ...], value: Any
) -> None:
    plant = plant_of(starter)
    assert validator.is_valid(plant)
    broken = copy.deepcopy(plant)
    inner = broken["plant"]
    for key in keys[:-1]:
        inner = inner[key]
    inner[keys[-1]] = value
    assert not validator.is_valid(broken)
