"""Every feature of a network on plants small enough to be worked out by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from quayline.flow.check_network import network_faults
from quayline.flow.deadlock import DeadlockError
from quayline.flow.engine import Outcome, simulate_network
from quayline.flow.network import (
    Bays,
    Carriers,
    Cars,
    Crew,
    Failures,
    Learning,
    Maintenance,
    Network,
    Pace,
    Paced,
    Parallel,
    Ratio,
    Serial,
    Spread,
    Station,
    Store,
    Subline,
)

ALWAYS = np.array([[0.0, 2.0**31]])
BY_TURNS = np.arange(100.0).reshape(-1, 2) * 100.0  # 100 s of work, 100 s of rest
CONSTANT = Spread()


def one(name: str, work_s: float, places_before: int = 0, **more: Any) -> Serial:
    """A section of one station."""
    mine = {key: more.pop(key) for key in ("failures", "learning", "maintenance", "transfer_s") if key in more}
    return Serial(name, (Station(name, (work_s,), **mine),), places_before, **more)


def run(network: Network, num: int, types: list[int] | None = None, repair_s: Any = None) -> Outcome:
    repair_s = np.zeros((len(network.all_bays), num)) if repair_s is None else np.array(repair_s, float)
    cars = Cars(np.array(types or [0] * num), np.zeros(num), repair_s)
    outcome = simulate_network(network, cars, 1, 1e6)
    assert network_faults(network, cars, outcome, 1e6) == []
    return outcome


def leave_s(*sections: Any, num: int = 4, calendar: Any = ALWAYS, **more: Any) -> list[float]:
    """Departures from the last section of the row."""
    found: list[float] = run(Network(sections, (calendar,), **more), num).leave_s[:, -1].tolist()
    return found


def test_work_pauses_at_the_end_of_a_shift_or_is_finished_after_it() -> None:
    assert leave_s(one("a", 60), calendar=BY_TURNS) == [60, 220, 280, 440]
    # The second is done at 120, out of hours, and moves at 200; the fourth at 320.
    assert leave_s(one("a", 60, at_shift_end="finish"), calendar=BY_TURNS) == [60, 200, 260, 400]


def test_a_moving_line_finishes_its_cycle_after_the_shift() -> None:
    line = Paced("p", 2, (Pace(0, 60),), np.full((1, 2, 1), 50.0), at_shift_end="finish")
    outcome = run(Network((line,), (BY_TURNS,)), 3)
    assert outcome.enter_s[:, 0].tolist() == [0, 60, 200]
    assert outcome.leave_s[:, 0].tolist() == [200, 260, 400]
    states = outcome.lines["p"]
    assert states.run_s + states.starved_s == states.working_s


def test_overload_that_is_worked_off_after_the_shift_is_worked_off() -> None:
    line = Paced("p", 2, (Pace(0, 60),), np.array([[[10.0], [90.0]]]), drift_share=0.5, at_shift_end="finish")
    # The cycle from 60 is done at 120, out of hours: 30 of the 90 are left, and the next lasts 30 + 90 - 30.
    assert leave_s(line, num=2, calendar=BY_TURNS) == [200, 290]


def test_what_no_shift_is_left_for_is_never_done() -> None:
    by_time = Failures(100, 30, CONSTANT, CONSTANT, by="time")
    stations = (Station("a", (60.0,)), Station("b", (60.0,)), Station("c", (60.0,), failures=by_time))
    late = Serial("s", stations, at_shift_end="finish")
    assert leave_s(late, num=2, calendar=np.array([[0.0, 100.0]])) == [np.inf, np.inf]


def test_a_gate_waits_for_its_bays_beside_an_empty_section() -> None:
    gate = one("a", 60, bays=(Bays("spot", 1, waiting=0),))
    network = Network((gate, one("b", 10)), (ALWAYS,))
    assert run(network, 2, repair_s=[[100, 100]]).leave_s[:, 1].tolist() == [170, 270]


def test_failures_by_time_stop_the_work_under_way() -> None:
    by_time = Failures(100, 30, CONSTANT, CONSTANT, by="time")  # up to 100, down to 130, up to 230, down to 260
    assert leave_s(one("a", 60, failures=by_time), num=5) == [60, 150, 210, 300, 360]
    assert leave_s(one("a", 100, failures=by_time), num=2) == [100, 230]


def test_of_two_failures_at_one_moment_the_crew_goes_to_the_first_station() -> None:
    fails = [Failures(mtbf_s, 50, CONSTANT, CONSTANT, crew="c") for mtbf_s in (100, 40)]
    stations = tuple(Station(name, (60.0,), failures=f) for name, f in zip("ab", fails, strict=True))
    # Both fail at 100: a is repaired from 100 to 150, b from 150 to 200, with 20 of its work to come.
    assert leave_s(Serial("s", stations), num=2, crews=(Crew("c", 1),))[0] == 220


def test_a_crew_of_one_repairs_one_station_after_the_other() -> None:
    fails = Failures(100, 50, CONSTANT, CONSTANT, crew="c")
    stations = (Station("a", (60.0,), buffer=3, failures=fails), Station("b", (60.0,), failures=fails))
    both = Serial("s", stations)
    # a fails at 100 and 250, b at 210 and 370; the second call of a waits from 250 to 260.
    outcome = run(Network((both,), (ALWAYS,), crews=(Crew("c", 1),)), 5)
    assert outcome.leave_s[:, 0].tolist() == [120, 280, 340, 460, 520]
    assert outcome.crews == {"c": (200, 10)}
    assert run(Network((both,), (ALWAYS,), crews=(Crew("c", 2),)), 5).crews["c"][1] == 0


def test_a_machine_that_fails_by_time_calls_the_crew_whatever_it_does() -> None:
    fails = [Failures(mtbf_s, 50, CONSTANT, CONSTANT, by="time", crew="c") for mtbf_s in (100, 90)]
    stations = [Station(name, (s,), failures=f) for name, s, f in zip("ab", (60.0, 10.0), fails, strict=True)]
    # b fails idle at 90, 230 and 370; a at work at 100 and 290. The call of a at 100 waits until 140.
    network = Network((Serial("s", tuple(stations)),), (ALWAYS,), crews=(Crew("c", 1),))
    outcome = run(network, 4)
    assert outcome.leave_s[:, 0].tolist() == [70, 220, 290, 430]
    assert outcome.crews == {"c": (250, 40)}
    # a is down for 90 and 50 of its work, b for 10 and 40; that b was down while it was idle, nobody waited for.
    assert outcome.stations.down_s.tolist() == [140, 50]


def test_nobody_repairs_an_empty_plant() -> None:
    fails = Failures(100, 30, CONSTANT, CONSTANT, by="time", crew="c")
    outcome = run(Network((one("a", 60, failures=fails),), (ALWAYS,), crews=(Crew("c", 1),)), 5)
    # It fails at 100, 230 and 360, when the last car leaves.
    assert outcome.leave_s[:, 0].tolist() == [60, 150, 210, 300, 360]
    assert outcome.crews == {"c": (60, 0)}


def test_each_server_of_a_station_calls_the_crew() -> None:
    fails = Failures(100, 50, CONSTANT, CONSTANT, crew="c")
    both = Serial("s", (Station("s", (60.0, 10.0), 2, failures=fails),))
    network = Network((both,), (ALWAYS,), 2, crews=(Crew("c", 1),))
    # Both servers fail at 100, and the first is repaired first.
    outcome = run(network, 4)
    assert outcome.leave_s[:, 0].tolist() == [60, 60, 170, 220]
    assert outcome.crews == {"c": (100, 50)}
    # The short one on the second server is done at 70 and keeps its turn; the fifth begins then on the first.
    outcome = run(network, 5, types=[0, 0, 0, 1, 0])
    assert outcome.leave_s[:, 0].tolist() == [60, 60, 170, 170, 230]
    assert outcome.stations.blocked_s.tolist() == [100]


def test_a_repair_at_the_end_counts_up_to_the_end() -> None:
    fails = Failures(100, 50, CONSTANT, CONSTANT, crew="c")
    network = Network((one("a", 160, failures=fails),), (ALWAYS,), crews=(Crew("c", 1),))
    cars = Cars(np.zeros(1, np.int64), np.zeros(1))
    outcome = simulate_network(network, cars, 1, 130.0)
    assert outcome.crews == {"c": (30, 0)}
    assert network_faults(network, cars, outcome, 130.0) == []


def test_a_failure_at_the_start_of_a_shift_waits_from_then_on() -> None:
    fails = Failures(100, 50, CONSTANT, CONSTANT, crew="c")
    network = Network((one("a", 100, failures=fails),), (BY_TURNS,), crews=(Crew("c", 1),))
    # The first is done at 100, when it would fail; the second begins at 200 and fails then.
    cars = Cars(np.zeros(2, np.int64), np.array([0.0, 150.0]))
    outcome = simulate_network(network, cars, 1, 1e6)
    assert outcome.leave_s[:, 0].tolist() == [100, 450]
    assert outcome.crews == {"c": (50, 0)}


def test_a_conveyor_fails_by_time_and_calls_its_crew() -> None:
    fails = Failures(100, 50, CONSTANT, CONSTANT, by="time", crew="c")
    line = Paced("p", 1, (Pace(0, 60),), failures=fails, places_before=1)
    # Cars come at 80, 160 and 240; it fails at 100, and at 250 between two cycles.
    outcome = run(Network((one("f", 80), line), (ALWAYS,), crews=(Crew("c", 1),)), 3)
    assert outcome.leave_s[:, 1].tolist() == [190, 250, 360]
    assert outcome.crews == {"c": (100, 0)}
    assert outcome.lines["p"].down_s == 100


def test_a_crew_repairs_the_conveyor_of_a_moving_line() -> None:
    line = Paced("p", 1, (Pace(0, 60),), failures=Failures(100, 50, CONSTANT, CONSTANT, crew="c"))
    assert leave_s(line, num=3, crews=(Crew("c", 1),)) == [60, 170, 230]


def test_a_car_waits_for_its_twin_and_a_twin_for_its_place() -> None:
    sub = Subline("d", (one("d1", 25, 2),), "f", "j")
    outcome = run(Network((one("f", 10), one("j", 10, 3)), (ALWAYS,), sublines=(sub,)), 4)
    assert outcome.enter_s.tolist() == [[0, 35, 10], [10, 60, 35], [20, 85, 60], [30, 110, 85]]
    assert outcome.leave_s.tolist() == [[10, 45, 35], [20, 70, 60], [30, 95, 85], [40, 120, 110]]
    assert outcome.twins == {"d": 1}


def test_a_full_sub_line_holds_the_cars_at_its_fork() -> None:
    sub = Subline("d", (one("d1", 100, 1),), "f", "j")
    # The twins take 100 s each: one under work, one waiting, so the third car leaves when the first twin is done.
    outcome = run(Network((one("f", 10), one("j", 10, 9)), (ALWAYS,), sublines=(sub,)), 3)
    assert outcome.leave_s[:, 0].tolist() == [10, 20, 110]


def test_cars_wait_for_a_carrier_that_comes_back() -> None:
    sections = (one("a", 10), one("b", 10, 5))
    outcome = run(Network(sections, (ALWAYS,), carriers=(Carriers("k", 1, "a", "b", 5),)), 3)
    assert outcome.enter_s[:, 0].tolist() == [0, 25, 50]
    outcome = run(Network(sections, (ALWAYS,), carriers=(Carriers("k", 2, "a", "b", 5),)), 3)
    assert outcome.enter_s[:, 0].tolist() == [0, 10, 25]
    assert outcome.carriers == {"k": 0}


def test_a_car_that_comes_back_may_take_another_branch() -> None:
    both = Parallel("p", tuple((one(f"b{k}", 20, 1),) for k in range(2)), "turn")
    gate = one("g", 10, 1, bays=(Bays("spot", 1, "a"),))
    outcome = run(Network((one("a", 10), both, gate), (ALWAYS,)), 1, repair_s=[[10]])
    assert outcome.leave_s[0].tolist() == [60, 30, 80, 90]


def test_branches_by_turn_by_room_and_by_type() -> None:
    def plant(route: Any, of_type: tuple[int, ...] = (), num_types: int = 1) -> Network:
        def many(name: str, work_s: float, places: int) -> Serial:
            return Serial(name, (Station(name, (work_s,) * num_types),), places)

        branches = ((many("p1", 35, 1),), (many("p2", 25, 1),))
        row = (many("f", 10, 0), Parallel("p", branches, route, of_type), many("e", 1, 2))
        return Network(row, (ALWAYS,), num_types)

    outcome = run(plant("turn"), 6)
    assert outcome.leave_s[:, 1].tolist() == [45, np.inf, 80, np.inf, 115, np.inf]
    assert outcome.leave_s[:, 3].tolist() == [46, 47, 81, 71, 116, 96]
    assert run(plant("room"), 6).leave_s[:, 2].tolist() == [np.inf, np.inf, 55, 80, np.inf, 105]
    by_type = run(plant("type", (1, 0), 2), 4, types=[0, 1, 0, 1])
    assert np.isfinite(by_type.leave_s[:, 1]).tolist() == [False, True, False, True]


def test_a_store_keeps_the_ratio_of_the_mix() -> None:
    def work(name: str, work_s: float) -> Serial:
        return Serial(name, (Station(name, (work_s, work_s)),), 1)

    rule = Ratio((0,), 1, 2)
    network = Network((work("f", 10), Store("s", 6, rules=(rule,)), work("e", 30)), (ALWAYS,), 2)
    entered = run(network, 10, types=[0] * 5 + [1] * 5).enter_s[:, 2]
    assert np.argsort(entered).tolist() == [0, 1, 5, 2, 6, 3, 7, 4, 8, 9]


def test_lanes_give_their_heads_only() -> None:
    # Cars 0 … 5 leave a gate in the order 1, 2, 3, 4, 5, 0: the first to be repaired comes last.
    gate = one("g", 10, bays=(Bays("r", 1),))
    repair_s = [[100, 0, 0, 0, 0, 0]]

    def order(lanes: int, capacity: int) -> list[int]:
        store = Store("s", capacity, lanes=lanes)
        network = Network((gate, store, one("e", 200, 1)), (ALWAYS,))
        found: list[int] = np.argsort(run(network, 6, repair_s=repair_s).enter_s[:, 2]).tolist()
        return found

    assert order(0, 6) == [1, 0, 2, 3, 4, 5]
    assert order(1, 6) == [1, 2, 3, 4, 5, 0]  # one lane is a queue
    assert order(2, 8) == [1, 0, 2, 3, 4, 5]  # 2 … 5 in the first lane, 0 alone in the second


def test_work_falls_with_the_count() -> None:
    power = leave_s(one("a", 10, learning=Learning("power", 2, 4)), num=5)
    assert np.diff(power, prepend=0) == pytest.approx([20, 20 / 2**0.5, 20 / 3**0.5, 10, 10], abs=1e-6)
    approach = leave_s(one("a", 10, learning=Learning("exponential", 3, 2)), num=3)
    assert np.diff(approach, prepend=0) == pytest.approx([30, 10 + 20 * np.exp(-0.5), 10 + 20 / np.e], abs=1e-6)
    steps = leave_s(one("a", 10, learning=Learning("table", rows=((1, 3.0), (3, 1.5)))), num=4)
    assert np.diff(steps, prepend=0).tolist() == [30, 30, 15, 15]


def test_a_learning_station_fails_less_often() -> None:
    halves = Failures(100, 10, CONSTANT, CONSTANT, learning=Learning("table", rows=((1, 2.0), (2, 1.0))))
    assert leave_s(one("a", 60, failures=halves), num=4) == [70, 140, 200, 270]


def test_maintenance_is_done_before_the_next_car() -> None:
    outcome = run(Network((one("a", 10, maintenance=Maintenance(20, 7)),), (ALWAYS,)), 6)
    assert np.diff(outcome.leave_s[:, 0], prepend=0).tolist() == [10, 10, 17, 10, 17, 10]
    assert outcome.stations.maintenance_s.tolist() == [21]  # the last when no car is left


def test_ways_take_their_time() -> None:
    stations = (Station("a", (10.0,), transfer_s=3, buffer=1), Station("b", (10.0,), transfer_s=4))
    outcome = run(Network((Serial("s", stations), one("c", 10, 1)), (ALWAYS,)), 3)
    assert outcome.leave_s.tolist() == [[23, 37], [33, 47], [43, 57]]


def test_blocking_before_service_begins_no_work_without_a_place_behind() -> None:
    def line(blocking: Any) -> list[float]:
        stations = (Station("a", (10.0,)), Station("b", (30.0,)), Station("c", (5.0,)))
        return leave_s(Serial("s", stations, blocking=blocking))

    assert line("after") == [45, 75, 105, 135]
    assert line("before") == [45, 85, 125, 165]


def test_work_at_the_last_station_begins_only_with_a_place_in_the_next_section() -> None:
    def row(blocking: Any, places: int) -> Outcome:
        return run(Network((one("a", 10, blocking=blocking), one("b", 30, places)), (ALWAYS,)), 4)

    assert row("after", 0).leave_s.tolist() == [[10, 40], [40, 70], [70, 100], [100, 130]]
    assert row("before", 0).leave_s.tolist() == [[10, 40], [50, 80], [90, 120], [130, 160]]
    # With a place before b the second begins at 10 and waits there from 20 on; the third begins when b takes it at 40.
    assert row("before", 1).leave_s.tolist() == [[10, 40], [20, 70], [50, 100], [80, 130]]
    assert row("before", 1).stations.blocked_s.tolist() == [40, 0]


@pytest.mark.parametrize(
    ("places", "servers"),
    # Places between sections are kept, not the servers behind them: there must be one for each car at work.
    [(p, s) for p in (0, 1, 3) for s in ((1, 1), (2, 1), (1, 3), (3, 2)) if p == 0 or p >= s[0]],
)
def test_blocking_before_service_knows_no_border_between_sections(places: int, servers: tuple[int, int]) -> None:
    spread = Spread("exponential")
    a = Station("a", (10.0,), servers[0], places, spread, Failures(60, 20))
    b = Station("b", (9.0,), servers[1], 0, spread)
    cars = Cars(np.zeros(300, np.int64), np.zeros(300))
    whole = simulate_network(Network((Serial("s", (a, b), blocking="before"),), (ALWAYS,)), cars, 1, 1e6)
    parts = Network((Serial("a", (a,), blocking="before"), Serial("b", (b,), places)), (ALWAYS,))
    outcome = simulate_network(parts, cars, 1, 1e6, trace=(0, 300))
    assert outcome.leave_s[:, 1].tolist() == whole.leave_s[:, 0].tolist()
    for name in ("busy_s", "blocked_s", "starved_s", "down_s"):
        assert getattr(outcome.stations, name).tolist() == getattr(whole.stations, name).tolist()
    assert network_faults(parts, cars, outcome, 1e6) == []


def test_the_checker_sees_work_that_has_no_place_behind_it() -> None:
    after, before = (
        Network((one("a", 10, blocking=blocking), one("b", 30, 1)), (ALWAYS,)) for blocking in ("after", "before")
    )
    cars = Cars(np.zeros(4, np.int64), np.zeros(4))
    outcome = simulate_network(after, cars, 1, 1e6, trace=(0, 4))
    assert network_faults(after, cars, outcome, 1e6) == []
    assert "more cars have a place kept before section b than there are" in network_faults(before, cars, outcome, 1e6)


def test_a_place_is_kept_for_the_car_at_work() -> None:
    # Two branches end before e, which has one place: the slow one, which began first, keeps it from the fast one.
    branches = ((one("slow", 100, 1, blocking="before"),), (one("fast", 10, 1, blocking="before"),))
    network = Network((one("f", 1), Parallel("p", branches, "turn"), one("e", 5, 1)), (ALWAYS,))
    outcome = run(network, 2)
    assert outcome.leave_s[:, 3].tolist() == [106, 116]
    assert outcome.enter_s[1, 2] == 2
    after = replace(network, sections=(network.sections[0], Parallel("p", tuple(
        (replace(b[0], blocking="after"),) for b in branches), "turn"), network.sections[2]))  # fmt: skip
    assert run(after, 2).leave_s[:, 3].tolist() == [106, 17]


def test_the_branch_is_chosen_when_work_begins() -> None:
    branches = tuple((one(f"b{k}", work_s, 1),) for k, work_s in enumerate((35, 100)))

    def through_b0(blocking: Any) -> list[bool]:
        row = (one("f", 10, blocking=blocking), Parallel("p", branches, "room"), one("e", 1, 9))
        found: list[bool] = np.isfinite(run(Network(row, (ALWAYS,)), 4).leave_s[:, 1]).tolist()
        return found

    # The second begins at 10, when the first is given to the place of b0 and has not been taken from it.
    assert through_b0("before") == [True, False, True, False]
    assert through_b0("after") == [True, True, False, False]


def test_a_scrapped_car_frees_the_place_that_was_kept_for_it() -> None:
    branches = ((one("slow", 100, 1, blocking="before"),), (one("fast", 10, 1, blocking="before"),))
    network = Network((one("f", 1), Parallel("p", branches, "turn"), one("e", 5, 1)), (ALWAYS,))
    cars = Cars(np.zeros(2, np.int64), np.zeros(2), np.zeros((0, 2)), np.array([1, -1]))
    outcome = simulate_network(network, cars, 1, 1e6)
    assert outcome.scrapped_s[0] == 101
    assert outcome.leave_s[1, 3] == 116


def test_work_that_has_no_place_behind_it_at_the_end_was_blocked() -> None:
    by_time = Failures(30, 5, CONSTANT, CONSTANT, by="time")
    stations = (Station("a", (10.0,), failures=by_time), Station("b", (1000.0,)))
    network = Network((Serial("s", stations, blocking="before"),), (ALWAYS,))
    cars = Cars(np.zeros(2, np.int64), np.zeros(2))
    states = simulate_network(network, cars, 1, 100.0).stations
    assert (states.busy_s[0], states.blocked_s[0]) == (10, 90)


def test_a_full_queue_of_bays_holds_the_gate() -> None:
    gate = one("g", 10, bays=(Bays("r", 1, waiting=0),))
    outcome = run(Network((gate,), (ALWAYS,)), 3, repair_s=[[50, 50, 0]])
    assert outcome.leave_s[:, 0].tolist() == [60, 110, 70]


def test_what_a_gate_draws_has_the_chances_given() -> None:
    num = 4000
    bays = (Bays("r", 2, share=0.3, detection_share=0.8, work_s=5.0),)
    outcome = run(Network((one("g", 10, bays=bays, scrap_share=0.1),), (ALWAYS,)), num)
    scrapped = np.isfinite(outcome.scrapped_s)
    assert (np.isinf(outcome.leave_s[:, 0]) == scrapped).all()
    for share, found in (
        (0.1, scrapped.mean()), (0.24, outcome.num_repairs[~scrapped].mean()), (0.06, outcome.escaped["g/r"] / num)
    ):  # fmt: skip
        assert abs(found - share) < 4 * (share * (1 - share) / (0.9 * num)) ** 0.5


def test_a_scrapped_car_gives_its_carrier_back() -> None:
    gate = one("g", 10, scrap_share=1.0)
    network = Network((one("a", 10), gate, one("z", 10)), (ALWAYS,), carriers=(Carriers("k", 1, "a", "z"),))
    assert run(network, 3).enter_s[:, 0].tolist() == [0, 20, 40]


def test_a_car_told_to_be_scrapped_leaves_at_its_gate_and_nowhere_else() -> None:
    network = Network((one("a", 10), one("g", 10), one("z", 10)), (ALWAYS,))
    cars = Cars(np.zeros(3, np.int64), np.zeros(3), scrap_at=np.array([-1, 1, -1]))
    outcome = simulate_network(network, cars, 1, 1e6)
    assert network_faults(network, cars, outcome, 1e6) == []
    assert outcome.scrapped_s.tolist() == [np.inf, 30, np.inf]
    assert outcome.leave_s[:, 2].tolist() == [30, np.inf, 50]
    for wrong in ([-1, 5, -1], [1, 1]):
        with pytest.raises(ValueError, match="expected only"):
            simulate_network(network, Cars(cars.car_type, cars.release_s, scrap_at=np.array(wrong)), 1, 1e6)


def test_a_deadlock_is_named() -> None:
    # Car 0 is overtaken in the bays, and its twin holds the only place that the twin of car 1 needs.
    row = (one("f", 10), one("g", 10, 2, bays=(Bays("r", 1),)), one("j", 10, 1))
    network = Network(row, (ALWAYS,), sublines=(Subline("doors", (one("d", 5, 2),), "f", "j"),))
    with pytest.raises(DeadlockError, match=r"j holds car 1 .* its twin of sub-line doors; section d holds car 1"):
        run(network, 4, repair_s=[[100, 0, 0, 0]])
    assert np.isfinite(run(network, 4, repair_s=[[0, 0, 0, 100]]).leave_s[:, 2]).all()


@pytest.mark.parametrize(
    ("sections", "more", "words"),
    [
        ((one("a", 1), one("a", 1)), {}, "section a: the name is not unique"),
        ((one("a", 1), Store("s", 1)), {}, "section s: a store stands between two sections"),
        ((one("a", 1), Store("s", 5, lanes=2), one("b", 1)), {}, "5 places do not make 2 equal lanes"),
        ((one("a", 1, transfer_s=2), Store("s", 1), one("b", 1)), {}, "a way into a store takes no time"),
        ((one("a", 1), Parallel("p", ((one("b", 1),), (one("c", 1, 1),))), one("e", 1, 1)), {}, "section b: .* no"),
        ((one("a", 1, failures=Failures(1, 1, crew="x")),), {}, "no crew is called x"),
        (
            (one("a", 1), one("j", 1)),
            {"sublines": (Subline("d", (one("d", 1, 1),), "a", "j"),)},
            "join j needs a place",
        ),
        ((one("a", 1), one("j", 1, 1)), {"sublines": (Subline("d", (one("d", 1, 1),), "j", "a"),)}, "in this order"),
        ((one("a", 1), one("b", 1)), {"carriers": (Carriers("k", 1, "b", "a"),)}, "in this order"),
        (
            (one("a", 1), one("b", 1, bays=(Bays("r", 1, "a"),))),
            {"carriers": (Carriers("k", 1, "a", "a"),)},
            "out of the stretch of k",
        ),
        (
            (one("a", 1, blocking="before"), one("b", 1, bays=(Bays("r", 1, "b"),))),
            {},
            "cars that come back to b need a place before it",
        ),
        (
            (one("a", 1), one("s", 1, scrap_share=0.5), one("j", 1, 1)),
            {"sublines": (Subline("d", (one("d", 1, 1),), "a", "j"),)},
            "may be scrapped between a and j",
        ),
        (
            (one("a", 1), one("j", 1, 1), one("g", 1, bays=(Bays("r", 1, "a"),))),
            {"sublines": (Subline("d", (one("d", 1, 1),), "a", "j"),)},
            "leads over fork or join of sub-line d",
        ),
    ],
)
def test_an_impossible_network_is_refused(sections: Any, more: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Network(sections, (ALWAYS,), **more)


def test_the_checker_sees_what_a_network_must_not_do() -> None:
    branches = (one("p1", 35, 1),), (one("p2", 25, 1),)
    row = (one("f", 10), Parallel("p", branches), one("j", 10, 5))
    sub = Subline("d", (one("d1", 25, 2),), "f", "j", 3)
    network = Network(row, (ALWAYS,), sublines=(sub,), carriers=(Carriers("k", 3, "f", "j"),))
    cars = Cars(np.zeros(9, np.int64), np.zeros(9), np.zeros((0, 9)))
    outcome = simulate_network(network, cars, 1, 1e6)
    assert network_faults(network, cars, outcome, 1e6) == []

    def told(**changed: Any) -> str:
        return "\n".join(network_faults(network, cars, replace(outcome, **changed), 1e6))

    early = outcome.enter_s - 30.0 * (np.arange(5) == 3)
    assert "takes a car before its twin of d is finished" in told(enter_s=early)
    assert "more cars on k than there are" in told(leave_s=outcome.leave_s + 200.0 * (np.arange(5) == 3))
    both = np.where(np.isinf(outcome.enter_s), 50.0, outcome.enter_s)
    assert "a car went through two branches of p" in told(enter_s=both)
    assert "a scrapped car is built" in told(scrapped_s=np.full(9, 1.0))
    assert "a car is scrapped that no section scraps" in told(scrapped_s=np.full(9, 1.0))
    told_to = replace(cars, scrap_at=np.full(9, 1))
    assert "a car leaves the section that scraps it" in network_faults(network, told_to, outcome, 1e6)
    swapped = outcome.leave_s.copy()
    swapped[[0, 1], 3] = swapped[[1, 0], 3]
    assert "cars overtake in section j" in told(leave_s=swapped)
