"""What the rules share: paths, found faults, names of things."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from quayline.scenario.grammar import nearest
from quayline.scenario.sections import placed

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario

Path = tuple[str | int, ...]
Found = Iterator[tuple[Path, str]]


def unknown(name: str, known: Iterable[str], what: str) -> str | None:
    """What to say of a name that does not exist, with the nearest one that does; None if it exists."""
    names = list(known)
    if name in names:
        return None
    return f"no {what} is called {name!r}{nearest(name, names)}"


def ids(things: Iterable[Any]) -> list[str]:
    """The ids of a list of things."""
    return [thing.id for thing in things]


def sections(s: Scenario, *kinds: str) -> list[str]:
    """The sections of the plant in line order, of the kinds given or of all."""
    return [x.id for shop in s.plant.shops for x in shop.sections if not kinds or x.kind in kinds]


def gates(s: Scenario) -> Iterator[tuple[Path, Any, list[str]]]:
    """(path, gate, where its repaired cars may rejoin: the row or its branch, in order) of every inspection gate."""
    row = sections(s, "serial", "paced", "conveyor", "gate")
    for one in placed(s.plant):
        if one.section.kind == "gate":
            yield one.path, one.section, ids(one.branch.sections) if one.branch else row
