"""The JSON Schema of a scenario's files, with which editors complete and check as one types."""

from __future__ import annotations

from typing import Any

from quayline.scenario.provenance import KINDS, NEED_SOURCE
from quayline.scenario.schema import Scenario
from quayline.scenario.supplier import FIELD_UNITS

_PROVENANCE: dict[str, Any] = {
    "kind": {"enum": list(KINDS), "description": "how the figure is known"},
    "source": {"type": "string", "description": "where it is from; needed for all kinds but assumed"},
    "note": {"type": "string"},
    "year": {"type": "integer", "description": "of the source"},
    "spread": {"type": "string", "description": "gsd 1.15, sd 8 %, 41 to 89 or uniform 41 to 89; with NAME"},
}
_SOURCE_RULE = {
    "if": {"properties": {"kind": {"enum": list(NEED_SOURCE)}}, "required": ["kind"]},
    "then": {"required": ["source"]},
}
_DEFS: dict[str, Any] = {
    "LongFigure": {
        "title": "LongFigure",
        "description": "A figure with what it rests on.",
        "type": "object",
        "properties": {
            "value": {"type": ["string", "number"], "description": "the figure with its unit"},
            **_PROVENANCE,
        },
        "required": ["value"],
        "dependentRequired": {"source": ["kind"], "year": ["kind"]},
        "additionalProperties": False,
        **_SOURCE_RULE,
    },
    "SuppliersFootprint": {
        "title": "SuppliersFootprint",
        "description": "A figure that a supplier's PACT footprint gives.",
        "type": "object",
        "properties": {
            "footprint": {"type": "string", "description": "a JSON file in the scenario's folder"},
            "product": {"type": "string", "description": "URN of the product, where the file has several"},
            "per": {"type": "string", "description": "what one declared unit holds, such as 100 kWh for a pack"},
            "note": {"type": "string"},
            "spread": _PROVENANCE["spread"],
        },
        "required": ["footprint"],
        "additionalProperties": False,
    },
    "Provenance": {
        "title": "Provenance",
        "description": "What all figures below rest on that do not say it themselves.",
        "type": "object",
        "properties": _PROVENANCE,
        "required": ["kind"],
        "additionalProperties": False,
        **_SOURCE_RULE,
    },
    "Table": {
        "title": "Table",
        "description": "A CSV file in the scenario's folder: the header names the keys, each row is one item.",
        "type": "object",
        "properties": {"table": {"type": "string"}, "provenance": {"$ref": "#/$defs/Provenance"}},
        "required": ["table"],
        "additionalProperties": False,
    },
}


def json_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of one YAML file of a scenario.

    No section is required, because the sections of a scenario may be spread over files; `load` sees to that
    and to what lies between things.
    """
    schema = Scenario.model_json_schema(by_alias=True)
    defs = {name: _written(definition) for name, definition in schema.pop("$defs").items()}
    root = _written(schema)
    del root["required"]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **root,
        "title": "A file of a Quayline scenario",
        "$defs": dict(sorted((defs | _DEFS).items())),
    }


def _written(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema of a model's data to one of what may be written for it."""
    kept = {key: value for key, value in schema.items() if key not in ("discriminator", "x-identity")}
    if kept.get("default", "") is None:
        del kept["default"]
    if "properties" in kept:
        kept["properties"] = {key: _written(value) for key, value in kept["properties"].items()}
        kept["properties"].setdefault("provenance", {"$ref": "#/$defs/Provenance"})
        return kept
    if "anyOf" in kept:  # `X or absent`: what is absent is not written as null
        (one,) = [_written(branch) for branch in kept.pop("anyOf") if branch.get("type") != "null"]
        return {**one, **kept}
    if kept.get("type") == "array":
        kept["items"] = _written(kept["items"])
        return _either(kept, "Table") if {"$ref", "oneOf"} & set(kept["items"]) else kept
    number = "x-unit" in kept or kept.get("type") in ("integer", "number") or kept.get("format") == "date"
    if not number or "const" in kept:
        return kept
    return _either(kept, "LongFigure", *(["SuppliersFootprint"] if kept.get("x-unit") in FIELD_UNITS else []))


def _either(schema: dict[str, Any], *others: str) -> dict[str, Any]:
    """`schema` or one of the definitions `others`, with title, description and default where editors look for them."""
    outside: dict[str, Any] = {key: schema.pop(key) for key in ("title", "description", "default") if key in schema}
    return {**outside, "anyOf": [schema, *({"$ref": f"#/$defs/{other}"} for other in others)]}
