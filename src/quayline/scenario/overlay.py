"""Overlays (files that change a scenario) and settings (`--set path=value`): what they say, as changes of the tree."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from quayline.base.errors import Fault
from quayline.scenario.changes import VERBS, Change
from quayline.scenario.folder import OVERRIDES
from quayline.scenario.grammar import nearest
from quayline.scenario.yaml_map import Node, Place, read_yaml

if TYPE_CHECKING:
    from collections.abc import Mapping

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
FOLDER = "overlays"

_KEYS = ("quayline", "overlay", "title", "provenance", *VERBS)


def stored_as(name: str) -> str:
    """Where the overlay `name` stands in a scenario's folder."""
    return f"{FOLDER}/{name}.yaml"


def read_overlay(text: str, file: str, name: str, faults: list[Fault]) -> tuple[str, list[Change]]:
    """The title and the changes of the overlay `name`, whose file is called `file`; `faults` gets what is wrong."""
    tree = read_yaml(text, file, faults)
    if tree is None:
        return "", []
    if not isinstance(tree.value, dict):
        faults.append(Fault(*tree.place, "", f"expected a mapping with {', '.join(_KEYS)}"))
        return "", []
    keys = tree.value
    for key, child in keys.items():
        if key not in _KEYS:
            message = f"unknown key {key!r} in an overlay, expected {', '.join(_KEYS)}{nearest(key, _KEYS)}"
            faults.append(Fault(*(child.key or child.place), "", message))
    for key, wanted in (("quayline", "1"), ("overlay", name)):
        if key not in keys:
            faults.append(Fault(*tree.place, "", f"expected the key {key!r} ({wanted}), got none"))
        elif keys[key].text != wanted:
            faults.append(Fault(*keys[key].place, key, f"expected {wanted}, got {keys[key].text[:60]!r}"))
    title = keys["title"].text.strip() if "title" in keys else ""
    if not title:
        faults.append(Fault(*tree.place, "", "expected the key 'title' (what the overlay changes), got none"))
    if not any(verb in keys for verb in VERBS):
        faults.append(Fault(*tree.place, "", f"expected one of {', '.join(VERBS)}: this overlay changes nothing"))
    return title, _changes(keys, faults)


def _changes(keys: dict[str, Node], faults: list[Fault]) -> list[Change]:
    changes = []
    for verb in VERBS:
        node = keys.get(verb)
        if node is None:
            continue
        if not isinstance(node.value, dict) or not node.value:
            faults.append(Fault(*node.place, verb, f"expected a mapping of paths to what to {verb}"))
            continue
        for path, value in node.value.items():
            value.grounds = keys.get("provenance")
            if value.value is None:
                faults.append(Fault(*value.place, path, "expected a value, got nothing"))
            else:
                changes.append(Change(verb, path, value, value.key or value.place))
    return changes


def split_setting(text: str) -> tuple[str, str] | None:
    """(path, value) of `path=value`: the first `=` outside of brackets parts them; None where there is none."""
    depth = 0
    for at, mark in enumerate(text):
        depth += (mark == "[") - (mark == "]")
        if mark == "=" and depth <= 0:
            return text[:at].strip(), text[at + 1 :].strip()
    return None


def written_lines(lines: list[str], faults: list[Fault]) -> list[str | Change]:
    """The lines of a stored file of changes: `+ name` stacks an overlay, `path=value` is a setting."""
    found: list[str | Change] = []
    for number, line in enumerate(lines, 1):
        place = (OVERRIDES, number, 1)
        name, setting = line.removeprefix("+").strip(), split_setting(line)
        if line.startswith("+") and NAME.fullmatch(name):
            found.append(name)
        elif not line.startswith("+") and setting is not None:
            found += _setting(place, *setting, faults)
        elif line.strip():
            faults.append(Fault(*place, "", f"expected path=value or + overlay, got {line[:60]!r}"))
    return found


def given_settings(overrides: Mapping[str, str], first_line: int, faults: list[Fault]) -> list[Change]:
    """The settings of a call, in the lines that they get in the file stored with a run."""
    found: list[Change] = []
    for number, (path, value) in enumerate(overrides.items(), first_line):
        line = f"{path}={value}"
        if "\n" in line or "\r" in line or line.startswith("+") or split_setting(line) != (path.strip(), value.strip()):
            faults.append(Fault("--set", 0, 0, path[:60], "expected path=value in one line"))
        elif path.strip():
            found += _setting((OVERRIDES, number, 1), path.strip(), value.strip(), faults)
        else:
            faults.append(Fault("--set", 0, 0, "", "expected path=value in one line"))
    return found


def _setting(place: Place, path: str, text: str, faults: list[Fault]) -> list[Change]:
    found: list[Fault] = []
    if text == "null":  # says something where the schema takes it, and is blamed elsewhere
        return [Change("set", path, Node(place, None, text, place), place)]
    value = read_yaml(text, OVERRIDES, found) if text else None
    if value is None:
        why = found[0].message if text else "got no value"
        faults.append(Fault(*place, path, f"expected a value, {why}"))
        return []
    return [Change("set", path, _move(value, place), place)]


def _move(node: Node, place: Place) -> Node:
    node.place = node.key = place
    if isinstance(node.value, dict):
        node.value = {key: _move(child, place) for key, child in node.value.items()}
    elif isinstance(node.value, list):
        node.value = [_move(child, place) for child in node.value]
    return node
