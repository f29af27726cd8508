"""Nodes to the plain data that the schema's models take, noting every figure and its grounds on the way."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from quayline.base import units
from quayline.base.errors import Fault
from quayline.scenario import spread
from quayline.scenario.folder import OVERRIDES
from quayline.scenario.grammar import FIGURES, Shape, closest, label, nearest
from quayline.scenario.provenance import OVERRIDDEN, UNSTATED, Grounds, read_grounds, read_long
from quayline.scenario.schema import Figure, Written

if TYPE_CHECKING:
    from quayline.scenario.spread import Spread
    from quayline.scenario.yaml_map import Node, Place

# Far beyond any programme, near enough that no engine overflows or runs for ever on a slip of the pen.
MAX_COUNT = 10**7
MAX_YEAR = 2200
MAX_QUANTITY = {"s": 3_155_760_000.0, "h": 876_600.0, "day": 36_525.0}  # a century
MAX_OTHER_QUANTITY = 1e15
MAX_QUANTITY_CHARS = 100

Path = tuple[str | int, ...]

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_WHOLE = re.compile(r"[+-]?\d{1,15}")


@dataclass
class Reading:
    """Walks nodes beside the schema; what it finds wrong is `blamed`, so that no model blames it again."""

    faults: list[Fault] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    places: dict[str, Written] = field(default_factory=dict)
    blamed: set[Path] = field(default_factory=set)
    partial: bool = False  # a file could not be read, so that sections seem to be missing
    in_doubt: bool = False  # a name stands twice, so that another seems to be missing

    def plain(self, node: Node, shape: Shape, at: Path = (), path: str = "", above: Grounds = UNSTATED) -> object:
        """The data below `node`. `at` is its place by keys and indices, `path` the same as written."""
        shape = shape.at(node)
        above = read_grounds(node.grounds, "provenance", self.faults) if node.grounds else above
        self.places[path] = Written(*node.place[:2], node.text)
        if node.value is None and shape.takes_null:
            return None
        if node.value is None:
            return self._blame(node, at, path, "expected a value, got nothing (leave the key out if there is none)")
        if shape.form == "thing" and isinstance(node.value, dict):
            return self._thing(node, node.value, shape, at, path, above)
        if shape.form == "list" and isinstance(node.value, list):
            return self._list(node, node.value, shape, at, path, above)
        if shape.form in ("thing", "list", "choice"):
            return _bare(node)  # of the wrong kind: the model says so
        return self._leaf(node, shape, at, path, above)

    def has_blamed(self, at: Path) -> bool:
        """Whether the value at `at`, one above it, or the column that it should be in is blamed already."""
        above = any(at[:length] in self.blamed for length in range(len(at) + 1))
        return above or (*at[:-2], "*", *at[-1:]) in self.blamed

    def _blame(self, node: Node, at: Path, path: str, message: str) -> object:
        """Notes the fault; the value stands for nothing, and what the model says of it is dropped."""
        self.blamed.add(at)
        self.faults.append(Fault(*node.place, path, message))
        return None

    def _thing(
        self, node: Node, keys: dict[str, Node], shape: Shape, at: Path, path: str, above: Grounds
    ) -> dict[str, object]:
        if "provenance" in keys and "provenance" not in shape.keys:
            above = read_grounds(keys["provenance"], "provenance", self.faults)
        data: dict[str, object] = {}
        for key, child in keys.items():
            below = f"{path}.{key}" if path else key
            if key in shape.keys:
                data[key] = self.plain(child, shape.keys[key], (*at, key), below, above)
            elif key != "provenance":
                self._unknown(key, child, shape, at, path)
        return data

    def _unknown(self, key: str, child: Node, shape: Shape, at: Path, path: str) -> None:
        near = closest(key, shape.keys)
        self.blamed.update((*at, name) for name in near)  # not missing, but misspelt
        message = f"unknown key {key!r}, expected {', '.join(shape.keys)}{nearest(key, shape.keys)}"
        self.faults.append(Fault(*(child.key or child.place), path, message))

    def _list(self, node: Node, items: list[Node], shape: Shape, at: Path, path: str, above: Grounds) -> list[object]:
        assert shape.item is not None
        data = []
        first: dict[str, Place] = {}
        for index, item in enumerate(items):
            branch = shape.item.at(item)
            name = label(item, branch, index)
            if branch.identity and name != str(index):
                before = first.setdefault(name, item.place)
                if before is not item.place:
                    self.in_doubt = True
                    what = " and ".join(branch.identity)
                    where = f"line {before[1]}" if before[0] == item.place[0] else f"{before[0]}:{before[1]}"
                    self.faults.append(Fault(*item.place, path, f"the same {what} ({name}) stands in {where}"))
            data.append(self.plain(item, branch, (*at, index), f"{path}[{name}]", above))
        return data

    def _leaf(self, node: Node, shape: Shape, at: Path, path: str, above: Grounds) -> object:
        long = shape.form in FIGURES or shape.form in ("date", "label")
        if isinstance(node.value, dict) and long:
            value, above = read_long(node, path, above, self.faults)
            if value is None:
                self.blamed.add(at)
                return None
            if value.value is None:
                return self._blame(value, at, path, "expected a value, got nothing")
            node = value
            self.places[path] = Written(*node.place[:2], node.text)
        elif node.place[0] == OVERRIDES:
            above = OVERRIDDEN
        if isinstance(node.value, dict | list):
            return _bare(node)
        if shape.form in FIGURES:
            width = self._spread(node, shape, path, above)
            self.figures.append(
                Figure(path, node.text, shape.unit, above.kind, above.source, above.note, *node.place[:2], width,
                       above.year)
            )  # fmt: skip
        return self._scalar(node, shape, at, path)

    def _spread(self, node: Node, shape: Shape, path: str, above: Grounds) -> Spread | None:
        """How wide a figure is; a fault where that cannot be read. A figure that cannot be read is blamed elsewhere."""
        if not above.spread:
            return None
        try:
            value = units.parse(node.value if shape.unit else node.text, shape.unit)
        except units.UnitError:
            return None
        try:
            return spread.parse(above.spread, value, shape.unit)
        except units.UnitError as fault:
            self.faults.append(Fault(*node.place, path, str(fault)))
            return None

    def _scalar(self, node: Node, shape: Shape, at: Path, path: str) -> object:
        if shape.form in ("count", "label"):
            return self._whole(node, shape, at, path)
        if shape.form == "quantity":
            return self._quantity(node, shape, at, path)
        if shape.form == "date":
            return self._date(node, at, path)
        if shape.form == "flag" and node.text not in ("true", "false"):
            return self._blame(node, at, path, f"expected true or false, got {shown(node)}")
        if shape.form == "text" and not isinstance(node.value, bool):
            return node.text  # an id such as 3008 is a name, however it looks
        return node.value

    def _whole(self, node: Node, shape: Shape, at: Path, path: str) -> object:
        if isinstance(node.value, bool | float) or not _WHOLE.fullmatch(node.text):
            return self._blame(node, at, path, f"expected a whole number, got {shown(node)}")
        most = MAX_COUNT if shape.form == "count" else MAX_YEAR
        if abs(int(node.text)) > most:
            return self._blame(node, at, path, f"expected a whole number up to {most}, got {shown(node)}")
        return int(node.text)

    def _quantity(self, node: Node, shape: Shape, at: Path, path: str) -> object:
        if len(node.text) > MAX_QUANTITY_CHARS:
            return self._blame(node, at, path, f"expected a quantity in {shape.unit}, got {shown(node)}")
        try:
            value = units.parse(node.value, shape.unit)
        except units.UnitError as fault:
            return self._blame(node, at, path, str(fault))
        most = MAX_QUANTITY.get(shape.unit, MAX_OTHER_QUANTITY)
        if abs(value) > most:
            message = f"expected at most {most:g} {shape.unit}".rstrip() + f", got {shown(node)}"
            return self._blame(node, at, path, message)
        return node.value

    def _date(self, node: Node, at: Path, path: str) -> object:
        try:
            if _ISO_DATE.fullmatch(node.text) and 1900 <= int(node.text[:4]) <= MAX_YEAR:
                return date.fromisoformat(node.text)
        except ValueError:
            pass  # such as 2025-02-30: blamed below
        return self._blame(
            node, at, path, f"expected a date such as 2025-04-03 (1900 to {MAX_YEAR}), got {shown(node)}"
        )


def shown(node: Node) -> str:
    """A value as messages quote it."""
    if isinstance(node.value, dict):
        return "a mapping"
    if isinstance(node.value, list):
        return "a list"
    return repr(node.text if len(node.text) <= 60 else node.text[:57] + "...")


def _bare(node: Node) -> object:
    if isinstance(node.value, dict):
        return {key: _bare(child) for key, child in node.value.items()}
    if isinstance(node.value, list):
        return [_bare(child) for child in node.value]
    return node.value
