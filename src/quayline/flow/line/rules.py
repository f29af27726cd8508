"""What must hold between the parts of a line, told as (path in written names, message)."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from quayline.flow.line.drawing import DrawingError, network_of
from quayline.flow.line.model import (
    Branches,
    Constant,
    Gate,
    Geometric,
    MovingLine,
    StoreItem,
    Triangular,
    Uniform,
    Worked,
)
from quayline.flow.ticks import on_grid
from quayline.scenario.grammar import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from quayline.flow.line.model import Breakdowns, Item, Law, LineFile

    Path = tuple[str | int, ...]
    Found = Iterator[tuple[Path, str]]


def faults(line: LineFile) -> list[tuple[Path, str]]:
    """Everything that cannot be between the parts of a line."""
    return [*_names(line), *_durations(line), *_types(line), *_helpers(line), *_ways(line), *_row(line)]


def faults_of_whole(line: LineFile) -> list[tuple[Path, str]]:
    """What a network, or a row of stations alone, asks for; of a line whose parts go together."""
    if line.is_serial:
        return list(_serial(line))
    try:
        network_of(line)
    except DrawingError as fault:
        return fault.faults
    return []


def _unknown(name: str, what: str, known: Iterable[str]) -> str:
    names = list(known)
    if not names:
        return f"no {what} is called {name!r}: there is none"
    some = ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
    return f"no {what} is called {name!r}, expected {some}{nearest(name, names)}"


def _names(line: LineFile) -> Found:
    groups: list[list[tuple[Path, str]]] = [[(at, item.id) for at, item in line.everything]]
    for key in ("sublines", "carriers", "crews", "calendars", "types"):
        groups.append([((key, k), thing.id) for k, thing in enumerate(getattr(line, key))])
    for group in groups:
        seen: set[str] = set()
        for at, name in group:
            if name in seen:
                yield (*at, "id"), f"{name!r} stands twice"
            seen.add(name)


def _durations(line: LineFile) -> Found:
    if line.arrivals:
        yield from _law(("arrivals",), line.arrivals)
    for at, item in line.everything:
        if isinstance(item, Worked | MovingLine):
            if item.work is not None:
                yield from _law((*at, "work"), item.work)
            if item.failures:
                yield from _failures((*at, "failures"), item.failures)
        for k, repair in enumerate(item.repairs if isinstance(item, Gate) else ()):
            yield from _law((*at, "repairs", k, "work"), repair.work)
    for k, hours in enumerate(line.calendars):
        end_s = 0.0
        for j, shift in enumerate(hours.shifts):
            if not end_s <= shift.from_s < shift.to_s <= hours.every_s:
                message = f"expected from before to, after the shift before, within {hours.every_s:g} s"
                yield ("calendars", k, "shifts", j), f"{message}, got {shift.from_s:g} and {shift.to_s:g} s"
            end_s = shift.to_s


def _law(at: Path, law: Law) -> Found:
    if isinstance(law, Triangular) and not law.low_s <= law.mode_s <= law.high_s:
        yield at, f"expected low <= mode <= high, got {law.low_s:g}, {law.mode_s:g}, {law.high_s:g} s"
    elif isinstance(law, Uniform | Triangular) and law.low_s >= law.high_s:
        yield at, f"expected low below high, got {law.low_s:g} and {law.high_s:g} s"
    elif law.mean_s <= 0:
        yield at, "expected a time above 0 s"
    elif isinstance(law, Geometric) and on_grid(law.slot_s) != law.slot_s:
        yield at, f"expected a slot of whole ticks of 2**-20 s, so that slots end together, got {law.slot_s:g} s"


def _failures(at: Path, failures: Breakdowns) -> Found:
    yield from _law((*at, "up"), failures.up)
    if not isinstance(failures.down, Constant) or failures.down.mean_s == 0:
        yield from _law((*at, "down"), failures.down)


def _types(line: LineFile) -> Found:
    """Types of part that nobody has, or that stand twice."""
    known = list(dict.fromkeys(line.mix))
    for at, item in line.everything:
        for path, names in _types_named(at, item):
            for j, name in enumerate(names):
                if name not in known or name in names[:j]:
                    where = (*path, j, "type") if path[-1] == "by_type" else (*path, j)
                    message = f"expected each of {', '.join(known) or 'no type'} once at most, got {name!r}"
                    yield where, message + nearest(name, known)
        if isinstance(item, Branches):
            yield from _routes(at, item, known)


def _types_named(at: Path, item: Item) -> Iterator[tuple[Path, list[str]]]:
    if isinstance(item, Worked | MovingLine):
        yield (*at, "by_type"), [row.type for row in item.by_type]
        if item.learning:
            yield (*at, "learning", "types"), item.learning.types
        if item.failures and item.failures.learning:
            yield (*at, "failures", "learning", "types"), item.failures.learning.types
    for k, rule in enumerate(item.at_most if isinstance(item, StoreItem) else ()):
        yield (*at, "at_most", k, "types"), rule.types
    for k, branch in enumerate(item.branches if isinstance(item, Branches) else ()):
        yield (*at, "branches", k, "types"), branch.types


def _routes(at: Path, item: Branches, known: Sequence[str]) -> Found:
    named = [name for branch in item.branches for name in branch.types]
    if item.route != "type":
        if named:
            yield (*at, "route"), f'expected "type" where branches name types, got {item.route!r}'
        return
    for k, branch in enumerate(item.branches):
        if not branch.types:
            yield (*at, "branches", k), "no type of part goes here, so its stations cannot be reached"
    if missing := [name for name in known if name not in named]:
        yield (*at, "branches"), f"no branch takes {', '.join(missing)}: parts of that type have no way on"
    for name in {name for name in named if named.count(name) > 1}:
        yield (*at, "branches"), f"{name} goes to one branch, got {named.count(name)}"


def _helpers(line: LineFile) -> Found:
    """Crews and calendars that are named."""
    crews, hours = [crew.id for crew in line.crews], [each.id for each in line.calendars]
    if line.hours and line.hours not in hours:
        yield ("hours",), _unknown(line.hours, "calendar", hours)
    for at, item in line.everything:
        failures, own = getattr(item, "failures", None), getattr(item, "hours", None)
        if failures and failures.crew and failures.crew not in crews:
            yield (*at, "failures", "crew"), _unknown(failures.crew, "crew", crews)
        if own and own not in hours:
            yield (*at, "hours"), _unknown(own, "calendar", hours)


def _ways(line: LineFile) -> Found:
    """Where parts come back, where sub-lines and carriers begin and end; whether a part gets out at all."""
    row = [item.id for item in line.stations if isinstance(item, Worked | MovingLine)]
    things: list[tuple[str, Any, tuple[str, ...]]] = [
        *(("sublines", sub, ("fork", "join")) for sub in line.sublines),
        *(("carriers", loop, ("load", "unload")) for loop in line.carriers),
    ]
    for key, thing, ends in things:
        at = (key, getattr(line, key).index(thing))
        names = [getattr(thing, end) for end in ends]
        for end, name in zip(ends, names, strict=True):
            if name not in row:
                yield (*at, end), _unknown(name, "station on the row", row)
        if set(names) <= set(row) and row.index(names[0]) + (key == "sublines") > row.index(names[1]):
            yield at, f"expected {ends[0]} before {ends[1]} on the row, got {names[0]} and {names[1]}"
    yield from _ways_back(line)


def _ways_back(line: LineFile) -> Found:
    """Repairs that lead nowhere, and gates that let nothing out."""
    targets = set()
    for at, item in line.everything:
        for k, repair in enumerate(item.repairs if isinstance(item, Gate) else ()):
            here = (*at, "repairs", k)
            before = _before(line, at)
            targets.add(repair.rejoin)
            if repair.rejoin and repair.rejoin not in before:
                yield (*here, "rejoin"), _unknown(repair.rejoin, f"station at or before {item.id}", before)
            if repair.share == 0:
                yield (*here, "share"), "expected more than 0: no part would be repaired here"
            if repair.rejoin and repair.share * repair.detection_share == 1:
                yield (*here, "share"), "every part comes back each time, so none ever leaves: there is no exit"
        if isinstance(item, Gate) and item.scrap_share == 1:
            yield (*at, "scrap_share"), "every part is scrapped, so none ever leaves: there is no exit"
    for at, item in line.everything:
        if getattr(item, "comeback_places", None) and item.id not in targets:
            yield (*at, "comeback_places"), f"no repair rejoins at {item.id}"


def _before(line: LineFile, at: Path) -> list[str]:
    """The stations of the row of `at`, up to it, at which a part may come back."""
    same_row = [item for path, item in line.everything if path[:-1] == at[:-1] and int(path[-1]) <= int(at[-1])]
    return [item.id for item in same_row if isinstance(item, Worked | MovingLine)]


def _row(line: LineFile) -> Found:
    """Places that are missing, and places that would lead nowhere."""
    rows: list[tuple[Path, Sequence[Item], bool]] = [(("stations",), line.stations, False)]
    for k, item in enumerate(line.stations):
        for j, branch in enumerate(item.branches if isinstance(item, Branches) else ()):
            rows.append((("stations", k, "branches", j, "stations"), branch.stations, True))
    rows += [(("sublines", k, "stations"), sub.stations, True) for k, sub in enumerate(line.sublines)]
    for path, items, is_within in rows:
        for k, (item, behind) in enumerate(pairwise(items)):
            if isinstance(behind, MovingLine | Branches) and getattr(item, "buffer", 1) == 0:
                yield (*path, k, "buffer"), f"expected a place at least: {behind.id} behind it takes parts from there"
        last: Any = items[-1]
        if is_within and last.buffer != type(last).model_fields["buffer"].default:
            yield (*path, len(items) - 1, "buffer"), "expected none: the places behind the last are those of the whole"


def _serial(line: LineFile) -> Found:
    last = len(line.stations) - 1
    for k, station in enumerate(line.plain_stations):
        if station.servers > 1 and line.blocking != "after service":
            yield ("stations", k, "servers"), f"blocking {line.blocking} is for one server a station"
        if station.buffer == 0 and k < last and line.blocking == "before taking":
            yield ("stations", k, "buffer"), "expected a place at least: parts wait there until they can be worked on"
        if station.servers > 1 and line.mix:
            message = "parts overtake on parallel servers, so types of part ask for one server a station"
            yield ("stations", k, "servers"), message
