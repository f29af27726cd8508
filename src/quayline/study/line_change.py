"""Changes of the line in the words of its drawing: `line.paint.top-coat.mtbf=+20%`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from quayline.base.errors import Fault, ScenarioError
from quayline.scenario.fields import SUFFIXES, Thing, written_name
from quayline.scenario.grammar import nearest
from quayline.scenario.loader import overlaid

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from quayline.scenario.plant import Shop
    from quayline.scenario.schema import Scenario

_RELATIVE = re.compile(r"([+-])\s*(\d+(?:\.\d+)?)\s*(%?)")


def line_settings(scenario: Scenario, changes: Iterable[str]) -> dict[str, str]:
    """Scenario settings (path: value) for changes `line.SHOP.SECTION[.STATION].FIGURE=VALUE`.

    VALUE is what the scenario may say there, `+20%` or `-20%` of what it says now, or for a count `+2` or `-2`.
    Raises ScenarioError with everything that is wrong.
    """
    settings: dict[str, str] = {}
    faults = []
    for change in changes:
        try:
            path, value = _setting(scenario, change)
            settings[path] = value
        except ValueError as fault:
            faults.append(Fault("--what-if", 0, 0, change, str(fault)))
    if faults:
        raise ScenarioError(faults)
    return settings


def changed(scenario: Scenario, changes: Iterable[str]) -> Scenario:
    """`scenario` with another line: `changes` as `line_settings` takes them.

    Raises ScenarioError for changes that cannot be, those of a value under the change as it was typed.
    """
    typed = {path: change for change in changes for path in line_settings(scenario, [change])}
    settings = line_settings(scenario, typed.values())
    try:
        return overlaid(scenario, [], settings) if settings else scenario
    except ScenarioError as told:
        raise ScenarioError([
            Fault("--what-if", 0, 0, typed[fault.path], fault.message) if fault.path in typed else fault
            for fault in told.faults
        ]) from None  # fmt: skip


def _setting(scenario: Scenario, change: str) -> tuple[str, str]:
    where, equals, value = change.partition("=")
    head, *names = where.strip().split(".")
    if not equals or head != "line" or not 3 <= len(names) <= 4:
        raise ValueError("expected line.SHOP.SECTION[.STATION].FIGURE=VALUE")
    shop = _named("shop", scenario.plant.shops, names[0])
    placed = dict(_sections(shop))
    section = _named("section", placed.values(), names[1])
    thing, path = section, next(path for path, each in placed.items() if each is section)
    if len(names) == 4:
        kind = next((k for k in ("stations", "repairs") if isinstance(getattr(section, k, None), list)), "")
        if not kind:
            raise ValueError(f"section {section.id!r} has no stations of its own")
        thing = _named(kind[:-1], getattr(section, kind), names[2])
        path += f".{kind}[{thing.id}]"
    figures = _figures(thing)
    if names[-1] not in figures:
        raise ValueError(f"no figure {names[-1]!r}, expected one of {', '.join(figures)}{nearest(names[-1], figures)}")
    inner, field, now = figures[names[-1]]
    return f"{path}.{inner}{names[-1]}", _value(field, now, value.strip())


def _sections(shop: Shop) -> Iterator[tuple[str, Any]]:
    """(path, section) of every section of a shop and of the branches in it."""
    for section in shop.sections:
        at = f"plant.shops[{shop.id}].sections[{section.id}]"
        yield at, section
        for branch in section.branches if section.kind == "parallel" else []:
            for part in branch.sections:
                yield f"{at}.branches[{branch.id}].sections[{part.id}]", part


def _named(kind: str, things: Iterable[Any], name: str) -> Any:
    found = {thing.id: thing for thing in things}
    if name not in found:
        raise ValueError(f"no {kind} {name!r}, expected one of {', '.join(found)}{nearest(name, found)}")
    return found[name]


def _figures(thing: Thing, inner: str = "") -> dict[str, tuple[str, str, float]]:
    """By written name: the path inside the thing, the field's name, and what it says now."""
    found: dict[str, tuple[str, str, float]] = {}
    for name, field in type(thing).model_fields.items():
        value, written = getattr(thing, name), field.alias or written_name(name)
        if isinstance(value, Thing):
            found |= _figures(value, f"{inner}{written}.")
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found[written] = (inner, name, value)
    return found


def _value(field: str, now: float, value: str) -> str:
    """The new value as a scenario would write it."""
    matched = _RELATIVE.fullmatch(value)
    if not matched:
        return value
    sign, amount = (1 if matched[1] == "+" else -1), float(matched[2])
    if not matched[3] and not isinstance(now, int):
        raise ValueError(f"expected a percentage or a quantity, got {value!r}")
    then = now * (1 + sign * amount / 100) if matched[3] else now + sign * amount
    if isinstance(now, int):
        if then != int(then):
            raise ValueError(f"{now} {value} is {then:g}, expected a whole number")
        return str(int(then))
    unit = SUFFIXES[max((s for s in SUFFIXES if field.endswith(s)), key=len)]
    return f"{then:.12g} {unit}".strip()
