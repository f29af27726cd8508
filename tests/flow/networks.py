"""Random small plants for the tests: every kind of section, calendars, failures, loops and stores."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import strategies as st

from quayline.flow.network import Bays, Cars, Failures, Network, Pace, Paced, Serial, Spread, Station, Store

SPREADS = st.sampled_from([Spread(), Spread("exponential"), Spread("lognormal", 0.3), Spread("lognormal", 1.1)])
FAILURES = st.sampled_from([None, None, Failures(400.0, 90.0), Failures(150.0, 40.0, Spread("lognormal", 0.8))])
WORKS = st.sampled_from([1.0, 20.0, 33.3, 60.0, 61.7])
SHARED = {"places": st.integers(0, 3), "calendar": st.integers(0, 1)}


@st.composite
def calendars(draw: Any) -> Any:
    """Either always working, or shifts with gaps (some of no length, some before the first car)."""
    if draw(st.booleans()):
        return np.array([[0.0, 2.0**32]])
    steps = draw(st.lists(st.sampled_from([0.0, 60.0, 300.0, 1000.5, 2400.0]), min_size=8, max_size=24))
    steps = [step + 120.0 * (k % 2) for k, step in enumerate(steps[: len(steps) // 2 * 2])]
    edges = np.cumsum(steps)
    return edges.reshape(-1, 2)


@st.composite
def serials(draw: Any, name: str, num_types: int, is_gate: bool, rejoin: list[str]) -> Serial:
    stations = tuple(
        Station(
            f"{name}-{k}", tuple(draw(WORKS) for _ in range(num_types)), draw(st.sampled_from([1, 1, 1, 2, 3])),
            draw(st.integers(0, 2)), draw(SPREADS), draw(FAILURES),
        )
        for k in range(draw(st.integers(1, 4)))
    )  # fmt: skip
    bays = tuple(
        Bays(f"{name}-bays-{k}", draw(st.integers(1, 2)), draw(st.sampled_from([None, name, *rejoin])))
        for k in range(draw(st.integers(1, 2)) if is_gate else 0)
    )
    return Serial(name, stations, draw(SHARED["places"]), draw(SHARED["calendar"]), bays)


@st.composite
def paceds(draw: Any, name: str, num_types: int) -> Paced:
    pitches = draw(st.integers(1, 5))
    takt = draw(st.sampled_from([30.0, 60.0, 66.6]))
    pace = (Pace(0.0, takt, 0), Pace(draw(st.sampled_from([500.0, 2000.0])), 45.0, 1))
    work_s = None
    if draw(st.booleans()):
        work_s = takt * np.array(
            [[[draw(st.sampled_from([0.0, 0.8, 0.95, 1.0, 1.3])) for _ in range(num_types)] for _ in range(pitches)]]
            * 2
        )
    return Paced(
        name, pitches, pace, work_s, draw(SPREADS), draw(st.sampled_from([0.0, 0.1, 0.5])),
        draw(st.sampled_from([0.0, 0.05])), 40.0, draw(FAILURES), 1 + draw(SHARED["places"]), draw(SHARED["calendar"]),
    )  # fmt: skip


@st.composite
def plants(draw: Any, max_cars: int = 25) -> tuple[Network, Cars, int]:
    """A network of one to five sections (stores between), its cars with repairs, and a seed."""
    num_types = draw(st.integers(1, 3))
    kinds = draw(st.lists(st.sampled_from(["serial", "paced", "gate", "gate"]), min_size=1, max_size=5))
    sections: list[Any] = []
    for k, kind in enumerate(kinds):
        name = f"s{k}"
        rejoin = [s.name for s in sections if not isinstance(s, Store)]
        if k and draw(st.sampled_from([True, False, False])):
            access_s = draw(st.sampled_from([0.0, 15.0, 90.0]))
            sections.append(Store(f"store{k}", draw(st.integers(1, 5)), access_s, draw(st.integers(0, 2))))
        if kind == "paced":
            sections.append(draw(paceds(name, num_types)))
        else:
            sections.append(draw(serials(name, num_types, kind == "gate", rejoin)))
    sections = [_fitting(sections, k) for k in range(len(sections))]
    network = Network(tuple(sections), (draw(calendars()), draw(calendars())), num_types)
    return network, draw(some_cars(network, max_cars)), draw(st.integers(0, 2**31))


def _fitting(sections: list[Any], k: int) -> Any:
    """Give a serial section a place before it where the calendar changes."""
    section, before = sections[k], sections[k - 1] if k else None
    direct = isinstance(section, Serial) and section.places_before == 0 and isinstance(before, Serial | Paced)
    if direct and before.calendar != section.calendar:
        return Serial(section.name, section.stations, 1, section.calendar, section.bays)
    return section


@st.composite
def some_cars(draw: Any, network: Network, max_cars: int) -> Cars:
    num = draw(st.sampled_from([max_cars, max_cars // 2, max_cars // 3, 1]))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    release_s = np.sort(rng.choice([0.0, 0.0, 350.25, 1200.0, 3000.0], num))
    kinds = len(network.all_bays)
    repair_s = np.where(rng.random((kinds, num)) < 0.3, rng.choice([30.0, 75.5, 240.0], (kinds, num)), 0.0)
    return Cars(rng.integers(0, network.num_types, num), release_s, repair_s)
