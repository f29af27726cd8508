"""What must hold where cars are scrapped: what is lost is stated, and no twin waits for them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from quayline.scenario.rules.common import Found, sections
from quayline.scenario.sections import placed

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario


def losses(s: Scenario) -> Found:
    """Each gate that may scrap a car says once what is lost with it."""
    stated = Counter(row.gate for row in s.quality.scrapping)
    for i, row in enumerate(s.quality.scrapping):
        if stated[row.gate] > 1:
            yield ("quality", "scrapping", i, "gate"), f"gate {row.gate!r} stands in {stated[row.gate]} rows"
    for i, gate, cause in _scrapping(s):
        if gate not in stated:
            yield (
                ("quality", "detection", i, "gate"),
                f"gate {gate!r} scraps cars for {cause!r}; expected a row for it in quality.scrapping: what is lost",
            )


def twins(s: Scenario) -> Found:
    """No car is scrapped between a fork and its join: what the sub-line built for it would wait for ever."""
    order = sections(s)
    part_of = {one.section.id: one.block.id if one.block else one.section.id for one in placed(s.plant)}
    for line in s.plant.sublines:
        if line.fork not in order or line.join not in order:
            continue
        between = order[order.index(line.fork) + 1 : order.index(line.join)]
        for i, gate, cause in _scrapping(s):
            if part_of.get(gate) in between:
                told = f"gate {gate!r} scraps cars for {cause!r} between fork and join of sub-line {line.id!r}"
                yield ("quality", "detection", i, "gate"), told


def _scrapping(s: Scenario) -> list[tuple[int, str, str]]:
    """(row of quality.detection, gate, cause) of every cause that may scrap a car."""
    beyond = {cause.id for cause in s.quality.causes if cause.scrap_share > 0}
    return [(i, d.gate, d.cause) for i, d in enumerate(s.quality.detection) if d.cause in beyond and d.share > 0]
