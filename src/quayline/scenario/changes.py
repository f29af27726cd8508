"""What an overlay or a setting does to a scenario's tree: sets, adds, removes, scales."""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from quayline.base import units
from quayline.scenario.grammar import FIGURES, Shape, nearest
from quayline.scenario.paths import PathError, Spot, find, pick, text_of
from quayline.scenario.yaml_map import Node, Place

if TYPE_CHECKING:
    from collections.abc import Callable

Verb = Literal["remove", "add", "set", "scale"]
VERBS: tuple[Verb, ...] = ("remove", "add", "set", "scale")  # in the order in which an overlay acts

MAX_FACTOR = 1e6

_SHORT = re.compile(r"rules\.([a-z_]+)\[([^\[\]]*)\]\.([^.\[\]]+)")
_NOT_IN_A_NAME = re.compile(r"[^a-z0-9-]+")


@dataclass(frozen=True)
class Change:
    """One change: what to do at which path with what; `place` is where the path stands."""

    verb: Verb
    path: str
    value: Node
    place: Place


@dataclass(frozen=True)
class _Short:
    """A dated rule that one line may add or replace: its list, the keys in brackets, what is set, what a row needs."""

    rows: str
    keys: tuple[str, str]
    figure: str
    named: bool  # whether a row has an id
    words: str = ""  # the key for the reason


_SHORTS = {
    "duty": _Short("trade.duties", ("into", "origin"), "rate", True, "basis"),
    "admissibility": _Short("trade.admissibility", ("country", "brand"), "model_year_from", True, "reason"),
    "price": _Short("prices", ("market", "variant"), "price", False),
}


def apply(root: Node, shape: Shape, change: Change) -> None:
    """Make `change`; raises PathError with what is wrong with it."""
    if change.verb == "set" and change.path.startswith("rules."):
        _set_short(root, shape, change)
        return
    spots = find(root, shape, change.path)
    _ACTS[change.verb](spots, change)


def _set(spots: list[Spot], change: Change) -> None:
    for spot in spots:
        spot.put(deepcopy(change.value) if len(spots) > 1 else change.value)


def _add(spots: list[Spot], change: Change) -> None:
    rows = change.value.value
    if not isinstance(rows, list) or not rows:
        raise PathError("expected a list of what to add")
    for spot in spots:
        if spot.shape.form != "list":
            raise PathError("expected the path of a list")
        node = spot.node
        if node is None or not isinstance(node.value, list):
            node = Node(change.value.place, [], key=change.place)
            spot.put(node)
        assert isinstance(node.value, list)
        for row in deepcopy(rows):
            row.grounds = row.grounds or change.value.grounds
            node.value.append(row)


def _remove(spots: list[Spot], change: Change) -> None:
    names = change.value.value if isinstance(change.value.value, list) else [change.value]
    if not names or any(isinstance(name.value, dict | list) or not name.text for name in names):
        raise PathError("expected a list of ids, or of what would stand in brackets")
    for spot in spots:
        node = spot.node
        if spot.shape.item is None or node is None or not isinstance(node.value, list):
            raise PathError("expected the path of a list that the scenario has")
        gone = {index for name in names for index in pick(node, spot.shape.item, name.text)}
        node.value = [child for index, child in enumerate(node.value) if index not in gone]


def _scale(spots: list[Spot], change: Change) -> None:
    factor = _factor(change.value)
    carry = 0.0  # of whole numbers: what rounding has left, so that the sum is scaled and not only each row
    scaled = 0
    for spot in spots:
        node = spot.node
        if node is None:
            continue
        if spot.shape.form not in FIGURES:
            raise PathError("expected the path of figures to scale")
        old = node.value["value"] if isinstance(node.value, dict) and "value" in node.value else node
        if isinstance(old.value, dict | list):
            raise PathError("expected the path of figures to scale")
        if spot.shape.form == "count":
            exact = _whole(old) * factor + carry
            carry = exact - round(exact)
            text = str(round(exact))
        else:
            text = _quantity(old, spot.shape.unit, factor)
        spot.put(_figure(text, old, factor, change))
        scaled += 1
    if not scaled:
        raise PathError("none of the items has this figure")


def _factor(node: Node) -> float:
    stated = node.value.get("value") if isinstance(node.value, dict) else node
    if stated is None or isinstance(stated.value, dict | list):
        raise PathError("expected a factor such as 80 %")
    try:
        factor = units.parse(stated.value, "")
    except units.UnitError as fault:
        raise PathError(f"expected a factor such as 80 %: {fault}") from fault
    if not 0 <= factor <= MAX_FACTOR:
        raise PathError(f"expected a factor from 0 to {MAX_FACTOR:g}, got {stated.text!r}")
    return factor


def _whole(node: Node) -> int:
    if not re.fullmatch(r"\d{1,15}", node.text):
        raise PathError(f"cannot scale {node.text[:60]!r}, which is no whole number ({node.place[0]}:{node.place[1]})")
    return int(node.text)


def _quantity(node: Node, unit: str, factor: float) -> str:
    try:
        value = units.parse(node.value, unit)
    except units.UnitError as fault:
        raise PathError(f"cannot scale {node.text[:60]!r} ({node.place[0]}:{node.place[1]}): {fault}") from fault
    return f"{value * factor:.12g} {unit}".strip()


def _figure(text: str, old: Node, factor: float, change: Change) -> Node:
    """The scaled figure in its long form: it stands where the overlay says so, and names what it was."""
    place = change.value.place
    note = f"{old.text} in {old.place[0]}:{old.place[1]} times {factor:g}"
    keys = {key: child for key, child in change.value.value.items() if key != "value"} if isinstance(
        change.value.value, dict) else {}  # fmt: skip
    keys |= {"value": Node(place, text, text), "note": Node(place, note, note)}
    return Node(place, dict(keys), key=change.place, grounds=change.value.grounds)


_ACTS: dict[Verb, Callable[[list[Spot], Change], None]] = {
    "remove": _remove, "add": _add, "set": _set, "scale": _scale,
}  # fmt: skip


def _set_short(root: Node, shape: Shape, change: Change) -> None:
    """`rules.duty[us,kr].2025-04-03`: sets the figure of the rule's row of that day, or adds the row."""
    match = _SHORT.fullmatch(change.path)
    if match is None:
        raise PathError("expected a dated rule such as rules.duty[us,kr].2025-04-03")
    name, inside, day = match.groups()
    if name not in _SHORTS:
        raise PathError(f"no rule is called {name!r}, expected one of {', '.join(_SHORTS)}{nearest(name, _SHORTS)}")
    short = _SHORTS[name]
    (spot,) = find(root, shape, short.rows)
    assert spot.shape.item is not None
    given = [text.strip() for text in inside.split(",")]
    if len(given) != 2 or not all(given):
        raise PathError(f"expected {name}[{','.join(short.keys)}]")
    keys = dict(zip(short.keys, given, strict=True))
    for key in short.keys:
        if spot.shape.item.keys[key].schema.get("pattern") == "^[A-Z]{2}$":
            keys[key] = keys[key].upper()
    rows = spot.node.value if spot.node is not None and isinstance(spot.node.value, list) else []
    wanted = keys | {"from": day}
    for row in rows:
        if all(text_of(row, key) == text for key, text in wanted.items()):
            assert isinstance(row.value, dict)
            row.value[short.figure] = change.value
            return
    if short.named:
        wanted["id"] = _NOT_IN_A_NAME.sub("-", "-".join([*given, day]).lower()).strip("-")
        wanted[short.words] = "set on top of the scenario"
    row = Node(change.place, {key: Node(change.place, text, text, key=change.place) for key, text in wanted.items()})
    assert isinstance(row.value, dict)
    row.value[short.figure] = change.value
    row.grounds = change.value.grounds
    _add([spot], Change("add", short.rows, Node(change.place, [row]), change.place))
