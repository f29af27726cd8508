"""The JSON Schemas of the files that a person writes, with which editors complete and check as one types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quayline.scenario.provenance import KINDS, NEED_SOURCE
from quayline.scenario.schema import Scenario
from quayline.scenario.supplier import FIELD_UNITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.scenario.fields import Thing

_REF = "#/$defs/"
_INTERNAL = ("discriminator", "x-identity", "x-default", "x-null", "x-time")
_TIME = {"type": "string", "description": "a time, always the same", "examples": ["80 s"], "x-unit": "s"}
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
    schema = file_schema(Scenario, "A file of a Quayline scenario")
    del schema["required"]
    return schema


def file_schema(model: type[Thing], title: str, has_tables: bool = True) -> dict[str, Any]:
    """The schema of a YAML file that is all of a `model`; with `has_tables`, its lists may be CSV files beside it."""
    schema = model.model_json_schema(by_alias=True)
    defs = schema.pop("$defs")
    writer = _Writer(has_tables, set(_tagged([schema, defs])))
    defs = {name: writer.thing(name, definition) for name, definition in defs.items()}
    written = {**writer.thing("", schema), "$defs": defs | _DEFS}
    used = _used(written)
    written["$defs"] = dict(sorted((name, definition) for name, definition in written["$defs"].items() if name in used))
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **written, "title": title}


def _tagged(schema: Any) -> Iterator[tuple[str, str]]:
    """(definition, key) of what must name its kind by that key, because nothing says which it is without."""
    if isinstance(schema, dict):
        rule = schema.get("discriminator")
        if isinstance(rule, dict) and "mapping" in rule and "x-default" not in schema:
            yield from ((ref.removeprefix(_REF), rule["propertyName"]) for ref in rule["mapping"].values())
        schema = list(schema.values())
    for part in schema if isinstance(schema, list) else []:
        yield from _tagged(part)


def _used(schema: dict[str, Any]) -> set[str]:
    """The definitions that `schema` leads to."""
    found: set[str] = set()
    rest = [value for key, value in schema.items() if key != "$defs"]
    while rest:
        part = rest.pop()
        if isinstance(part, dict):
            name = str(part.get("$ref", "")).removeprefix(_REF)
            if name and name not in found:
                found.add(name)
                rest.append(schema["$defs"][name])
        rest += part.values() if isinstance(part, dict) else part if isinstance(part, list) else []
    return found


@dataclass(frozen=True)
class _Writer:
    """Schemas of models' data to those of what may be written for them."""

    has_tables: bool
    tagged: set[tuple[str, str]]

    def thing(self, name: str, schema: dict[str, Any]) -> dict[str, Any]:
        """A model, called `name` among the definitions."""
        kept = {key: value for key, value in schema.items() if key not in _INTERNAL}
        kept["properties"] = {key: self.value(value) for key, value in kept["properties"].items()}
        kept["properties"].setdefault("provenance", {"$ref": f"{_REF}Provenance"})
        tags = [key for of, key in sorted(self.tagged) if of == name and key not in kept.get("required", ())]
        return kept | ({"required": [*tags, *kept.get("required", ())]} if tags else {})

    def value(self, schema: dict[str, Any]) -> dict[str, Any]:
        """A field of a model."""
        kept = {key: value for key, value in schema.items() if key not in _INTERNAL}
        if kept.get("default", "") is None:
            del kept["default"]
        if "anyOf" in kept:  # `X or absent`: what is absent is written as null only where that says something
            (one,) = [self.value(branch) for branch in kept.pop("anyOf") if branch.get("type") != "null"]
            return _either({**one, **kept}, {"type": "null"}) if "x-null" in schema else {**one, **kept}
        if "x-time" in schema:
            return _either(kept, _TIME)
        if kept.get("type") == "array":
            kept["items"] = self.value(kept["items"])
            of_things = bool({"$ref", "oneOf"} & set(kept["items"]))
            return _either(kept, _ref("Table")) if of_things and self.has_tables else kept
        number = "x-unit" in kept or kept.get("type") in ("integer", "number") or kept.get("format") == "date"
        if not number or "const" in kept:
            return kept
        return _either(kept, *map(_ref, ["LongFigure", *["SuppliersFootprint"] * (kept.get("x-unit") in FIELD_UNITS)]))


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": f"{_REF}{name}"}


def _either(schema: dict[str, Any], *others: dict[str, Any]) -> dict[str, Any]:
    """`schema` or one of the others, with title, description and default where editors look for them."""
    outside: dict[str, Any] = {key: schema.pop(key) for key in ("title", "description", "default") if key in schema}
    return {**outside, "anyOf": [schema, *others]}
