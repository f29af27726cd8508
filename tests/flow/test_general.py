"""Random plants over the whole definition: the compiled engine equals its SimPy twin bit for bit, deadlocks too."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from tests.flow.general import END_S, ENDLESS_S, plant
from tests.reference import simpy_plant
from tests.reference.simpy_sections import SerialLine

from quayline.flow.check_network import network_faults
from quayline.flow.deadlock import DeadlockError
from quayline.flow.engine import simulate_network
from quayline.flow.network import Bays, Cars, Crew, Network, Paced, Parallel, Serial, Spread, Station, Store

if TYPE_CHECKING:
    from collections.abc import Iterator
    from random import Random

    from quayline.flow.engine import Outcome

NUM_PLANTS = 400


# A smaller seed is no smaller plant: nothing to shrink.
@settings(max_examples=NUM_PLANTS, derandomize=True, database=None, phases=(Phase.explicit, Phase.generate))
@given(st.integers(0, 2**32 - 1))
def test_every_entry_and_exit_equals_the_twin(seed: int) -> None:
    network, cars = plant(seed)
    try:
        ours = simulate_network(network, cars, seed, END_S)
    except DeadlockError as error:
        stuck = simpy_plant.Plant(open_for_good(network), cars, seed, END_S).run().inside
        named = {int(car) for car in re.findall(r"holds car (\d+)", str(error))}
        assert named
        assert named <= set(stuck)
        return
    twin = simpy_plant.Plant(network, cars, seed, END_S).run()
    assert np.array_equal(ours.enter_s, twin.enter_s)
    assert np.array_equal(ours.leave_s, twin.leave_s)
    assert np.array_equal(ours.scrapped_s, twin.scrapped_s)
    assert ours.num_repairs.tolist() == twin.num_repairs
    assert ours.crews == {name: (crew.busy_s, crew.wait_s) for name, crew in twin.crews.items()}
    assert not (is_open_for_good(network) and twin.inside)
    if not twin.inside:
        assert states_of(ours, network) == worked_in(twin)


@settings(max_examples=150, derandomize=True, database=None, phases=(Phase.explicit, Phase.generate))
@given(st.integers(0, 2**32 - 1))
def test_a_crew_in_which_somebody_is_always_free_is_no_crew(seed: int) -> None:
    network, cars = plant(seed)
    crews = (*network.crews, Crew("many", 1000))
    many = with_failures(replace(network, crews=crews), crew="many", learning=None)
    try:
        ours = simulate_network(many, cars, seed, END_S)
    except DeadlockError:
        return
    assert all(waited == 0.0 for _, waited in ours.crews.values())
    at_once = simulate_network(with_failures(network, crew=None, learning=None), cars, seed, END_S)
    assert np.array_equal(ours.leave_s, at_once.leave_s)
    for name in ("busy_s", "down_s", "blocked_s", "starved_s", "maintenance_s"):
        assert np.array_equal(getattr(ours.stations, name), getattr(at_once.stations, name)), name
    assert ours.lines == at_once.lines


def with_failures(network: Network, **changes: Any) -> Network:
    """The network with other failures, in sections that pause at the end of a shift."""

    def changed(part: Any) -> Any:
        if isinstance(part, Parallel):
            return replace(part, branches=tuple(tuple(map(changed, branch)) for branch in part.branches))
        if isinstance(part, Store) or part.at_shift_end == "finish":
            return part
        if isinstance(part, Paced):
            return replace(part, failures=part.failures and replace(part.failures, **changes))
        stations = [replace(s, failures=s.failures and replace(s.failures, **changes)) for s in part.stations]
        return replace(part, stations=tuple(stations))

    sublines = [replace(line, sections=tuple(map(changed, line.sections))) for line in network.sublines]
    return replace(network, sections=tuple(map(changed, network.sections)), sublines=tuple(sublines))


def states_of(ours: Outcome, network: Network) -> dict[int, tuple[float, float]]:
    """Work and repairs of the stations in series that pause after hours, by number of station."""
    pausing = {s.name for s in network.columns if isinstance(s, Serial) and s.at_shift_end == "pause"}
    s = ours.stations
    return {k: (s.busy_s[k], s.down_s[k]) for k, section in enumerate(s.section) if section in pausing}


def worked_in(twin: simpy_plant.Plant) -> dict[int, tuple[float, float]]:
    """The same of a plant that all cars have left, counted by its twin."""
    lines = [line for line in twin.lines if isinstance(line, SerialLine) and line.section.at_shift_end == "pause"]
    return {station.number: (station.busy_s, station.down_s) for line in lines for station in line.stations}


@settings(max_examples=NUM_PLANTS, derandomize=True, database=None, phases=(Phase.explicit, Phase.generate))
@given(st.integers(0, 2**32 - 1), st.randoms(use_true_random=False))
def test_the_checker_finds_no_fault_but_those_put_in(seed: int, random: Random) -> None:
    """All that the definition says of the times of a plant holds; of one time that cannot be the checker tells."""
    network, cars = plant(seed)
    may_trace = not any(bays.share and bays.rejoin for _, bays in network.all_bays)
    try:
        outcome = simulate_network(network, cars, seed, END_S, (0, len(cars.release_s) * may_trace))
    except DeadlockError:
        return
    assert network_faults(network, cars, outcome, END_S) == []
    left = np.argwhere(np.isfinite(outcome.leave_s)).tolist()
    if left:
        car, section = random.choice(left)
        early = outcome.leave_s.copy()
        early[car, section] = outcome.enter_s[car, section] - 1.0
        assert network_faults(network, cars, replace(outcome, leave_s=early), END_S)
    unpaced = [name not in outcome.lines for name in outcome.stations.section]
    busy_s = outcome.stations.busy_s + np.where(unpaced, 2.0**-20, 0.0)
    told = network_faults(network, cars, replace(outcome, stations=replace(outcome.stations, busy_s=busy_s)), END_S)
    assert len(told) == sum(unpaced)


def test_direct_handover_between_sections_equals_the_twin() -> None:
    # Without places between, the giver learns of room only through the taker's own departures and bays.
    spread = Spread("exponential")
    sections = (
        Serial("a", (Station("a", (1.0,), spread=spread),), bays=(Bays("a", 1),)),
        Serial("b", (Station("b-1", (1.0,)), Station("b-2", (1.0,), spread=spread)), bays=(Bays("b", 1),)),
        Serial("c", (Station("c", (1.0,), servers=2, spread=spread),), bays=(Bays("c", 1, "b"),)),
    )
    network = Network(sections, (np.array([[0.0, 2.0**32]]),))
    repair_s = np.where(np.arange(3 * 200).reshape(3, 200) % 7 == 0, 2.5, 0.0)
    cars = Cars(np.zeros(200, np.int64), np.zeros(200), repair_s)
    ours = simulate_network(network, cars, 1, 40_000.0)
    twin = simpy_plant.Plant(network, cars, 1, 40_000.0).run()
    assert np.array_equal(ours.enter_s, twin.enter_s)
    assert np.array_equal(ours.leave_s, twin.leave_s)


def is_open_for_good(network: Network) -> bool:
    return all(calendar[-1, 1] == ENDLESS_S for calendar in network.calendars)


def open_for_good(network: Network) -> Network:
    """The plant working on without an end: what is inside it then can never leave."""
    hours = tuple(
        calendar if calendar[-1, 1] == ENDLESS_S else np.vstack([calendar, [END_S / 2, 2 * END_S]])
        for calendar in network.calendars
    )
    return replace(network, calendars=hours)


def test_the_plants_have_every_feature() -> None:
    found = Counter(feature for seed in range(NUM_PLANTS) for feature in set(features(*plant(seed))))
    rare = {name: found[name] for name in EVERY if found[name] < NUM_PLANTS // 20}
    assert not rare
    assert not set(found) - EVERY


def features(network: Network, cars: Cars) -> Iterator[str]:
    """What of docs/flow.md occurs in a plant."""
    for section in network.columns:
        if isinstance(section, Serial):
            yield from _of_serial(section)
        elif isinstance(section, Paced):
            yield "conveyor" if section.work_s is None else "moving line"
            yield from _of_work(section, "line")
        else:
            yield "lanes" if section.lanes else "random access"
            yield from ["ratio rule"] * bool(section.rules)
        if not isinstance(section, Store):
            yield section.at_shift_end
            yield from ["comebacks limited"] * (section.comeback_places is not None)
            yield from ["way"] * (section.transfer_s > 0)
    for part in network.sections:
        if isinstance(part, Parallel):
            yield f"route {part.route}"
            gates = [(row, s) for row in part.branches for s in row if isinstance(s, Serial) and s.bays]
            yield from ["gate first in a branch" for row, gate in gates if row[0] is gate]
            backs = [(gate, bays) for _, gate in gates for bays in gate.bays if bays.rejoin]
            yield from ["way back in a branch" for gate, bays in backs if bays.rejoin != gate.name]
    yield from ["sub-line"] * bool(network.sublines) + ["carriers"] * bool(network.carriers)
    yield "drained" if is_open_for_good(network) else "cut off"
    yield from ["released later"] * bool(cars.release_s.any())
    yield from ["scrap told"] * bool((cars.scrap_at >= 0).any())


def _of_serial(section: Serial) -> Iterator[str]:
    yield f"blocking {section.blocking}"
    if section.blocking == "before" and not section.is_gate:
        yield "work begins with a place in the next section"
    yield from ["scrap"] * (section.scrap_share > 0)
    for bays in section.bays:
        yield "bays back" if bays.rejoin else "bays on"
        yield from ["bays limited"] * (bays.waiting is not None)
        yield from ["defects drawn"] * (bays.share > 0) + ["defects escape"] * (bays.detection_share < 1)
    for station in section.stations:
        yield "several servers" if station.servers > 1 else "one server"
        yield from ["maintenance"] * bool(station.maintenance)
        if station.servers > 1 and station.failures and station.failures.crew:
            yield f"several servers with crew, by {station.failures.by}"
        yield from _of_work(station, "station")


def _of_work(part: Paced | object, kind: str) -> Iterator[str]:
    """Laws, learning and failures of a station or line."""
    yield f"{part.spread.kind} work"
    yield from [f"{kind} learns"] * bool(part.learning)
    if part.failures:
        yield f"{kind} fails by {part.failures.by}"
        yield f"up {part.failures.up.kind}"
        yield f"down {part.failures.repair.kind}"
        yield from ["mtbf learns"] * bool(part.failures.learning)
        if part.failures.crew:
            yield f"{kind} with crew, by {part.failures.by}"
            yield from ["mtbf learns with crew"] * bool(part.failures.learning)


LAWS = ("constant", "exponential", "lognormal", "gamma", "weibull", "uniform", "triangular", "empirical")
EVERY = {
    "conveyor", "moving line", "lanes", "random access", "ratio rule", "pause", "finish", "comebacks limited", "way",
    "route type", "route turn", "route room", "gate first in a branch", "way back in a branch",
    "sub-line", "carriers", "drained", "cut off", "released later",
    "blocking after", "blocking before", "work begins with a place in the next section",
    "scrap", "scrap told", "bays back", "bays on", "bays limited", "defects drawn",
    "defects escape", "several servers", "one server", "maintenance", "station learns", "line learns", "mtbf learns",
    "station fails by operation", "station fails by time", "line fails by operation", "line fails by time",
    "station with crew, by operation", "station with crew, by time", "line with crew, by operation",
    "line with crew, by time", "several servers with crew, by operation", "several servers with crew, by time",
    "mtbf learns with crew",
    *(f"{law} work" for law in LAWS), *(f"up {law}" for law in LAWS), *(f"down {law}" for law in LAWS),
}  # fmt: skip
