"""The state of one day under search, over plain arrays, and what is computed from it alone.

A day is one array `day` (3 + R, end + 1) over positions: `first` fixed cars of the days before (position 0
is a sentinel without options and, when there is no day before, without colour), then the cars to order,
then a sentinel without colour. Its rows are the car's number, its options (bit r: has option of ratio r),
its colour, and for each ratio the tally of cars with the option in the window that starts there and is cut
off at the end of the day. Ratio r, a row of `rule` (R, 4), allows ALLOWED of any WINDOW consecutive cars;
windows count from position LOWEST on. `score` (4, 3) holds the objective by term.

Plain arrays in place of tuples: taking an array out of a tuple costs numba a count of references.

Rules: ROADEF'2005 challenge (Solnon, Cung, Nguyen, Artigues, EJOR 191 (2008) 912-927).
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import njit

CAR, BITS, PAINT, TALLY = 0, 1, 2, 3
ALLOWED, WINDOW, TERM, LOWEST = 0, 1, 2, 3
WEIGHT, ORDER, COST, CHANGE = 0, 1, 2, 3
HIGH, COLOUR, LOW = 0, 1, 2

Array = np.ndarray[Any, Any]


@njit(cache=True, forceinline=True)
def draw(key: np.uint64, index: int) -> np.uint64:
    """Word `index` of the stream `key` (SplitMix64; Steele, Lea, Flood 2014)."""
    z = key + np.uint64(index) * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@njit(cache=True, forceinline=True)
def below(word: np.uint64, size: int) -> int:
    """A number in [0, size) from the upper half of `word`."""
    return int(((word >> np.uint64(32)) * np.uint64(size)) >> np.uint64(32))


@njit(cache=True, forceinline=True)
def step(left: int, right: int) -> int:
    """1 when the colour changes between two neighbours that both exist."""
    return 1 if left != right and left >= 0 and right >= 0 else 0


@njit(cache=True, forceinline=True)
def has_option(day: Array, r: int, i: int) -> int:
    """1 when the car at position i has the option of ratio r."""
    return int((day[BITS, i] >> r) & 1)


@njit(cache=True)
def recount(rule: Array, day: Array, low: int, high: int) -> None:
    """Bring tallies up to date after the cars at positions low..high changed."""
    end = day.shape[1] - 1
    for r in range(rule.shape[0]):
        window = rule[r, WINDOW]
        i = max(low - window + 1, rule[r, LOWEST])
        total = 0
        for j in range(i, min(i + window, end)):
            total += has_option(day, r, j)
        while i <= high:
            day[TALLY + r, i] = total
            total -= has_option(day, r, i)
            if i + window < end:
                total += has_option(day, r, i + window)
            i += 1


@njit(cache=True)
def evaluate(rule: Array, score: Array, day: Array, first: int) -> None:
    """Set tallies and cost from the sequence."""
    end = day.shape[1] - 1
    recount(rule, day, 0, end - 1)
    score[COST] = 0
    for r in range(rule.shape[0]):
        for i in range(rule[r, LOWEST], end):
            score[COST, rule[r, TERM]] += max(0, day[TALLY + r, i] - rule[r, ALLOWED])
    for i in range(first, end):
        score[COST, COLOUR] += step(day[PAINT, i - 1], day[PAINT, i])


@njit(cache=True)
def weighted(score: Array, row: int) -> int:
    """Weighted sum of a row of `score`."""
    total = 0
    for term in range(3):
        total += score[WEIGHT, term] * score[row, term]
    return total


@njit(cache=True)
def fits(day: Array, first: int, limit: int, i: int) -> bool:
    """Whether the colour run through position i keeps to the batch limit (days before do not count)."""
    colour = day[PAINT, i]
    left, right = i, i
    while left > first and day[PAINT, left - 1] == colour:
        left -= 1
    while day[PAINT, right + 1] == colour:
        right += 1
    return right - left < limit


@njit(cache=True)
def open_day(rule: Array, bits: Array, paint: Array, tail: Array, size: int) -> Array:
    """An empty day of `size` places behind the fixed cars `tail` (T,), oldest first; sets LOWEST of `rule`."""
    first = tail.size + 1
    day = np.zeros((TALLY + rule.shape[0], first + size + 1), np.int64)
    day[CAR] = -1
    day[PAINT] = -1
    for i in range(tail.size):
        day[CAR, i + 1], day[BITS, i + 1], day[PAINT, i + 1] = tail[i], bits[tail[i]], paint[tail[i]]
    for r in range(rule.shape[0]):
        rule[r, LOWEST] = max(1, first - rule[r, WINDOW] + 1)
    return day


@njit(cache=True)
def load(rule: Array, score: Array, day: Array, first: int, cars: Array, bits: Array, paint: Array) -> int:
    """Put `cars` (n,) in their order into the day and evaluate; the weighted objective."""
    for i in range(cars.size):
        day[CAR, first + i] = cars[i]
        day[BITS, first + i] = bits[cars[i]]
        day[PAINT, first + i] = paint[cars[i]]
    evaluate(rule, score, day, first)
    return weighted(score, COST)
