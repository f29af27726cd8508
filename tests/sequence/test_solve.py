"""The typed face: records in, records out, held against the independent checker."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.sequence.made import drawn_plan, plan_of, starter, with_rules

from quayline.base.errors import InfeasibleError, ScenarioError
from quayline.records.stages import DaySequence
from quayline.scenario.vehicles import RatioRule
from quayline.sequence import check, measures
from quayline.sequence.params import SequenceParams
from quayline.sequence.solve import sequence

PARAMS = SequenceParams(moves_per_day=2000)


@settings(max_examples=20)
@given(
    st.integers(0, 400),
    st.integers(1, 6),
    st.integers(6, 30),
    st.permutations(["high", "paint", "low"]),
    st.integers(0, 2**32),
)
def test_every_answer_passes_the_checker(
    num_cars: int, num_days: int, limit: int, objectives: list[str], seed: int
) -> None:
    scenario = with_rules(starter(), paint_batch_limit=limit, objectives=objectives)
    plan = drawn_plan(scenario, num_cars, num_days, seed)
    try:
        answer = sequence(scenario, plan, PARAMS, seed)
    except InfeasibleError:
        assert num_cars // (num_days + 1) < 8 * limit
        return
    assert check.faults(scenario, plan, answer) == []


def _line() -> tuple[object, object, DaySequence]:
    scenario = starter()
    plan = drawn_plan(scenario, 600, 5, 3)
    return scenario, plan, sequence(scenario, plan, PARAMS, 3)


def test_sequence_is_much_better_than_the_order_the_cars_came_in() -> None:
    _, _, answer = _line()
    totals = answer.days.sum()
    assert totals["high_after"][0] < 0.2 * totals["high_before"][0]
    assert totals["batches_after"][0] < 0.7 * totals["batches_before"][0]


def test_same_seed_same_bits_and_other_days_do_not_matter() -> None:
    scenario, plan, answer = _line()
    again = sequence(scenario, plan, PARAMS, 3)
    assert answer.cars.equals(again.cars)
    first_day = answer.cars["build_on"].min()
    early = replace(plan, orders=plan.orders.filter(pl.col("planned_build_on") == first_day))
    alone = sequence(scenario, early, PARAMS, 3)
    assert alone.cars.equals(answer.cars.filter(pl.col("build_on") == first_day))


def test_checker_finds_what_is_wrong() -> None:
    scenario, plan, answer = _line()
    order = answer.cars["order_id"]
    swapped = answer.cars.with_columns(order.gather([1, 0, *range(2, len(order))]))
    reversed_ = answer.cars.with_columns(pl.col("position").reverse())
    faked = answer.days.with_columns(pl.col("high_after") + 1)
    lost = answer.cars.head(-1)
    tight = with_rules(scenario, paint_batch_limit=int(answer.days["longest_batch"].max()) - 1)
    assert any("high_after" in text for text in check.faults(scenario, plan, DaySequence(answer.cars, faked)))
    assert any("later day" in text for text in check.faults(scenario, plan, DaySequence(reversed_, answer.days)))
    assert any("planned" in text for text in check.faults(scenario, plan, DaySequence(lost, answer.days)))
    assert any("a batch of" in text for text in check.faults(tight, plan, answer))
    assert check.faults(scenario, plan, DaySequence(swapped, answer.days)) != []


def test_too_many_of_one_colour_is_infeasible_and_says_why() -> None:
    scenario = with_rules(starter(), paint_batch_limit=3)
    white, grey = [0] * 13, [1] * 3
    ones = np.zeros(16, np.int64)
    plan = plan_of(scenario, ones, ones, np.array(white + grey), ones)
    with pytest.raises(InfeasibleError, match=r"13 of 16 cars are white.*at most 3 only 12 can"):
        sequence(scenario, plan, PARAMS, 1)
    enough = plan_of(scenario, ones[:15], ones[:15], np.array(white[1:] + grey), ones[:15])
    answer = sequence(scenario, enough, PARAMS, 1)
    assert answer.days["longest_batch"].to_list() == [3]


def test_rules_without_meaning_are_refused_together() -> None:
    nobody = RatioRule.model_validate({"id": "none", "cars": {}, "at_most": 1, "of": 2, "priority": "low"})
    scenario = with_rules(starter(), ratios=[nobody], objectives=["high", "high"])
    with pytest.raises(ScenarioError) as raised:
        sequence(scenario, drawn_plan(starter(), 10, 1, 1), PARAMS, 1)
    assert [fault.path for fault in raised.value.faults] == [
        "vehicles.sequence.objectives",
        "vehicles.sequence.ratios.none.cars",
    ]


def test_violations_by_ratio_add_up_to_the_table() -> None:
    scenario, plan, answer = _line()
    ratios = measures.by_ratio(scenario, plan, answer)
    for priority in ("high", "low"):
        sums = ratios.filter(pl.col("priority") == priority).group_by("date").agg(pl.col("before", "after").sum())
        days = answer.days.join(sums, on="date")
        assert days["before"].to_list() == days[f"{priority}_before"].to_list()
        assert days["after"].to_list() == days[f"{priority}_after"].to_list()
    assert ratios["cars"].sum() > 0


@given(st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=9), min_size=1, max_size=5))
def test_longest_batches_are_those_of_the_definition(days: list[list[int]]) -> None:
    starts = np.cumsum([0, *map(len, days)])
    found = measures.longest_batches(np.concatenate(days), starts)
    assert found.tolist() == [check.longest_batch(day, 0) for day in days]


def test_search_ends_when_it_stalls_and_never_below_the_greedy_start() -> None:
    scenario, plan, _ = _line()
    marks = []
    for moves, stall in ((0, 1), (5000, 1), (5000, 100), (5000, 5000)):
        days = sequence(scenario, plan, SequenceParams(moves, stall), 3).days.head(1)
        marks.append(10**6 * days["high_after"].item() + 1000 * days["batches_after"].item() + days["low_after"].item())
    assert marks == sorted(marks, reverse=True)
    assert marks[-1] < marks[0]


@pytest.mark.parametrize(("moves", "stall"), [(-1, 1), (10**12, 1), (0, 0), (0, 10**12)])
def test_moves_outside_their_range_are_refused(moves: int, stall: int) -> None:
    with pytest.raises(ValueError, match=r"expected [01] to 10"):
        SequenceParams(moves, stall)
