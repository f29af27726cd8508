"""Every departure from every station of random lines equals that of the same line in SimPy, bit for bit."""

from __future__ import annotations

from typing import Any
from unittest import mock

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reference import simpy_line

from quayline.flow.line import simulate
from quayline.flow.line.model import LineFile
from quayline.flow.line.simulate import departures

PARTS = 60


def seconds(low: float = 0.5, high: float = 9.0) -> st.SearchStrategy[str]:
    return st.floats(low, high, allow_nan=False).map(lambda value: f"{value!r} s")


def laws() -> st.SearchStrategy[dict[str, Any]]:
    def of(kind: str, **more: Any) -> st.SearchStrategy[dict[str, Any]]:
        return st.fixed_dictionaries({"kind": st.just(kind), **more})

    cv = st.floats(0.1, 1.5)
    return st.one_of(
        of("constant", mean=seconds()), of("exponential", mean=seconds()), of("gamma", mean=seconds(), cv=cv),
        of("lognormal", mean=seconds(), cv=cv), of("weibull", mean=seconds(), shape=st.floats(0.5, 4.0)),
        of("triangular", low=seconds(0.1, 1.0), mode=seconds(1.0, 2.0), high=seconds(2.1, 5.0)),
        of("uniform", low=seconds(0.1, 1.0), high=seconds(1.1, 5.0)),
        of("geometric", slot=st.just("1 s"), success_share=st.floats(0.2, 1.0)),
        of("empirical", values=st.lists(seconds(), min_size=1, max_size=5)),
    )  # fmt: skip


@st.composite
def lines(draw: st.DrawFn) -> LineFile:
    blocking = draw(st.sampled_from(["after service", "before service", "before taking"]))
    places = [1, 1, 2, 7, None] if blocking == "before taking" else [0, 0, 1, 2, 7, None]
    mix = draw(st.sampled_from([[], ["a", "b"], ["a", "b", "b"]]))
    stations = []
    for k in range(draw(st.integers(1, 6))):
        by = draw(st.sampled_from([None, None, "operation", "time"]))
        failing = {"by": by, "up": draw(laws_above(6.0)), "down": draw(laws())} if by else None
        many = 3 if by is None and blocking == "after service" and not mix else 1
        stations.append({
            "id": f"s{k}", "work": draw(laws()), "buffer": draw(st.sampled_from(places)),
            "servers": draw(st.integers(1, many)), "transfer": draw(st.sampled_from(["0 s", "1.3 s"])),
            "failures": failing, "by_type": [{"type": "a", "mean": "3.25 s"}] if mix and draw(st.booleans()) else [],
        })  # fmt: skip
    return LineFile.model_validate({
        "quayline": 1, "line": "random", "blocking": blocking, "mix": mix, "stations": stations,
        "arrivals": draw(st.one_of(st.none(), laws())),
    })  # fmt: skip


def laws_above(mean_s: float) -> st.SearchStrategy[dict[str, Any]]:
    return seconds(mean_s, 3 * mean_s).map(lambda mean: {"kind": "exponential", "mean": mean})


def by_way(is_narrow: bool, line: LineFile, seed: int, replications: range) -> Any:
    """Departures part by part or wave by wave, where the line leaves the choice."""
    with mock.patch.object(simulate, "is_narrow", return_value=is_narrow):
        return departures(line, seed, PARTS, 3, 20, replications, PARTS)


@settings(max_examples=200)
@given(line=lines(), seed=st.integers(0, 2**31), is_narrow=st.booleans())
def test_every_departure_is_that_of_simpy(line: LineFile, seed: int, is_narrow: bool) -> None:
    for replications in (range(1), range(2, 4)):
        *_, (_, leaves) = by_way(is_narrow, line, seed, replications)
        for lane, replication in enumerate(replications):
            expected = simpy_line.departures(line, seed, replication, PARTS)
            np.testing.assert_array_equal(np.sort(leaves[:, :, lane], axis=0), expected)


@settings(max_examples=100)
@given(line=lines(), seed=st.integers(0, 2**31), num=st.sampled_from([1, 3, 16]))
def test_part_by_part_and_wave_by_wave_give_the_same_bits(line: LineFile, seed: int, num: int) -> None:
    """Sums, sums of the warm-up, departures from the line, starts and departures of every part."""
    narrow, wide = (by_way(way, line, seed, range(num)) for way in (True, False))
    for found, expected in zip((*narrow[:3], *narrow[3]), (*wide[:3], *wide[3]), strict=True):
        np.testing.assert_array_equal(found, expected)


@st.composite
def slotted_lines(draw: st.DrawFn) -> LineFile:
    """Machines that work a part in a slot or more, and are up and down in whole slots: nearly every moment is a tie."""
    blocking = draw(st.sampled_from(["after service", "before service", "before taking"]))

    def slots(least: float) -> dict[str, Any]:
        return {"kind": "geometric", "slot": "1 s", "success_share": draw(st.floats(least, 1.0))}

    stations = []
    for k in range(draw(st.integers(1, 5))):
        by = draw(st.sampled_from([None, "operation", "time", "time"]))
        stations.append({
            "id": f"s{k}", "work": draw(st.sampled_from(["1 s", "2 s", slots(0.5)])),
            "buffer": draw(st.sampled_from([1, 1, 2, 5] if blocking == "before taking" else [0, 1, 2, 5])),
            "failures": {"by": by, "up": slots(0.1), "down": slots(0.1)} if by else None,
        })  # fmt: skip
    return LineFile.model_validate({"quayline": 1, "line": "slots", "blocking": blocking, "stations": stations})


@settings(max_examples=100)
@given(line=slotted_lines(), seed=st.integers(0, 2**31))
def test_machines_of_one_clock_end_their_slots_together(line: LineFile, seed: int) -> None:
    *_, (starts, leaves) = departures(line, seed, PARTS, 3, 20, range(2), PARTS)
    assert (starts == np.floor(starts)).all()
    for replication in range(2):
        expected = simpy_line.departures(line, seed, replication, PARTS)
        np.testing.assert_array_equal(leaves[:, :, replication], expected)
