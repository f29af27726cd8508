"""Reads a scenario's folder into a `Scenario`, or raises every fault that it has."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quayline.scenario.fields import Thing
from quayline.scenario.folder import Folder
from quayline.scenario.rules import rule_faults
from quayline.scenario.schema import Scenario
from quayline.scenario.shipped import folder_of
from quayline.scenario.source import Source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass(frozen=True)
class Summary:
    """What a scenario consists of."""

    num_files: int
    num_things: int
    num_figures: dict[str, int]  # by kind


def load(where: str | Path, overrides: Mapping[str, str] | None = None) -> Scenario:
    """The scenario in the folder `where` or shipped by that name, with `overrides` (path: value) on top.

    Raises ScenarioError with every fault that the files have, each with its place.
    """
    folder = Folder(folder_of(where))
    source = Source(folder, Scenario, overrides or {})
    scenario = source.build(Scenario, rule_faults)
    reading = source.reading
    return scenario.with_origin(tuple(reading.figures), tuple(folder.contents.items()), reading.places)


def summary(scenario: Scenario) -> Summary:
    """How many files, things and figures of each kind the scenario has."""
    kinds = Counter(figure.kind for figure in scenario.figures)
    return Summary(len(scenario.files), _count_things(scenario), dict(sorted(kinds.items())))


def _count_things(value: object) -> int:
    if isinstance(value, Thing):
        return 1 + sum(_count_things(getattr(value, name)) for name in type(value).model_fields)
    return sum(map(_count_things, value)) if isinstance(value, list | tuple) else 0
