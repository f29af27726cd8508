"""The schema as a grammar: what may stand where in the files, read off the models' JSON Schema."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quayline.scenario.fields import Thing
    from quayline.scenario.yaml_map import Node

# quantity: number with unit; count: whole number that measures; label: whole number that names (a year)
Form = Literal["thing", "choice", "list", "quantity", "count", "label", "number", "date", "flag", "text"]

FIGURES = ("quantity", "count", "number")


@dataclass(slots=True)
class Shape:
    """What the schema expects at one place."""

    form: Form
    name: str = ""  # of a thing: its class
    description: str = ""
    unit: str = ""  # of a quantity
    keys: dict[str, Shape] = field(default_factory=dict)  # of a thing
    required: tuple[str, ...] = ()  # of a thing
    identity: tuple[str, ...] = ()  # of a thing: the keys whose values tell it from its neighbours in a list
    item: Shape | None = None  # of a list
    tag: str = ""  # of a choice: the key that decides
    branches: dict[str, Shape] = field(default_factory=dict)  # of a choice
    default: str = ""  # of a choice: the branch of what has no tag
    takes_null: bool = False  # whether null says something (without limit)
    choices: tuple[str, ...] = ()  # of a text: the only values allowed
    schema: dict[str, Any] = field(default_factory=dict)

    def at(self, node: Node) -> Shape:
        """The branch that `node` takes, if this is a choice and it names one; else the shape itself."""
        if self.form == "choice" and isinstance(node.value, dict):
            tag = node.value.get(self.tag)
            name = self.default if tag is None else tag.text
            if name in self.branches:
                return self.branches[name]
        return self

    def all_keys(self) -> dict[str, Shape]:
        """The keys of a thing, or of all the branches of a choice."""
        keys = dict(self.keys)
        for branch in self.branches.values():
            keys |= branch.keys
        return keys

    @property
    def of_things(self) -> bool:
        """Whether this is a list of things, which a table may stand for."""
        return self.item is not None and self.item.form in ("thing", "choice")


@cache
def grammar(root: type[Thing]) -> Shape:
    """The shape of the model `root`."""
    schema = root.model_json_schema(by_alias=True)
    return _Reader(schema.get("$defs", {})).shape(schema)


NEAR = 0.6
"""Letters in common, as difflib counts them: 'oar' is near 'ore' (0.67), 'gausian' is not near 'gamma' (0.5)."""


def closest(word: str, names: Iterable[str]) -> list[str]:
    """The existing name nearest to `word`, if one is near."""
    return difflib.get_close_matches(word, list(names), n=1, cutoff=NEAR)


def nearest(word: str, names: Iterable[str]) -> str:
    """'; did you mean …?' with the name nearest to `word`, or nothing."""
    found = closest(word, names)
    return f"; did you mean {found[0]!r}?" if found else ""


def label(node: Node, shape: Shape, index: int) -> str:
    """How paths name an item of a list: by the values of its identity, else by its index."""
    if isinstance(node.value, dict) and shape.identity:
        cells = [node.value[key].text for key in shape.identity if key in node.value]
        if len(cells) == len(shape.identity) and all(cells) and not set("[]=") & set("".join(cells)):
            return ",".join(cells)
    return str(index)


class _Reader:
    def __init__(self, defs: dict[str, Any]):
        self.defs = defs
        self.known: dict[str, Shape] = {}

    def shape(self, schema: dict[str, Any]) -> Shape:
        if "$ref" in schema:
            return self._reference(schema["$ref"].removeprefix("#/$defs/"))
        if "anyOf" in schema:  # only `X or absent` occurs: a written null is a fault, but where it says "without limit"
            (one,) = [branch for branch in schema["anyOf"] if branch.get("type") != "null"]
            shape = self.shape(one)
            if shape.form in ("thing", "choice"):
                return shape
            shape.takes_null = schema.get("x-null", False)
            shape.description = schema.get("description", shape.description)
            return shape
        if "discriminator" in schema:
            rule = schema["discriminator"]
            branches = {tag: self.shape({"$ref": ref}) for tag, ref in rule["mapping"].items()}
            return Shape("choice", tag=rule["propertyName"], branches=branches, default=schema.get("x-default", ""))
        if schema.get("type") == "object":
            shape = Shape("thing")
            self._fill(shape, schema)
            return shape
        return self._leaf(schema)

    def _reference(self, name: str) -> Shape:
        if name not in self.known:
            self.known[name] = Shape("thing")
            self._fill(self.known[name], self.defs[name])
        return self.known[name]

    def _fill(self, shape: Shape, schema: dict[str, Any]) -> None:
        shape.name = schema["title"]
        shape.description = schema.get("description", "")
        shape.keys = {key: self.shape(value) for key, value in schema["properties"].items()}
        shape.required = tuple(schema.get("required", ()))
        shape.schema = schema
        naming = [key for key in shape.required if shape.keys[key].form in ("text", "date", "label")]
        given = ["id"] if "id" in shape.keys else naming
        shape.identity = tuple(schema.get("x-identity", given))

    def _leaf(self, schema: dict[str, Any]) -> Shape:
        kind = schema.get("type")
        shape = Shape("text", description=schema.get("description", ""), schema=schema)
        if "x-unit" in schema:
            shape.form, shape.unit = "quantity", schema["x-unit"]
        elif kind == "array":
            shape.form, shape.item = "list", self.shape(schema["items"])
        elif kind == "integer":
            shape.form = "count" if "minimum" in schema else "label"
        elif kind == "number":
            shape.form = "number"
        elif kind == "boolean":
            shape.form = "flag"
        elif schema.get("format") == "date":
            shape.form = "date"
        elif kind == "string":
            shape.choices = tuple(schema.get("enum", [schema["const"]] if "const" in schema else []))
        else:
            raise TypeError(f"the loader has no reading for the schema {schema}")
        return shape
