"""The compiled engine equals its SimPy twin in every entry and exit of every car, bit for bit."""

from __future__ import annotations

import numpy as np
from hypothesis import HealthCheck, given, settings
from tests.flow.networks import plants
from tests.reference import simpy_plant

from quayline.flow.engine import simulate_network
from quayline.flow.network import Bays, Cars, Network, Serial, Spread, Station

END_S = 40_000.0


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(plants())
def test_every_entry_and_exit_equals_the_twin(plant: tuple[Network, Cars, int]) -> None:
    network, cars, seed = plant
    ours = simulate_network(network, cars, seed, END_S)
    enter_s, leave_s, _ = simpy_plant.simulate(network, cars, seed, END_S)
    assert np.array_equal(ours.enter_s, enter_s)
    assert np.array_equal(ours.leave_s, leave_s)


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
    ours = simulate_network(network, cars, 1, END_S)
    enter_s, leave_s, _ = simpy_plant.simulate(network, cars, 1, END_S)
    assert np.array_equal(ours.enter_s, enter_s)
    assert np.array_equal(ours.leave_s, leave_s)
