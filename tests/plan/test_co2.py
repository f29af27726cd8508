"""CO2 in the plan: its price, the plant's cap by year, weeks across a year's end, and shops slower than the line."""

from __future__ import annotations

from dataclasses import replace as changed
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.plan.conftest import crews, demand, replace
from tests.plan.test_solve import EXACT, ROUNDED, made

from quayline.plan.check import faults
from quayline.plan.inputs.tonnes import ROAD, tonnes
from quayline.plan.inputs.weeks import make_calendar
from quayline.plan.inputs.years import year_shares
from quayline.scenario.carbon import CarbonCap, CarbonPrice

if TYPE_CHECKING:
    from quayline.plan.params import PlanParams
    from quayline.scenario.plant import Shop
    from quayline.scenario.schema import Scenario


def test_a_price_costs_the_tonnes_of_the_cars(small: Scenario) -> None:
    """At a low price the same cars are built, and cost their tonnes; at a high one none is worth building."""
    price = CarbonPrice(from_year=2026, price="50 USD/tCO2e")
    free, priced = made(small, EXACT), made(replace(small, carbon__prices=[price]), EXACT)
    assert priced.build.equals(free.build)
    car_t = float(tonnes(small).car_kg(0, 0, 0, ROAD)[0]) / 1000
    assert free.objective_usd - priced.objective_usd == pytest.approx(50 * car_t * free.build["cars"].sum())
    high = CarbonPrice(from_year=2026, price="50000 USD/tCO2e")
    assert made(replace(small, carbon__prices=[high]), EXACT).build["cars"].sum() == 0
    later = CarbonPrice(from_year=2027, price="50000 USD/tCO2e")
    assert made(replace(small, carbon__prices=[later]), EXACT).objective_usd == pytest.approx(free.objective_usd)


@pytest.mark.parametrize("params", [EXACT, ROUNDED], ids=["exact", "rounded"])
def test_a_cap_binds_the_plant(small: Scenario, params: PlanParams) -> None:
    """Half of what the free plan's cars take, on top of the base loads: half of the cars."""
    free = made(small, params)
    table = tonnes(small)
    electricity, gas = table.kg_per_kwh[0]
    hours = float((free.weeks["normal_h"] + free.weeks["overtime_h"]).sum())
    days = (small.horizon.end - small.horizon.start).days + 1
    base_kg = 0.0
    for shop in small.plant.shops:
        e = shop.energy
        on = e.electricity_running_kw * electricity + e.gas_running_kw * gas
        off = e.electricity_off_kw * electricity + e.gas_off_kw * gas
        base_kg += hours * on + (24 * days - hours) * off
    cars = int(free.build["cars"].sum())
    most = base_kg + 0.5 * cars * table.plant_kg[0]
    capped = made(replace(small, carbon__caps=[CarbonCap(year=2026, most=f"{most} kgCO2e")]), params)
    assert capped.build["cars"].sum() == pytest.approx(0.5 * cars, rel=0.03)
    tight = replace(small, carbon__caps=[CarbonCap(year=2026, most=f"{0.9 * most} kgCO2e")])
    assert any("the cap is" in fault for fault in faults(tight, crews(tight), capped, params))


def test_a_week_across_the_years_end_is_split_by_working_days(starter: Scenario) -> None:
    """The week of 28 December 2026 has four working days in 2026 and one in 2027."""
    calendar = make_calendar(replace(starter, horizon__start=date(2026, 12, 21), horizon__end=date(2027, 1, 10)))
    years, shares = year_shares(calendar)
    assert years.tolist() == [2026, 2027]
    assert shares.tolist() == [[1.0, 0.8, 0.0], [0.0, 0.2, 1.0]]


def test_minimums_count_the_day_of_build(starter: Scenario) -> None:
    """Cars under an agreement count in the year of their planned day; the check recomputes both years."""
    scenario = replace(starter, horizon__start=date(2026, 11, 2), horizon__end=date(2027, 2, 26))
    rows = [("overseas", "volt-60", month, 260) for month in ("2026-12", "2027-01", "2027-02", "2027-03")]
    kind = type(starter.agreements[0].minimums[0])
    minimums = [kind(year=2026, cars=300), kind(year=2027, cars=200)]
    agreement = starter.agreements[0].model_copy(update={"minimums": minimums})
    answer = made(demand(replace(scenario, agreements=[agreement]), rows))
    built = answer.orders["planned_build_on"].drop_nulls().dt.year()
    assert answer.years["built_cars"].to_list() == [int((built == year).sum()) for year in (2026, 2027)]
    wrong = changed(answer, years=answer.years.with_columns(answer.years["built_cars"] + 1))
    assert faults(demand(replace(scenario, agreements=[agreement]), rows), crews(starter), wrong, ROUNDED)


def _pitch(paint: Shop, pitch_s: float) -> Shop:
    line = paint.sections[0].model_copy(update={"pitch_s": pitch_s})
    return paint.model_copy(update={"sections": [line, *paint.sections[1:]]})


@pytest.mark.parametrize("params", [EXACT, ROUNDED], ids=["exact", "rounded"])
def test_a_shop_slower_than_the_line_binds_and_is_named(small: Scenario, params: PlanParams) -> None:
    """Paint at a pitch of ten minutes passes six bodies an hour less its breakdowns; the line could do 8.5."""
    paint = small.plant.shops[1]
    shops = [small.plant.shops[0], _pitch(paint, 600.0)]
    scenario = replace(small, plant__shops=[*shops, *small.plant.shops[2:]])
    rows = [("home", "hatch-hybrid", f"2026-0{m}", 3000) for m in (1, 2)]
    answer = made(demand(scenario, rows), params)
    hours = (answer.weeks["normal_h"] + answer.weeks["overtime_h"] + answer.weeks["weekend_h"]).to_numpy()
    most = 6.0 * 60 / 60.25 * hours
    assert (answer.weeks["built_cars"].to_numpy() <= most + 1e-6).all()
    assert answer.weeks["built_cars"].sum() > 0.97 * np.sum(most)
    assert any("Paint shop" in words for words in answer.binding["words"])
    slower = replace(scenario, plant__shops=[shops[0], _pitch(paint, 660.0), *small.plant.shops[2:]])
    found = faults(demand(slower, rows), crews(slower), answer, params)
    assert any("Paint shop passes" in fault for fault in found)
