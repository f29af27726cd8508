"""Types of part by share, as the order in which they arrive."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST = 1000
"""Parts after which the order begins again, at most."""


def levelled(shares: Mapping[str, float]) -> list[str]:
    """The shortest order with these shares, every type spread as evenly as can be.

    The j-th part of a type is due at (j - 1/2) / share; parts stand in the order of their due dates (Inman & Bulfin
    1991). Raises ValueError for shares that do not add up to one, or that no order of at most MOST parts has.
    """
    total = math.fsum(shares.values())
    if abs(total - 1) > 1e-6:
        raise ValueError(f"the shares add up to {100 * total:.6g} %, expected 100 %")
    for num in range(1, MOST + 1):
        counts = {name: round(num * share) for name, share in shares.items()}
        if sum(counts.values()) == num and all(abs(counts[n] - num * s) <= 1e-6 * num for n, s in shares.items()):
            due = [((j + 0.5) * num / count, k, name) for k, (name, count) in enumerate(counts.items())
                   for j in range(count)]  # fmt: skip
            return [name for *_, name in sorted(due)]
    raise ValueError(f"no order of at most {MOST} parts has these shares: round them")
