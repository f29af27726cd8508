"""The bottleneck by active period: against its definition read moment by moment, and on lines where it is known."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from quayline.flow.active import Periods, Reign, active_periods, by_hour_of_shift, by_slot, reign, shares
from quayline.flow.network import Cars, Network, Pace, Paced, Serial, Spread, Station
from quayline.flow.window import Window

ALWAYS = np.array([[0.0, 2.0**32]])


@st.composite
def some_periods(draw: st.DrawFn) -> Periods:
    rows = draw(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 60), st.integers(1, 30)), min_size=1, max_size=20))
    rows = sorted(rows, key=lambda row: row[1])
    station, begin, length = (np.array(column) for column in zip(*rows, strict=True))
    return Periods(station, begin.astype(float), (begin + length).astype(float), length.astype(float))


@settings(max_examples=150)
@given(some_periods())
def test_the_longest_period_reigns_at_every_moment(periods: Periods) -> None:
    found = reign(periods, 5.0, 70.0)
    assert all(a <= b for a, b in zip(found.to_s[:-1], found.from_s[1:], strict=True))
    for moment in np.arange(5.25, 70.0, 0.5):
        covering = [k for k in range(len(periods.station)) if periods.from_s[k] < moment < periods.to_s[k]]
        span = [k for k in range(len(found.station)) if found.from_s[k] < moment < found.to_s[k]]
        assert bool(covering) == bool(span)
        if covering:
            longest = max(periods.length_s[k] for k in covering)
            assert len(span) == 1
            assert found.station[span[0]] in {periods.station[k] for k in covering if periods.length_s[k] == longest}
            # Where a single period is active nothing can be shifting.
            assert not (len(covering) == 1 and found.is_shifting[span[0]])


def simulated(stations: tuple[Station, ...], num: int = 300) -> tuple[Window, Periods, list[str]]:
    network = Network((Serial("line", stations),), (ALWAYS,))
    window = Window(network, Cars(np.zeros(num, np.int64), np.zeros(num)), 0, 0.0, 2.0**32)
    outcome = window.simulated(1, num)
    return window, active_periods(window, outcome), outcome.stations.name


def test_the_slowest_of_constant_stations_reigns_alone() -> None:
    window, periods, names = simulated((Station("a", (50.0,)), Station("b", (60.0,)), Station("c", (40.0,))))
    sole, shifting = shares(reign(periods, 1000.0, 15_000.0), window.calendar, 3)
    assert names[int(np.argmax(sole))] == "b"
    assert (sole[1], shifting.sum()) == (1.0, 0.0)


def test_active_periods_of_a_blocked_station_are_its_work() -> None:
    _, periods, _ = simulated((Station("a", (50.0,)), Station("b", (60.0,))), 20)
    a = periods.length_s[periods.station == 0]
    assert a.tolist() == [100.0] + [50.0] * 18  # two works until b has its first car; then each ends blocked
    assert periods.length_s[periods.station == 1].tolist() == [20 * 60.0]


def test_servers_are_active_each_on_its_own() -> None:
    _, periods, _ = simulated((Station("a", (50.0,)), Station("b", (90.0,), servers=2)), 10)
    b = periods.length_s[periods.station == 1]
    assert b.tolist() == [90.0] * 10  # of two servers each waits 10 s for every car
    assert periods.length_s[periods.station == 0].tolist() == [500.0]


def test_a_moving_line_is_one_unit_that_an_empty_place_interrupts() -> None:
    line = Paced("line", 4, (Pace(0.0, 60.0),), np.full((1, 4, 1), 50.0))
    cars = Cars(np.zeros(4, np.int64), np.array([0.0, 0.0, 130.0, 130.0]))
    window = Window(Network((line,), (ALWAYS,)), cars, 0, 0.0, 2.0**32)
    periods = active_periods(window, window.simulated(1, 4))
    assert periods.from_s.tolist() == [0.0, 180.0]
    assert periods.length_s.tolist() == [120.0, 120.0]
    assert set(periods.station.tolist()) == {0}


def test_a_shift_end_interrupts_nothing() -> None:
    calendar = np.array([[0.0, 150.0], [1000.0, 1500.0]])
    network = Network((Serial("line", (Station("a", (100.0,)),)),), (calendar,))
    window = Window(network, Cars(np.zeros(3, np.int64), np.zeros(3)), 0, 0.0, 2000.0)
    periods = active_periods(window, window.simulated(1, 3))
    assert periods.length_s.tolist() == [300.0]
    assert (periods.from_s[0], periods.to_s[0]) == (0.0, 1150.0)


def test_hours_name_the_station_that_reigns_longest() -> None:
    spread = Spread("exponential")
    window, periods, _ = simulated((Station("a", (50.0,), spread=spread), Station("b", (60.0,), spread=spread)))
    found = reign(periods, 0.0, 7200.0)
    edges = np.array([0.0, 3600.0, 7200.0])
    for slot, (a, b) in enumerate(pairwise(edges)):
        spans = list(zip(found.station, found.from_s, found.to_s, strict=True))
        spent = [sum(max(0.0, min(t, b) - max(f, a)) for s, f, t in spans if s == k) for k in range(2)]
        assert by_slot(found, window.calendar, edges)[slot] == int(np.argmax(spent))


def test_hours_since_the_shift_began_are_added_over_shifts() -> None:
    """Shifts of two hours, one with a break: 0 reigns longest in the first hours, 1 in the second; 2 out of hours."""
    calendar = 3600.0 * np.array([[0.0, 0.5], [1.0, 2.0], [10.0, 12.0]])
    hours = [(1, 0, 0.4), (0, 0.4, 1.5), (1, 1.5, 2.0), (2, 2.0, 10.0), (0, 10.0, 11.0), (1, 11.0, 12.0)]
    station, begin, end = (np.array(column) for column in zip(*hours, strict=True))
    found = Reign(station, 3600.0 * begin, 3600.0 * end, np.zeros(6, np.int64))
    assert by_hour_of_shift(found, calendar, 3600.0 * np.array([0.0, 10.0])).tolist() == [0, 1]
    assert by_hour_of_shift(found, calendar, 3600.0 * np.array([9.0])).tolist() == [-1, 0, 1]
    none = Reign(*(column[:0] for column in (found.station, found.from_s, found.to_s, found.is_shifting)))
    assert by_hour_of_shift(none, calendar, np.array([0.0])).tolist() == []
