"""Random plants obey the definition; the checker notices when they do not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from tests.flow.networks import plants

from quayline.flow.check_network import network_faults
from quayline.flow.engine import simulate_network
from quayline.flow.network import Bays, Cars, Failures, Learning, Network, Pace, Paced, Serial, Spread, Station, Store

END_S = 40_000.0
ALWAYS = np.array([[0.0, 2.0**32]])


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(plants(60))
def test_random_plants_have_no_fault(plant: tuple[Network, Cars, int]) -> None:
    network, cars, seed = plant
    outcome = simulate_network(network, cars, seed, END_S, (0, len(cars.release_s)))
    assert network_faults(network, cars, outcome, END_S) == []


def _line() -> tuple[Network, Cars]:
    stations = tuple(Station(f"a{k}", (50.0,), spread=Spread("lognormal", 0.4)) for k in range(3))
    moving = Paced("line", 4, (Pace(0.0, 60.0),), np.full((1, 4, 1), 55.0), places_before=2)
    network = Network((Serial("a", stations), Store("store", 3), moving), (ALWAYS,))
    return network, Cars(np.zeros(30, np.int64), np.zeros(30))


def _early(enter: np.ndarray, leave: np.ndarray) -> None:
    leave[5, 0] = enter[5, 0] - 1


def _swapped(enter: np.ndarray, leave: np.ndarray) -> None:
    leave[[4, 5], 0] = leave[[5, 4], 0]


def _jump(enter: np.ndarray, leave: np.ndarray) -> None:
    enter[8:20, 2] = enter[8, 2]


@pytest.mark.parametrize("harm", [_early, _swapped, _jump])
def test_checker_sees_harm(harm) -> None:
    network, cars = _line()
    outcome = simulate_network(network, cars, 1, END_S)
    assert network_faults(network, cars, outcome, END_S) == []
    harm(outcome.enter_s, outcome.leave_s)
    assert network_faults(network, cars, outcome, END_S)


@pytest.mark.parametrize("station", [0, 2])
def test_checker_sees_a_car_and_a_server_that_wait_for_each_other(station: int) -> None:
    network, cars = _line()
    outcome = simulate_network(network, cars, 1, END_S, (0, 30))
    assert network_faults(network, cars, outcome, END_S) == []
    row = np.flatnonzero((outcome.trace_id[:, 0] == 7) & (outcome.trace_id[:, 1] == station))
    outcome.trace_s[row, 0] += 1.0
    told = f"station a{station}: a car and a server wait for each other"
    assert network_faults(network, cars, outcome, END_S) == [told]


def test_same_seed_same_bits_and_another_seed_others() -> None:
    network, cars = _line()
    first, again, other = (simulate_network(network, cars, seed, END_S).leave_s for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_store_restores_the_planned_sequence() -> None:
    check = Serial("check", (Station("look", (10.0,)),), bays=(Bays("spot", 2),))
    final = Serial("final", (Station("fit", (100.0,)),), places_before=0)
    network = Network((check, Store("store", 50), final), (ALWAYS,))
    repair_s = np.zeros((1, 12))
    repair_s[0, 2] = 45.0
    cars = Cars(np.zeros(12, np.int64), np.zeros(12), repair_s)
    outcome = simulate_network(network, cars, 1, END_S)
    assert outcome.leave_s[2, 0] > outcome.leave_s[3, 0]
    order = np.argsort(outcome.enter_s[:, 2])
    # Car 2 is back (30 + 45 s) before the second body is taken (110 s).
    assert order.tolist() == list(range(12))


def test_a_line_stops_for_what_exceeds_the_drift() -> None:
    # Work 80 at takt 60 with a drift of 15: the first car carries 20, of which 15 are allowed.
    line = Paced("line", 1, (Pace(0.0, 60.0),), np.full((1, 1, 1), 80.0), drift_share=0.25)
    network = Network((line,), (ALWAYS,))
    outcome = simulate_network(network, Cars(np.zeros(3, np.int64), np.zeros(3)), 1, END_S)
    assert np.diff(outcome.leave_s[:, 0], prepend=0.0).tolist() == [65.0, 80.0, 80.0]
    assert outcome.lines["line"].overload_s == 45.0


@pytest.mark.parametrize("num_cycles", [3, 6, 8])
def test_the_stations_of_a_line_know_their_cars_and_work(num_cycles: int) -> None:
    work_s = np.array([[10.0, 20.0, 30.0, 40.0], [11.0, 22.0, 33.0, 44.0]])
    learning = Learning("table", rows=((1, 1.5), (3, 1.0)))
    pace = (Pace(0.0, 60.0), Pace(360.0, 60.0, table=1))
    network = Network((Paced("line", 4, pace, work_s[:, :, None], learning=learning),), (ALWAYS,))
    entries = [0, 1, 4, 5, 6, 7]  # in cycles: a gap of two
    cars = Cars(np.zeros(6, np.int64), 60.0 * np.array(entries))
    outcome = simulate_network(network, cars, 1, num_cycles * 60.0 - 1.0)
    for k in range(4):
        begun = [entry + k for entry in entries if entry + k < num_cycles]
        worked = [work_s[int(cycle >= 6), k] * (1.5 if car < 2 else 1.0) for car, cycle in enumerate(begun)]
        assert outcome.stations.cars[k] == len(begun)
        assert outcome.stations.busy_s[k] == sum(worked)


def test_an_empty_line_waits_and_starts_with_the_next_car() -> None:
    network = Network((Paced("line", 3, (Pace(0.0, 60.0),)),), (ALWAYS,))
    outcome = simulate_network(network, Cars(np.zeros(2, np.int64), np.array([0.0, 1000.5])), 1, END_S)
    assert outcome.leave_s[:, 0].tolist() == [180.0, 1180.5]
    assert outcome.num_events <= 10


def test_work_pauses_at_the_end_of_a_shift() -> None:
    network = Network((Serial("a", (Station("a", (100.0,)),)),), (np.array([[0.0, 150.0], [1000.0, 1150.0]]),))
    outcome = simulate_network(network, Cars(np.zeros(3, np.int64), np.zeros(3)), 1, END_S)
    assert outcome.leave_s[:, 0].tolist() == [100.0, 1050.0, 1150.0]
    assert outcome.stations.busy_s.tolist() == [300.0]


def test_a_repainted_car_comes_back_before_new_ones() -> None:
    coat = Serial("coat", (Station("coat", (10.0,)),))
    check = Serial("check", (Station("check", (10.0,)),), 1, bays=(Bays("repaint", 1, "coat"),))
    repair_s = np.array([[5.0, 0.0, 0.0, 0.0, 0.0, 0.0]])
    network = Network((coat, check), (ALWAYS,))
    outcome = simulate_network(network, Cars(np.zeros(6, np.int64), np.zeros(6), repair_s), 1, END_S)
    # Car 0 leaves the check at 20, its bay at 25, takes the coat at 30 when car 2 is done there, leaves at 50.
    assert outcome.leave_s[:, 1].tolist() == [50.0, 30.0, 40.0, 60.0, 70.0, 80.0]
    assert outcome.num_repairs.tolist() == [1, 0, 0, 0, 0, 0]
    assert outcome.repair_s[0] == 5.0


@pytest.mark.parametrize(
    ("sections", "words"),
    [
        ((Store("s", 1), Serial("a", (Station("a", (1.0,)),))), "a store stands between"),
        ((Serial("a", (Station("a", (1.0,)),)), Paced("b", 1, (Pace(0.0, 1.0),), places_before=0)), "place before"),
        ((Serial("a", (Station("a", (1.0,)),)), Serial("a", (Station("b", (1.0,)),))), "not unique"),
        ((Serial("a", (Station("a", (1.0, 2.0)),)),), "2 of 1 types"),
        ((Serial("a", (Station("a", (1.0,)),), bays=(Bays("x", 1, "b"),)),), "at or before a"),
        ((Serial("a", ()),), "no station"),
    ],
)
def test_impossible_networks_are_refused(sections, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Network(tuple(sections), (ALWAYS,))


def test_sections_of_two_calendars_need_a_place_between() -> None:
    first, second = (Serial(n, (Station(n, (1.0,)),), 0, c) for n, c in (("a", 0), ("b", 1)))
    with pytest.raises(ValueError, match="between two calendars"):
        Network((first, second), (ALWAYS, ALWAYS))
    assert Network((first, replace(second, places_before=1)), (ALWAYS, ALWAYS)).num_types == 1


def test_bad_parts_are_refused() -> None:
    with pytest.raises(ValueError, match="above zero"):
        Station("a", (0.0,))
    with pytest.raises(ValueError, match="lognormal"):
        Spread("lognormal")
    with pytest.raises(ValueError, match="mtbf"):
        Failures(0.0, 1.0)
    with pytest.raises(ValueError, match="ascending"):
        Network((Serial("a", (Station("a", (1.0,)),)),), (np.array([[5.0, 1.0]]),))
