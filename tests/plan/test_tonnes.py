"""The footprint that the plan counts with: calibrations, green power, other plants, missing figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.plan.conftest import demand, replace

from quayline.base.errors import ScenarioError
from quayline.plan.inputs.tonnes import tonnes
from quayline.scenario.carbon import Calibration, GreenPower
from quayline.scenario.sources import AlternatePlant

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario


def test_calibration_green_power_and_another_plant(starter: Scenario) -> None:
    """Published totals replace mass times factor; another plant's gate replaces the home plant's."""
    free = tonnes(starter)
    published = Calibration(variant="volt-60", group="battery", total="1000 kgCO2e/car")
    green = GreenPower(id="wind", from_year=2026, share=1.0, factor="0 kgCO2e/kWh")
    other = AlternatePlant.model_validate({
        "id": "far", "name": "Far", "place": starter.plant.place.model_dump(by_alias=True), "party": "lakeside",
        "port": "p", "cars_per_week": 100, "truck_distance": "50 km", "truck_time": "1 day", "truck_cost": "90 USD/car",
        "yard": "1 USD/car/day",
        "builds": [{"variant": "volt-60", "from": "2026-01-01", "ex_works": "20000 USD/car",
                    "gate": "5000 kgCO2e/car"}],
    })  # fmt: skip
    changed = tonnes(replace(
        starter, carbon__calibrations=[published], carbon__plant__green_power=[green], alternates=[other]
    ))  # fmt: skip
    at = [v.id for v in starter.vehicles.variants].index("volt-60")
    assert (free.gate_kg[0, at] - changed.gate_kg[0, at]) == pytest.approx(60 * 70 - 1000)
    assert changed.kg_per_kwh[:, 0].tolist() == [0.0] * len(changed.years)
    assert changed.gate_kg[1, at].tolist() == [5000.0] * len(changed.years)
    assert np.isnan(changed.gate_kg[1, 1 - at]).all()
    variant = starter.vehicles.variants[at]
    gap = (changed.car_kg(1, at, 1, 0) - 5000.0) - (changed.car_kg(1, at, 0, 0) - changed.gate_kg[0, at])
    km = 50.0 - starter.plant.export.truck_km
    assert gap == pytest.approx(variant.kerb_mass_kg / 1000 * km * starter.carbon.truck_kgco2e_per_tkm)


def test_missing_figures_are_named(starter: Scenario) -> None:
    bare = replace(starter, carbon__material_use=[], carbon__grid=[g for g in starter.carbon.grid if g.year > 2026])
    with pytest.raises(ScenarioError) as caught:
        tonnes(demand(bare, [("home", "hatch-hybrid", "2026-03", 5)]))
    assert [fault.path for fault in caught.value.faults] == ["carbon.grid", "carbon.material_use"]
