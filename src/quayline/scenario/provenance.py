"""What a figure rests on: its long form, and the provenance that a mapping or row gives to its figures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from quayline.base.errors import Fault
from quayline.scenario.grammar import nearest

if TYPE_CHECKING:
    from quayline.scenario.yaml_map import Node

KINDS = ("published", "measured", "derived", "assumed")
NEED_SOURCE = KINDS[:3]
KEYS = ("kind", "source", "note", "year", "spread")


@dataclass(frozen=True)
class Grounds:
    """What figures rest on; `unstated` where nobody says."""

    kind: str = "unstated"
    source: str = ""
    note: str = ""
    spread: str = ""
    year: int | None = None


UNSTATED = Grounds()
OVERRIDDEN = Grounds("assumed", "set on top of the scenario (--set)")


def read_grounds(node: Node, path: str, faults: list[Fault]) -> Grounds:
    """A `provenance` mapping; appends what is wrong with it to `faults`."""
    if not isinstance(node.value, dict):
        faults.append(Fault(*node.place, path, "expected a mapping with kind and source"))
        return UNSTATED
    for key, child in node.value.items():
        if key not in KEYS:
            message = f"unknown key {key!r}, expected {', '.join(KEYS)}{nearest(key, KEYS)}"
            faults.append(Fault(*(child.key or child.place), path, message))
    if "kind" not in node.value:
        faults.append(Fault(*node.place, path, f"expected the key 'kind' ({', '.join(KINDS)}), got none"))
        return UNSTATED
    return _stated(node.value, path, UNSTATED, faults)


def read_long(node: Node, path: str, above: Grounds, faults: list[Fault]) -> tuple[Node | None, Grounds]:
    """The value in a figure's long form, and its grounds: its own where given, else those of `above`."""
    assert isinstance(node.value, dict)
    for key, child in node.value.items():
        if key not in ("value", *KEYS):
            names = ("value", *KEYS)
            message = f"unknown key {key!r} in a figure, expected {', '.join(names)}{nearest(key, names)}"
            if child.value is None:
                message += " (a text with a comma needs quotes)"
            faults.append(Fault(*(child.key or child.place), path, message))
    grounds = _stated(node.value, path, above, faults)
    if "value" not in node.value:
        faults.append(
            Fault(*node.place, path, "expected a figure or its long form with the key 'value', got a mapping")
        )
        return None, grounds
    return node.value["value"], grounds


def _stated(keys: dict[str, Node], path: str, above: Grounds, faults: list[Fault]) -> Grounds:
    texts = {}
    for key in KEYS:
        if key in keys:
            if isinstance(keys[key].value, list | dict) or not keys[key].text.strip():
                faults.append(Fault(*keys[key].place, path, f"expected text for {key!r}, got {_shown(keys[key])}"))
                return above
            texts[key] = keys[key].text.strip()
    if "year" in texts and not (texts["year"].isdigit() and len(texts["year"]) == 4):
        faults.append(Fault(*keys["year"].place, path, f"expected a year of four digits, got {texts['year']!r}"))
    if "kind" not in texts:
        if "source" in texts or "year" in texts:
            place = keys["source" if "source" in texts else "year"].place
            faults.append(Fault(*place, path, f"expected the key 'kind' ({', '.join(KINDS)}) beside it, got none"))
        return replace(above, note=texts.get("note", above.note), spread=texts.get("spread", above.spread))
    kind = texts["kind"]
    if kind not in KINDS:
        message = f"expected one of {', '.join(KINDS)}, got {kind!r}{nearest(kind, KINDS)}"
        faults.append(Fault(*keys["kind"].place, path, message))
        return above
    if kind in NEED_SOURCE and "source" not in texts:
        faults.append(Fault(*keys["kind"].place, path, f"a {kind} figure needs the key 'source', got none"))
    source = ", ".join(texts[key] for key in ("source", "year") if key in texts)
    year = int(texts["year"]) if texts.get("year", "").isdigit() else None
    return Grounds(kind, source, texts.get("note", ""), texts.get("spread", ""), year)


def _shown(node: Node) -> str:
    if isinstance(node.value, dict):
        return "a mapping"
    return "a list" if isinstance(node.value, list) else "nothing"
