"""What the exact tables of the shared data hold: each row's value, and how to measure it with our own engines."""

from __future__ import annotations

import csv
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from quayline.flow.network import Cars
from quayline.flow.statistics import Estimate, estimate

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]
TABLES = Path(os.environ.get("QUAYLINE_DATA", ROOT.parent / "shared" / "data")) / "line_truth"
REPLICATIONS = 16
END_S = 2.0**31
ALWAYS = (np.array([[0.0, END_S]]),)


@dataclass(frozen=True)
class Row:
    """A value, and `measure(seed)`: the same of our own with its 95 % interval.

    half_width: that of the value itself, where it was simulated. low, high: bounds that the table gives beside it.
    """

    name: str
    exact: float
    measure: Callable[[int], Estimate]
    half_width: float = 0.0
    low: float = -np.inf
    high: float = np.inf

    def misses(self, seed: int) -> tuple[float, str]:
        """How many half-widths lie between both values, or beyond a bound, and what to say of it."""
        found = self.measure(seed)
        half = float(np.hypot(found.half_width, self.half_width))
        gap = max(abs(found.mean - self.exact), self.low - found.mean, found.mean - self.high) / half
        return gap, f"{self.name}: {found.mean:.6f} ± {half:.6f}, exact {self.exact:.6f}, off by {gap:.2f} half-widths"


def rows_of(name: str) -> list[dict[str, str]]:
    """A table; skips the test where the shared data is not there."""
    if not (TABLES / name).is_file():
        pytest.skip(f"no table {TABLES / name}: set QUAYLINE_DATA to the folder of the shared data")
    with (TABLES / name).open(newline="") as file:
        return list(csv.DictReader(file))


def replicated(one: Callable[[int], float], num: int = REPLICATIONS) -> Callable[[int], Estimate]:
    """The interval of `num` runs with seeds of their own."""
    return lambda seed: estimate(np.array([one(1000 * seed + k) for k in range(num)]))


def waiting(num: int) -> Cars:
    """Cars that all stand in front from the start."""
    return Cars(np.zeros(num, np.int64), np.zeros(num))
