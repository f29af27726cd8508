"""Compiled car sequencing: start orders, exact move deltas and the local search, over plain arrays.

A day is laid out as one array of positions: `first` fixed cars of the days before (position 0 is a
sentinel without options and, when there is no day before, without colour), then the cars to order.
Ratio r allows at most N of any P consecutive cars; `count[r, i]` holds the cars with option r in the
window that starts at i and is cut off at the end of the day.

Sources: rules of the ROADEF'2005 challenge; Estellon, Gardi, Nouioua, EJOR 191 (2008) 928-944 (moves and
search); Gottlieb, Puchta, Solnon, EvoWorkshops 2003 (greedy by dynamic utilisation rates).
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit  # type: ignore[import-untyped]

HIGH, COLOUR, LOW = 0, 1, 2
SWAP, FORWARD, BACKWARD, REFLECT, SHUFFLE = 0, 1, 2, 3, 4
ANY, BORDER, VIOLATION = 0, 1, 2
NEXT, DENOMINATOR, SAME_COLOUR, SIMILAR = 3, 4, 5, 6
NUM_TRIES = 12
MAX_SHUFFLE = 7

Array = np.ndarray[Any, Any]


class Rules(NamedTuple):
    """What holds on every day: ratio arrays (high first, then low), batch limit and objective."""

    num_allowed: Array  # (R,) N of N/P
    window: Array  # (R,) P of N/P
    num_high: int
    limit: int
    weight: Array  # (3,) by HIGH, COLOUR, LOW
    order: Array  # (3,) objectives, heaviest first


class Day(NamedTuple):
    """One day under search; every array is indexed by position, `count` by ratio and position."""

    car: Array
    bits: Array
    paint: Array  # one longer than the day, closed by -1
    count: Array
    lowest: Array  # (R,) first window that counts
    cost: Array  # (3,) current objective terms
    first: int
    end: int


@njit(cache=True)
def _draw(key: int, index: int) -> int:
    """Word `index` of the stream `key` (SplitMix64; Steele, Lea, Flood 2014)."""
    z = np.uint64(key) + np.uint64(index) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit(cache=True)
def _below(word: int, size: int) -> int:
    """A number in [0, size) from the upper half of `word`."""
    return np.int64(((np.uint64(word) >> np.uint64(32)) * np.uint64(size)) >> np.uint64(32))


@njit(cache=True)
def _step(left: int, right: int) -> int:
    """1 when the colour changes between two neighbours that both exist."""
    return 1 if left != right and left >= 0 and right >= 0 else 0


@njit(cache=True)
def _has(day: Day, r: int, i: int) -> int:
    return (day.bits[i] >> r) & 1


@njit(cache=True)
def recount(rules: Rules, day: Day, low: int, high: int) -> None:
    """Bring `count` up to date for windows that start in [low, high]."""
    for r in range(rules.window.size):
        window = rules.window[r]
        row = day.count[r]
        i = max(low, day.lowest[r])
        total = 0
        for j in range(i, min(i + window, day.end)):
            total += _has(day, r, j)
        while i <= high:
            row[i] = total
            total -= _has(day, r, i)
            if i + window < day.end:
                total += _has(day, r, i + window)
            i += 1


@njit(cache=True)
def evaluate(rules: Rules, day: Day) -> None:
    """Set counts and objective terms from the sequence."""
    recount(rules, day, 0, day.end - 1)
    day.cost[:] = 0
    for r in range(rules.window.size):
        term = HIGH if r < rules.num_high else LOW
        for i in range(day.lowest[r], day.end):
            day.cost[term] += max(0, day.count[r, i] - rules.num_allowed[r])
    for i in range(day.first, day.end):
        day.cost[COLOUR] += _step(day.paint[i - 1], day.paint[i])


@njit(cache=True)
def _swap_ratio(rules: Rules, day: Day, r: int, p: int, q: int) -> int:
    """Change of ratio r's violations when p < q swap, of which exactly one has option r."""
    row, allowed, window = day.count[r], rules.num_allowed[r], rules.window[r]
    left, right = 0, 0
    if _has(day, r, p):
        for i in range(max(p - window + 1, day.lowest[r]), min(p, q - window) + 1):
            left -= row[i] > allowed
        for i in range(max(p, q - window, day.lowest[r] - 1) + 1, q + 1):
            right += row[i] >= allowed
    else:
        for i in range(max(p - window + 1, day.lowest[r]), min(p, q - window) + 1):
            left += row[i] >= allowed
        for i in range(max(p, q - window, day.lowest[r] - 1) + 1, q + 1):
            right -= row[i] > allowed
    return left + right


@njit(cache=True)
def _forward_ratio(rules: Rules, day: Day, r: int, p: int, q: int) -> int:
    """Change of ratio r's violations when the car at p moves to q > p."""
    row, allowed, window = day.count[r], rules.num_allowed[r], rules.window[r]
    moved = _has(day, r, p)
    delta = 0
    for i in range(max(p - window + 1, day.lowest[r]), min(p - 1, q - window) + 1):
        delta += max(0, row[i] + _has(day, r, i + window) - moved - allowed) - max(0, row[i] - allowed)
    if q - window >= p:  # windows inside slide by one place: the sum telescopes
        delta += max(0, row[q - window + 1] - allowed) - max(0, row[p] - allowed)
    for i in range(max(p, q - window) + 1, q + 1):
        delta += max(0, row[i] + moved - _has(day, r, i) - allowed) - max(0, row[i] - allowed)
    return delta


@njit(cache=True)
def _backward_ratio(rules: Rules, day: Day, r: int, p: int, q: int) -> int:
    """Change of ratio r's violations when the car at q moves to p < q."""
    row, allowed, window = day.count[r], rules.num_allowed[r], rules.window[r]
    moved = _has(day, r, q)
    delta = 0
    for i in range(max(p - window + 1, day.lowest[r]), min(p, q - window) + 1):
        delta += max(0, row[i] + moved - _has(day, r, i + window - 1) - allowed) - max(0, row[i] - allowed)
    if q - window >= p:
        delta += max(0, row[p] - allowed) - max(0, row[q - window + 1] - allowed)
    for i in range(max(p, q - window + 1) + 1, q + 1):
        delta += max(0, row[i] + _has(day, r, i - 1) - moved - allowed) - max(0, row[i] - allowed)
    return delta


@njit(cache=True)
def _reflect_ratio(rules: Rules, day: Day, r: int, p: int, q: int) -> int:
    """Change of ratio r's violations when [p, q] is reversed; windows inside only trade places."""
    row, allowed, window = day.count[r], rules.num_allowed[r], rules.window[r]
    delta, shift = 0, 0
    for stop in range(p, min(p + window - 1, q)):
        shift += _has(day, r, p + q - stop) - _has(day, r, stop)
        i = stop - window + 1
        if i >= day.lowest[r]:
            delta += max(0, row[i] + shift - allowed) - max(0, row[i] - allowed)
    shift = 0
    for i in range(q, max(p, q - window + 1), -1):
        shift += _has(day, r, p + q - i) - _has(day, r, i)
        delta += max(0, row[i] + shift - allowed) - max(0, row[i] - allowed)
    return delta


@njit(cache=True)
def _colour_delta(day: Day, move: int, p: int, q: int) -> int:
    """Change of the number of colour changes for a move on p < q."""
    paint = day.paint
    before, a, b, after = paint[p - 1], paint[p], paint[q], paint[q + 1]
    if move == REFLECT:
        return _step(before, b) + _step(a, after) - _step(before, a) - _step(b, after)
    second, last = paint[p + 1], paint[q - 1]
    if move == FORWARD:
        return (_step(before, second) + _step(b, a) + _step(a, after)
                - _step(before, a) - _step(a, second) - _step(b, after))
    if move == BACKWARD:
        return (_step(before, b) + _step(b, a) + _step(last, after)
                - _step(before, a) - _step(last, b) - _step(b, after))
    if q == p + 1:
        return _step(before, b) + _step(a, after) - _step(before, a) - _step(b, after)
    return (_step(before, b) + _step(b, second) + _step(last, a) + _step(a, after)
            - _step(before, a) - _step(a, second) - _step(last, b) - _step(b, after))


@njit(cache=True)
def _class_delta(rules: Rules, day: Day, move: int, p: int, q: int, low: int, high: int) -> int:
    """Change of the violations of ratios low..high-1 for a move on p < q."""
    delta = 0
    if move == SWAP:
        differ = day.bits[p] ^ day.bits[q]
        for r in range(low, high):
            if (differ >> r) & 1:
                delta += _swap_ratio(rules, day, r, p, q)
        return delta
    for r in range(low, high):
        if move == FORWARD:
            delta += _forward_ratio(rules, day, r, p, q)
        elif move == BACKWARD:
            delta += _backward_ratio(rules, day, r, p, q)
        else:
            delta += _reflect_ratio(rules, day, r, p, q)
    return delta


@njit(cache=True)
def weigh(rules: Rules, day: Day, move: int, p: int, q: int, change: Array) -> bool:
    """Fill `change` (3,) for a move on p < q; False as soon as it must end worse than it was.

    The objective cannot fall by more than its remaining terms, which makes the early end exact.
    """
    slack = 0
    for term in range(3):
        slack += rules.weight[term] * day.cost[term]
    total = 0
    for k in range(3):
        term = rules.order[k]
        if term == COLOUR:
            change[term] = _colour_delta(day, move, p, q)
        elif term == HIGH:
            change[term] = _class_delta(rules, day, move, p, q, 0, rules.num_high)
        else:
            change[term] = _class_delta(rules, day, move, p, q, rules.num_high, rules.window.size)
        total += rules.weight[term] * change[term]
        slack -= rules.weight[term] * day.cost[term]
        if total > slack:
            return False
    return total <= 0


@njit(cache=True)
def _exchange(day: Day, p: int, q: int) -> None:
    day.car[p], day.car[q] = day.car[q], day.car[p]
    day.bits[p], day.bits[q] = day.bits[q], day.bits[p]
    day.paint[p], day.paint[q] = day.paint[q], day.paint[p]


@njit(cache=True)
def _rotate(values: Array, p: int, q: int, forward: bool) -> None:
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
def _permute(day: Day, move: int, p: int, q: int) -> None:
    """Carry out a move on car, bits and paint."""
    if move == SWAP:
        _exchange(day, p, q)
    elif move == REFLECT:
        for i in range((q - p + 1) // 2):
            _exchange(day, p + i, q - i)
    else:
        _rotate(day.car, p, q, move == FORWARD)
        _rotate(day.bits, p, q, move == FORWARD)
        _rotate(day.paint, p, q, move == FORWARD)


@njit(cache=True)
def _fits(rules: Rules, day: Day, i: int) -> bool:
    """Whether the colour run through position i keeps to the batch limit (days before do not count)."""
    colour = day.paint[i]
    left, right = i, i
    while left > day.first and day.paint[left - 1] == colour:
        left -= 1
    while day.paint[right + 1] == colour:
        right += 1
    return right - left < rules.limit


@njit(cache=True)
def apply(rules: Rules, day: Day, move: int, p: int, q: int, change: Array) -> bool:
    """Carry out a weighed move unless a paint batch would become too long; False leaves all as it was."""
    _permute(day, move, p, q)
    if not (_fits(rules, day, p) and _fits(rules, day, q)):
        undo = BACKWARD if move == FORWARD else FORWARD if move == BACKWARD else move
        _permute(day, undo, p, q)
        return False
    if move == SWAP:
        differ = day.bits[p] ^ day.bits[q]
        for r in range(rules.window.size):
            if (differ >> r) & 1:
                gain = 1 if _has(day, r, p) else -1
                for i in range(max(p - rules.window[r] + 1, day.lowest[r]), p + 1):
                    day.count[r, i] += gain
                for i in range(max(q - rules.window[r] + 1, day.lowest[r]), q + 1):
                    day.count[r, i] -= gain
    else:
        recount(rules, day, p - np.max(rules.window) + 1, q)
    for term in range(3):
        day.cost[term] += change[term]
    return True


@njit(cache=True)
def _span_cost(rules: Rules, day: Day, low: int, high: int, total: Array) -> None:
    """Objective terms of the windows that start in [p - P + 1, q] and the colour steps from p to q + 1."""
    total[:] = 0
    for r in range(rules.window.size):
        term = HIGH if r < rules.num_high else LOW
        for i in range(max(low - rules.window[r] + 1, day.lowest[r]), high + 1):
            total[term] += max(0, day.count[r, i] - rules.num_allowed[r])
    for i in range(low, high + 2):
        total[COLOUR] += _step(day.paint[i - 1], day.paint[i])


@njit(cache=True)
def shuffle(rules: Rules, day: Day, p: int, q: int, key: int, index: int) -> bool:
    """Put [p, q] in a random order if that is no worse and feasible; otherwise leave all as it was."""
    old = np.empty(3, np.int64)
    new = np.empty(3, np.int64)
    partner = np.empty(MAX_SHUFFLE, np.int64)
    reach = np.max(rules.window) - 1
    _span_cost(rules, day, p, q, old)
    for i in range(q, p, -1):
        partner[i - p] = p + _below(_draw(key, index + i - p), i - p + 1)
        _exchange(day, i, partner[i - p])
    recount(rules, day, p - reach, q)
    _span_cost(rules, day, p, q, new)
    total = 0
    for term in range(3):
        total += rules.weight[term] * (new[term] - old[term])
    fits = total <= 0
    for i in range(p, q + 1):
        fits = fits and _fits(rules, day, i)
    if fits:
        for term in range(3):
            day.cost[term] += new[term] - old[term]
        return True
    for i in range(p + 1, q + 1):
        _exchange(day, i, partner[i - p])
    recount(rules, day, p - reach, q)
    return False


@njit(cache=True)
def _violated(rules: Rules, day: Day, i: int) -> bool:
    for r in range(rules.window.size):
        if day.count[r, i] > rules.num_allowed[r] and i >= day.lowest[r]:
            return True
    return False


@njit(cache=True)
def _border(day: Day, i: int, right: bool) -> int:
    """The end of the colour run through i, on the side asked for."""
    colour = day.paint[i]
    if right:
        while day.paint[i + 1] == colour:
            i += 1
    else:
        while i > day.first and day.paint[i - 1] == colour:
            i -= 1
    return i


@njit(cache=True)
def _pick_first(rules: Rules, day: Day, bias: int, key: int, index: int) -> int:
    word = _draw(key, index)
    p = day.first + _below(word, day.end - day.first)
    if bias == BORDER:
        return _border(day, p, word & np.uint64(1) == 1)
    if bias == VIOLATION:
        for k in range(NUM_TRIES):
            if _violated(rules, day, p):
                return p
            p = day.first + _below(_draw(key, index + 1 + k), day.end - day.first)
    return p


@njit(cache=True)
def _pick_second(rules: Rules, day: Day, bias: int, p: int, key: int, index: int) -> int:
    """A partner for p, or p itself when the bias finds none."""
    word = _draw(key, index)
    size = day.end - day.first
    q = day.first + _below(word, size)
    if bias == ANY:
        return q
    if bias == BORDER:
        return _border(day, q, word & np.uint64(1) == 1)
    if bias == NEXT:
        q = p + 1 if word & np.uint64(1) == 1 else p - 1
    elif bias == DENOMINATOR:
        if rules.window.size == 0:
            return q
        reach = rules.window[_below(word, rules.window.size)]
        q = p + reach if word & np.uint64(1) == 1 else p - reach
    else:
        for k in range(NUM_TRIES):
            if bias == SAME_COLOUR and day.paint[q] == day.paint[p] and q != p:
                return q
            if bias == SIMILAR and day.bits[q] & day.bits[p] != 0 and q != p:
                return q
            q = day.first + _below(_draw(key, index + 1 + k), size)
        return p
    return q if day.first <= q < day.end else p


@njit(cache=True)
def _search(rules: Rules, day: Day, table: Array, num_moves: int, goal: int, key: int) -> int:
    """First-improvement search over `num_moves` tried moves; equal is accepted; returns moves tried.

    `table` (phases, moves, 4): cumulated chance in 1/65536, move, bias of first and second position.
    Ends early only at `goal`, a lower bound of the weighted objective.
    """
    change = np.empty(3, np.int64)
    num_phases = table.shape[0]
    for tried in range(num_moves):
        cost = 0
        for term in range(3):
            cost += rules.weight[term] * day.cost[term]
        if cost <= goal:
            return tried
        base = tried * 3 * (NUM_TRIES + 1)
        mix = table[tried * num_phases // num_moves]
        chance = _draw(key, base) & np.uint64(0xFFFF)
        row = 0
        while mix[row, 0] <= chance:
            row += 1
        move = mix[row, 1]
        p = _pick_first(rules, day, mix[row, 2], key, base + 1)
        if move == SHUFFLE:
            shuffle(rules, day, p, min(p + MAX_SHUFFLE, day.end) - 1, key, base + NUM_TRIES + 2)
            continue
        q = _pick_second(rules, day, mix[row, 3], p, key, base + NUM_TRIES + 2)
        if p == q:
            continue
        if move == FORWARD and p > q:
            move = BACKWARD
        p, q = min(p, q), max(p, q)
        if weigh(rules, day, move, p, q, change):
            apply(rules, day, move, p, q, change)
    return num_moves


@njit(cache=True)
def _can_follow(left: Array, colour: int, run: int, limit: int) -> bool:
    """Whether an order within the limit exists for the colours `left` behind a run of one colour.

    Colour c fits into the gaps beside the other cars: left_c <= limit * (others + 1), where the first gap
    of the running colour is shortened by its run.
    """
    total = 0
    for c in range(left.size):
        total += left[c]
    for c in range(left.size):
        room = limit * (total - left[c] + 1) - (run if c == colour else 0)
        if left[c] > room:
            return False
    return True


@njit(cache=True)
def _may_place(left: Array, colour: int, last: int, run: int, limit: int) -> bool:
    longer = run + 1 if colour == last else 1
    if longer > limit:
        return False
    left[colour] -= 1
    answer = _can_follow(left, colour, longer, limit)
    left[colour] += 1
    return answer


@njit(cache=True)
def repair(colours: Array, num_colours: int, limit: int) -> Array:
    """The order nearest to the given one, place by place, that keeps the batch limit: indices (n,).

    At each place the earliest car that leaves a feasible rest. Needs a feasible count of colours.
    """
    left = np.zeros(num_colours, np.int64)
    for c in colours:
        left[c] += 1
    order = np.empty(colours.size, np.int64)
    waiting = np.arange(colours.size)
    last, run = -1, 0
    allowed = np.empty(num_colours, np.bool_)
    for i in range(colours.size):
        for c in range(num_colours):
            allowed[c] = left[c] > 0 and _may_place(left, c, last, run, limit)
        k = i
        while not allowed[colours[waiting[k]]]:
            k += 1
        _rotate(waiting, i, k, False)
        order[i] = waiting[i]
        colour = colours[order[i]]
        left[colour] -= 1
        run = run + 1 if colour == last else 1
        last = colour
    return order
