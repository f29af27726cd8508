"""What must hold between the sections of the line: sub-lines, carriers, crews, hours, laws of failures."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from quayline.scenario.rules.common import Found, gates, ids, sections, unknown
from quayline.scenario.sections import placed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.scenario.rules.common import Path
    from quayline.scenario.schema import Scenario


def _sections(s: Scenario) -> Iterator[tuple[Path, Any]]:
    """(path, section) of every section of the row, of branches and of the sub-lines."""
    return ((one.path, one.section) for one in placed(s.plant))


def names(s: Scenario) -> Found:
    """Sub-lines, carriers, crews, branches and learning name what exists."""
    moving = sections(s, "serial", "paced", "conveyor", "gate")
    models, options, crews = ids(s.vehicles.models), ids(s.vehicles.options), ids(s.plant.repair_crews)
    references: list[tuple[Path, str | None, list[str], str]] = []
    for i, line in enumerate(s.plant.sublines):
        references += [
            (("plant", "sublines", i, end), getattr(line, end), moving, "section") for end in ("fork", "join")
        ]
    for i, loop in enumerate(s.plant.carriers):
        references += [
            (("plant", "carriers", i, end), getattr(loop, end), moving, "section") for end in ("load", "unload")
        ]
    for path, section in _sections(s):
        reliability = getattr(section, "reliability", None)
        learnings = [((*path, "learning"), getattr(section, "learning", None))]
        if reliability:
            references.append(((*path, "reliability", "crew"), reliability.crew, crews, "repair crew"))
            learnings.append(((*path, "reliability", "learning"), reliability.learning))
        for at, learning in learnings:
            names = learning.models if learning else []
            references += [((*at, "models", k), name, models, "model") for k, name in enumerate(names)]
        for k, branch in enumerate(getattr(section, "branches", [])):
            references += [((*path, "branches", k, "models", m), name, models, "model")
                           for m, name in enumerate(branch.models)]  # fmt: skip
        for k, rule in enumerate(getattr(section, "rules", [])):
            references.append(((*path, "rules", k, "model"), rule.model, models, "model"))
            references.append(((*path, "rules", k, "option"), rule.option, options, "option"))
    for at, name, known, what in references:
        message = unknown(name, known, what) if name is not None else None
        if message:
            yield at, message


def ways(s: Scenario) -> Found:
    """Forks lie before joins, carriers are loaded before they are unloaded, ways back stay between them."""
    order = sections(s)
    for i, line in enumerate(s.plant.sublines):
        if line.fork in order and line.join in order:
            yield from _subline(s, ("plant", "sublines", i), line, order)
    for i, loop in enumerate(s.plant.carriers):
        if loop.load in order and loop.unload in order:
            yield from _loop(s, ("plant", "carriers", i), loop, order)


def _ways_back(s: Scenario, order: list[str]) -> Iterator[tuple[Path, int, int]]:
    """(path, place of the gate, place where it sends cars back to) of every repair that sends cars back."""
    for path, gate, _ in gates(s):
        for k, repair in enumerate(gate.repairs):
            if gate.id in order and repair.rejoin in order:
                yield (*path, "repairs", k, "rejoin"), order.index(gate.id), order.index(repair.rejoin)


def _subline(s: Scenario, at: Path, line: Any, order: list[str]) -> Found:
    fork, join = order.index(line.fork), order.index(line.join)
    if fork >= join:
        yield (*at, "join"), f"{line.join!r} does not lie behind {line.fork!r}"
    elif order[join - 1] in sections(s, "store"):
        yield (*at, "join"), f"{line.join!r} takes from a store; a join needs places before it"
    for path, gate, to in _ways_back(s, order):
        if to <= fork < gate or to <= join <= gate:
            yield path, f"leads back over fork or join of sub-line {line.id!r}"


def _loop(s: Scenario, at: Path, loop: Any, order: list[str]) -> Found:
    load, unload = order.index(loop.load), order.index(loop.unload)
    if load > unload:
        yield (*at, "unload"), f"{loop.unload!r} lies before {loop.load!r}"
    for path, gate, to in _ways_back(s, order):
        if (load <= gate <= unload) != (load <= to <= unload):
            yield path, f"leads into or out of the stretch of carriers {loop.id!r}"


def figures(s: Scenario) -> Found:
    """Laws have the figure that they need; lanes are equal; tables of learning rise from the first car."""
    for path, section in _sections(s):
        lanes = getattr(section, "lanes", 0)
        if lanes and section.capacity % lanes:
            yield (*path, "lanes"), f"{section.capacity} places do not make {lanes} equal lanes"
        for k, rule in enumerate(getattr(section, "rules", [])):
            if (rule.model is None) == (rule.option is None):
                yield (*path, "rules", k), "expected a model or an option"
            if rule.most >= rule.within:
                yield (*path, "rules", k, "most"), f"{rule.most} in {rule.within} is no limit"
        reliability = getattr(section, "reliability", None)
        if reliability:
            yield from _reliability((*path, "reliability"), reliability)
        if getattr(section, "learning", None):
            yield from _learning((*path, "learning"), section.learning)
    yield from _hours(s)


def _reliability(at: Path, reliability: Any) -> Found:
    for name in ("up", "repair"):
        law = getattr(reliability, name)
        wanted = law and {"lognormal": "cv", "gamma": "cv", "weibull": "shape"}.get(law.kind)
        for figure in ("cv", "shape"):
            if law and (getattr(law, figure) is None) == (figure == wanted):
                yield (*at, name, figure), f"{law.kind} {'needs' if figure == wanted else 'has no'} {figure}"
    if reliability.crew and reliability.by == "time":
        yield (*at, "crew"), "a crew repairs what fails by operation; failures by time are repaired at once"
    if reliability.learning:
        yield from _learning((*at, "learning"), reliability.learning)


def _learning(at: Path, learning: Any) -> Found:
    counts = [row.from_car for row in learning.rows]
    if (learning.kind == "table") != bool(counts):
        yield (*at, "rows"), f"{learning.kind} has {len(counts)} rows"
    elif counts and (counts[0] != 1 or counts != sorted(set(counts))):
        yield (*at, "rows"), f"expected cars from 1 on, ascending, got {counts}"
    if learning.first_factor < 1 or any(row.factor < 1 for row in learning.rows):
        yield at, "expected factors of 1 at least: the written time is that of the trained crew"


def _hours(s: Scenario) -> Found:
    """Between two shops with other hours there is a place; who finishes after hours waits for no crew."""
    row = [(i, shop, section) for i, shop in enumerate(s.plant.shops) for section in shop.sections]
    for (_, one, before), (j, two, _) in pairwise(row):
        has_place = before.kind == "store" or before.buffer_after
        if before.kind == "serial":
            has_place = has_place or before.stations[-1].buffer
        if one.hours != two.hours and not has_place:
            yield ("plant", "shops", j, "hours"), f"other hours than {one.id!r}, and no place after {before.id!r}"
    for place in placed(s.plant):
        reliability = getattr(place.section, "reliability", None)
        hours = s.plant.shops[place.shop_idx].hours if place.shop_idx >= 0 else None
        if hours and hours.at_shift_end == "finish" and reliability and reliability.crew:
            at = ("plant", "shops", place.shop_idx, "hours", "at_shift_end")
            yield at, f"{place.section.id!r} waits for a crew: it must pause"
