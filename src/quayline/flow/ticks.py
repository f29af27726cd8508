"""The tick of 2**-20 s: on whole multiples of it, below 2**32 s, sums have no rounding."""

from __future__ import annotations

from typing import Any

import numpy as np

TICKS_PER_S = 2.0**20
MAX_TIME_S = 2.0**32


def on_grid(time_s: Any) -> Any:
    """Seconds rounded to the tick, half up."""
    return np.floor(np.asarray(time_s) * TICKS_PER_S + 0.5) / TICKS_PER_S


def clipped(calendar: Any, end_s: float) -> Any:
    """A calendar (intervals, 2) up to `end_s`, on the grid; raises ValueError where nothing of it is left."""
    inside = calendar[calendar[:, 0] < end_s]
    if not len(inside):
        raise ValueError(f"a calendar has no working time before {end_s} s")
    return on_grid(np.minimum(inside, end_s))
