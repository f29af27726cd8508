"""Every section of a plant with its place: on the row, in branches, on sub-lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.scenario.plant import Branch, ParallelSection, Plant


@dataclass(frozen=True)
class Placed:
    """A section and where it stands: its path in the scenario, its place in plant.shops (-1: on a sub-line), and the
    lines beside each other that it is in."""

    path: tuple[str | int, ...]
    section: Any
    shop_idx: int
    block: ParallelSection | None = None
    branch: Branch | None = None

    @property
    def speed_share(self) -> float:
        """The part of the line speed at which a moving line runs here."""
        if self.block is None or self.branch is None:
            return 1.0
        return branch_share(self.block, self.branch)

    def passes(self, model: str) -> float:
        """The part of a model's cars that come here, as far as it is known before they are simulated."""
        if self.block is None or self.branch is None:
            return 1.0
        if self.block.route == "model":
            return float(model in self.branch.models)
        if self.block.route == "turn":
            return 1 / len(self.block.branches)
        return self.speed_share / sum(branch_share(self.block, branch) for branch in self.block.branches)


def branch_share(block: ParallelSection, branch: Branch) -> float:
    """The part of the line speed at which the moving lines of a branch run."""
    return 1 / len(block.branches) if branch.speed_share is None else branch.speed_share


def placed(plant: Plant) -> Iterator[Placed]:
    """Every section: the row with the branches of each parallel section behind it, then the sub-lines."""
    for i, shop in enumerate(plant.shops):
        for j, section in enumerate(shop.sections):
            at = ("plant", "shops", i, "sections", j)
            yield Placed(at, section, i)
            if section.kind == "parallel":
                for k, branch in enumerate(section.branches):
                    for m, part in enumerate(branch.sections):
                        yield Placed((*at, "branches", k, "sections", m), part, i, section, branch)
    for i, line in enumerate(plant.sublines):
        for j, part in enumerate(line.sections):
            yield Placed(("plant", "sublines", i, "sections", j), part, -1)


def paced_sections(plant: Plant) -> list[Placed]:
    """The moving lines of a plant, in the order of the line."""
    return [one for one in placed(plant) if one.section.kind == "paced"]
