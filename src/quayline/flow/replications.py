"""Replications: the same question under many seeds, on all cores, until the answer is narrow enough."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from quayline.flow.statistics import Estimate, estimate

if TYPE_CHECKING:
    from collections.abc import Callable

ROUND = 8
"""Replications added at a time while an interval is too wide: the same on any number of threads."""


def nothing(done: int, of: int) -> None:
    """Tells nobody how far the work is."""


def replicate(
    once: Callable[[int], dict[str, float]], num: int, *, told: Callable[[int, int], None] = nothing,
    narrow: str | None = None, half_width: float = 0.0, most: int = 1024,
) -> dict[str, list[float]]:  # fmt: skip
    """The figures of replications 0 … num - 1, each as `once(replication)` gives them, in that order.

    With `narrow` (a figure's name) more are added, `ROUND` at a time, until the 95 % interval of that figure is
    `half_width` of its mean or less, at most `most` in all. `told` hears how many are done of how many.
    Raises ValueError for numbers that cannot be.
    """
    if num < 1 or most < num or (narrow is not None and not 0 < half_width < 1):
        raise ValueError(f"{num} replications of at most {most}, half width {half_width}")
    rows: list[dict[str, float]] = []
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        while True:
            for row in pool.map(once, range(len(rows), num)):
                rows.append(row)
                told(len(rows), num)
            if narrow is None or num >= most or interval(rows, narrow).relative <= half_width:
                return {name: [row[name] for row in rows] for name in rows[0]}
            num = min(num + ROUND, most)


def interval(rows: list[dict[str, float]], name: str) -> Estimate:
    """Mean and t interval of one figure over replications."""
    return estimate(np.array([row[name] for row in rows]))


def paired(values: list[float], against: list[float]) -> Estimate:
    """Mean and t interval of the differences of two series of replications with common random numbers."""
    return estimate(np.array(values) - np.array(against))
