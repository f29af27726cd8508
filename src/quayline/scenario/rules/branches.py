"""What must hold for lines beside each other: where they stand, which cars go where, and places before and behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quayline.scenario.rules.common import Found, ids

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.scenario.plant import ParallelSection, Section
    from quayline.scenario.rules.common import Path
    from quayline.scenario.schema import Scenario


def _blocks(s: Scenario) -> Iterator[tuple[Path, ParallelSection, list[Section], int]]:
    """(path, section, the sections of its shop, its place there) of every parallel section."""
    for i, shop in enumerate(s.plant.shops):
        for j, section in enumerate(shop.sections):
            if section.kind == "parallel":
                yield ("plant", "shops", i, "sections", j), section, shop.sections, j


def places(s: Scenario) -> Found:
    """A parallel section stands within its shop, between sections that are no stores, with a place before it."""
    for at, block, row, j in _blocks(s):
        if j in (0, len(row) - 1):
            yield (*at, "id"), f"expected {block.id!r} between two sections of its shop"
        elif {"store", "parallel"} & {row[j - 1].kind, row[j + 1].kind}:
            yield (*at, "id"), f"expected no store and no other branches beside {block.id!r}"
        elif not _places_behind(row[j - 1]):
            yield (*at[:-1], j - 1), f"expected a place behind it: the branches of {block.id!r} take cars from there"
        for k, branch in enumerate(block.branches):
            if branch.sections[-1].buffer_after:
                message = f"expected 0: the places behind the branches are those of {block.id!r}"
                yield (*at, "branches", k, "sections", len(branch.sections) - 1, "buffer_after"), message


def _places_behind(section: Any) -> int:
    return int(section.buffer_after) + (int(section.stations[-1].buffer) if section.kind == "serial" else 0)


def routes(s: Scenario) -> Found:
    """By model, every model has one branch and every branch a model; else branches name none."""
    for at, block, _, _ in _blocks(s):
        named = [name for branch in block.branches for name in branch.models]
        for k, branch in enumerate(block.branches):
            if block.route == "model" and not branch.models:
                yield (*at, "branches", k), "no model goes here, so its sections cannot be reached"
            if block.route != "model" and branch.models:
                yield (*at, "branches", k, "models"), f"expected none with route {block.route!r}"
        for model in ids(s.vehicles.models) if block.route == "model" else ():
            if named.count(model) != 1:
                yield (*at, "branches"), f"expected {model!r} in one branch, got it in {named.count(model)}"
