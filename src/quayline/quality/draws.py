"""Random draws by counter: element `counter` of the stream `key`, whatever was drawn before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_A = np.uint64(0xBF58476D1CE4E5B9)
_MIX_B = np.uint64(0x94D049BB133111EB)


def uniform(key: int, counter: NDArray[np.int64]) -> NDArray[np.float64]:
    """Numbers in (0, 1) of the stream `key`, one for each `counter`, same shape.

    SplitMix64 with the counter in place of the state (Steele, Lea & Flood 2014, "Fast splittable
    pseudorandom number generators").
    """
    x = counter.astype(np.uint64) * _GOLDEN + np.uint64(key)
    x = (x ^ (x >> np.uint64(30))) * _MIX_A
    x = (x ^ (x >> np.uint64(27))) * _MIX_B
    x ^= x >> np.uint64(31)
    return ((x >> np.uint64(12)).astype(np.float64) + 0.5) * 2.0**-52


def poisson(u: NDArray[np.float64], mean: NDArray[np.float64]) -> NDArray[np.int64]:
    """Poisson numbers by inversion: the least k whose distribution function exceeds `u`; same shape.

    Adds up the terms, so `mean` must stay below about 700, where exp(-mean) is no longer a normal number.
    """
    term = np.exp(-mean)
    count = np.zeros(u.shape, np.int64)
    rest = np.flatnonzero(u >= term)
    term, mean, u = term[rest], mean[rest], u[rest]
    below = term.copy()
    k = 0
    while rest.size:
        k += 1
        count[rest] = k
        term = term * mean / k
        grown = below + term
        # Beyond the mean a term too small to move the sum ends it: u lies in the last rounding below 1.
        on = (u >= grown) & ((grown > below) | (k < mean))
        rest, term, mean, u, below = rest[on], term[on], mean[on], u[on], grown[on]
    return count
