"""Reads a scenario's folder into a `Scenario`, or raises every fault that it has."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quayline.scenario.fields import Thing
from quayline.scenario.folder import Folder, KeptFolder, OpenFolder
from quayline.scenario.overlay import stored_as
from quayline.scenario.rules import name_faults, rule_faults
from quayline.scenario.rules.common import unknown
from quayline.scenario.schema import Scenario
from quayline.scenario.shipped import folder_of
from quayline.scenario.source import Source
from quayline.scenario.stack import split

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path as FilePath

    from quayline.scenario.rules.common import Path


@dataclass(frozen=True)
class Summary:
    """What a scenario consists of."""

    num_files: int
    num_things: int
    num_figures: dict[str, int]  # by kind


def load(where: str | FilePath, overrides: Mapping[str, str] | None = None) -> Scenario:
    """The scenario in the folder `where` or shipped by that name, with `overrides` (path: value) on top.

    `where` may stack overlays, by name or path: `busan + no-us-from-my2027 + ./third-shift.yaml`.
    Raises ScenarioError with every fault that the files have, each with its place.
    """
    base, overlays = split(where)
    return _built(OpenFolder(folder_of(base)), overlays, overrides or {})


def overlaid(scenario: Scenario, overlays: Sequence[str], overrides: Mapping[str, str] | None = None) -> Scenario:
    """`scenario`, which was loaded, with further overlays (by name) and settings on top.

    Those that lie on it already are left out. Raises ScenarioError with every fault, as `load` does.
    """
    there = {name for name, _ in scenario.overlays}
    more = [name for name in overlays if name not in there]
    return _built(KeptFolder(scenario.name, scenario.files), more, overrides or {})


def check_futures(scenario: Scenario) -> None:
    """Raises ScenarioError where the overlays of a future do not fit the scenario."""
    for future in scenario.futures:
        overlaid(scenario, future.overlays)


def _built(folder: Folder, overlays: Sequence[str], overrides: Mapping[str, str]) -> Scenario:
    source = Source(folder, Scenario, overlays, overrides)
    scenario = source.build(Scenario, lambda found: [
        *rule_faults(found), *_futures(found, source), *_too_old(found, source)], name_faults)  # fmt: skip
    stacked = tuple((overlay.name, overlay.title) for overlay in source.stacked)
    files = tuple(sorted(folder.contents.items()))
    return scenario.with_origin(tuple(source.reading.figures), files, source.reading.places, stacked,
                                tuple(source.suppliers.supplied))  # fmt: skip


def _futures(scenario: Scenario, source: Source) -> list[tuple[Path, str]]:
    """Overlays of futures that do not exist; those that do are kept with the scenario's files."""
    faults: list[tuple[Path, str]] = []
    known = source.shelf.names()
    for i, future in enumerate(scenario.futures):
        for k, name in enumerate(future.overlays):
            if message := unknown(name, known, "overlay"):
                faults.append((("futures", i, "overlays", k), message))
            elif overlay := source.shelf.take(name):
                source.folder.contents[stored_as(name)] = overlay.content
    return faults


def _too_old(scenario: Scenario, source: Source) -> list[tuple[Path, str]]:
    """Suppliers' footprints that are valid on no day of the horizon."""
    faults: list[tuple[Path, str]] = []
    first, last = scenario.horizon.start, scenario.horizon.end
    for supplied in source.suppliers.supplied:
        start, end = (moment.date() for moment in supplied.footprint.validity())
        if end < first or start > last:
            message = f"the supplier's footprint is valid from {start} to {end}, no day of {first} to {last}"
            faults.append((supplied.at, message))
    return faults


def summary(scenario: Scenario) -> Summary:
    """How many files, things and figures of each kind the scenario has."""
    kinds = Counter(figure.kind for figure in scenario.figures)
    return Summary(len(scenario.files), _count_things(scenario), dict(sorted(kinds.items())))


def _count_things(value: object) -> int:
    if isinstance(value, Thing):
        return 1 + sum(_count_things(getattr(value, name)) for name in type(value).model_fields)
    return sum(map(_count_things, value)) if isinstance(value, list | tuple) else 0
