"""Days to sequence, for tests: drawn ones, and the public instances read from where a user has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import strategies as st

from quayline.sequence import check
from quayline.sequence._kernels import day as k
from quayline.sequence._kernels.search import sequence_days
from quayline.sequence.mixes import move_table

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("high", "paint", "low")
Array = np.ndarray[Any, Any]


@dataclass(frozen=True)
class Case:
    """One day as arrays: `fixed` cars of the day before stand first in `options` (C, R) and `paint` (C,)."""

    ratios: tuple[tuple[int, int, bool], ...]  # at most, of, is high
    limit: int
    objectives: tuple[str, ...]
    options: Array
    paint: Array
    fixed: int

    @property
    def weights(self) -> Array:
        """Weights of high, paint, low: a million, a thousand, one by rank."""
        weights = np.zeros(3, np.int64)
        for rank, name in enumerate(self.objectives):
            weights[NAMES.index(name)] = 10 ** (6 - 3 * rank)
        return weights

    def packed(self) -> tuple[Array, Array, Array]:
        """`rule`, `score` and option bits as the kernels take them."""
        rule = np.zeros((len(self.ratios), 4), np.int64)
        for r, (at_most, of, is_high) in enumerate(self.ratios):
            rule[r, : k.LOWEST] = at_most, of, k.HIGH if is_high else k.LOW
        score = np.zeros((4, 3), np.int64)
        score[k.WEIGHT] = self.weights
        order = [NAMES.index(name) for name in self.objectives]
        score[k.ORDER] = order + [term for term in range(3) if term not in order]
        bits = (self.options.astype(np.int64) << np.arange(len(self.ratios))).sum(axis=1)
        return rule, score, bits

    def terms(self, order: Array) -> tuple[int, int, int]:
        """High violations, colour changes and low violations of the cars in `order`, by the definition."""
        sums = [0, 0]
        for r, (at_most, of, is_high) in enumerate(self.ratios):
            has = self.options[order, r].astype(bool).tolist()
            sums[not is_high] += check.violations(has, self.fixed, at_most, of)
        return sums[0], check.colour_changes(self.paint[order].tolist(), self.fixed), sums[1]

    def mark(self, order: Array) -> int:
        return int(np.dot(self.weights, self.terms(order)))

    def longest_batch(self, order: Array) -> int:
        return check.longest_batch(self.paint[order].tolist(), self.fixed)

    def sequenced(self, num_moves: int, seed: int = 1) -> tuple[Array, Array, Array, Array]:
        """What the compiled engine answers: order, terms before, terms after, status."""
        rule, score, bits = self.packed()
        _, paint = np.unique(self.paint, return_inverse=True)
        _, kind = np.unique(bits * (paint.max() + 1) + paint, return_inverse=True)
        starts = np.array([self.fixed, len(bits)])
        keys = np.array([seed], np.uint64)
        table = move_table(self.objectives)
        return sequence_days(
            rule,
            score,
            self.limit,
            bits,
            paint,
            kind,
            int(paint.max()) + 1,
            starts,
            table,
            num_moves,
            num_moves + 1,
            keys,
        )


@st.composite
def cases(draw: st.DrawFn, max_cars: int = 24, feasible: bool = True) -> Case:
    """Small days with every kind of ratio, tails shorter and longer than the windows, few or many colours."""
    ratios = draw(
        st.lists(
            st.tuples(st.integers(1, 3), st.integers(2, 9), st.booleans()).filter(lambda r: r[0] < r[1]),
            max_size=4,
        )
    )
    fixed, num_cars = draw(st.integers(0, 10)), draw(st.integers(1, max_cars))
    size = fixed + num_cars
    rng = np.random.Generator(np.random.PCG64(draw(st.integers(0, 2**32))))
    options = rng.random((size, len(ratios))) < draw(st.floats(0.05, 0.8))
    paint = rng.integers(0, draw(st.integers(1, 5)), size)
    limit = draw(st.integers(1, 8))
    if feasible:
        most = np.bincount(paint[fixed:]).max()
        limit = max(limit, -(-most // (num_cars - most + 1)))
    objectives = draw(st.permutations(NAMES)) if draw(st.booleans()) else ["high", "paint"]
    return Case(tuple(ratios), limit, tuple(objectives), options, paint, fixed)


def read_roadef(folder: Path) -> Case:
    """An instance of the ROADEF'2005 challenge."""

    def rows(name: str) -> list[list[str]]:
        lines = (folder / name).read_text(encoding="latin-1").splitlines()
        return [line.strip().rstrip(";").split(";") for line in lines if line.strip(" ;")][1:]

    words = {"high": "high", "paint": "paint", "low_p": "low"}
    names = [row[1] for row in rows("optimization_objectives.txt")]
    objectives = tuple(next(word for start, word in words.items() if name.startswith(start)) for name in names)
    ratios = []
    for text, priority, *_ in rows("ratios.txt"):
        at_most, of = map(int, text.split("/"))
        ratios.append((at_most, of, priority == "1"))
    cars = rows("vehicles.txt")
    options = np.array([[int(x) for x in car[4 : 4 + len(ratios)]] for car in cars])
    paint = np.array([int(car[3]) for car in cars])
    fixed = sum(car[0] == cars[0][0] for car in cars)
    limit = int(rows("paint_batch_limit.txt")[0][0])
    return Case(tuple(ratios), limit, objectives, options, paint, fixed)


def read_csplib(path: Path) -> Case:
    """An instance of CSPLib prob001: one colour, no limit, all ratios high, no day before."""
    lines = [line for line in path.read_text().splitlines() if line.strip() and not line.startswith("%")]
    table = [[int(x) for x in line.split()] for line in lines]
    num_cars = table[0][0]
    ratios = tuple((at_most, of, True) for at_most, of in zip(table[1], table[2], strict=True))
    options = np.array([row[2:] for row in table[3:] for _ in range(row[1])])
    return Case(ratios, num_cars, ("high",), options, np.zeros(num_cars, np.int64), 0)
