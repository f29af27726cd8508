"""Where the emissions of a demand come from: the tree of inputs of inputs, largest first, to any depth."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from quayline.carbon.system.solve import demand_vector, intensities

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from quayline.carbon.system.model import ProductSystem


class Kgco2e(NamedTuple):
    """Emissions by origin of the carbon, in kgCO2e."""

    fossil: float
    biogenic: float

    @property
    def total(self) -> float:
        """Both together."""
        return self.fossil + self.biogenic


@dataclass(frozen=True)
class Step:
    """A product used on one way through the system.

    `parent_idx` is the place of the step that uses it, None for what is demanded. `amount` is in the product's unit.
    `carried` = `direct` (what its own activity emits for this amount) + `carried` of the steps below it + `beyond`
    (its inputs that were not opened).
    """

    parent_idx: int | None
    depth: int
    product_idx: int
    amount: float
    carried: Kgco2e
    direct: Kgco2e
    beyond: Kgco2e


def contributions(
    system: ProductSystem, demand: Mapping[str, float], cutoff_share: float = 0.001, most_depth: int | None = None,
    most_steps: int = 10_000,
) -> list[Step]:  # fmt: skip
    """The tree below `demand` (amounts by product), each step after its parent, siblings from large to small.

    An input is opened where it carries at least `cutoff_share` of what the demand carries, at most `most_depth` below
    it, the largest first until there are `most_steps`; loops are walked until they fall below. Size counts fossil and
    biogenic without sign. Structural path analysis after Crama, Defourny and Gazon (1984), Treloar (1997).
    Raises KeyError for a product that is not in the system.
    """
    if not cutoff_share >= 0:
        raise ValueError(f"cutoff_share is {cutoff_share}, expected at least 0")
    grower = _Grower(system, intensities(system))
    wanted = demand_vector(system, demand)
    roots = np.flatnonzero(wanted)
    grower.least = cutoff_share * float(np.abs(wanted[roots, None] * grower.intensity[roots]).sum())
    for product_idx in roots:
        grower.add(None, 0, int(product_idx), float(wanted[product_idx]))
    while grower.waiting:
        _, place = heapq.heappop(grower.waiting)
        is_deepest = most_depth is not None and grower.steps[place].depth >= most_depth
        grower.open(place, 0 if is_deepest else most_steps)
    return _by_path(grower.steps)


def path(steps: Sequence[Step], place: int) -> list[int]:
    """The places of the steps from what is demanded down to `place`."""
    found = [place]
    while (parent_idx := steps[found[-1]].parent_idx) is not None:
        found.append(parent_idx)
    return found[::-1]


class _Grower:
    """The tree while it grows; `waiting` holds the steps not yet opened, largest first, then oldest first."""

    def __init__(self, system: ProductSystem, intensity: NDArray[np.float64]):
        self.matrix, self.emissions, self.intensity = system.technosphere, system.emissions_kgco2e, intensity
        self.made = system.technosphere.diagonal()
        self.least = 0.0
        self.steps: list[Step] = []
        self.waiting: list[tuple[float, int]] = []

    def add(self, parent_idx: int | None, depth: int, product_idx: int, amount: float) -> None:
        carried = Kgco2e(*(amount * self.intensity[product_idx]).tolist())
        direct = Kgco2e(*(amount / self.made[product_idx] * self.emissions[:, product_idx]).tolist())
        heapq.heappush(self.waiting, (-abs(carried.fossil) - abs(carried.biogenic), len(self.steps)))
        self.steps.append(Step(parent_idx, depth, product_idx, amount, carried, direct, Kgco2e(0.0, 0.0)))

    def open(self, place: int, most_steps: int) -> None:
        """Adds the inputs of a step that are large enough, and writes down what the others carry."""
        step, j = self.steps[place], self.steps[place].product_idx
        column = slice(self.matrix.indptr[j], self.matrix.indptr[j + 1])
        used = self.matrix.indices[column]
        amounts = -self.matrix.data[column] * (step.amount / self.made[j])
        is_input = (used != j) & (amounts != 0)
        used, amounts = used[is_input], amounts[is_input]
        carried = amounts[:, None] * self.intensity[used]
        size = np.abs(carried).sum(axis=1)
        is_opened = (size >= self.least) & (size > 0)
        if len(self.steps) + np.count_nonzero(is_opened) > most_steps:
            is_opened[:] = False
        self.steps[place] = replace(step, beyond=Kgco2e(*carried[~is_opened].sum(axis=0).tolist()))
        for k in np.flatnonzero(is_opened):
            self.add(place, step.depth + 1, int(used[k]), float(amounts[k]))


def _by_path(steps: list[Step]) -> list[Step]:
    """The steps in the order of their paths, siblings from large to small."""
    children: dict[int | None, list[int]] = {}
    for place, step in enumerate(steps):
        children.setdefault(step.parent_idx, []).append(place)
    for places in children.values():
        places.sort(key=lambda k: (-abs(steps[k].carried.fossil) - abs(steps[k].carried.biogenic), k))
    ordered: list[Step] = []
    waiting: list[tuple[int, int | None]] = [(place, None) for place in reversed(children.get(None, []))]
    while waiting:
        place, parent_idx = waiting.pop()
        at = len(ordered)
        ordered.append(replace(steps[place], parent_idx=parent_idx))
        waiting += [(child, at) for child in reversed(children.get(place, []))]
    return ordered
