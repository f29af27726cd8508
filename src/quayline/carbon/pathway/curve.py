"""The abatement curve along the optimum: the caps are tightened step by step and the whole path is solved again.

A sum of single levers would count what they take from each other twice; here each step is a path that could be built.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

    from numpy.typing import NDArray

    from quayline.carbon.pathway.desk import Answer, Desk


@dataclass(frozen=True)
class Step:
    """A point of the curve: how far the caps are tightened from the path without caps (0) to the targets (1)."""

    tightened_share: float
    answer: Answer


def curve(desk: Desk, levers: Sequence[Any], free: Answer, best: Answer, num: int) -> list[Step]:
    """`num` steps from `free` (no caps) to `best`, both included.

    The cap of a year lies on the straight line between the most that `free` counts on any path and its target, so
    that every step asks the same share of the way in every year.
    """
    caps, most = best.model.caps_kt + best.short_kt, free.counted_kt().max(axis=0)
    found = [Step(0.0, free)]
    for k in range(1, num):
        share = k / num
        between = np.where(np.isfinite(caps), np.minimum(most, most + share * (caps - most)), np.inf)
        found.append(Step(share, desk.cheapest(levers, _loose(between))))
    return [*found, Step(1.0, best)]


def _loose(caps_kt: NDArray[np.float64]) -> NDArray[np.float64]:
    return caps_kt + 1e-9
