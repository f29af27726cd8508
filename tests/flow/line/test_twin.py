"""Every departure from every station of random lines equals that of the same line in SimPy, bit for bit."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.reference import simpy_line

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
def lines(draw: st.DrawFn, *, may_be_general: bool) -> LineFile:
    is_general = may_be_general and draw(st.booleans())
    blocking = draw(st.sampled_from(["after service", "before service", *(["before taking"] if is_general else [])]))
    mix = draw(st.sampled_from([[], ["a", "b"], ["a", "b", "b"]]))
    some = [[1, 2, 7, None], [2, 3], [4, 5, 9], [5], [None]]
    places = draw(st.sampled_from(some if blocking == "before taking" else [[0, 0, 1, 2, 7, None], [0], *some]))
    stations = []
    for k in range(draw(st.one_of(st.integers(1, 6), st.sampled_from([9, 16, 35])))):
        by = draw(st.sampled_from([None, None, "operation", *(["time"] if is_general else [])]))
        failing = {"by": by, "up": draw(laws_above(6.0)), "down": draw(laws())} if by else None
        many = 3 if is_general and by is None and blocking == "after service" and not mix else 1
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


REPLICATIONS = st.sampled_from([range(1), range(2, 4), range(5), range(8), range(1, 17)])


@settings(max_examples=120)
@given(line=lines(may_be_general=True), seed=st.integers(0, 2**31), replications=REPLICATIONS)
def test_every_departure_is_that_of_simpy(line: LineFile, seed: int, replications: range) -> None:
    *_, (_, leaves) = departures(line, seed, PARTS, 3, 20, replications, PARTS)
    for lane in (0, len(replications) - 1):
        expected = simpy_line.departures(line, seed, replications[lane], PARTS)
        np.testing.assert_array_equal(np.sort(leaves[:, :, lane], axis=0), expected)


@settings(max_examples=120)
@given(
    line=lines(may_be_general=False), seed=st.integers(0, 2**31), replications=REPLICATIONS,
    warmup=st.integers(1, PARTS), stride=st.integers(1, 9),
)  # fmt: skip
def test_sums_and_starts_are_those_of_the_definition(
    line: LineFile, seed: int, replications: range, warmup: int, stride: int
) -> None:  # fmt: skip
    """Added up part by part from departures of SimPy and single samples, now and at the end of the warm-up."""
    sums, warm, series, (starts, leaves) = departures(line, seed, PARTS, stride, warmup, replications, 40)
    lane = len(replications) - 1
    expected = simpy_line.departures(line, seed, replications[lane], PARTS)
    np.testing.assert_array_equal(leaves[:, :, lane], expected[:40])
    np.testing.assert_array_equal(series[:, lane], expected[stride - 1 :: stride, -1])
    begun, spent = simpy_line.spent(line, seed, replications[lane], expected)
    np.testing.assert_array_equal(starts[:, :, lane], begun[:40])
    np.testing.assert_array_equal(sums[:, :, lane], spent[-1])
    np.testing.assert_array_equal(warm[:, :, lane], spent[warmup - 1])


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
