"""The footprint of a car: by hand, by the independent checker, and its algebra."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tests.carbon.made import four_years, full, programme, starter, two_plants, with_carbon

from quayline.carbon.check import faults
from quayline.carbon.measures import tonnes_by_year
from quayline.carbon.params import CarbonParams
from quayline.records.schemas import FOOTPRINT_STAGES

if TYPE_CHECKING:
    from collections.abc import Callable

    from quayline.scenario.schema import Scenario

STAGES = [f"{stage}_kgco2e" for stage in (*FOOTPRINT_STAGES, "plant_electricity_market")]


@pytest.mark.parametrize("scenario", [starter, four_years, two_plants, full])
def test_the_checker_finds_nothing(scenario: Callable[[], Scenario]) -> None:
    made = programme(scenario(), 3000, seed=4)
    assert faults(made.scenario, made.plan, made.flow, made.ship, made.account(), CarbonParams()) == []


@settings(max_examples=25)
@given(st.integers(0, 60), st.integers(0, 10**6))
@example(49, 131071)  # few cars on a long horizon: shares as differences of running sums lost digits
def test_any_programme_passes_the_checker(num_cars: int, seed: int) -> None:
    made = programme(full(), num_cars, seed)
    assert faults(made.scenario, made.plan, made.flow, made.ship, made.account(), CarbonParams()) == []


def test_an_electric_car_for_overseas_by_hand() -> None:
    """Every stage of the volt for the United States, from the figures of the starter scenario on paper."""
    made = programme(starter(), 400)
    kind = (pl.col("variant_idx") == 1) & (pl.col("market_idx") == 1)
    orders = made.plan.orders.filter(kind)["order_id"].implode()
    car = made.account().cars.filter(pl.col("order_id").is_in(orders)).row(0, named=True)
    expected = {
        "materials": 780 * 2.4 + 210 * 9.5 + 270 * 3.1 + 170 * 4.0,
        "battery": 60 * 70,
        "inbound": 1.79 * (0.55 * 900 * 0.09 + 0.30 * 20000 * 0.012),
        "plant_gas": 350 * 0.202,
        "gas_upstream": 350 * 0.034,
        "plant_electricity": (150 + 220 + 60) * 0.18,
        "plant_electricity_market": (150 + 220 + 60) * 0.18,
        "truck": 1.79 * 25 * 0.09,
        "sea": 1.79 * 5900 * 0.04,
        "inland": 1.79 * 900 * 0.09,
        "use": 2000 * 16.5 * 0.36,
        "upkeep": 600,
        "end_of_life": 450,
    }
    assert {stage: car[f"{stage}_kgco2e"] for stage in expected} == pytest.approx(expected)
    assert car["life_kgco2e"] == pytest.approx(sum(expected.values()) - expected["plant_electricity_market"])


def test_a_hybrid_for_home_goes_by_road_and_burns_petrol() -> None:
    made = programme(starter(), 400)
    kind = (pl.col("variant_idx") == 0) & (pl.col("market_idx") == 0)
    orders = made.plan.orders.filter(kind)["order_id"].implode()
    car = made.account().cars.filter(pl.col("order_id").is_in(orders)).row(0, named=True)
    assert car["truck_kgco2e"] == car["sea_kgco2e"] == 0
    assert car["inland_kgco2e"] == pytest.approx(1.38 * 180 * 0.09)
    assert car["use_kgco2e"] == pytest.approx(2000 * 42 * (0.263 + 0.06))
    assert car["battery_kgco2e"] == pytest.approx(1.2 * 85)


def test_the_grid_of_each_year_of_its_life_counts() -> None:
    """Delivered in 2027 to Portugal: 0.25 in 2026 to 0.1 in 2030 by straight line, constant after."""
    scenario = four_years()
    made = programme(scenario, 300)
    reached = pl.lit(datetime(2027, 6, 1)).cast(pl.Datetime("ms")).alias("delivered_at")
    ship = type(made.ship)(made.ship.cars.with_columns(reached), made.ship.sailings, made.ship.yards)
    account = type(made)(scenario, made.plan, made.flow, ship).account()
    rows = account.cars.join(made.plan.orders, on="order_id")
    use = rows.filter(pl.col("variant_idx") == 1, pl.col("market_idx") == 0)["use_kgco2e"]
    mean = (0.2125 + 0.175 + 0.1375 + 12 * 0.1) / 15
    assert use.to_list() == pytest.approx([2000 * 16.5 * mean] * len(use))


def test_calibrated_groups_replace_and_say_so() -> None:
    made = programme(four_years(), 50)
    account = made.account()
    volt = account.groups.filter(pl.col("variant_idx") == 1)
    used = dict(volt.select("group", "used_kgco2e").iter_rows())
    assert used["steel"] == 3000
    assert used["battery"] == 0
    assert used["aluminium"] == pytest.approx(210 * 9.5)
    assert volt.filter("is_calibrated")["group"].to_list() == ["steel", "battery"]
    own = account.line_up.filter(pl.col("kind") == "simulated", pl.col("boundary") == "gate")
    assert own["is_calibrated"].to_list() == [False, True]
    assert own["boundary"].unique().to_list() == ["gate"]
    assert own["built_in"].unique().to_list() == [made.scenario.plant.name]
    assert account.line_up.filter(pl.col("kind") == "published")["total_kgco2e"].to_list() == [11500]


@settings(max_examples=25)
@given(st.lists(st.integers(0, 6), min_size=1, max_size=200), st.integers(0, 100))
def test_the_total_is_the_sum_over_any_partition(parts: list[int], seed: int) -> None:
    cars = programme(four_years(), len(parts), seed).account().cars.with_columns(part=pl.Series(parts))
    total = cars["life_kgco2e"].sum()
    split = [cars.filter(pl.col("part") == part)[stage].sum() for part in set(parts)
             for stage in STAGES[: len(FOOTPRINT_STAGES)]]  # fmt: skip
    assert sum(split) == pytest.approx(total, rel=1e-12)


def _scaled(rows: list[Any], name: str, scale: float) -> list[Any]:
    return [row.model_copy(update={name: getattr(row, name) * scale}) for row in rows]


@settings(max_examples=8)
@given(st.floats(0.1, 10))
def test_scaling_a_factor_scales_its_stages_alone(scale: float) -> None:
    """No inbound trucks and no driving in the plant's country, so that each factor has its stages for itself."""
    made = programme(four_years(), 40)
    abroad = [market.model_copy(update={"country": "US"}) for market in made.scenario.markets]
    plant = made.scenario.carbon.plant.model_copy(update={"residual_kgco2e_per_kwh": None, "green_power": []})
    base = with_carbon(made.scenario.model_copy(update={"markets": abroad}), inbound=[], plant=plant)
    carbon, before = base.carbon, made.account(base).cars
    here = [row for row in carbon.grid if row.country == "PT"]
    there = [row for row in carbon.grid if row.country != "PT"]
    changes: dict[tuple[str, ...], dict[str, Any]] = {
        ("truck", "inland"): {"truck_kgco2e_per_tkm": carbon.truck_kgco2e_per_tkm * scale},
        ("plant_electricity", "plant_electricity_market"):
            {"grid": _scaled(here, "factor_kgco2e_per_kwh", scale) + there},
        ("upkeep",): {"use": _scaled([carbon.use], "upkeep_kgco2e_per_car", scale)[0]},
        ("plant_gas",): {"fuels": [*_scaled(carbon.fuels[:1], "direct_kgco2e_per_kwh", scale), *carbon.fuels[1:]]},
        ("gas_upstream",): {"fuels": [*_scaled(carbon.fuels[:1], "upstream_kgco2e_per_kwh", scale), *carbon.fuels[1:]]},
        ("materials",): {"materials": _scaled(carbon.materials, "factor_kgco2e_per_kg", scale), "calibrations": []},
    }  # fmt: skip
    uncalibrated = made.account(with_carbon(base, calibrations=[])).cars
    for stages, change in changes.items():
        reference = uncalibrated if "calibrations" in change else before
        after = made.account(with_carbon(base, **change)).cars
        for stage in STAGES:
            factor = scale if stage.removesuffix("_kgco2e") in stages else 1
            assert np.allclose(after[stage], reference[stage] * factor, rtol=1e-12), (stages, stage)


def test_moving_the_boundary_adds_only_the_stages_named() -> None:
    cars = programme(four_years(), 500).account().cars
    for inner, outer, added in (
        ("gate", "port", ("truck", "sea")),
        ("port", "customer", ("inland",)),
        ("customer", "life", ("use", "upkeep", "end_of_life")),
    ):
        step = cars[f"{outer}_kgco2e"] - cars[f"{inner}_kgco2e"]
        assert np.allclose(step, sum(cars[f"{stage}_kgco2e"] for stage in added), rtol=1e-9, atol=1e-6)
    assert np.allclose(cars["gate_kgco2e"], sum(cars[stage] for stage in STAGES[:6]))


def test_a_heavier_car_scales_what_goes_by_mass() -> None:
    made = programme(four_years(), 100)
    vehicles = made.scenario.vehicles
    double = [v.model_copy(update={"kerb_mass_kg": 2 * v.kerb_mass_kg}) for v in vehicles.variants]
    heavy = made.scenario.model_copy(update={"vehicles": vehicles.model_copy(update={"variants": double})})
    before, after = made.account().cars, made.account(heavy).cars
    for stage in STAGES:
        by_mass = stage in ("inbound_kgco2e", "truck_kgco2e", "sea_kgco2e", "inland_kgco2e")
        assert np.allclose(after[stage], before[stage] * (2 if by_mass else 1)), stage


def test_a_car_without_a_ship_yet_carries_its_markets_voyage() -> None:
    made = programme(starter(), 500)
    rows = made.account().cars.join(made.ship.cars, on="order_id").join(made.plan.orders, on="order_id")
    abroad = rows.filter(pl.col("market_idx") == 1, pl.col("variant_idx") == 1)
    assert abroad["sailing_idx"].null_count() > 0
    assert abroad["sea_kgco2e"].n_unique() == 1
    assert abroad["sea_kgco2e"][0] > 0


def test_a_car_of_another_plant_carries_its_figure_and_its_own_way() -> None:
    """14 t to the gate of the far works, 120 km to the port, the lane it sailed on, and none of this plant's energy."""
    made = programme(two_plants(), 400)
    there = made.plan.orders.filter(pl.col("plant_idx") == 1)["order_id"]
    account = made.account()
    cars = account.cars.filter(pl.col("order_id").is_in(there.implode()))
    assert 30 < cars.height < 370
    assert account.cars.height == 400
    for row in cars.iter_rows(named=True):
        assert row["gate_kgco2e"] == row["elsewhere_kgco2e"] == 14000
        assert row["truck_kgco2e"] == pytest.approx(1.79 * 120 * 0.09)
        assert row["sea_kgco2e"] == pytest.approx(1.79 * 5900 * 0.04)
        assert row["plant_gas_kgco2e"] == row["materials_kgco2e"] == row["plant_electricity_market_kgco2e"] == 0
        assert row["customer_kgco2e"] == pytest.approx(14000 + 1.79 * (120 * 0.09 + 5900 * 0.04 + 900 * 0.09))
    here = account.cars.filter(~pl.col("order_id").is_in(there.implode()))
    assert here["elsewhere_kgco2e"].sum() == 0
    assert account.plant.filter(pl.col("shop_idx") == 0)["cars"].sum() == here.height
    own = account.line_up.filter(pl.col("kind") == "simulated", pl.col("car") == "Volt 60 kWh")
    alone = own.filter(pl.col("boundary") == "gate")["total_kgco2e"]
    orders = made.plan.orders.filter(pl.col("variant_idx") == 1, pl.col("plant_idx") == 0)["order_id"]
    mean = here.filter(pl.col("order_id").is_in(orders.implode()))["gate_kgco2e"].mean()
    assert alone.to_list() == pytest.approx([mean])
    assert tonnes_by_year(made.plan, made.flow, account)["cars"].sum() == 400


def test_a_car_without_a_sailing_takes_the_lane_that_it_is_planned_for() -> None:
    made = programme(four_years(), 60)
    lanes = made.scenario.logistics.lanes
    longer = lanes[0].model_copy(update={"id": "long", "distance_km": 9000.0})
    logistics = made.scenario.logistics.model_copy(update={"lanes": [*lanes, longer]})
    scenario = made.scenario.model_copy(update={"logistics": logistics})
    plan = replace(made.plan, orders=made.plan.orders.with_columns(lane_idx=pl.lit(1, pl.Int16)))
    nowhere = replace(made.ship, cars=made.ship.cars.with_columns(sailing_idx=pl.lit(None, pl.Int32)))
    cars = replace(made, scenario=scenario, plan=plan, ship=nowhere).account().cars
    mass_t = [scenario.vehicles.variants[k].kerb_mass_kg / 1000 for k in (0, 1)]
    shares = {round(sea / (9000 * 0.04), 6) for sea in cars["sea_kgco2e"]}
    assert shares == {round(mass, 6) for mass in mass_t}
