"""Energy by state on a line worked out by hand, base loads by hour against the hours of the shops."""

from __future__ import annotations

import numpy as np
import pytest

from quayline.balance.params import BalanceParams
from quayline.balance.solve import balance
from quayline.flow.energy import StatePower, base_load_by_hour, energy_by_state
from quayline.flow.engine import simulate_network
from quayline.flow.network import Cars, Network, Serial, Station
from quayline.plan.params import PlanParams
from quayline.plan.solve import plan
from quayline.scenario.loader import load
from quayline.scenario.template import new

POWER = StatePower(10.0, 4.0, 3.0, 2.0, 1.0)


def test_every_second_of_a_station_is_paid_for_by_its_state() -> None:
    # a works 10 s a car, b 30 s: a is blocked from the second car on; the shift ends at 360 s of 720.
    line = Serial("line", (Station("a", (10.0,)), Station("b", (30.0,))))
    network = Network((line,), (np.array([[0.0, 360.0]]),))
    outcome = simulate_network(network, Cars(np.zeros(4, np.int64), np.zeros(4), np.zeros((0, 4))), 1, 720.0)
    found = energy_by_state(outcome, {"a": POWER, "b": POWER}, 720.0)
    seconds = {"working": (40, 120), "idle": (260, 240), "blocked": (60, 0), "failed": (0, 0), "off": (360, 360)}
    power = {"working": 10, "idle": 4, "blocked": 3, "failed": 2, "off": 1}
    for state, by_station in seconds.items():
        assert found[f"{state}_kwh"].to_list() == pytest.approx([s * power[state] / 3600 for s in by_station])
    with pytest.raises(ValueError, match="no station is called 'c'"):
        energy_by_state(outcome, {"c": POWER}, 720.0)


def test_base_loads_add_up_over_the_hours(tmp_path) -> None:
    new(tmp_path / "starter")
    scenario = load(tmp_path / "starter")
    programme = plan(scenario, balance(scenario, BalanceParams()), PlanParams(), 1)
    found = base_load_by_hour(scenario, programme)
    days = (scenario.horizon.end - scenario.horizon.start).days + 1
    for shop_idx, shop in enumerate(scenario.plant.shops):
        mine = found.filter(found["shop_idx"] == shop_idx)
        worked = mine["working_h"].sum()
        assert 0 < worked < 24 * days
        expected = worked * shop.energy.electricity_running_kw + (24 * days - worked) * shop.energy.electricity_off_kw
        assert mine["electricity_kwh"].sum() == pytest.approx(expected)
