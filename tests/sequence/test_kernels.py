"""The compiled search against the definition: every delta, every start, every answer."""

from __future__ import annotations

from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.sequence.cases import Case, cases, read_csplib, read_roadef

from quayline.sequence._kernels import day as k
from quayline.sequence._kernels import moves, start

if TYPE_CHECKING:
    from pathlib import Path

MOVES = (moves.SWAP, moves.FORWARD, moves.BACKWARD, moves.REFLECT)


def _moved(order: list[int], move: int, p: int, q: int) -> list[int]:
    """What each move means, on a plain list."""
    new = list(order)
    if move == moves.SWAP:
        new[p], new[q] = new[q], new[p]
    elif move == moves.FORWARD:
        new.insert(q, new.pop(p))
    elif move == moves.BACKWARD:
        new.insert(p, new.pop(q))
    else:
        new[p : q + 1] = reversed(new[p : q + 1])
    return new


def _opened(case: Case) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """rule, score, a day loaded in the order of the case, and its first free position."""
    rule, score, bits = case.packed()
    cars = np.arange(len(bits))
    day = k.open_day(rule, bits, case.paint, cars[: case.fixed], len(bits) - case.fixed)
    k.load(rule, score, day, case.fixed + 1, cars[case.fixed :], bits, case.paint)
    return rule, score, day, case.fixed + 1


def _order(day: np.ndarray) -> np.ndarray:
    return day[k.CAR, 1:-1]


def _agrees(case: Case, rule: np.ndarray, score: np.ndarray, day: np.ndarray, first: int) -> bool:
    """Whether cost and tallies kept by the moves are those of a full count."""
    tallies = day[k.TALLY :].copy()
    kept = tuple(score[k.COST])
    k.evaluate(rule, score, day, first)
    return bool((tallies == day[k.TALLY :]).all()) and kept == tuple(score[k.COST]) == case.terms(_order(day))


@given(cases(), st.data())
def test_every_move_changes_the_objective_by_its_delta(case: Case, data: st.DataObject) -> None:
    rule, score, day, first = _opened(case)
    assert tuple(score[k.COST]) == case.terms(_order(day))
    size = day.shape[1] - 1 - first
    for _ in range(12 if size > 1 else 0):
        p, q = sorted(data.draw(st.lists(st.integers(0, size - 1), min_size=2, max_size=2, unique=True)))
        move = data.draw(st.sampled_from(MOVES))
        new = np.array(_moved(_order(day).tolist(), move, p + case.fixed, q + case.fixed))
        improves = case.mark(new) <= case.mark(_order(day))
        feasible = case.longest_batch(new) <= case.limit
        was_feasible = case.longest_batch(_order(day)) <= case.limit
        assert moves.weigh(rule, score, day, move, p + first, q + first) == improves
        if improves:
            made = moves.apply(rule, score, day, first, case.limit, move, p + first, q + first)
            assert made == feasible or not was_feasible
        assert _agrees(case, rule, score, day, first)


@given(cases(), st.integers(0, 2**63))
def test_shuffle_keeps_the_books(case: Case, seed: int) -> None:
    rule, score, day, first = _opened(case)
    for i in range(10):
        before = case.mark(_order(day))
        p = first + i % (day.shape[1] - 1 - first)
        q = min(p + moves.MAX_SHUFFLE, day.shape[1] - 1) - 1
        moves.shuffle(rule, score, day, first, case.limit, p, q, np.uint64(seed), 100 * i)
        assert _agrees(case, rule, score, day, first)
        assert case.mark(_order(day)) <= before


@given(cases(feasible=False), st.integers(0, 2**32))
def test_answer_is_a_feasible_permutation_no_worse_than_it_came(case: Case, seed: int) -> None:
    order, before, after, status = case.sequenced(300, seed)
    came = np.arange(len(order))
    assert sorted(order) == came.tolist()
    assert (order[: case.fixed] == came[: case.fixed]).all()
    assert tuple(before[0]) == case.terms(came)
    assert tuple(after[0]) == case.terms(order)
    most = np.bincount(case.paint[case.fixed :]).max()
    if most > case.limit * (len(order) - case.fixed - most + 1):
        assert status[0] == -1
        assert (order == came).all()
        return
    assert case.longest_batch(order) <= case.limit
    if case.longest_batch(came) <= case.limit:
        assert case.mark(order) <= case.mark(came)


@given(st.lists(st.integers(0, 2), min_size=1, max_size=7), st.integers(1, 4))
def test_counting_bound_is_exact_and_repair_meets_it(colours: list[int], limit: int) -> None:
    """Against every permutation of small days."""

    def longest(order: tuple[int, ...]) -> int:
        text = "".join(map(str, order))
        return max(n for n in range(1, len(text) + 1) if any(c * n in text for c in "012"))

    possible = any(longest(order) <= limit for order in set(permutations(colours)))
    counts = np.bincount(colours, minlength=3)
    assert start.can_order(counts, limit) == possible
    if possible:
        order = start.repair(np.array(colours), 3, limit)
        assert sorted(order) == list(range(len(colours)))
        assert longest(tuple(np.array(colours)[order])) <= limit
        if longest(tuple(colours)) <= limit:
            assert order.tolist() == list(range(len(colours)))


@given(cases(max_cars=6))
def test_lower_bound_is_below_every_order(case: Case) -> None:
    rule, score, day, first = _opened(case)
    colours = np.bincount(case.paint[case.fixed :], minlength=5)
    bound = start.lower_bound(score, colours, day[k.PAINT, first - 1], case.limit)
    fixed = tuple(range(case.fixed))
    orders = (np.array(fixed + rest) for rest in permutations(range(case.fixed, len(case.paint))))
    assert bound <= min(case.mark(order) for order in orders if case.longest_batch(order) <= case.limit)
    assert len(rule) == len(case.ratios)


def test_a_day_of_one_colour_behind_an_empty_history_is_infeasible_with_its_count() -> None:
    case = Case(((1, 2, True),), 3, ("high", "paint"), np.zeros((4, 1)), np.zeros(4, np.int64), 0)
    assert case.sequenced(10)[3].tolist() == [-1]


def test_same_key_same_order_and_another_key_another() -> None:
    rng = np.random.Generator(np.random.PCG64(5))
    ratios = ((1, 3, True), (2, 5, True), (1, 4, False))
    case = Case(ratios, 6, ("high", "paint", "low"), rng.random((200, 3)) < 0.35, rng.integers(0, 6, 200), 20)
    first, again, other = (case.sequenced(3000, seed)[0] for seed in (7, 7, 8))
    assert (first == again).all()
    assert (first != other).any()


CHECK_VALUES = {
    "064_38_2_EP_RAF_ENP_ch2": 28046050,
    "022_3_4_EP_RAF_ENP": 2070002,
    "022_3_4_RAF_EP_ENP": 11048005,
    "024_38_5_EP_ENP_RAF": 106134392,
    "039_38_4_EP_RAF_ch1": 115229000,
    "039_38_4_RAF_EP_ch1": 69392000,
}
"""Marks of Renault's own sequences by the challenge's validator (Guizrio, SolutionValidatorTest)."""


@pytest.mark.parametrize(("name", "mark"), CHECK_VALUES.items())
def test_mark_of_the_public_sequence(public_data: Path, name: str, mark: int) -> None:
    case = read_roadef(public_data / "roadef2005" / "A" / name)
    order, before, after, _ = case.sequenced(20_000)
    assert case.mark(np.arange(len(order))) == mark == np.dot(case.weights, before[0])
    assert case.mark(order) == np.dot(case.weights, after[0]) < mark
    assert case.longest_batch(order) <= case.limit


FEWEST = {"p00": 0, "p02": 3, "p03": 0, "p04": 2, "p07": 0, "p08": 0, "p09": 0, "p30": 0}
"""Fewest violations known (CSPLib prob001 results); 0, and 2 for p04, are proven."""


@pytest.mark.parametrize(("name", "fewest"), FEWEST.items())
def test_csplib_instance_reaches_the_fewest_violations(public_data: Path, name: str, fewest: int) -> None:
    case = read_csplib(public_data / "csplib001" / "classic" / f"{name}.txt")
    order, _, after, _ = case.sequenced(2_000_000 if fewest else 20_000_000)
    assert after[0, k.HIGH] == case.terms(order)[0] == fewest
