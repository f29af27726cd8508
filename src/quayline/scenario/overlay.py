"""`--set path=value`: puts single values on top of what the files say."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from quayline.base.errors import Fault
from quayline.scenario.folder import OVERRIDES
from quayline.scenario.grammar import Shape, label, nearest
from quayline.scenario.provenance import KEYS
from quayline.scenario.yaml_map import Node, Place, read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

_STEP = re.compile(r"\.?([A-Za-z_][\w-]*)|\[([^\[\]]+)\]")

Settings = list[tuple[Place, str, str]]  # where, path, value


def written_settings(lines: list[str], faults: list[Fault]) -> Settings:
    """The settings in a file of `path=value` lines."""
    settings: Settings = []
    for number, line in enumerate(lines, 1):
        path, equals, value = line.partition("=")
        if equals:
            settings.append(((OVERRIDES, number, 1), path.strip(), value.strip()))
        elif line.strip():
            faults.append(Fault(OVERRIDES, number, 1, "", f"expected path=value, got {line[:60]!r}"))
    return settings


def given_settings(overrides: Mapping[str, str], first_line: int, faults: list[Fault]) -> Settings:
    """The settings of a call, in the lines that they get in the file stored with a run."""
    settings: Settings = []
    for number, (path, value) in enumerate(overrides.items(), first_line):
        if "\n" in path + value or "\r" in path + value or "=" in path or not path.strip():
            faults.append(Fault("--set", 0, 0, path[:60], "expected path=value in one line"))
        else:
            settings.append(((OVERRIDES, number, 1), path.strip(), value.strip()))
    return settings


def put(root: Node, shape: Shape, settings: Settings, faults: list[Fault]) -> None:
    """Replaces what the files say at each path, in order; a path that leads nowhere is a fault."""
    for place, path, text in settings:
        found: list[Fault] = []
        value = read_yaml(text, OVERRIDES, found) if text else None
        if value is None:
            why = found[0].message if text else "got no value"
            faults.append(Fault(*place, path, f"expected a value, {why}"))
            continue
        _move(value, place)
        if message := _put(root, shape, path, value):
            faults.append(Fault(*place, path, message))


def _move(node: Node, place: Place) -> Node:
    node.place = node.key = place
    if isinstance(node.value, dict):
        node.value = {key: _move(child, place) for key, child in node.value.items()}
    elif isinstance(node.value, list):
        node.value = [_move(child, place) for child in node.value]
    return node


def _steps(path: str) -> list[tuple[str, str]] | None:
    """[(key, '') or ('', item), …], or None where the path is malformed."""
    steps, at = [], 0
    while at < len(path):
        match = _STEP.match(path, at)
        if match is None or (at == 0 and path.startswith(("[", "."))):
            return None
        steps.append((match[1] or "", match[2] or ""))
        at = match.end()
    return steps


def _put(root: Node, shape: Shape, path: str, value: Node) -> str:
    """Sets `value` at `path`; returns what is wrong with the path, or ''."""
    steps = _steps(path)
    if not steps:
        return "expected a path such as plant.shops[paint].energy.gas"
    node = root
    for number, (key, item) in enumerate(steps):
        shape = shape.at(node)
        last = number == len(steps) - 1
        if item:
            if not isinstance(node.value, list) or shape.item is None:
                return f"expected a key before [{item}], which selects from a list"
            index = _find(node, shape.item, item)
            if isinstance(index, str):
                return index
            if last:
                node.value[index] = value
            node, shape = node.value[index], shape.item
            continue
        if not isinstance(node.value, dict):
            return f"there is no {key!r} here" + (": select an item first, as in [id]" if shape.item else "")
        known = shape.keys if shape.form == "thing" else dict.fromkeys(("value", *KEYS), shape)
        if key not in known:
            return f"unknown key {key!r}, expected {', '.join(known)}{nearest(key, known)}"
        if last:
            node.value[key] = value
        elif key not in node.value:
            return f"{key!r} is not in the scenario: set it as a whole"
        node, shape = node.value[key], known[key]
    return ""


def _find(node: Node, item: Shape, name: str) -> int | str:
    """The index of the item called `name`, or what is wrong."""
    assert isinstance(node.value, list)
    labels = [label(child, item.at(child), index) for index, child in enumerate(node.value)]
    if name in labels:
        return labels.index(name)
    if name.isdigit() and int(name) < len(labels):
        return int(name)
    some = ", ".join(labels[:6]) + (", …" if len(labels) > 6 else "")
    return f"there is no item {name!r}, expected one of {some}{nearest(name, labels)}"
