"""Feature 7: parts of the cars planned, call-offs with a frozen window of two weeks, lead time, whole truck loads."""

import numpy as np
import polars as pl
import pytest

from quayline.balance.params import BalanceParams
from quayline.balance.solve import balance
from quayline.plan.check import faults
from quayline.plan.params import PlanParams
from quayline.plan.solve import plan
from quayline.scenario.loader import load
from quayline.scenario.sources import Part
from quayline.scenario.template import new

TRUCK = 40
SUPPLY = 160


@pytest.fixture(scope="module")
def planned(tmp_path_factory):
    """The starter, whose electric cars need a pack each: four weeks of lead time, frozen two weeks before leaving."""
    folder = tmp_path_factory.mktemp("case") / "starter"
    new(folder)
    scenario = load(folder)
    pack = Part.model_validate({
        "id": "pack", "name": "Traction battery", "supplier": scenario.counterparties.suppliers,
        "cars": {"propulsion": ["battery-electric"]}, "units_per_car": 1, "lead_time": "28 days", "frozen": "14 days",
        "minimum_order": TRUCK, "opening_stock": 30, "store_units": 250, "holding": "2 USD/day", "order": "900 USD",
        "supply": [{"from": "2025-01-01", "units_per_week": SUPPLY}],
    })  # fmt: skip
    scenario = scenario.model_copy(update={"parts": [pack]})
    crews = balance(scenario, BalanceParams())
    answer = plan(scenario, crews, PlanParams(), 1)
    assert faults(scenario, crews, answer) == []
    return scenario, answer


def test_no_negative_stock(planned):
    """The store of every week, from the cars of the week, is never below 0 and never beyond its places."""
    scenario, answer = planned
    electric = [k for k, v in enumerate(scenario.vehicles.variants) if v.battery is not None and "volt" in v.id]
    cars = answer.build.filter(pl.col("variant_idx").is_in(electric)).group_by("week_idx").agg(pl.col("cars").sum())
    used = np.zeros(answer.weeks.height, int)
    used[cars["week_idx"].to_numpy()] = cars["cars"].to_numpy()
    assert used.sum() > 300
    stock = scenario.parts[0].opening_stock + np.cumsum(answer.parts["received"].to_numpy() - used)
    assert stock.min() >= 0
    assert stock.tolist() == answer.parts["closing"].to_list()
    assert (stock + used).max() <= scenario.parts[0].store_units


def test_nothing_changes_within_the_frozen_window(planned):
    """A call-off is fixed two weeks before it leaves; the first one of the horizon arrives its lead time after."""
    scenario, answer = planned
    calls = answer.calloffs
    assert calls.height > 3
    assert ((calls["leaves_on"] - calls["order_on"]).dt.total_days() == 14).all()
    assert ((calls["arrives_on"] - calls["order_on"]).dt.total_days() == 28).all()
    assert calls["order_on"].min() >= scenario.horizon.start
    assert answer.parts.filter(pl.col("week_idx") < 4)["used"].sum() <= 30


def test_whole_truck_loads(planned):
    """Each call-off fills a truck and is no more than the supplier sends in a week."""
    units = planned[1].calloffs["units"]
    assert units.min() >= TRUCK
    assert units.max() <= SUPPLY
