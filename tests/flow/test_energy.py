"""Energy by state on a line worked out by hand, base loads by hour against the hours of the shops."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.flow.test_layout import records_before, written

from quayline.balance.params import BalanceParams
from quayline.balance.solve import balance
from quayline.flow.check import faults
from quayline.flow.energy import StatePower, base_load_by_hour, energy_by_state
from quayline.flow.engine import simulate_network
from quayline.flow.network import Cars, Network, Serial, Station
from quayline.flow.params import FlowParams
from quayline.flow.solve import simulate
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


def test_a_plant_without_powers_has_base_loads_alone(tmp_path) -> None:
    power = "power: {working: 45 kW, idle: 18 kW, blocked: 18 kW, failed: 6 kW, off: 1 kW}"
    before = records_before(written(tmp_path / "plant", [(power, "# none")]))
    trace = simulate(*before, FlowParams(), 1)
    assert trace.energy.is_empty()
    assert trace.base_load.height == 24 * len(before[0].plant.shops)
    assert faults(*before, trace) == []


def test_the_run_says_what_stations_draw(tmp_path) -> None:
    # A conveyor, a moving line and stations with powers; the checker recomputes them from hours and powers.
    power = "power: {working: 40 kW, idle: 10 kW, blocked: 8 kW, failed: 5 kW, off: 1 kW}"
    before = records_before(written(tmp_path / "plant", [
        ("          pitch: 290 s\n", f"          pitch: 290 s\n          {power}\n"),
        ("{id: framing-main, cycle: 290 s, buffer: 3}", f"{{id: framing-main, cycle: 290 s, buffer: 3, {power}}}"),
    ]))  # fmt: skip
    trace = simulate(*before, FlowParams(), 1)
    assert faults(*before, trace) == []
    assert trace.energy["station"].to_list() == ["framing-main", *(f"respot-{k}" for k in range(1, 5)), "paint-line"]
    days = (before[0].horizon.end - before[0].horizon.start).days + 1
    main = trace.energy.row(0, named=True)
    spent_h = sum(main[f"{state}_kwh"] / kw for state, kw in
                  (("working", 40), ("idle", 10), ("blocked", 8), ("failed", 5), ("off", 1)))  # fmt: skip
    assert spent_h == pytest.approx(24 * days)
    for wrong, words in (
        (trace.energy.with_columns(working_kwh=trace.energy["working_kwh"] * 1.01), "working draws other than"),
        (trace.energy.slice(1), "a station with powers is missing"),
    ):
        assert any(words in fault for fault in faults(*before, replace(trace, energy=wrong)))
    lighter = trace.base_load.with_columns(gas_kw=trace.base_load["gas_kw"] * 0.99)
    assert any("base_load: gas of shop" in fault for fault in faults(*before, replace(trace, base_load=lighter)))
