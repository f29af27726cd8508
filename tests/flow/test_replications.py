"""Replications: the same on any number of threads; what one per cent gains where it can be worked out."""

from __future__ import annotations

import os
import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quayline.flow.engine import Totals, stream_network
from quayline.flow.headline import capability, capability_by_batches, headline, warm_up
from quayline.flow.losses import Whereabouts, losses
from quayline.flow.network import Bays, Cars, Failures, Learning, Network, Pace, Paced, Serial, Spread, Station, Store
from quayline.flow.replications import ROUND, paired, replicate
from quayline.flow.sensitivity import faster, sensitivity
from quayline.flow.window import Window, worked_s

ALWAYS = np.array([[0.0, 2.0**32]])


def plant(num: int = 400) -> Window:
    """A serial section with a gate, a store and a moving line, all with chance."""
    spread = Spread("lognormal", 0.3)
    body = Serial("body", (Station("weld", (50.0,), spread=spread, failures=Failures(3000.0, 200.0)),))
    check = Serial("check", (Station("look", (40.0,)),), 2, bays=(Bays("spot", 1),))
    line = Paced("line", 5, (Pace(0.0, 55.0),), np.full((1, 5, 1), 50.0), spread, 0.2, 0.02, 60.0)
    network = Network((body, check, Store("store", 20), line), (ALWAYS,))
    repair_s = np.where(np.arange(num) % 5 == 0, 300.0, 0.0)[None, :]
    return Window(network, Cars(np.zeros(num, np.int64), np.zeros(num), repair_s), 0, 0.0, 40_000.0)


def serial(works: list[float], num: int = 200) -> Window:
    stations = tuple(Station(f"s-{k}a", (work,)) for k, work in enumerate(works))
    network = Network((Serial("line", stations),), (ALWAYS,))
    return Window(network, Cars(np.zeros(num, np.int64), np.zeros(num)), 0, 0.0, 2.0**32)


@pytest.mark.parametrize("threads", [1, 2, 5])
def test_threads_change_no_bit(monkeypatch, threads: int) -> None:
    window = plant()
    alone = [headline(window, seed, [3]) for seed in range(6)]
    monkeypatch.setattr(os, "cpu_count", lambda: threads)
    together = replicate(lambda r: headline(window, r, [3]), 6)
    assert together == {name: [row[name] for row in alone] for name in alone[0]}


def test_replications_are_added_until_the_interval_is_narrow() -> None:
    window = plant(100)

    def once(replication: int) -> dict[str, float]:
        return headline(window, replication, [3])

    few, many = replicate(once, 4)["lead_h_p50"], replicate(once, 4, narrow="lead_h_p50", half_width=0.03)["lead_h_p50"]
    assert len(many) > 4
    assert (len(many) - 4) % ROUND == 0
    assert many[:4] == few
    assert len(replicate(once, 4, narrow="lead_h_p50", half_width=1e-9, most=12)["jph"]) == 12


def test_numbers_that_cannot_be() -> None:
    for wrong in ({"num": 0}, {"num": 4, "most": 2}, {"num": 4, "narrow": "jph", "half_width": 0.0}):
        with pytest.raises(ValueError, match="replications"):
            replicate(lambda r: {"jph": 0.0}, **wrong)


def test_differences_are_taken_pair_by_pair() -> None:
    found = paired([3.0, 5.0, 9.0], [1.0, 3.0, 7.0])
    assert (found.mean, found.half_width) == (2.0, 0.0)


def test_one_per_cent_of_a_constant_line() -> None:
    """Only the slowest station moves it: 3600 / 60 an hour become 3600 / 59.4, to the rounding of the work time."""
    found = sensitivity(serial([50.0, 60.0, 55.0]), lambda r: r, 2)
    best = found.gains[0]
    assert found.jph.mean == 60.0
    assert (best.section, best.station) == ("line", "s-1a")
    assert best.jph.mean == pytest.approx(3600 / 59.4 - 60, abs=1e-6)
    assert [gain.jph.mean for gain in found.gains[1:]] == [0.0, 0.0]


def test_every_time_of_the_plant_is_tried_once() -> None:
    network = plant().network
    tried = {(section, station): changed for section, station, changed in faster(network, 0.01)}
    assert list(tried) == [("body", "weld"), ("check", "look"), ("line", "line")]
    assert tried["line", "line"].sections[3].pace[0].takt_s == pytest.approx(54.45)
    assert tried["body", "weld"].sections[1:] == network.sections[1:]
    access = replace(network.sections[2], access_s=10.0)
    with_access = replace(network, sections=(*network.sections[:2], access, network.sections[3]))
    assert [row[0] for row in faster(with_access, 0.01)] == ["body", "check", "store", "line"]


def heard(window: Window, seed: int) -> tuple[Totals, Whereabouts]:
    where = Whereabouts(window.network)
    return stream_network(window.network, [window.cars], seed, window.end_s, where, 64), where


def test_losses_add_up_to_what_the_speed_would_build() -> None:
    window = plant()
    outcome, where = heard(window, 3)
    (line,) = losses(window, outcome, where.left)
    assert line.cars == np.isfinite(window.simulated(3).leave_s[:, 3]).sum()
    assert line.paced == pytest.approx(40_000 / 55)
    parts = (line.failures, line.andon, line.overload, line.blocked, line.empty, line.cars)
    assert sum(parts) == pytest.approx(line.paced)
    assert min(parts) >= 0
    assert line.andon > 0


def test_cars_not_built_stand_somewhere() -> None:
    window = replace(plant(1000), end_s=20_000.0)
    outcome, where = window.simulated(1), heard(window, 1)[1].table(1000)
    assert sum(where.values()) == 1000 - np.isfinite(outcome.leave_s[:, -1]).sum() > 0
    assert where["(not begun)"] == (~np.isfinite(outcome.enter_s[:, 0])).sum()
    inside = np.isfinite(outcome.enter_s[:, 3]) & ~np.isfinite(outcome.leave_s[:, 3])
    assert where["line"] == inside.sum()


def test_headline_of_a_constant_line() -> None:
    window = replace(serial([60.0], 10), end_s=3600.0)
    found = headline(window, 1, [0])
    assert (found["cars_built"], found["cars_not_built"], found["jph"]) == (10.0, 0.0, 10.0)
    assert found["lead_h_p50"] == pytest.approx(5.5 / 60)
    assert found["wip_cars"] == pytest.approx(600 / 3600)
    assert (found["ftt_share"], found["in_sequence_share"], found["displaced_cars"]) == (1.0, 1.0, 0.0)


@given(st.integers(1, 300), st.integers(1, 400), st.integers(0, 99), st.floats(2_000, 40_000))
def test_the_headline_is_that_of_all_cars_kept(num: int, part: int, seed: int, end_s: float) -> None:
    """By their definitions, from what every car did: whatever parts the cars come in, and some still inside."""
    window = replace(plant(num), end_s=end_s)
    parts = (window.cars.between(first, first + part) for first in range(0, num, part))
    found, kept = headline(window, seed, [3], parts), window.simulated(seed)
    left_s, into_s = window.left_s(kept), kept.enter_s[:, 3]
    built = [k for k in sorted(range(num), key=lambda k: (into_s[k], k)) if left_s[k] < np.inf]
    assert (found["cars_built"], found["cars_not_built"]) == (len(built), num - len(built))
    assert found["jph"] == pytest.approx(len(built) / end_s * 3600)
    inside_s = sum(min(left_s[k], end_s) - min(kept.enter_s[k, 0], end_s) for k in range(num))
    assert found["wip_cars"] == pytest.approx(inside_s / end_s)
    if not built:
        assert np.isnan(found["lead_h_p50"])
        assert np.isnan(found["ftt_share"])
        return
    assert found["lead_h_p95"] == np.quantile((left_s[built] - window.cars.release_s[built]) / 3600, 0.95)
    assert found["ftt_share"] == np.mean(kept.num_repairs[built] == 0)
    moved = [abs(k - sorted(built).index(car)) for k, car in enumerate(built)]
    assert found["displaced_cars"] == pytest.approx(np.mean(moved))
    assert found["in_sequence_share"] == np.mean([all(c < car for c in built[:k]) for k, car in enumerate(built)])


def test_a_replication_needs_few_bytes_a_car() -> None:
    """What grows is 16 bytes for each, and what ranks them at the end; every car's times would be 64."""

    def peak(num: int) -> int:
        window = replace(plant(num), end_s=2.0**31)
        tracemalloc.start()
        try:
            headline(window, 1, [3])
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(100)
    assert (peak(40_000) - peak(10_000)) / 30_000 < 64


def test_capability_leaves_the_start_out() -> None:
    window = serial([30.0, 60.0], 20)
    assert capability(window, window.simulated(1), 5) == 60.0
    assert capability(window, window.simulated(1), 19) == 0.0


def test_the_warm_up_of_a_line_is_found_and_its_rate_has_an_interval_from_batches() -> None:
    """A line whose first 300 cars take three times as long: MSER-5 leaves them out, give or take a batch of five."""
    slow_at_first = Learning("table", rows=((1, 3.0), (301, 1.0)))
    station = Station("a", (60.0,), spread=Spread("lognormal", 0.2), learning=slow_at_first)
    network = Network((Serial("line", (station,)),), (np.array([[0.0, 1e5], [2e5, 2.0**32]]),))
    window = Window(network, Cars(np.zeros(4000, np.int64), np.zeros(4000)), 0, 0.0, 2.0**32)
    outcome = window.simulated(1)
    num_warm = warm_up(window, outcome)
    assert abs(num_warm - 300) <= 5
    found = capability_by_batches(window, outcome, num_warm)
    assert found.mean == capability(window, outcome, num_warm)
    assert abs(found.mean - 60) < 2 * found.half_width < 1
    assert found.num_values == (4000 - num_warm - 1) // 100
    few = replace(window, cars=window.cars.between(0, 30))
    assert np.isinf(capability_by_batches(few, few.simulated(1), 0).half_width)
    assert warm_up(few, few.simulated(1)) <= 15
    one = sensitivity(window, lambda r: r + 1, 1)
    assert one.jph == found


def test_working_time_of_a_calendar() -> None:
    calendar = np.array([[10.0, 20.0], [30.0, 50.0]])
    moments = np.array([0.0, 10.0, 15.0, 20.0, 25.0, 30.0, 45.0, 50.0, 99.0])
    assert worked_s(calendar, moments).tolist() == [0.0, 0.0, 5.0, 10.0, 10.0, 10.0, 25.0, 30.0, 30.0]
