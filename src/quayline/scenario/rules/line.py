"""What must hold between the sections of the line: sub-lines, carriers, crews, hours, laws of failures."""

from __future__ import annotations

import math
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
    for at, name, known, what in _references(s):
        message = unknown(name, known, what) if name is not None else None
        if message:
            yield at, message


def _references(s: Scenario) -> Iterator[tuple[Path, str | None, list[str], str]]:
    """(path, name or None, names that exist, what they are called) of all that the line names."""
    moving = sections(s, "serial", "paced", "conveyor", "gate")
    for i, line in enumerate(s.plant.sublines):
        for end in ("fork", "join"):
            yield ("plant", "sublines", i, end), getattr(line, end), moving, "section"
    for i, loop in enumerate(s.plant.carriers):
        for end in ("load", "unload"):
            yield ("plant", "carriers", i, end), getattr(loop, end), moving, "section"
    for path, section in _sections(s):
        yield from _of_section(s, path, section)


def _of_section(s: Scenario, path: Path, section: Any) -> Iterator[tuple[Path, str | None, list[str], str]]:
    models, options, crews = ids(s.vehicles.models), ids(s.vehicles.options), ids(s.plant.repair_crews)
    reliability = getattr(section, "reliability", None)
    learnings = [((*path, "learning"), getattr(section, "learning", None))]
    if reliability:
        yield (*path, "reliability", "crew"), reliability.crew, crews, "repair crew"
        learnings.append(((*path, "reliability", "learning"), reliability.learning))
    named = [((*at, "models", k), name) for at, learning in learnings if learning
             for k, name in enumerate(learning.models)]  # fmt: skip
    named += [((*path, "branches", k, "models", m), name) for k, branch in enumerate(getattr(section, "branches", []))
              for m, name in enumerate(branch.models)]  # fmt: skip
    for at, name in named:
        yield at, name, models, "model"
    for k, rule in enumerate(getattr(section, "rules", [])):
        yield (*path, "rules", k, "model"), rule.model, models, "model"
        yield (*path, "rules", k, "option"), rule.option, options, "option"
    for at, extra in _extras(path, section):
        yield (*at, "option"), extra.option, options, "option"
        yield (*at, "variant"), extra.variant, ids(s.vehicles.variants), "variant"


def _extras(path: Path, section: Any) -> Iterator[tuple[Path, Any]]:
    """(path, extra work) at every station of a section."""
    for k, station in enumerate(section.stations if section.kind == "serial" else []):
        for m, extra in enumerate(station.extra):
            yield (*path, "stations", k, "extra", m), extra


def ways(s: Scenario) -> Found:
    """Forks lie before joins, carriers are loaded before they are unloaded, ways back stay between them."""
    order = sections(s)
    for i, line in enumerate(s.plant.sublines):
        if line.fork in order and line.join in order:
            yield from _subline(s, ("plant", "sublines", i), line, order)
    for i, loop in enumerate(s.plant.carriers):
        if loop.load in order and loop.unload in order:
            yield from _loop(s, ("plant", "carriers", i), loop, order)


def places_kept(s: Scenario) -> Found:
    """No car comes back to a section whose own place may be kept by the one before it."""
    chains: list[Any] = [[section for shop in s.plant.shops for section in shop.sections]]
    chains += [branch.sections for one in placed(s.plant) for branch in getattr(one.section, "branches", ())]
    giver = {two.id: one for chain in chains for one, two in pairwise(chain)
             if one.kind == "serial" and one.blocking == "before"}  # fmt: skip
    for path, gate, _ in gates(s):
        for k, repair in enumerate(gate.repairs):
            one = giver.get(repair.rejoin)
            if one and not one.buffer_after and not one.stations[-1].buffer:
                message = f"{one.id!r} blocks before service and keeps the place of work there: it needs a buffer_after"
                yield (*path, "repairs", k, "rejoin"), message


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
        yield from _work(path, section)
        if getattr(section, "learning", None):
            yield from _learning((*path, "learning"), section.learning)
    yield from _hours(s)


def _reliability(at: Path, reliability: Any) -> Found:
    for name in ("up", "repair"):
        if law := getattr(reliability, name):
            yield from _law((*at, name), law)
    if reliability.learning:
        yield from _learning((*at, "learning"), reliability.learning)


def _work(path: Path, section: Any) -> Found:
    """A law for the work of each section, and extra work for cars that are named one way."""
    if section.kind in ("serial", "paced", "gate"):
        if section.spread_share is None and section.scatter is None:
            yield path, "expected a spread_share or a scatter: how its work varies"
        if section.scatter:
            yield from _law((*path, "scatter"), section.scatter)
    for k, station in enumerate(section.stations if section.kind == "serial" else []):
        if station.scatter:
            yield from _law((*path, "stations", k, "scatter"), station.scatter)
    for at, extra in _extras(path, section):
        if (extra.option is None) == (extra.variant is None):
            yield at, "expected an option or a variant"


_NUM_VALUES = {"uniform": (2, 2), "triangular": (3, 3), "empirical": (1, math.inf)}


def _law(at: Path, law: Any) -> Found:
    """A law has the figures that it needs and no others."""
    wanted = {"lognormal": "cv", "gamma": "cv", "weibull": "shape"}.get(law.kind)
    for figure in ("cv", "shape"):
        if (getattr(law, figure) is None) == (figure == wanted):
            yield (*at, figure), f"{law.kind} {'needs' if figure == wanted else 'has no'} {figure}"
    least, most = _NUM_VALUES.get(law.kind, (0, 0))
    values = law.values
    if not least <= len(values) <= most:
        yield (*at, "values"), f"{law.kind} has {len(values)} values, expected {least}{' or more' if most > 3 else ''}"
    elif values and sum(values) <= 0:
        yield (*at, "values"), "all are 0: they have no mean to be scaled to"
    elif len(values) > 1 and law.kind != "empirical" and (values != sorted(values) or values[0] == values[-1]):
        yield (*at, "values"), f"expected {law.kind} values ascending, got {values}"


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
