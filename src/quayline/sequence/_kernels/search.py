"""Compiled car sequencing: local search within a day, and day after day in one call.

After Estellon, Gardi, Nouioua, EJOR 191 (2008) 928-944: one random move at a time, accepted when it is
feasible and no worse. Every random number is a hash of the day's key and the number of the move.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from quayline.sequence._kernels.day import (
    ALLOWED,
    BITS,
    CAR,
    COST,
    LOWEST,
    PAINT,
    TALLY,
    WINDOW,
    Array,
    below,
    draw,
    load,
    open_day,
    weighted,
)
from quayline.sequence._kernels.moves import BACKWARD, FORWARD, MAX_SHUFFLE, SHUFFLE, SWAP, apply, shuffle, weigh
from quayline.sequence._kernels.start import can_order, greedy, kinds, lower_bound, repair

ANY, BORDER, VIOLATION = 0, 1, 2
NEXT, DENOMINATOR, SAME_COLOUR, SIMILAR = 3, 4, 5, 6
NUM_TRIES = 12
WORDS_PER_MOVE = 2 * NUM_TRIES + 2
TURN = 64


@njit(cache=True)
def _violated(rule: Array, day: Array, i: int) -> bool:
    violated = False
    for r in range(rule.shape[0]):
        violated |= day[TALLY + r, i] > rule[r, ALLOWED] and i >= rule[r, LOWEST]
    return violated


@njit(cache=True)
def _border(day: Array, first: int, i: int, right: bool) -> int:
    """The end of the colour run through i, on the side asked for."""
    colour = day[PAINT, i]
    if right:
        while day[PAINT, i + 1] == colour:
            i += 1
    else:
        while i > first and day[PAINT, i - 1] == colour:
            i -= 1
    return i


@njit(cache=True)
def _pick_first(rule: Array, day: Array, first: int, bias: int, word: np.uint64, key: np.uint64, index: int) -> int:
    size = day.shape[1] - 1 - first
    p = first + below(word, size)
    if bias == BORDER:
        return _border(day, first, p, (word >> np.uint64(16)) & np.uint64(1) == 1)
    if bias == VIOLATION:
        for k in range(1, NUM_TRIES):
            if _violated(rule, day, p):
                return p
            p = first + below(draw(key, index + k), size)
    return p


@njit(cache=True)
def _pick_second(rule: Array, day: Array, first: int, bias: int, p: int, key: np.uint64, index: int) -> int:
    """A partner for p, or p itself when the bias finds none."""
    word = draw(key, index)
    end = day.shape[1] - 1
    q = first + below(word, end - first)
    side = 1 if word & np.uint64(1) == 1 else -1
    if bias == ANY:
        return q
    if bias == BORDER:
        return _border(day, first, q, side > 0)
    if bias == NEXT or (bias == DENOMINATOR and rule.shape[0] > 0):
        q = p + (side if bias == NEXT else side * rule[below(word, rule.shape[0]), WINDOW])
        return q if first <= q < end else p
    for k in range(1, NUM_TRIES):
        if bias == SAME_COLOUR and day[PAINT, q] == day[PAINT, p] and q != p:
            return q
        if bias == SIMILAR and day[BITS, q] & day[BITS, p] != 0 and q != p:
            return q
        q = first + below(draw(key, index + k), end - first)
    return p


@njit(cache=True)
def _try(rule: Array, score: Array, day: Array, first: int, limit: int, mix: Array, key: np.uint64, index: int) -> bool:
    """One random move by the chances of `mix` (moves, 4); whether it was made."""
    word = draw(key, index)
    row = 0
    while mix[row, 0] <= int(word & np.uint64(0xFFFF)):
        row += 1
    move = mix[row, 1]
    p = _pick_first(rule, day, first, mix[row, 2], word, key, index)
    if move == SHUFFLE:
        q = min(p + MAX_SHUFFLE, day.shape[1] - 1) - 1
        return shuffle(rule, score, day, first, limit, p, q, key, index + NUM_TRIES)
    q = _pick_second(rule, day, first, mix[row, 3], p, key, index + NUM_TRIES)
    if p == q or (move == SWAP and day[BITS, p] == day[BITS, q] and day[PAINT, p] == day[PAINT, q]):
        return False
    if move == FORWARD and p > q:
        move = BACKWARD
    p, q = min(p, q), max(p, q)
    return weigh(rule, score, day, move, p, q) and apply(rule, score, day, first, limit, move, p, q)


@njit(cache=True)
def search(
    rule: Array,
    score: Array,
    day: Array,
    first: int,
    limit: int,
    table: Array,
    num_moves: int,
    stall: int,
    goal: int,
    key: np.uint64,
) -> int:
    """Local search over at most `num_moves` tried moves; equal is accepted; returns the moves tried.

    `table` (turns, moves, 4): cumulated chance in 1/65536, move, bias of first and second position; the
    turns last TURN moves each and come round again. Ends early after `stall` moves without a gain, and at
    `goal`, a lower bound of the weighted objective.
    """
    best = weighted(score, COST)
    tried, gained = 0, 0
    while best > goal and tried < num_moves and tried - gained < stall:
        mix = table[tried // TURN % table.shape[0]]
        made = _try(rule, score, day, first, limit, mix, key, tried * WORDS_PER_MOVE)
        tried += 1
        if made and weighted(score, COST) < best:
            best = weighted(score, COST)
            gained = tried
    return tried


@njit(cache=True)
def sequence_days(
    rule: Array,
    score: Array,
    limit: int,
    bits: Array,
    paint: Array,
    kind: Array,
    num_colours: int,
    starts: Array,
    table: Array,
    num_moves: int,
    stall: int,
    keys: Array,
) -> tuple[Array, Array, Array, Array]:
    """Sequence day after day, each behind the cars of the days before.

    Cars (C,) stand in the order they came in: `bits` (options), `paint`, `kind` (equal cars share one).
    `starts` (D + 1,) bounds the days; cars before starts[0] are fixed. Returns `order` (C,), objective
    terms (D, 3) of the order that came in and of the result, and `status` (D,): moves tried, or -1 when
    no order keeps the batch limit (the day then stays as it came in).
    """
    num_days = starts.size - 1
    order = np.arange(bits.size)
    before = np.zeros((num_days, 3), np.int64)
    after = np.zeros((num_days, 3), np.int64)
    status = np.zeros(num_days, np.int64)
    seen = np.full(bits.size, -1, np.int64)
    reach = 1
    for r in range(rule.shape[0]):
        reach = max(reach, rule[r, WINDOW] - 1)
    for d in range(num_days):
        cars = order[starts[d] : starts[d + 1]].copy()
        if cars.size == 0:
            continue
        tail = order[max(0, starts[d] - reach) : starts[d]].copy()
        first = tail.size + 1
        day = open_day(rule, bits, paint, tail, cars.size)
        load(rule, score, day, first, cars, bits, paint)
        for term in range(3):
            before[d, term] = after[d, term] = score[COST, term]
        colours = np.zeros(num_colours, np.int64)
        for k in cars:
            colours[paint[k]] += 1
        if not can_order(colours, limit):
            status[d] = -1
            continue
        arrived = cars[repair(paint[cars], num_colours, limit)]
        local, sample = kinds(cars, kind, seen)
        built = cars[greedy(rule, score, day, first, limit, local, bits[sample], paint[sample], num_colours)]
        cost = load(rule, score, day, first, built, bits, paint)
        if load(rule, score, day, first, arrived, bits, paint) > cost:
            load(rule, score, day, first, built, bits, paint)
        goal = lower_bound(score, colours, day[PAINT, first - 1], limit)
        status[d] = search(rule, score, day, first, limit, table, num_moves, stall, goal, keys[d])
        for term in range(3):
            after[d, term] = score[COST, term]
        for i in range(cars.size):
            order[starts[d] + i] = day[CAR, first + i]
    return order, before, after, status
