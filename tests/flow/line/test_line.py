"""A line's file, its Python door, its statistics: right answers, and every fault told."""

from __future__ import annotations

import json
import tracemalloc
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import quayline as ql
from quayline.base.errors import ScenarioError
from quayline.flow import Line, constant, exponential, failures, lognormal, triangular, weibull
from quayline.flow.line.pack import needs_general
from quayline.flow.line.read import read_line
from quayline.flow.line.result import Replications, until_narrow
from quayline.flow.line.simulate import departures, simulate_line
from quayline.flow.statistics import estimate, mser_5

if TYPE_CHECKING:
    from quayline.flow.line.model import LineFile

TEXTBOOK = Path(__file__).resolve().parents[3] / "docs" / "lines" / "textbook.yaml"


def small() -> LineFile:
    line = Line("small").add_station("a", exponential(60), buffer=2).add_station("b", lognormal(55, 0.3), buffer=1)
    return line.add_station("c", constant(50), failures=failures(exponential(3600), triangular(60, 300, 900))).written()


def test_the_file_and_the_drawing_are_the_same_line() -> None:
    drawn = Line("textbook").add_station("press", exponential(60), buffer=4).add_station("weld", exponential(60))
    one, other = simulate_line(read_line(TEXTBOOK), 2_000, 100, 4), drawn.simulate(2_000, 100, 4)
    assert one.rates.tolist() == other.rates.tolist()
    assert abs(3600 * one.throughput.mean - 6 / 7 * 60) < 3
    assert ql.flow.Line is Line


def test_a_replication_is_itself_wherever_it_runs() -> None:
    """Alone, beside others, in another chunk: the same bits; another seed or number: others."""
    *_, (_, all_leaves) = departures(small(), 7, 500, 1, 1, range(20), 500)
    for k in (0, 5, 19):
        *_, (_, alone) = departures(small(), 7, 500, 1, 1, range(k, k + 1), 500)
        assert np.array_equal(alone[:, :, 0], all_leaves[:, :, k])
    assert len({all_leaves[-1, -1, k] for k in range(20)}) == 20


def test_more_replications_keep_the_first_ones() -> None:
    few, many = (simulate_line(small(), 1_000, 50, num) for num in (10, 40))
    assert many.rates[:10].tolist() == few.rates.tolist()


def test_states_of_a_station_are_all_of_its_time() -> None:
    found = simulate_line(small(), 20_000, 500, 8)
    for station in found.stations:
        shares = (station.working, station.down, station.blocked, station.starved)
        assert sum(shares) == pytest.approx(1, abs=1e-9)
        assert min(shares) >= 0
    assert found.stations[0].starved == 0
    assert found.stations[-1].blocked == 0
    assert found.stations[2].down == pytest.approx(found.stations[2].working * 420 / 3600, rel=0.1)


def test_states_of_machines_that_are_up_slot_by_slot() -> None:
    """Bernoulli machines: one that could work is up with its own chance, whatever it and the others did before."""
    chances, line = (0.9, 0.7, 0.8), Line("slots", blocking="before taking")
    for k, p in enumerate(chances):
        up, down = ({"kind": "geometric", "slot": "1 s", "success_share": share} for share in (1 - p, p))
        line.add_station(f"m{k}", 1, buffer=1, failures=failures(up, down, by="time"))
    found = line.simulate(40_000, 500, 8)
    for p, station in zip(chances, found.stations, strict=True):
        assert station.working == pytest.approx(found.throughput.mean, rel=1e-3)  # a slot a part
        assert station.working / (station.working + station.down) == pytest.approx(p, rel=0.005)
        assert station.working + station.down + station.blocked + station.starved == pytest.approx(1, abs=1e-9)
    assert found.stations[0].starved == found.stations[-1].blocked == 0
    assert min(found.stations[0].blocked, found.stations[-1].starved) > 0.05


def test_a_second_server_takes_the_other_way_of_computing() -> None:
    """A line that needs the general kernel at its end: with endless places between, the front is the same."""
    front = Line("x").add_station("a", exponential(60), buffer=2).add_station("b", exponential(50), buffer=None)
    plain = front.written()
    wide = plain.model_copy(update={"stations": [*plain.stations, plain.stations[0].model_copy(
        update={"id": "c", "servers": 2, "buffer": 0})]})  # fmt: skip
    assert needs_general(wide)
    assert not needs_general(plain)
    *_, (_, one) = departures(plain, 1, 400, 1, 1, range(2), 400)
    *_, (_, other) = departures(wide, 1, 400, 1, 1, range(2), 400)
    assert np.array_equal(one, other[:, :2])


LAWS = [exponential(60), lognormal(55, 0.2), lognormal(50, 1.5), constant(58), weibull(60, 0.8)]


@given(st.lists(st.tuples(st.sampled_from(LAWS), st.integers(0, 3)), min_size=1, max_size=20), st.integers(1, 9))
def test_what_is_drawn_in_vectors_is_what_is_drawn_alone(row: list[tuple[Any, int]], lanes: int) -> None:
    """Laws in any order, replications side by side; a second server behind endless places asks for the other kernel."""
    front = Line("x")
    for k, (law, buffer) in enumerate(row):
        front.add_station(f"s{k}", law, buffer=buffer if k + 1 < len(row) else None)
    plain = front.written()
    wide = front.add_station("last", 60, servers=2).written()
    *_, (_, one) = departures(plain, 1, 70, 1, 1, range(lanes), 70)
    *_, (_, other) = departures(wide, 1, 70, 1, 1, range(lanes), 70)
    assert np.array_equal(one, other[:, :-1])


@given(st.lists(st.integers(0, 3), min_size=2, max_size=4), st.integers(0, 100))
def test_more_places_never_make_a_part_leave_later(places: list[int], seed: int) -> None:
    """Monotone in buffers, part by part (Shanthikumar & Yao, 1989)."""

    def leaves(more: int) -> np.ndarray:
        line = Line("x")
        for k, buffer in enumerate(places):
            line.add_station(f"s{k}", exponential(60), buffer=buffer + (more if k == 0 else 0))
        return departures(line.written(), seed, 200, 1, 1, range(1), 200)[3][1]

    assert (leaves(1) <= leaves(0)).all()


def test_replications_are_added_until_the_interval_is_narrow() -> None:
    found = simulate_line(small(), 1_000, 100, 2, half_width=0.01)
    assert found.throughput.relative <= 0.01 < estimate(found.rates[:-16]).relative
    assert len(found.rates) in range(18, 400, 16)


def test_replications_end_somewhere() -> None:
    """An interval that never gets narrow: 1,024 of them, each asked for once, in their order."""
    asked: list[int] = []

    def some(chosen: range) -> Replications:
        asked.extend(chosen)
        ones = np.ones(len(chosen))
        shares = np.ones((5, 1, len(chosen)))
        return Replications(np.array([float(k % 2) for k in chosen]), ones, ones, shares, ones[None])

    found = until_narrow(some, 5, 8, 1e-6)
    assert sorted(asked) == list(range(1024))
    assert found.rates.tolist() == [k % 2 for k in range(1024)]


@pytest.mark.parametrize("way", ["waves", "servers", "slots"])
def test_memory_does_not_grow_with_the_parts(way: str) -> None:
    line = Line("x", blocking="before taking" if way == "slots" else "after service")
    line.add_station("a", exponential(60), buffer=4).add_station("b", exponential(55), servers=1 + (way == "servers"))

    def peak(parts: int) -> int:
        tracemalloc.start()
        try:
            assert line.simulate(parts, 100, replications=2).parts == parts
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(1_000)  # imports and kernels
    assert peak(390_000) < 1.1 * peak(39_000)


@given(arrays(np.float64, st.integers(20, 300), elements=st.floats(0.1, 10)))
def test_the_warm_up_found_is_the_best_by_definition(gaps: np.ndarray) -> None:
    """By brute force: the cut with the least sum of squares over the square of what is left."""
    means = gaps[: len(gaps) // 5 * 5].reshape(-1, 5).mean(axis=1)
    errors = [np.var(means[d:]) / len(means[d:]) for d in range(len(means) // 2 + 1)]
    assert errors[mser_5(gaps) // 5] == pytest.approx(min(errors), rel=1e-6, abs=1e-12)


def test_a_slow_start_is_cut() -> None:
    gaps = np.concatenate([np.full(50, 5.0), np.random.default_rng(1).normal(1, 0.1, 950)])
    assert 45 <= mser_5(gaps) <= 80


def test_an_interval_is_students() -> None:
    # n = 4: t = 3.182446, standard deviation 1.290994 of 1, 2, 3, 4.
    found = estimate(np.array([1.0, 2.0, 3.0, 4.0]))
    assert found.mean == 2.5
    assert found.half_width == pytest.approx(3.182446 * 1.2909944 / 2, rel=1e-6)


@pytest.mark.parametrize(
    ("station", "words"),
    [
        ("{id: a, work: {kind: exponential, mean: 1 kg}}", "expected a quantity in s, got '1 kg'"),
        ("{id: a, work: {kind: exponental, mean: 1 s}}", "did you mean 'exponential'"),
        ("{id: a, work: {kind: triangular, low: 3 s, mode: 2 s, high: 5 s}}", "expected low <= mode <= high"),
        ("{id: a, work: {kind: constant, mean: 0 s}}", "expected a time above 0 s"),
        ("{id: a, work: {kind: constant, mean: 1 s}, bufer: 3}", "unknown key 'bufer'"),
        ("{id: a, work: {kind: constant, mean: 1 s}, by_type: [{type: x, mean: 2 s}]}", "expected each of no type"),
        ("{id: a, work: {kind: constant, mean: -1 s}}", "expected at least 0 s"),
    ],
)
def test_what_cannot_be_is_told_with_its_place(tmp_path: Path, station: str, words: str) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(f"quayline: 1\nline: bad\nstations:\n  - {station}\n")
    with pytest.raises(ScenarioError) as caught:
        read_line(path)
    assert "bad.yaml:4:" in str(caught.value)
    assert words in str(caught.value)


def test_what_is_drawn_wrong_is_told_as_of_a_file_all_at_once() -> None:
    nothing: Any = "x"
    wrong = Line("x").add_station("a", float("nan"), servers=0).add_station("b", exponential(-3), buffer=nothing)
    with pytest.raises(ScenarioError) as caught:
        wrong.written()
    assert str(caught.value).splitlines() == [
        "x: stations[a].servers: expected at least 1, got '0'",
        "x: stations[a].work.mean: expected a quantity in s, got 'nan s'",
        "x: stations[b].buffer: expected a whole number, got 'x'",
        "x: stations[b].work.mean: expected at least 0 s, got '-3.0 s'",
    ]


def test_a_station_named_twice_and_numbers_that_cannot_be() -> None:
    twice = Line().add_station("a", 60).add_station("a", 60)
    with pytest.raises(ScenarioError, match="stands twice"):
        twice.written()
    with pytest.raises(ValueError, match="leaves less than 100"):
        Line().add_station("a", 60).simulate(parts=500, warmup=450)


def test_the_command(quayline) -> None:
    told = quayline("line", TEXTBOOK, "--parts", 2000, "--json", "--set", "stations[press].buffer=0")
    found = json.loads(told.out)
    assert told.code == 0
    assert abs(found["throughput_per_h"]["mean"] - 40) < 1  # 2/3 of 60: no place between
    assert found["throughput_per_h"]["half_width"] < 1
    shown = quayline("line", TEXTBOOK, "--parts", 2000)
    assert "bottleneck" in shown.out
    assert "95 % intervals from 16 replications" in shown.out
    alone = json.loads(quayline("line", TEXTBOOK, "--parts", 200, "--replications", 1, "--json").out)
    assert alone["lead_s"]["half_width"] is None
    assert quayline("line", TEXTBOOK, "--parts", 2000, "--warmup", 1950).code == 2
    assert quayline("line", TEXTBOOK, "--set", "stations[pres].buffer=0").code == 2
