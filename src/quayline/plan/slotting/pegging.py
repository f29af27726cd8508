"""Which order gets which car of its market and variant: first in, first out, but frozen cars keep their orders."""

from __future__ import annotations

import numpy as np


def peg(due: np.ndarray, accepted: np.ndarray, cars: np.ndarray, kept: np.ndarray, firm: np.ndarray) -> np.ndarray:
    """The car of each order of a pair, -1 where it gets none.

    `due`: week of delivery wanted by each order, ascending; `accepted`: orders served by week; `cars`: as many numbers
    of cars, by day of delivery; `kept`: the car that an order keeps, -1 for none; `firm`: firm orders, served
    before the others of their week. All other cars go to the orders that are left, by requested day.
    """
    found = kept.copy()
    rest = np.flatnonzero(kept < 0)
    room = accepted - np.bincount(due[kept >= 0], minlength=len(accepted))
    first = np.lexsort((~firm[rest], due[rest]))
    nth = np.zeros(len(rest), np.int64)
    nth[first] = np.arange(len(rest)) - np.searchsorted(due[rest], due[rest], side="left")
    found[rest[nth < room[due[rest]]]] = cars[~np.isin(cars, kept)]
    return found
