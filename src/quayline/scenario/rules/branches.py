"""What must hold for lines beside each other: where they stand, which cars go where, and places before and behind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quayline.scenario.rules.common import Found, ids, sections
from quayline.scenario.sections import placed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.scenario.plant import ParallelSection
    from quayline.scenario.rules.common import Path
    from quayline.scenario.schema import Scenario


def _blocks(s: Scenario) -> Iterator[tuple[Path, ParallelSection]]:
    """(path, section) of every parallel section."""
    return ((one.path, one.section) for one in placed(s.plant) if one.section.kind == "parallel")


def places(s: Scenario) -> Found:
    """A parallel section stands on the row between two sections that are no stores, with a place before it."""
    row = [one for one in placed(s.plant) if one.shop_idx >= 0 and one.branch is None]
    for j, one in enumerate(row):
        if one.section.kind != "parallel":
            continue
        if j in (0, len(row) - 1):
            yield (*one.path, "id"), f"expected {one.section.id!r} between two sections of the plant"
        elif {"store", "parallel"} & {row[j - 1].section.kind, row[j + 1].section.kind}:
            yield (*one.path, "id"), f"expected no store and no other branches beside {one.section.id!r}"
        elif not _places_behind(row[j - 1].section):
            message = f"expected a place behind it: the branches of {one.section.id!r} take cars from there"
            yield row[j - 1].path, message
        for k, branch in enumerate(one.section.branches):
            if branch.sections[-1].buffer_after:
                message = f"expected 0: the places behind the branches are those of {one.section.id!r}"
                yield (*one.path, "branches", k, "sections", len(branch.sections) - 1, "buffer_after"), message


def _places_behind(section: Any) -> int:
    return int(section.buffer_after) + (int(section.stations[-1].buffer) if section.kind == "serial" else 0)


def routes(s: Scenario) -> Found:
    """By model, every model has one branch and every branch a model; else branches name none."""
    for at, block in _blocks(s):
        named = [name for branch in block.branches for name in branch.models]
        for k, branch in enumerate(block.branches):
            if block.route == "model" and not branch.models:
                yield (*at, "branches", k), "no model goes here, so its sections cannot be reached"
            if block.route != "model" and branch.models:
                yield (*at, "branches", k, "models"), f"expected none with route {block.route!r}"
        for model in ids(s.vehicles.models) if block.route == "model" else ():
            if named.count(model) != 1:
                yield (*at, "branches"), f"expected {model!r} in one branch, got it in {named.count(model)}"


def speeds(s: Scenario) -> Found:
    """A share of the line speed is that of moving lines; by model nobody else can say it."""
    for at, block in _blocks(s):
        for k, branch in enumerate(block.branches):
            has_line = any(part.kind == "paced" for part in branch.sections)
            if branch.speed_share is not None and not has_line:
                yield (*at, "branches", k, "speed_share"), f"expected none: {branch.id!r} has no moving line"
            if branch.speed_share is None and has_line and block.route == "model":
                message = f"expected speed_share: by model, the line speed does not say that of {branch.id!r}"
                yield (*at, "branches", k), message


def options(s: Scenario) -> Found:
    """A car with an option gets it in one section, whichever way it goes."""
    block_of = {one.section.id: one.block for one in placed(s.plant)}
    for i, option in enumerate(s.vehicles.options):
        at: Path = ("vehicles", "options", i, "beside" if option.beside else "section")
        block = block_of.get(option.section)
        if block is None:
            if option.beside:
                yield at, f"expected none: {option.section!r} stands in no branch"
            continue
        if any(block_of.get(name, block) is not block for name in option.beside):
            yield at, f"expected sections in other branches of {block.id!r}"
            continue
        takers = [model.id for model in s.vehicles.models if option.id in ids(model.options)]
        for branch in block.branches:
            num = len(set(ids(branch.sections)) & set(option.sections))
            if (block.route != "model" or set(takers) & set(branch.models)) and num != 1:
                yield at, f"expected one section in branch {branch.id!r} of {block.id!r} where it is fitted, got {num}"


def gates(s: Scenario) -> Found:
    """Where only the simulation knows the way of a car, the gates of all branches are alike: so many, with the same
    repairs and the same detection. They scrap no car, and no way back leads over them, where a car might take another
    branch."""
    beyond = {cause.id for cause in s.quality.causes if cause.scrap_share > 0}
    shares: dict[str, dict[str, float]] = {}
    for found in s.quality.detection:
        shares.setdefault(found.gate, {})[found.cause] = found.share
    order = sections(s)
    for at, block in _blocks(s):
        rows = [[part for part in branch.sections if part.kind == "gate"] for branch in block.branches]
        if block.route == "model" or not any(rows):
            continue
        first = [(sorted(ids(gate.repairs)), shares.get(gate.id, {})) for gate in rows[0]]
        for k, row in enumerate(rows[1:], 1):
            if [(sorted(ids(gate.repairs)), shares.get(gate.id, {})) for gate in row] != first:
                message = f"expected gates with the repairs and the detection of those in {block.branches[0].id!r}"
                yield (*at, "branches", k), f"{message}: with route {block.route!r} a car may go through either"
        names = ids(gate for row in rows for gate in row)
        for i, found in enumerate(s.quality.detection):
            if found.gate in names and found.cause in beyond and found.share > 0:
                told = f"{found.gate!r} would scrap cars, and with route {block.route!r} it is not known which"
                yield ("quality", "detection", i, "gate"), told
        yield from _ways_over(s, order, block)


def _ways_over(s: Scenario, order: list[str], block: ParallelSection) -> Found:
    before, behind = order[: order.index(block.id)], order[order.index(block.id) :]
    for one in placed(s.plant):
        for k, repair in enumerate(one.section.repairs if one.section.kind == "gate" else ()):
            if one.section.id in behind and repair.rejoin in before:
                message = f"leads back over the gates of {block.id!r}, where the car may go through another branch"
                yield (*one.path, "repairs", k, "rejoin"), message
