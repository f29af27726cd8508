"""Start orders that keep the paint batch limit, and what bounds the answer from below.

Greedy by dynamic utilisation rates: Gottlieb, Puchta, Solnon, EvoWorkshops 2003.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from quayline.sequence._kernels.day import (
    ALLOWED,
    BITS,
    COLOUR,
    LOWEST,
    PAINT,
    TALLY,
    TERM,
    WEIGHT,
    WINDOW,
    Array,
    recount,
    step,
)
from quayline.sequence._kernels.moves import rotate

URGENT = 0.9


@njit(cache=True)
def can_order(left: Array, limit: int) -> bool:
    """Whether an order of cars, `left` of each colour, keeps the batch limit.

    It does when each colour fits into the gaps beside the other cars: left_c <= limit * (others + 1).
    """
    total = 0
    for c in range(left.size):
        total += left[c]
    fit = True
    for c in range(left.size):
        fit &= left[c] <= limit * (total - left[c] + 1)
    return fit


@njit(cache=True)
def _may_place(left: Array, colour: int, last: int, run: int, limit: int) -> bool:
    """Whether a car of `colour` may come next and leaves a rest that can be ordered.

    The rest's first gap is shorter by the run so far; a run that was begun feasibly always leaves that much.
    """
    if left[colour] == 0 or (colour == last and run == limit):
        return False
    left[colour] -= 1
    answer = can_order(left, limit)
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
    order = np.arange(colours.size)
    last, run = -1, 0
    for i in range(colours.size):
        k = i
        while not _may_place(left, colours[order[k]], last, run, limit):
            k += 1
        rotate(order, i, k, False)
        colour = colours[order[i]]
        left[colour] -= 1
        run = run + 1 if colour == last else 1
        last = colour
    return order


@njit(cache=True)
def _best_kind(
    score: Array,
    bits: Array,
    paint: Array,
    left: Array,
    allowed: Array,
    last: int,
    extra: Array,
    rate: Array,
) -> int:
    """The kind of car that adds least to the objective; among equals the one with the scarcest options."""
    best, best_cost, best_rate = -1, 0, 0.0
    for k in range(bits.size):
        if left[k] == 0 or not allowed[paint[k]]:
            continue
        cost = score[WEIGHT, COLOUR] * step(last, paint[k])
        need = 0.0
        for r in range(rate.size):
            if (bits[k] >> r) & 1:
                cost += extra[r]
                need += rate[r]
        if best < 0 or cost < best_cost or (cost == best_cost and need > best_rate):
            best, best_cost, best_rate = k, cost, need
    return best


@njit(cache=True)
def _price_options(rule: Array, score: Array, day: Array, i: int, options: Array, extra: Array, rate: Array) -> None:
    """What a car with each option would add to the objective at position i, and how scarce the option is.

    `rate` is the dynamic utilisation: cars still to place against what the ratio lets through. An option
    that nears its limit must not wait: placing it without a violation counts as saving one later.
    """
    places = day.shape[1] - 1 - i
    for r in range(rule.shape[0]):
        extra[r] = 0
        for j in range(max(i - rule[r, WINDOW] + 1, rule[r, LOWEST]), i + 1):
            if day[TALLY + r, j] >= rule[r, ALLOWED]:
                extra[r] += score[WEIGHT, rule[r, TERM]]
        rate[r] = options[r] * rule[r, WINDOW] / (rule[r, ALLOWED] * places)
        if extra[r] == 0 and rate[r] > URGENT:
            extra[r] = -score[WEIGHT, rule[r, TERM]]


@njit(cache=True)
def _place(rule: Array, day: Array, i: int, bits: int, paint: int, options: Array) -> None:
    """Put a car at position i and count it in its windows."""
    day[BITS, i], day[PAINT, i] = bits, paint
    for r in range(rule.shape[0]):
        if (bits >> r) & 1:
            options[r] -= 1
            for j in range(max(i - rule[r, WINDOW] + 1, rule[r, LOWEST]), i + 1):
                day[TALLY + r, j] += 1


@njit(cache=True)
def greedy(
    rule: Array,
    score: Array,
    day: Array,
    first: int,
    limit: int,
    kind: Array,
    bits: Array,
    paint: Array,
    num_colours: int,
) -> Array:
    """A feasible start: place by place the car that costs least; indices (n,) into `kind` (n,).

    `bits`, `paint` (K,) describe the kinds. Needs a feasible count of colours; overwrites `day`.
    """
    left = np.zeros(bits.size, np.int64)
    colours = np.zeros(num_colours, np.int64)
    options = np.zeros(rule.shape[0], np.int64)
    queue = np.full(bits.size, -1, np.int64)  # first waiting car of each kind, then by `behind`
    behind = np.full(kind.size, -1, np.int64)
    for j in range(kind.size - 1, -1, -1):
        behind[j] = queue[kind[j]]
        queue[kind[j]] = j
        left[kind[j]] += 1
        colours[paint[kind[j]]] += 1
        for r in range(rule.shape[0]):
            options[r] += (bits[kind[j]] >> r) & 1
    extra = np.zeros(rule.shape[0], np.int64)
    rate = np.zeros(rule.shape[0])
    allowed = np.empty(num_colours, np.bool_)
    order = np.empty(kind.size, np.int64)
    day[BITS, first:] = 0
    recount(rule, day, first, day.shape[1] - 2)
    last, run = -1, 0
    for i in range(kind.size):
        for c in range(num_colours):
            allowed[c] = _may_place(colours, c, last, run, limit)
        _price_options(rule, score, day, first + i, options, extra, rate)
        k = _best_kind(score, bits, paint, left, allowed, day[PAINT, first + i - 1], extra, rate)
        order[i] = queue[k]
        queue[k] = behind[queue[k]]
        left[k] -= 1
        colours[paint[k]] -= 1
        run = run + 1 if paint[k] == last else 1
        last = paint[k]
        _place(rule, day, first + i, bits[k], paint[k], options)
    return order


@njit(cache=True)
def lower_bound(score: Array, colours: Array, before: int, limit: int) -> int:
    """A lower bound of the weighted objective: no violation, the fewest runs of colour.

    `colours` counts the day's cars; `before` is the colour of the last car of the day before, or -1.
    """
    runs, most = 0, 0
    for c in range(colours.size):
        needed = (colours[c] + limit - 1) // limit
        runs += needed
        most = max(most, needed)
    runs = max(runs, 2 * most - 1)
    free = before < 0 or colours[before] > 0
    return int(score[WEIGHT, COLOUR] * (runs - 1 if free else runs))


@njit(cache=True)
def kinds(cars: Array, kind: Array, seen: Array) -> tuple[Array, Array]:
    """Kinds numbered within the day, (n,), and one car of each; `seen` is scratch filled with -1."""
    local = np.empty(cars.size, np.int64)
    sample = np.empty(cars.size, np.int64)
    num = 0
    for j in range(cars.size):
        if seen[kind[cars[j]]] < 0:
            seen[kind[cars[j]]] = num
            sample[num] = cars[j]
            num += 1
        local[j] = seen[kind[cars[j]]]
    for j in range(num):
        seen[kind[sample[j]]] = -1
    return local, sample[:num]
