"""Paths into a scenario's tree: `trade.duties[us-kr-2025-11].rate`, `demand[market=us,from=2026-07].cars`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from quayline.scenario.grammar import label, nearest
from quayline.scenario.provenance import KEYS

if TYPE_CHECKING:
    from quayline.scenario.grammar import Shape
    from quayline.scenario.yaml_map import Node

MAX_PATH_CHARS = 300

_STEP = re.compile(r"\.?([A-Za-z_][\w-]*)|\[([^\[\]]+)\]")
_DAY = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")
_DATED = ("month", "from", "date", "year", "first")  # what `from=` and `until=` look at, first of these that there is


class PathError(ValueError):
    """A path that leads nowhere; the message says why."""


@dataclass(frozen=True)
class Spot:
    """A place in the tree: the mapping or list around it, its key or index there, and what may stand there."""

    holder: Node
    key: str | int
    shape: Shape

    @property
    def node(self) -> Node | None:
        """What stands there, or None."""
        if isinstance(self.holder.value, dict):
            return self.holder.value.get(str(self.key))
        assert isinstance(self.holder.value, list)
        assert isinstance(self.key, int)
        return self.holder.value[self.key]

    def put(self, node: Node) -> None:
        """Put `node` there."""
        if isinstance(self.holder.value, dict):
            self.holder.value[str(self.key)] = node
        else:
            assert isinstance(self.holder.value, list)
            assert isinstance(self.key, int)
            self.holder.value[self.key] = node


def find(root: Node, shape: Shape, path: str) -> list[Spot]:
    """The spots that `path` leads to, at least one; the last key of a path may have no value yet.

    Raises PathError where it leads nowhere.
    """
    steps = _steps(path)
    reached = [(root, shape)]
    for number, (key, picked) in enumerate(steps):
        spots = [spot for node, its in reached for spot in _go(node, its.at(node), key, picked)]
        if number == len(steps) - 1:
            return spots
        reached = [(spot.node, spot.shape) for spot in spots if spot.node is not None]
        if not reached:
            raise PathError(f"{key!r} is not in the scenario: set it as a whole")
    raise PathError("expected a path such as plant.shops[paint].energy.gas")


def _steps(path: str) -> list[tuple[str, str]]:
    """[(key, '') or ('', what stands in brackets), …]."""
    steps, at = [], 0
    while at < len(path) <= MAX_PATH_CHARS:
        match = _STEP.match(path, at)
        if match is None or (at == 0 and path.startswith(("[", "."))):
            break
        steps.append((match[1] or "", match[2] or ""))
        at = match.end()
    if at < len(path) or not steps:
        raise PathError("expected a path such as plant.shops[paint].energy.gas")
    return steps


def _go(node: Node, shape: Shape, key: str, picked: str) -> list[Spot]:
    if picked:
        if not isinstance(node.value, list) or shape.item is None:
            raise PathError(f"expected a key before [{picked}], which selects from a list")
        return [Spot(node, index, shape.item) for index in pick(node, shape.item, picked)]
    if not isinstance(node.value, dict):
        raise PathError(f"there is no {key!r} here" + (": select an item first, as in [id]" if shape.item else ""))
    known = shape.keys if shape.form == "thing" else dict.fromkeys(("value", *KEYS), shape)
    if key not in known:
        raise PathError(f"unknown key {key!r}, expected {', '.join(known)}{nearest(key, known)}")
    return [Spot(node, key, known[key])]


def pick(node: Node, item: Shape, picked: str) -> list[int]:
    """The indices of the items of a list that `picked` chooses, at least one.

    `*` is all of them; `key=value,…` those with these values (`*` in a value stands for any text), where `from` and
    `until` are the first and last day, month or year; anything else is one item's id, the values of the keys that
    tell it apart, or its number from 0.
    """
    assert isinstance(node.value, list)
    if picked == "*":
        return list(range(len(node.value)))
    if "=" in picked:
        return _with_values(node.value, item, picked)
    labels = [label(child, item.at(child), index) for index, child in enumerate(node.value)]
    if picked in labels:
        return [labels.index(picked)]
    if picked.isdecimal() and int(picked) < len(labels):
        return [int(picked)]
    some = ", ".join(labels[:6]) + (", …" if len(labels) > 6 else "")
    raise PathError(f"there is no item {picked!r}, expected one of {some}{nearest(picked, labels)}")


def _with_values(items: list[Node], item: Shape, picked: str) -> list[int]:
    found = list(range(len(items)))
    for term in picked.split(","):
        key, equals, wanted = (part.strip() for part in term.partition("="))
        known = item.all_keys()
        dated = next((name for name in _DATED if name in known), "") if key in ("from", "until") else ""
        if not equals or not wanted or not (dated or key in known):
            names = [*known, "until"] if "until" not in known else list(known)
            raise PathError(f"expected key=value with one of {', '.join(names)}, got {term!r}{nearest(key, names)}")
        if dated and not _DAY.fullmatch(wanted):
            raise PathError(f"expected a year, month or day after {key}=, got {wanted!r}")
        there = {index: text_of(items[index], dated or key) for index in found}
        found = [index for index in found if _fits(there[index], key if dated else "", wanted)]
        if not found:
            values = sorted({text for text in there.values() if text})
            some = ", ".join(values[:6]) + (", …" if len(values) > 6 else "")
            raise PathError(f"no item has {term.strip()}; {dated or key} is {some}{nearest(wanted, values)}")
    return found


def _fits(text: str, bound: str, wanted: str) -> bool:
    if not text:
        return False
    if bound == "from":
        return text[: len(wanted)] >= wanted
    if bound == "until":
        return text[: len(wanted)] <= wanted
    return fnmatchcase(text, wanted.replace("?", "[?]"))


def text_of(node: Node, key: str) -> str:
    """The single value of `key` in a mapping, as written; '' where there is none."""
    child = node.value.get(key) if isinstance(node.value, dict) else None
    if child is not None and isinstance(child.value, dict):
        child = child.value.get("value")
    return child.text if child is not None and not isinstance(child.value, dict | list) else ""
