"""Conflicts of statements: irreducible, and one of those that trying every set finds."""

from __future__ import annotations

from itertools import chain, combinations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from quayline.plan.conflicts import smallest_conflict

BOXES = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["<=", ">="]), st.integers(0, 5)), min_size=1, max_size=9
)  # fmt: skip


def fits(rows: list[tuple[int, str, int]], kept: frozenset[int]) -> bool:
    """Whether some point of the box [0, 5]^3 with x0 + x1 <= 6 keeps the chosen rows."""
    low, high = np.zeros(3), np.full(3, 5.0)
    for k in kept:
        axis, side, value = rows[k]
        if side == "<=":
            high[axis] = min(high[axis], value)
        else:
            low[axis] = max(low[axis], value)
    return bool((low <= high).all() and low[0] + low[1] <= 6)


@given(BOXES)
def test_conflicts_are_irreducible_and_exist_when_there_is_one(rows: list[tuple[int, str, int]]) -> None:
    every = range(len(rows))
    sets = map(frozenset, chain.from_iterable(combinations(every, n) for n in range(len(rows) + 1)))
    minimal: list[frozenset[int]] = []
    for kept in sets:
        if not fits(rows, kept) and not any(smaller <= kept for smaller in minimal):
            minimal.append(kept)
    if not minimal:
        assert fits(rows, frozenset(every))
        return
    found = frozenset(smallest_conflict(list(every), lambda kept: fits(rows, kept)))
    assert found in minimal
    assert all(fits(rows, found - {k}) for k in found)
