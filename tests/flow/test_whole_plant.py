"""One scenario with all that a plant may have: it holds every feature, its flow is right and equals the twin."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from tests.flow.test_general import EVERY, features
from tests.flow.test_layout import records_before
from tests.reference import simpy_plant

from quayline.flow.check import faults
from quayline.flow.check_network import network_faults
from quayline.flow.engine import simulate_network
from quayline.flow.layout import lay_out
from quayline.flow.params import FlowParams
from quayline.flow.solve import simulate
from quayline.scenario.loader import load

ELSEWHERE = {
    "random access",  # the store of the base; this one has lanes
    "defects drawn", "defects escape", "scrap",  # the quality engine draws them, car by car
    "drained",  # a horizon ends with cars in the plant
}  # fmt: skip


@cache
def before() -> tuple[Any, ...]:
    """Two months of the plant up to the defects of its cars."""
    two_months = {"horizon.start": "2025-09-01", "horizon.end": "2025-10-31"}
    return records_before(load("busan + whole-plant", two_months))


def test_a_scenario_holds_every_feature() -> None:
    layout = lay_out(*before())
    assert EVERY - set(features(layout.network, layout.cars)) == ELSEWHERE


def test_all_features_together_equal_the_twin() -> None:
    layout = lay_out(*before())
    network, cars = layout.network, layout.cars.between(0, 200)
    end_s = float(cars.release_s[-1]) + 3 * 86400
    ours, twin = simulate_network(network, cars, 1, end_s), simpy_plant.Plant(network, cars, 1, end_s).run()
    for name in ("enter_s", "leave_s", "scrapped_s", "num_repairs"):
        assert np.array_equal(getattr(ours, name), getattr(twin, name)), name
    assert network_faults(network, cars, ours, end_s) == []
    assert np.isfinite(ours.leave_s[:, network.last_column]).sum() > 190


def test_its_flow_is_right_and_scraps_cars() -> None:
    trace = simulate(*before(), FlowParams(), 1)
    assert faults(*before(), trace) == []
    assert trace.scrapped.height > 0
    assert trace.months["oee_share"].min() > 0.85
