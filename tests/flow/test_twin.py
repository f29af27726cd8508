"""The compiled engine equals its SimPy twin in every entry and exit of every car, bit for bit."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from hypothesis import HealthCheck, given, settings
from tests.flow.networks import plants
from tests.reference import simpy_plant

from quayline.flow.engine import simulate_network

if TYPE_CHECKING:
    from quayline.flow.network import Cars, Network

END_S = 40_000.0


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(plants())
def test_every_entry_and_exit_equals_the_twin(plant: tuple[Network, Cars, int]) -> None:
    network, cars, seed = plant
    ours = simulate_network(network, cars, seed, END_S)
    enter_s, leave_s = simpy_plant.simulate(network, cars, seed, END_S)
    assert np.array_equal(ours.enter_s, enter_s)
    assert np.array_equal(ours.leave_s, leave_s)
