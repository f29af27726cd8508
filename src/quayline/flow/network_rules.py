"""What must hold between the parts of a network; each fault names the thing at fault."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from quayline.flow.network import Paced, Parallel, Serial, Store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from quayline.flow.network import Bays, Network, Section, Subline


def faults_of(network: Network) -> Iterator[str]:
    """What is wrong with a network, in words."""
    if not network.sections:
        yield "no section: cars have no way through"
        return
    yield from _names(network)
    yield from _row(network, network.sections, "")
    for part in _parallels(network):
        for branch in part.branches:
            yield from _row(network, branch, part.name)
    for line in network.sublines:
        yield from _row(network, line.sections, line.name)
    for calendar in network.calendars:
        flat = calendar.ravel()
        if len(flat) < 2 or calendar.shape[1] != 2 or not (np.diff(flat) >= 0).all() or flat[0] < 0:
            yield "a calendar is (intervals, 2) in ascending order, with one interval at least"
    yield from _branches(network)
    yield from _ways(network)


def _parallels(network: Network) -> list[Parallel]:
    return [part for part in network.sections if isinstance(part, Parallel)]


def _names(network: Network) -> Iterator[str]:
    names = [s.name for s in network.columns] + [p.name for p in _parallels(network)]
    for what, all_names in (
        ("section", names), ("sub-line", [x.name for x in network.sublines]),
        ("carriers", [x.name for x in network.carriers]), ("crew", [x.name for x in network.crews]),
    ):  # fmt: skip
        for name, times in Counter(all_names).items():
            if times > 1:
                yield f"{what} {name}: the name is not unique"


def _row(network: Network, row: Sequence[Any], within: str) -> Iterator[str]:
    """Faults of the sections of a row (of branch or sub-line `within`, or of the plant)."""
    if not row:
        yield f"{within}: a row without a section"
    for at, section in enumerate(row):
        before = row[at - 1] if at else None
        if isinstance(section, Store):
            yield from _store(row, at, section, within)
        elif not isinstance(section, Parallel):
            yield from _section(network, section, before, is_first=at == 0 and not within)


def _store(row: Sequence[Any], at: int, section: Store, within: str) -> Iterator[str]:
    beside = [row[k] for k in (at - 1, at + 1) if 0 <= k < len(row)]
    if within:
        yield f"section {section.name}: a store stands on the plant's own row"
    elif len(beside) < 2 or any(isinstance(x, Store | Parallel) for x in beside):
        yield f"section {section.name}: a store stands between two sections that are no stores"
    elif beside[0].transfer_s:
        yield f"section {section.name}: a way into a store takes no time, {beside[0].name} has {beside[0].transfer_s} s"
    if section.capacity < 1 or section.places_before < 0 or section.access_s < 0:
        yield f"section {section.name}: a store needs a place, and no place or time below zero"
    if section.lanes < 0 or (section.lanes and section.capacity % section.lanes):
        yield f"section {section.name}: {section.capacity} places do not make {section.lanes} equal lanes"


def _section(network: Network, section: Serial | Paced, before: Any, is_first: bool) -> Iterator[str]:
    name = section.name
    is_paced = isinstance(section, Paced)
    is_behind_store = isinstance(before, Store)
    if section.comeback_places is not None and section.comeback_places < 1:
        yield f"section {name}: {section.comeback_places} places for cars that come back, expected 1 at least"
    if section.places_before < 0 or not 0 <= section.calendar < len(network.calendars):
        yield f"section {name}: {section.places_before} places before it, calendar {section.calendar}"
        return
    needs_place = before is None or isinstance(before, Parallel) or is_paced
    if section.places_before < 1 and not is_first and not is_behind_store and needs_place:
        yield f"section {name}: cars are taken from a place before it, and there is none"
    elif section.places_before < 1 and not is_behind_store and before is not None:
        if (before.calendar, before.at_shift_end) != (section.calendar, section.at_shift_end):
            yield f"section {name}: between two calendars there must be a place"
        if section.comeback_places is not None:
            yield f"section {name}: a limit of cars that come back needs a place before the section"
    failures = [section.failures] if isinstance(section, Paced) else [s.failures for s in section.stations]
    crews = {crew.name for crew in network.crews}
    for crew in sorted({f.crew for f in failures if f and f.crew}):
        if crew not in crews:
            yield f"section {name}: no crew is called {crew}"
        if section.at_shift_end == "finish":
            yield f"section {name}: crew {crew} is for sections that pause at the end of a shift"
    if isinstance(section, Serial):
        yield from _serial(network, section)


def _serial(network: Network, section: Serial) -> Iterator[str]:
    if not section.stations:
        yield f"section {section.name}: no station"
    if not 0 <= section.scrap_share <= 1:
        yield f"section {section.name}: scrap {section.scrap_share}, expected 0 to 1"
    for station in section.stations:
        if len(station.work_s) != network.num_types:
            yield f"station {station.name}: work for {len(station.work_s)} of {network.num_types} types"
    for name, times in Counter(s.name for s in section.stations).items():
        if times > 1:
            yield f"section {section.name}: {times} stations are called {name}"


def _branches(network: Network) -> Iterator[str]:
    for at, part in enumerate(network.sections):
        if not isinstance(part, Parallel):
            continue
        if at in (0, len(network.sections) - 1) or isinstance(network.sections[at - 1], Parallel):
            yield f"parallel {part.name}: stands between two sections"
        if len(part.branches) < 2:
            yield f"parallel {part.name}: {len(part.branches)} branches"
        by_type, num = part.of_type, len(part.branches)
        if (part.route == "type") != bool(by_type):
            yield f"parallel {part.name}: route {part.route!r} with branches by type {by_type}"
        elif by_type and (len(by_type) != network.num_types or not all(0 <= b < num for b in by_type)):
            yield f"parallel {part.name}: branches {by_type} for {network.num_types} types"


def _ways(network: Network) -> Iterator[str]:
    """Ways back, forks, joins and carriers: where they may lead."""
    at = {part.name: k for k, part in enumerate(network.sections)}
    moving = {s.name for s in network.sections if isinstance(s, Serial | Paced)}
    branch = {s.name: b for p in _parallels(network) for b in p.branches for s in b}
    for line in network.sublines:
        yield from _subline(network, line, at, moving)
    for loop in network.carriers:
        if loop.load not in moving or loop.unload not in moving or at[loop.load] > at[loop.unload]:
            yield f"carriers {loop.name}: load {loop.load} and unload {loop.unload} must stand on the row in this order"
        elif at[loop.load] and not _has_place(network, at[loop.load]):
            yield f"carriers {loop.name}: section {loop.load} needs a place before it"
    for gate, bays in network.all_bays:
        if bays.rejoin is None:
            continue
        row = [s.name for s in branch[gate]] if gate in branch else [s.name for s in network.sections]
        allowed = row if gate in branch else [name for name in row if name in moving]
        if gate not in row or bays.rejoin not in allowed or row.index(bays.rejoin) > row.index(gate):
            yield f"bays {bays.name}: no section {bays.rejoin} to rejoin at or before {gate}"
        elif _is_kept(network, bays.rejoin):
            yield f"bays {bays.name}: cars that come back to {bays.rejoin} need a place before it: its own may be kept"
        elif gate in at:
            yield from _way_back(network, bays, at[bays.rejoin], at[gate], at)


def _is_kept(network: Network, name: str) -> bool:
    """Whether the section before keeps a place on a section that has none before it."""
    chains: list[Sequence[Any]] = [network.sections]
    chains += [branch for part in _parallels(network) for branch in part.branches]
    for before, section in (two for chain in chains for two in pairwise(chain)):
        if section.name == name and isinstance(before, Serial):
            return before.blocking == "before" and not before.is_gate and not section.places_before
    return False


def _has_place(network: Network, at: int) -> bool:
    section = network.sections[at]
    has_own = isinstance(section, Serial | Paced) and section.places_before > 0
    return has_own or isinstance(network.sections[at - 1], Store)


def _subline(network: Network, line: Subline, at: dict[str, int], moving: set[str]) -> Iterator[str]:
    if line.fork not in moving or line.join not in moving or at[line.fork] >= at[line.join]:
        yield f"sub-line {line.name}: fork {line.fork} and join {line.join} must stand on the row in this order"
        return
    if isinstance(network.sections[at[line.join] - 1], Store) or not _has_place(network, at[line.join]):
        yield f"sub-line {line.name}: join {line.join} needs a place before it that is no store"
    if line.places < 1:
        yield f"sub-line {line.name}: {line.places} places for finished twins"
    for section in line.sections:
        if not isinstance(section, Serial | Paced) or (
            isinstance(section, Serial) and (section.bays or section.scrap_share)
        ):
            yield f"sub-line {line.name}: section {section.name} has bays or scrap, or is a store"
    if any(isinstance(s, Serial) and s.scrap_share for s in _between(network, line, at)):
        yield f"sub-line {line.name}: a car may be scrapped between {line.fork} and {line.join}"


def _between(network: Network, line: Subline, at: dict[str, int]) -> list[Section]:
    """The sections behind the fork of a sub-line and before its join."""
    parts = network.sections[at[line.fork] + 1 : at[line.join]]
    return [s for part in parts for s in _sections_of(part)]


def _sections_of(part: Section | Parallel) -> list[Section]:
    return [s for branch in part.branches for s in branch] if isinstance(part, Parallel) else [part]


def scrapping(network: Network) -> list[int]:
    """The columns of serial sections that may scrap a car: on the row, and not between a fork and its join."""
    at = {part.name: k for k, part in enumerate(network.sections)}
    kept = {s.name for line in network.sublines for s in _between(network, line, at)}
    row = network.columns[: network.last_column + 1]
    return [k for k, s in enumerate(row) if isinstance(s, Serial) and s.name not in kept]


def _way_back(network: Network, bays: Bays, to: int, gate: int, at: dict[str, int]) -> Iterator[str]:
    for line in network.sublines:
        if line.fork in at and line.join in at and (to <= at[line.fork] < gate or to <= at[line.join] <= gate):
            yield f"bays {bays.name}: the way back to {bays.rejoin} leads over fork or join of sub-line {line.name}"
    for loop in network.carriers:
        if loop.load not in at or loop.unload not in at:
            continue
        load, unload = at[loop.load], at[loop.unload]
        if (load <= gate <= unload) != (load <= to <= unload):
            yield f"bays {bays.name}: the way back to {bays.rejoin} leads into or out of the stretch of {loop.name}"
