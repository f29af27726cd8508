"""The hours of each car in the plant: the grid of the hour, and base loads by rule, by hand and by their algebra."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.carbon.made import four_years, full, grid, programme, starter, with_carbon

from quayline.carbon.footprint.hours import base_loads, energy
from quayline.carbon.footprint.pack import pack_cars
from quayline.scenario.carbon import GridHour


def _profile(day: float, night: float) -> list[GridHour]:
    return [GridHour(country="PT", month=m, hour=h, ratio=day if 8 <= h < 20 else night)
            for m in range(1, 13) for h in range(24)]  # fmt: skip


def test_a_stay_counts_with_the_mean_of_its_hours() -> None:
    """07:30 to 09:30 by night 1.5 and day 0.5: half an hour of one, an hour and a half of the other."""
    scenario = with_carbon(starter(), grid_hours=_profile(0.5, 1.5))
    made = programme(scenario, 30)
    at = datetime(2026, 5, 6, 7, 30)
    stay = {f"{side}_{shop.id}": at + timedelta(hours=2 * (side == "out"))
            for shop in scenario.plant.shops for side in ("in", "out")}  # fmt: skip
    cars = made.flow.cars.with_columns(pl.lit(when).cast(pl.Datetime("ms")).alias(name) for name, when in stay.items())
    flow = replace(made.flow, cars=cars)
    own = energy(scenario, pack_cars(scenario, made.plan, flow, made.ship), flow)
    assert own.grid_ratio == pytest.approx(np.full(own.grid_ratio.shape, 0.75))


def test_the_same_ratio_in_all_hours_changes_nothing() -> None:
    plain = programme(starter(), 200)
    flat = plain.account(with_carbon(starter(), grid_hours=_profile(1.0, 1.0))).cars
    assert np.allclose(flat["life_kgco2e"], plain.account().cars["life_kgco2e"], rtol=1e-12)


@settings(max_examples=15)
@given(st.integers(1, 80), st.integers(0, 10**6))
def test_base_loads_of_days_with_cars_are_shared_out_and_no_more(num_cars: int, seed: int) -> None:
    """By presence: what the cars bear is the load of the days on which a car was in the shop."""
    made = programme(full(), num_cars, seed)
    own = energy(made.scenario, pack_cars(made.scenario, made.plan, made.flow, made.ship), made.flow)
    start = made.scenario.horizon.start
    for at, shop in enumerate(made.scenario.plant.shops):
        loads = base_loads(made.scenario, made.flow, at)
        came, left = (made.flow.cars[f"{side}_{shop.id}"].to_list() for side in ("in", "out"))
        busy = {
            start + timedelta(days=k)
            for a, b in zip(came, left, strict=True)
            for k in range((a.date() - start).days, (b - timedelta(milliseconds=1)).date().toordinal()
                           - start.toordinal() + 1)
            if b > a
        }  # fmt: skip
        there = sum(loads[(day - start).days] for day in busy) if busy else np.zeros(2)
        shared = own.base_electricity_kwh[:, at].sum(), own.base_gas_kwh[:, at].sum()
        assert shared == pytest.approx(tuple(there), rel=1e-9, abs=1e-6)


def test_by_the_year_nothing_is_left_to_nobody() -> None:
    made = programme(with_carbon(four_years(), base_load="year"), 500)
    account = made.account()
    built = account.plant.filter(pl.col("cars") > 0)
    assert built["nobody_kgco2e"].to_numpy() == pytest.approx(np.zeros(built.height), abs=1e-6)
    cars = account.cars.join(made.flow.cars, on="order_id")
    year = (cars["line_off_at"] - timedelta(milliseconds=1)).dt.year()
    each = cars.group_by(year.alias("year")).agg(pl.col("plant_base_kgco2e").round(6).n_unique())
    assert each["plant_base_kgco2e"].unique().to_list() == [1]


def test_without_a_rule_base_loads_are_nobodys() -> None:
    account = programme(four_years(), 100).account()
    assert account.cars["plant_base_kgco2e"].sum() == 0
    assert account.plant["nobody_kgco2e"].min() > 0


@settings(max_examples=10)
@given(st.floats(0.2, 1.8))
def test_hours_move_cars_and_not_the_plant(day: float) -> None:
    """Scope 2 counts every kWh with the year's factor; what cars carry differs, and nobody has the rest."""
    scenario = with_carbon(four_years(), grid=grid("PT", y2024=0.3) + grid("US", y2025=0.4))
    made = programme(scenario, 60)
    flat, hourly = made.account(), made.account(with_carbon(scenario, grid_hours=_profile(day, 2 - day)))
    assert hourly.plant["scope2_location_kgco2e"].to_list() == flat.plant["scope2_location_kgco2e"].to_list()
    total = hourly.plant["cars_kgco2e"] + hourly.plant["nobody_kgco2e"]
    assert np.allclose(total, flat.plant["cars_kgco2e"] + flat.plant["nobody_kgco2e"], rtol=1e-12)
