"""What is missing or said twice is refused, all of it at once."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from tests.carbon.made import four_years, grid, programme, starter, with_carbon, with_horizon

from quayline.base.errors import ScenarioError
from quayline.scenario.carbon import Calibration, Fuel, GreenPower, MaterialUse, PlantPath, Target

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario

MADE = programme(four_years(), 200)
CARBON = MADE.scenario.carbon


def _message(scenario: Scenario) -> str:
    with pytest.raises(ScenarioError) as raised:
        MADE.account(scenario)
    return str(raised.value)


def test_years_before_the_first_grid_factor_are_all_named() -> None:
    text = _message(with_carbon(MADE.scenario, grid=grid("PT", y2028=0.2) + grid("US", y2030=0.3)))
    assert "no factor for PT before 2028, needed for 2026 to 2027" in text
    assert "no factor for US before 2030, needed for 20" in text


def test_a_country_without_any_factor_is_named() -> None:
    assert "no factor for US, needed from 2026 on" in _message(with_carbon(MADE.scenario, grid=grid("PT", y2024=0.2)))


def test_a_combustion_car_needs_no_grid_in_its_market() -> None:
    made = programme(with_carbon(starter(), grid=grid("PT", y2020=0.2)), 0)
    assert made.account().cars.height == 0


def test_a_built_variant_without_materials_is_refused_unless_calibrated() -> None:
    uses = [row for row in CARBON.material_use if row.variant != "hatch-hybrid"]
    assert "no materials for 'hatch-hybrid'" in _message(with_carbon(MADE.scenario, material_use=uses))
    total = Calibration.model_validate({"variant": "hatch-hybrid", "group": "other", "total": "5000 kgCO2e/car"})
    scenario = with_carbon(MADE.scenario, material_use=uses, calibrations=[*CARBON.calibrations, total])
    groups = MADE.account(scenario).groups
    row = groups.filter(variant_idx=0, group="other").row(0, named=True)
    assert (row["amount"], row["computed_kgco2e"], row["used_kgco2e"], row["is_calibrated"]) == (0.0, 0.0, 5000.0, True)


def test_fuels_that_burn_need_factors() -> None:
    diesel_only: list[Fuel] = []
    text = _message(with_carbon(MADE.scenario, fuels=diesel_only))
    assert "no factors for petrol, which hatch-hybrid burn" in text
    assert "no factors for gas, which the plant burns" in text


def test_tables_that_say_a_thing_twice_are_refused() -> None:
    text = _message(with_carbon(
        MADE.scenario, grid=[*CARBON.grid, *grid("US", y2025=0.5)], fuels=[*CARBON.fuels, CARBON.fuels[0]],
        calibrations=[*CARBON.calibrations, CARBON.calibrations[0]],
    ))  # fmt: skip
    assert "2 rows for US, 2025" in text
    assert "2 rows for gas" in text
    assert "2 rows for volt-60, steel" in text


def test_two_rows_of_one_material_add_up() -> None:
    row = MaterialUse.model_validate({"variant": "hatch-hybrid", "material": "other", "mass": "10 kg"})
    groups = MADE.account(with_carbon(MADE.scenario, material_use=[*CARBON.material_use, row])).groups
    assert groups.filter(variant_idx=0, group="other")["amount"][0] == 160


def _path(**changes: object) -> Scenario:
    return with_carbon(MADE.scenario, plant=CARBON.plant.model_copy(update=changes))


def test_paths_that_cannot_be_drawn_are_refused() -> None:
    late = Target(year=2050, reduction_share=1.0, name="neutral")
    assert "'neutral' in 2050" in _message(_path(targets=[late]))
    assert "2 rows for 2035" in _message(_path(targets=[*CARBON.plant.targets, CARBON.plant.targets[0]]))
    assert "2037 is after the last year of the path" in _message(_path(base_year=2037))


def test_more_green_power_than_all_is_refused() -> None:
    more = GreenPower.model_validate({"id": "tide", "from_year": 2029, "share": 0.4, "factor": "0 kgCO2e/kWh"})
    text = _message(_path(green_power=[*CARBON.plant.green_power, more]))
    assert "shares add up to 1.2 in 2030" in text
    assert "in 2029" not in text


def test_a_calibrated_battery_needs_a_battery() -> None:
    vehicles = MADE.scenario.vehicles
    bare = [v.model_copy(update={"battery": None, "battery_kwh": 0.0}) for v in vehicles.variants]
    scenario = MADE.scenario.model_copy(update={"vehicles": vehicles.model_copy(update={"variants": bare})})
    assert "a total for the battery of 'volt-60', which has none" in _message(scenario)


def test_the_starters_path_is_fine_and_a_shorter_one_is_not() -> None:
    made = programme(with_horizon(starter(), plant_until=2030, end=date(2026, 6, 26)), 5)
    assert isinstance(made.scenario.carbon.plant, PlantPath)
    with pytest.raises(ScenarioError, match="four fifths by 2035"):
        made.account()
