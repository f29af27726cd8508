"""Hours of a year: what a store adds to green power matched in the hour, and what each hour's energy is worth to it."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True)
def store(surplus, deficit, capacity, power, efficiency, drawn, level):
    """Fills `drawn` (from the store in each hour) and `level` (at its end); returns the energy drawn in the year.

    The store begins empty, takes surplus whenever there is room and gives it back at the first deficit: of all ways to
    use it, none draws more, since a kWh kept for a later hour fills no more deficit than one used now.
    """
    stored = 0.0
    total = 0.0
    for h in range(len(surplus)):
        if surplus[h] > 0.0:
            stored += min(efficiency * min(surplus[h], power), capacity - stored)
            drawn[h] = 0.0
        else:
            drawn[h] = min(deficit[h], power, stored)
            stored -= drawn[h]
            total += drawn[h]
        level[h] = stored
    return total


@njit(cache=True)
def worth(surplus, deficit, capacity, power, efficiency, drawn, level, green, stored):
    """Dual prices of the hours behind `store`: `green` of a kWh more generated, `stored` of a kWh put into the store.

    Backwards: full, a further kWh is worth nothing; empty at a deficit, it serves at once. Returns the worth of a kWh
    of capacity and of a kW of power. Any prices between 0 and 1 give a valid bound; these give the value itself.
    """
    num = len(surplus)
    later = 0.0
    of_capacity = 0.0
    of_power = 0.0
    for k in range(num):
        h = num - 1 - k
        before = level[h - 1] if h > 0 else 0.0
        if surplus[h] > 0.0:
            put = efficiency * min(surplus[h], power)
            is_full = put >= capacity - before
            stored[h] = 0.0 if is_full else later
            green[h] = efficiency * stored[h] if not is_full and surplus[h] <= power else 0.0
        elif drawn[h] >= deficit[h]:
            stored[h] = later
            green[h] = later
        elif drawn[h] >= power:
            stored[h] = later
            green[h] = 1.0
        else:
            stored[h] = 1.0
            green[h] = 1.0
        of_power += max(0.0, efficiency * stored[h] - green[h]) + max(0.0, green[h] - stored[h])
        of_capacity += max(0.0, later - stored[h])
        later = stored[h]
    return of_capacity, of_power


@njit(cache=True)
def sums(rows, weights):
    """rows (R, H) times weights (H,), in the order of the hours: the same bits on any machine, which BLAS has not."""
    found = np.zeros(len(rows))
    for r in range(len(rows)):
        total = 0.0
        for h in range(len(weights)):
            total += rows[r, h] * weights[h]
        found[r] = total
    return found


@njit(cache=True)
def mixed(rows, weights):
    """weights (R,) times rows (R, H), one row after the other."""
    found = np.zeros(rows.shape[1])
    for r in range(len(rows)):
        if weights[r] != 0.0:
            for h in range(rows.shape[1]):
                found[h] += weights[r] * rows[r, h]
    return found
