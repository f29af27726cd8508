"""What stands in for that which cannot be read, so that the rules can be asked about all else."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from quayline.scenario.explain import locate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from quayline.scenario.grammar import Shape
    from quayline.scenario.plain import Path
    from quayline.scenario.yaml_map import Node

NAME = "unread-"
"""Names that stand in for those that cannot be read begin so."""


@dataclass(frozen=True)
class Unread:
    """The places of a tree that cannot be read."""

    root: Node
    shape: Shape
    places: Sequence[Path]

    def mended(self, data: Any) -> Any:
        """`data` with something readable in these places; None where that would hide names that others use."""
        for k, at in enumerate(self.places):
            node, found, _, missing = locate(self.root, self.shape, at)
            shape = found.keys.get(missing, found) if missing else found
            above = _reached(data, at[:-1])
            if not at or above is None or (missing and missing not in found.keys):
                return None
            if isinstance(at[-1], str) and at[-1] not in locate(self.root, self.shape, at[:-1])[1].required:
                if shape.form in ("list", "thing") and (missing or node.value == []):
                    return None  # misspelt, or a table that is not there
                above.pop(at[-1], None)
            elif _is_short(node, shape) and not missing:
                above[at[-1]] += _stand_in(shape, f"{NAME}{k}")[len(above[at[-1]]) :]
            elif shape.form == "list" or (missing and shape.form == "text" and not shape.choices):
                return None
            else:
                above[at[-1]] = _stand_in(shape, f"{NAME}{k}", node if not missing else None)
        return data

    def concerns(self, at: Path, told: str) -> bool:
        """Whether the fault `told` at `at` may come of what cannot be read: there, in the same thing unless it is about
        a name alone, or of a name that stands there."""
        shape = locate(self.root, self.shape, at)[1]
        is_name = shape.form == "text" and not shape.choices
        if NAME in told or at in self._above or (not is_name and at[:2] in self._above):
            return True
        things = [locate(self.root, self.shape, at[:k])[0] for k in range(1, len(at) + 1)]
        ids = [node.value["id"] for node in things if isinstance(node.value, dict) and "id" in node.value]
        return not self._names.isdisjoint(node.text.casefold() for node in (things[-1], *ids))

    @cached_property
    def _above(self) -> set[Path]:
        """The places, and those that they are in."""
        return {place[: k + 1] for place in self.places for k in range(len(place))}

    @cached_property
    def _names(self) -> set[str]:
        """All that is written in the places, in small letters: capitals are a fault of names."""
        found = [locate(self.root, self.shape, place) for place in self.places]
        unread = [node for node, shape, _, missing in found if not (missing or _is_short(node, shape))]
        return {text.casefold() for node in unread for text in _texts(node)}


def _is_short(node: Node, shape: Shape) -> bool:
    """Whether this is a list of which only the number of items is wrong: what stands in it can be read."""
    least = shape.schema.get("minItems", 0) if shape.form == "list" else 0
    return isinstance(node.value, list) and 0 < len(node.value) < least


def _reached(data: Any, at: Path) -> Any:
    """The mapping or list at `at`; None where the data do not go so far."""
    for step in at:
        if isinstance(data, dict) and isinstance(step, str):
            data = data.get(step)
        elif isinstance(data, list) and isinstance(step, int) and step < len(data):
            data = data[step]
        else:
            return None
    return data if isinstance(data, dict | list) else None


def _texts(node: Node) -> Iterator[str]:
    """All that is written in a place."""
    if isinstance(node.value, dict | list):
        for child in node.value.values() if isinstance(node.value, dict) else node.value:
            yield from _texts(child)
    else:
        yield node.text


def _stand_in(shape: Shape, name: str, node: Node | None = None) -> Any:
    """The least that may be written for `shape`: names are `name`, but for the id that `node` has."""
    if shape.form == "choice":
        tag = shape.default or next(iter(shape.branches))
        return {shape.tag: tag, **_stand_in(shape.branches[tag], name, node)}
    if shape.form == "thing":
        own = node.value.get("id") if node is not None and isinstance(node.value, dict) else None
        made = {key: _stand_in(shape.keys[key], f"{name}-{k}") for k, key in enumerate(shape.required)}
        return made | ({"id": own.text} if own is not None and "id" in made else {})
    if shape.form == "list":
        assert shape.item is not None
        return [_stand_in(shape.item, f"{name}-{k}") for k in range(shape.schema.get("minItems", 0))]
    if "const" in shape.schema or shape.choices:
        return shape.schema.get("const", shape.choices[0] if shape.choices else None)
    if shape.form == "quantity":
        return shape.schema["examples"][0]
    if shape.form in ("count", "label", "number"):
        return shape.schema.get("minimum", shape.schema.get("exclusiveMinimum", 0) + 1)
    return {"flag": False, "date": "2000-01-01", "text": name}[shape.form]
