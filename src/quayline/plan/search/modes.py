"""From the fractional line modes of the relaxation to whole ones: the nearest schedule that keeps the minimum stay."""

from __future__ import annotations

import numpy as np


def nearest_schedule(share: np.ndarray, allowed: np.ndarray, opening: int, stay: int, change: float) -> np.ndarray:
    """Mode by month, maximising the sum of `share` (mode, month) less `change` for each change.

    Dynamic programme over (month, mode, months stayed, capped at `stay`). The opening mode may be left at once; a
    chosen mode stays `stay` months or to the end. `allowed`: (mode, month).
    """
    num_modes, num = share.shape
    worth = np.where(allowed, share, -np.inf)
    best = np.full((num_modes, stay + 1), -np.inf)
    best[opening, stay] = 0.0
    came: list[list[list[tuple[int, int]]]] = []
    for month in range(num):
        fresh = np.full_like(best, -np.inf)
        source = [[(opening, stay)] * (stay + 1) for _ in range(num_modes)]
        for mode in range(num_modes):
            for stayed in range(1, stay + 1):
                on = min(stayed + 1, stay)
                value = best[mode, stayed] + worth[mode, month]
                if value > fresh[mode, on]:
                    fresh[mode, on], source[mode][on] = value, (mode, stayed)
            for other in range(num_modes):
                value = best[other, stay] + worth[mode, month] - change
                if other != mode and value > fresh[mode, min(1, stay)]:
                    fresh[mode, 1], source[mode][1] = value, (other, stay)
        best = fresh
        came.append(source)
    mode, stayed = (int(k) for k in np.unravel_index(int(np.argmax(best)), best.shape))
    schedule = np.zeros(num, np.int64)
    for month in range(num - 1, -1, -1):
        schedule[month] = mode
        mode, stayed = came[month][mode][stayed]
    return schedule


def as_columns(schedule: np.ndarray, num_modes: int) -> np.ndarray:
    """The schedule as 0/1 by (mode, month)."""
    columns: np.ndarray = (np.arange(num_modes)[:, None] == schedule[None, :]).astype(np.float64)
    return columns


def whole_shifts(shifts: np.ndarray, most: np.ndarray, month_of: np.ndarray, per_month: int, up_from: float = 0.5
                 ) -> np.ndarray:  # fmt: skip
    """Weekend shifts by week as whole numbers, parts from `up_from` on rounded up, within `most` of a week and
    `per_month` of a month."""
    near: np.ndarray = np.minimum(np.floor(shifts + 1.0 - up_from), most)
    for month in np.unique(month_of[near > 0]):
        mine = np.flatnonzero(month_of == month)
        while near[mine].sum() > per_month:
            week = mine[np.argmax(near[mine] - shifts[mine])]
            near[week] -= 1
    return near
