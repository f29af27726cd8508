"""Which order gets which car of its market and variant: first in, first out, but frozen cars keep their orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from quayline.plan.earlier import Stand


def peg(
    mine: np.ndarray, due: np.ndarray, accepted: np.ndarray, built: np.ndarray, stand: Stand | None
) -> tuple[np.ndarray, np.ndarray]:
    """The order of each car of a pair, cars in the order of their weeks, and the orders whose cars are barred.

    `mine`: the pair's orders, ascending by requested day, `due` their weeks; `accepted`: orders served by week of
    delivery, `built`: cars by week, of equal sums. In a re-plan the k-th car of a frozen week keeps the order that it
    had; all other cars go to the orders that are left, by requested day.
    """
    starts = np.concatenate([[0], np.cumsum(built)])
    orders = np.full(starts[-1], -1)
    is_barred = is_kept = np.zeros(len(mine), bool)
    if stand is not None:
        week, rank = stand.week[mine], stand.rank[mine]
        is_barred = stand.is_barred[mine]
        is_kept = (week >= 0) & ~is_barred & (rank < built[week])
        orders[starts[week[is_kept]] + rank[is_kept]] = mine[is_kept]
    room = accepted - np.bincount(due[is_kept], minlength=len(accepted))
    rest = ~is_kept & ~is_barred
    nth = np.arange(int(rest.sum())) - np.searchsorted(due[rest], due[rest], side="left")
    orders[orders < 0] = mine[rest][nth < room[due[rest]]]
    return orders, mine[is_barred]
