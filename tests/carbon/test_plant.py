"""The plant's energy by year and shop, the market-based factor, and the path to the targets."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

import polars as pl
import pytest
from tests.carbon.made import four_years, programme, starter, with_carbon, with_horizon

from quayline.carbon.check import faults
from quayline.carbon.measures import tonnes_by_year
from quayline.carbon.params import CarbonParams


def test_what_cars_carry_and_what_nobody_does_make_the_plant() -> None:
    made = programme(four_years(), 4000)
    account = made.account()
    plant, cars = account.plant, account.cars
    whole = (plant["scope1_kgco2e"] + plant["scope2_location_kgco2e"]).sum()
    assert plant["cars_kgco2e"].sum() + plant["nobody_kgco2e"].sum() == pytest.approx(whole, rel=1e-12)
    rows = (cars["plant_gas_kgco2e"] + cars["plant_electricity_kgco2e"]).sum()
    assert rows == pytest.approx(plant["cars_kgco2e"].sum(), rel=1e-12)
    assert plant.filter(pl.col("shop_idx") == 0)["cars"].sum() == 4000
    assert plant["nobody_kgco2e"].min() > 0


def test_base_loads_count_the_hours_of_the_year_within_the_horizon() -> None:
    """2026 has 92 days from 1 October: 2208 h, of which the body shop works what flow says."""
    made = programme(four_years(), 10)
    row = made.account().plant.filter(pl.col("year") == 2026, pl.col("shop_idx") == 0).row(0, named=True)
    days = made.flow.days.filter(pl.col("shop_idx") == 0, pl.col("date").dt.year() == 2026)
    working_h = days["working_h"].sum()
    base_kwh = 300 * working_h + 80 * (2208 - working_h)
    assert row["electricity_kwh"] - row["electricity_cars_kwh"] == pytest.approx(base_kwh)
    assert row["gas_kwh"] - row["gas_cars_kwh"] == pytest.approx(100 * working_h + 20 * (2208 - working_h))


def test_market_based_takes_the_latest_row_of_each_green_power_and_the_residual_mix() -> None:
    path = programme(four_years(), 500).account().path.filter(pl.col("year") >= 2026)
    location = {2026: 0.25, 2027: 0.2125, 2028: 0.175, 2029: 0.1375, 2030: 0.1, 2036: 0.1}
    market = {
        2026: 0.45,
        2027: 0.2 * 0.02 + 0.8 * 0.45,
        2028: 0.2 * 0.02 + 0.3 * 0.01 + 0.5 * 0.45,
        2029: 0.2 * 0.02 + 0.3 * 0.01 + 0.5 * 0.45,
        2030: 0.3 * 0.01 + 0.2 * 0.45,
        2036: 0.3 * 0.01 + 0.2 * 0.45,
    }
    for year, factor in market.items():
        row = path.filter(pl.col("year") == year).row(0, named=True)
        ratio = row["scope2_market_kgco2e"] / row["scope2_location_kgco2e"]
        assert ratio == pytest.approx(factor / location[year]), year


def test_without_a_residual_mix_the_rest_has_the_grids_factor() -> None:
    made = programme(four_years(), 20)
    plant = made.scenario.carbon.plant.model_copy(update={"residual_kgco2e_per_kwh": None, "green_power": []})
    path = made.account(with_carbon(made.scenario, plant=plant)).path
    assert path["scope2_market_kgco2e"].to_list() == path["scope2_location_kgco2e"].to_list()


def test_the_path_has_the_base_year_simulated_and_projected_years_and_its_targets() -> None:
    made = programme(four_years(), 3000)
    account = made.account()
    path = account.path
    assert path["year"].to_list() == [2021, *range(2026, 2037)]
    base = path.row(0, named=True)
    assert (base["counted_kgco2e"], base["cars"], base["scope1_kgco2e"]) == (5_000_000, None, None)
    assert path.filter("is_projected")["year"].to_list() == list(range(2030, 2037))
    goals = path.filter(pl.col("target_kgco2e").is_not_null())
    assert dict(goals.select("year", "target_kgco2e").iter_rows()) == pytest.approx({2028: 3.5e6, 2035: 1e6})
    line = dict(path.select("year", "line_kgco2e").iter_rows())
    assert line[2021] == 5e6
    assert line[2026] == pytest.approx(5e6 - 1.5e6 * 5 / 7)
    assert line[2030] == pytest.approx(3.5e6 - 2.5e6 * 2 / 7)
    assert line[2036] == pytest.approx(1e6)
    whole = account.plant.filter(pl.col("year") == 2029)
    last = path.filter(pl.col("year") == 2036).row(0, named=True)
    assert last["cars"] == whole["cars"][0]
    assert last["scope1_kgco2e"] == pytest.approx(whole["scope1_kgco2e"].sum())
    assert last["scope2_location_kgco2e"] == pytest.approx(0.1 * whole["electricity_kwh"].sum())
    assert last["counted_kgco2e"] == last["scope1_kgco2e"] + last["scope2_market_kgco2e"]


def test_a_horizon_that_ends_within_a_year_is_projected_from_the_last_whole_one() -> None:
    scenario = with_horizon(four_years(), end=date(2029, 3, 31))
    made = programme(scenario, 2000)
    account = made.account()
    assert account.path.filter("is_projected")["year"].to_list() == list(range(2029, 2037))
    of_2028 = account.plant.filter(pl.col("year") == 2028)["gas_kwh"].sum()
    in_2029 = account.path.filter(pl.col("year") == 2029)["scope1_kgco2e"][0]
    assert in_2029 == pytest.approx(0.202 * of_2028)
    assert account.plant.filter(pl.col("year") == 2029)["gas_kwh"].sum() < of_2028 / 2


def test_without_a_whole_year_the_last_one_is_scaled_by_its_days() -> None:
    made = programme(starter(), 600)
    account = made.account()
    days = (date(2026, 6, 26) - date(2026, 1, 5)).days + 1
    row = account.path.filter(pl.col("year") == 2026).row(0, named=True)
    assert row["is_projected"]
    assert row["cars"] == round(600 * 365 / days)
    assert row["scope1_kgco2e"] == pytest.approx(account.plant["scope1_kgco2e"].sum() * 365 / days)
    assert faults(made.scenario, made.plan, made.flow, made.ship, account, CarbonParams()) == []


def test_a_base_year_within_the_horizon_is_simulated() -> None:
    made = programme(four_years(), 100)
    plant = made.scenario.carbon.plant.model_copy(update={"base_year": 2027})
    scenario = with_carbon(made.scenario, plant=plant)
    account = made.account(scenario)
    assert account.path["year"].to_list() == list(range(2026, 2037))
    assert account.path["scope1_kgco2e"].null_count() == 0
    assert account.path["line_kgco2e"].to_list()[:2] == [5e6, 5e6]
    assert faults(scenario, made.plan, made.flow, made.ship, account, CarbonParams()) == []


@pytest.mark.parametrize(
    ("days", "words"),
    [
        (pl.col("date") + pl.duration(days=3000), "outside the horizon"),
        (pl.col("date"), "in the 2208 h"),
    ],
)
def test_work_outside_the_horizon_or_beyond_the_clock_is_refused(days: pl.Expr, words: str) -> None:
    made = programme(four_years(), 10)
    wrong = made.flow.days.with_columns(days, working_h=pl.lit(60.0))
    with pytest.raises(ValueError, match=words):
        replace(made, flow=replace(made.flow, days=wrong)).account()


def test_midnight_belongs_to_the_day_that_ends() -> None:
    """Flow stops at midnight after the last build day: a car off the line then is of that year."""
    made = programme(four_years(), 10)
    closing = pl.lit(datetime(2030, 1, 1)).cast(pl.Datetime("ms"))
    made = replace(made, flow=replace(made.flow, cars=made.flow.cars.with_columns(line_off_at=closing)))
    account = made.account()
    assert account.plant.filter(pl.col("shop_idx") == 0)["cars"].to_list() == [0, 0, 0, 10]
    assert tonnes_by_year(made.plan, made.flow, account)["year"].to_list() == [2029]
    assert faults(made.scenario, made.plan, made.flow, made.ship, account, CarbonParams()) == []
