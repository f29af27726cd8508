"""Moves on a day: their exact change of the objective, and carrying them out.

Moves of Estellon, Gardi, Nouioua, EJOR 191 (2008) 928-944. A swap costs O(P) per option the two cars do
not share; insertion and reflection cost O(P) per ratio whatever their length, as windows inside only
trade places. Positions are always p < q.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from quayline.sequence._kernels.day import (
    ALLOWED,
    BITS,
    CAR,
    CHANGE,
    COLOUR,
    COST,
    LOWEST,
    ORDER,
    PAINT,
    TALLY,
    TERM,
    WEIGHT,
    WINDOW,
    Array,
    below,
    draw,
    fits,
    has_option,
    recount,
    step,
    weighted,
)

SWAP, FORWARD, BACKWARD, REFLECT, SHUFFLE = 0, 1, 2, 3, 4
MAX_SHUFFLE = 7


@njit(cache=True, forceinline=True)
def _gain(tally: int, shift: int, allowed: int) -> int:
    """Change of a window's violation when `shift` more of its cars have the option."""
    return max(0, tally + shift - allowed) - max(0, tally - allowed)


@njit(cache=True)
def _swap_ratio(rule: Array, day: Array, r: int, p: int, q: int) -> int:
    """Change of ratio r's violations when p and q swap, of which exactly one has option r."""
    allowed, window, lowest = rule[r, ALLOWED], rule[r, WINDOW], rule[r, LOWEST]
    shift = -1 if has_option(day, r, p) else 1
    delta = 0
    for i in range(max(p - window + 1, lowest), min(p, q - window) + 1):
        delta += _gain(day[TALLY + r, i], shift, allowed)
    for i in range(max(p, q - window, lowest - 1) + 1, q + 1):
        delta += _gain(day[TALLY + r, i], -shift, allowed)
    return delta


@njit(cache=True)
def _forward_ratio(rule: Array, day: Array, r: int, p: int, q: int) -> int:
    """Change of ratio r's violations when the car at p moves to q."""
    allowed, window, lowest = rule[r, ALLOWED], rule[r, WINDOW], rule[r, LOWEST]
    moved = has_option(day, r, p)
    delta = 0
    for i in range(max(p - window + 1, lowest), min(p - 1, q - window) + 1):
        delta += _gain(day[TALLY + r, i], has_option(day, r, i + window) - moved, allowed)
    if q - window >= p:  # windows inside slide by one place: the sum telescopes
        delta += max(0, day[TALLY + r, q - window + 1] - allowed) - max(0, day[TALLY + r, p] - allowed)
    for i in range(max(p, q - window) + 1, q + 1):
        delta += _gain(day[TALLY + r, i], moved - has_option(day, r, i), allowed)
    return delta


@njit(cache=True)
def _backward_ratio(rule: Array, day: Array, r: int, p: int, q: int) -> int:
    """Change of ratio r's violations when the car at q moves to p."""
    allowed, window, lowest = rule[r, ALLOWED], rule[r, WINDOW], rule[r, LOWEST]
    moved = has_option(day, r, q)
    delta = 0
    for i in range(max(p - window + 1, lowest), min(p, q - window) + 1):
        delta += _gain(day[TALLY + r, i], moved - has_option(day, r, i + window - 1), allowed)
    if q - window >= p:
        delta += max(0, day[TALLY + r, p] - allowed) - max(0, day[TALLY + r, q - window + 1] - allowed)
    for i in range(max(p, q - window + 1) + 1, q + 1):
        delta += _gain(day[TALLY + r, i], has_option(day, r, i - 1) - moved, allowed)
    return delta


@njit(cache=True)
def _reflect_ratio(rule: Array, day: Array, r: int, p: int, q: int) -> int:
    """Change of ratio r's violations when [p, q] is reversed; windows inside only trade places."""
    allowed, window, lowest = rule[r, ALLOWED], rule[r, WINDOW], rule[r, LOWEST]
    delta, shift = 0, 0
    for last in range(p, min(p + window - 1, q)):
        shift += has_option(day, r, p + q - last) - has_option(day, r, last)
        if last - window + 1 >= lowest:
            delta += _gain(day[TALLY + r, last - window + 1], shift, allowed)
    shift = 0
    for i in range(q, max(p, q - window + 1), -1):
        shift += has_option(day, r, p + q - i) - has_option(day, r, i)
        delta += _gain(day[TALLY + r, i], shift, allowed)
    return delta


@njit(cache=True)
def _colour_delta(day: Array, move: int, p: int, q: int) -> int:
    """Change of the number of colour changes."""
    before, a, b, after = day[PAINT, p - 1], day[PAINT, p], day[PAINT, q], day[PAINT, q + 1]
    if move == REFLECT or q == p + 1:
        return step(before, b) + step(a, after) - step(before, a) - step(b, after)
    second, last = day[PAINT, p + 1], day[PAINT, q - 1]
    if move == FORWARD:
        new = step(before, second) + step(b, a) + step(a, after)
        return new - step(before, a) - step(a, second) - step(b, after)
    if move == BACKWARD:
        new = step(before, b) + step(b, a) + step(last, after)
        return new - step(before, a) - step(last, b) - step(b, after)
    new = step(before, b) + step(b, second) + step(last, a) + step(a, after)
    return new - step(before, a) - step(a, second) - step(last, b) - step(b, after)


@njit(cache=True)
def _ratio_delta(rule: Array, day: Array, term: int, move: int, p: int, q: int) -> int:
    """Change of the violations of all ratios of one term."""
    delta = 0
    differ = day[BITS, p] ^ day[BITS, q]
    for r in range(rule.shape[0]):
        if rule[r, TERM] != term:
            continue
        if move == SWAP:
            if (differ >> r) & 1:
                delta += _swap_ratio(rule, day, r, p, q)
        elif move == FORWARD:
            delta += _forward_ratio(rule, day, r, p, q)
        elif move == BACKWARD:
            delta += _backward_ratio(rule, day, r, p, q)
        else:
            delta += _reflect_ratio(rule, day, r, p, q)
    return delta


@njit(cache=True)
def weigh(rule: Array, score: Array, day: Array, move: int, p: int, q: int) -> bool:
    """Fill CHANGE of `score` for a move; False as soon as it must end worse than it was.

    The objective cannot fall by more than its remaining terms, which makes the early end exact.
    """
    slack = weighted(score, COST)
    total = 0
    for k in range(3):
        term = score[ORDER, k]
        if term == COLOUR:
            score[CHANGE, term] = _colour_delta(day, move, p, q)
        else:
            score[CHANGE, term] = _ratio_delta(rule, day, term, move, p, q)
        total += score[WEIGHT, term] * score[CHANGE, term]
        slack -= score[WEIGHT, term] * score[COST, term]
        if total > slack:
            return False
    return total <= 0


@njit(cache=True)
def rotate(values: Array, p: int, q: int, forward: bool) -> None:
    """Move the value at p to q (forward) or at q to p, and those between by one place."""
    if forward:
        kept = values[p]
        for i in range(p, q):
            values[i] = values[i + 1]
        values[q] = kept
    else:
        kept = values[q]
        for i in range(q, p, -1):
            values[i] = values[i - 1]
        values[p] = kept


@njit(cache=True)
def _exchange(day: Array, p: int, q: int) -> None:
    for row in (CAR, BITS, PAINT):
        day[row, p], day[row, q] = day[row, q], day[row, p]


@njit(cache=True)
def _permute(day: Array, move: int, p: int, q: int) -> None:
    """Carry out a move on cars, options and colours."""
    if move == SWAP:
        _exchange(day, p, q)
    elif move == REFLECT:
        for i in range((q - p + 1) // 2):
            _exchange(day, p + i, q - i)
    else:
        for row in (CAR, BITS, PAINT):
            rotate(day[row], p, q, move == FORWARD)


@njit(cache=True)
def apply(rule: Array, score: Array, day: Array, first: int, limit: int, move: int, p: int, q: int) -> bool:
    """Carry out a weighed move unless a paint batch would become too long; False leaves all as it was."""
    _permute(day, move, p, q)
    if not (fits(day, first, limit, p) and fits(day, first, limit, q)):
        undo = BACKWARD if move == FORWARD else FORWARD if move == BACKWARD else move
        _permute(day, undo, p, q)
        return False
    if move == SWAP:
        differ = day[BITS, p] ^ day[BITS, q]
        for r in range(rule.shape[0]):
            if (differ >> r) & 1:
                gain = 1 if has_option(day, r, p) else -1
                for i in range(max(p - rule[r, WINDOW] + 1, rule[r, LOWEST]), p + 1):
                    day[TALLY + r, i] += gain
                for i in range(max(q - rule[r, WINDOW] + 1, rule[r, LOWEST]), q + 1):
                    day[TALLY + r, i] -= gain
    else:
        recount(rule, day, p, q)
    for term in range(3):
        score[COST, term] += score[CHANGE, term]
    return True


@njit(cache=True)
def _local_cost(rule: Array, score: Array, day: Array, low: int, high: int, sign: int) -> None:
    """Add sign times the cost of all windows and colour steps that touch positions low..high to CHANGE."""
    for r in range(rule.shape[0]):
        for i in range(max(low - rule[r, WINDOW] + 1, rule[r, LOWEST]), high + 1):
            score[CHANGE, rule[r, TERM]] += sign * max(0, day[TALLY + r, i] - rule[r, ALLOWED])
    for i in range(low, high + 2):
        score[CHANGE, COLOUR] += sign * step(day[PAINT, i - 1], day[PAINT, i])


@njit(cache=True)
def shuffle(
    rule: Array, score: Array, day: Array, first: int, limit: int, p: int, q: int, key: np.uint64, index: int
) -> bool:
    """Put [p, q] in a random order if that is no worse and feasible; otherwise leave all as it was."""
    partner = np.empty(MAX_SHUFFLE, np.int64)
    score[CHANGE] = 0
    _local_cost(rule, score, day, p, q, -1)
    for i in range(q, p, -1):
        partner[i - p] = p + below(draw(key, index + i - p), i - p + 1)
        _exchange(day, i, partner[i - p])
    recount(rule, day, p, q)
    _local_cost(rule, score, day, p, q, 1)
    good = weighted(score, CHANGE) <= 0
    for i in range(p, q + 1):
        good = good and fits(day, first, limit, i)
    if good:
        for term in range(3):
            score[COST, term] += score[CHANGE, term]
        return True
    for i in range(p + 1, q + 1):
        _exchange(day, i, partner[i - p])
    recount(rule, day, p, q)
    return False
