"""Faults of models and rules, told where they stand and in the words of the files."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quayline.base.errors import Fault
from quayline.scenario.fields import written_name
from quayline.scenario.grammar import Shape, label, nearest
from quayline.scenario.plain import Path, Reading, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import ValidationError
    from pydantic_core import ErrorDetails

    from quayline.scenario.yaml_map import Node, Place


def locate(root: Node, shape: Shape, at: Path) -> tuple[Node, Shape, str, str]:
    """Follows `at` as far as the files go: (node reached, its shape, path as written, key not found or '').

    A key may be given by its name in the code (`price_usd_per_car`, `from_`).
    """
    node, path = root, ""
    for step in at:
        shape = shape.at(node)
        if isinstance(step, int) and isinstance(node.value, list) and 0 <= step < len(node.value):
            assert shape.item is not None
            node, shape = node.value[step], shape.item
            path += f"[{label(node, shape.at(node), step)}]"
        elif isinstance(step, str):
            key = _written(step, shape)
            if not isinstance(node.value, dict) or key not in node.value:
                return node, shape, path, key
            node, shape = node.value[key], shape.keys.get(key, shape)
            path = f"{path}.{key}" if path else key
        else:
            break
    if shape.form != "thing" and isinstance(node.value, dict) and "value" in node.value:
        node = node.value["value"]
    return node, shape.at(node), path, ""


def _written(step: str, shape: Shape) -> str:
    for key in (step, written_name(step), step.rstrip("_")):
        if key in shape.keys:
            return key
    return step


def rule_fault(root: Node, shape: Shape, at: Path, message: str) -> Fault:
    """A fault of a rule at the place of the thing that it is about."""
    node, _, path, missing = locate(root, shape, at)
    return Fault(*node.place, ".".join(filter(None, (path, missing))), message)


def model_faults(error: ValidationError, root: Node, shape: Shape, reading: Reading) -> list[Fault]:
    """The faults that the models found, without those that the reading has blamed already."""
    faults = []
    for detail in error.errors():
        at = _without_tags(detail["loc"], root, shape)
        if reading.has_blamed(at) or (reading.partial and detail["type"] == "missing" and len(at) == 1):
            continue
        faults.append(_fault(detail, at, root, shape))
    return faults


def places_of(error: ValidationError, root: Node, shape: Shape) -> list[Path]:
    """Where the models found something that cannot be, as far as the files go."""
    found = []
    for detail in error.errors():
        at, node = _without_tags(detail["loc"], root, shape), root
        for depth, step in enumerate(at):
            if not isinstance(node.value, dict | list):
                at = at[:depth]  # a value that stands for a thing, such as a time for a law
                break
            inside = node.value.get(str(step)) if isinstance(node.value, dict) else node.value[int(step)]
            if inside is None:
                break
            node = inside
        found.append(at)
    return found


def _without_tags(loc: Path, root: Node, shape: Shape) -> Path:
    """`loc` without the steps that pydantic puts in for the branch of a choice and for keys."""
    at: list[str | int] = []
    node = root
    for step in loc:
        if shape.form == "choice" and shape.at(node) is not shape:
            shape = shape.at(node)
            if isinstance(step, str) and step == shape.schema["properties"][_tag(shape)].get("const"):
                continue
        at.append(step)
        if isinstance(step, int) and isinstance(node.value, list) and shape.item is not None:
            node, shape = node.value[step], shape.item
        elif isinstance(step, str) and isinstance(node.value, dict) and step in node.value:
            node, shape = node.value[step], shape.keys[step]
        else:
            break
    return tuple(at)


def _tag(shape: Shape) -> str:
    return next(str(key) for key, value in shape.schema["properties"].items() if "const" in value)


def _fault(detail: ErrorDetails, at: Path, root: Node, shape: Shape) -> Fault:
    node, shape, path, missing = locate(root, shape, at)
    place: Place = node.place
    if detail["type"] == "missing":
        if node.gaps and missing in node.gaps:
            place = node.gaps[missing]
        known = shape.keys.get(missing)
        about = f" ({known.description.rstrip('.')})" if known is not None and known.description else ""
        return Fault(*place, path, f"expected the key {missing!r}{about}, got none")
    if detail["type"] == "union_tag_invalid" and isinstance(node.value, dict):
        place = node.value[shape.tag].place
    tell = _MESSAGES.get(detail["type"])
    ctx = detail.get("ctx", {})
    if tell is None:
        message = f"{detail['msg'].removeprefix('Value error, ')}, got {shown(node)}"
    else:
        message = str(tell(ctx, node, shape))
    return Fault(*place, path, message)


def _unit(shape: Shape) -> str:
    return f" {shape.unit}" if shape.unit else ""


def _bound(words: str, key: str) -> Callable[[Any, Node, Shape], str]:
    return lambda ctx, node, shape: f"expected {words} {ctx[key]:g}{_unit(shape)}, got {shown(node)}"


def _expected(words: str) -> Callable[[Any, Node, Shape], str]:
    return lambda ctx, node, shape: f"expected {words}, got {shown(node)}"


def _choice(ctx: Any, node: Node, shape: Shape) -> str:
    choices = shape.choices or (ctx["expected"],)
    return f"expected {' or '.join(choices)}, got {shown(node)}{nearest(node.text, choices)}"


def _branch(ctx: Any, node: Node, shape: Shape) -> str:
    names = tuple(shape.branches)
    tag = node.value.get(shape.tag) if isinstance(node.value, dict) else None
    if tag is None:
        return f"expected the key {shape.tag!r} ({' or '.join(names)}), got none"
    return f"expected {shape.tag} {' or '.join(names)}, got {shown(tag)}{nearest(tag.text, names)}"


def _pattern(ctx: Any, node: Node, shape: Shape) -> str:
    words = {
        "^[a-z0-9][a-z0-9-]*$": "a name of small letters, digits and hyphens",
        "^[A-Z]{2}$": "a country code of two capital letters (ISO 3166-1)",
        r"^\d{4}-(0[1-9]|1[0-2])$": "a month such as 2025-04",
        r"^([01]\d|2[0-3]):[0-5]\d$": "a time of day such as 07:00",
    }
    return f"expected {words.get(ctx['pattern'], 'text that matches ' + ctx['pattern'])}, got {shown(node)}"


_MESSAGES: dict[str, Callable[[Any, Node, Shape], str]] = {
    "value_error": lambda ctx, node, shape: str(ctx["error"]),
    "greater_than_equal": _bound("at least", "ge"),
    "greater_than": _bound("more than", "gt"),
    "less_than_equal": _bound("at most", "le"),
    "less_than": _bound("less than", "lt"),
    "literal_error": _choice,
    "union_tag_invalid": _branch,
    "union_tag_not_found": _branch,
    "string_pattern_mismatch": _pattern,
    "string_type": _expected("text"),
    "string_too_long": lambda ctx, node, shape: f"expected at most {ctx['max_length']} characters, got {shown(node)}",
    "bool_parsing": _expected("true or false"),
    "float_type": _expected("a number"),
    "float_parsing": _expected("a number"),
    "finite_number": _expected("a finite number"),
    "int_type": _expected("a whole number"),
    "int_parsing": _expected("a whole number"),
    "date_type": _expected("a date such as 2025-04-03"),
    "model_type": lambda ctx, node, shape: f"expected a mapping ({', '.join(shape.keys)}), got {shown(node)}",
    "model_attributes_type": lambda ctx, node, shape: (
        f"expected a mapping with {shape.tag} {' or '.join(shape.branches)}, got {shown(node)}"
    ),
    "list_type": lambda ctx, node, shape: (
        "expected a list" + (" or {table: FILE.csv}" if shape.of_things else "") + f", got {shown(node)}"
    ),
    "too_short": lambda ctx, node, shape: f"expected at least {ctx['min_length']} items, got {ctx['actual_length']}",
}
