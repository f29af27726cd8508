"""The check of a plan, the CO2: tonnes of the cars at their price, and the plant's emissions under its caps."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from quayline.plan.inputs.tonnes import ROAD, tonnes
from quayline.scenario.working_days import is_closed, working_days

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.records.stages import Plan
    from quayline.scenario.schema import Scenario

_SLACK_T = 1e-3


def year_parts(scenario: Scenario, plan: Plan) -> dict[int, dict[int, float]]:
    """By week: the part of its working days (without any: of its open days) that lies in each year."""
    parts: dict[int, dict[int, float]] = {}
    for week, first in plan.weeks.select("week_idx", "from_on").iter_rows():
        last = min(first + timedelta(days=6 - first.weekday()), scenario.horizon.end)
        days = [first + timedelta(days=k) for k in range((last - first).days + 1)]
        mine = working_days(scenario.plant, first, last)
        mine = mine or [day for day in days if not is_closed(scenario.plant, day)] or [first]
        years = {day.year for day in mine}
        parts[week] = {year: sum(day.year == year for day in mine) / len(mine) for year in years}
    return parts


def co2_usd(scenario: Scenario, plan: Plan) -> float:
    """What the tonnes carried to customers cost at the prices of the years in which their cars are built."""
    prices = sorted(scenario.carbon.prices, key=lambda row: row.from_year)
    if not prices:
        return 0.0
    table, parts, usd = tonnes(scenario), year_parts(scenario, plan), 0.0
    monday = scenario.horizon.start - timedelta(days=scenario.horizon.start.weekday())
    keys = ["market_idx", "variant_idx", "plant_idx", "lane_idx", "planned_build_on"]
    for market, variant, plant, lane, day, cars in (
        plan.orders.drop_nulls("planned_build_on").group_by(keys).len().sort(keys).iter_rows()
    ):
        car_kg = table.car_kg(market, variant, plant, ROAD if lane is None else lane)
        for year, part in parts[(day - monday).days // 7].items():
            price = [row.price_usd_per_t for row in prices if row.from_year <= year]
            usd += cars * part * (price[-1] if price else 0.0) * car_kg[year - table.years[0]] / 1000
    return float(usd)


def co2_faults(scenario: Scenario, plan: Plan) -> Iterator[str]:
    """Years in which the plant emits more than its cap: cars, running loads in hours worked, off loads in others."""
    if not scenario.carbon.caps:
        return
    table, parts, energies = tonnes(scenario), year_parts(scenario, plan), [s.energy for s in scenario.plant.shops]
    home = plan.build.filter(pl.col("plant_idx") == 0).group_by("week_idx").agg(pl.col("cars").sum())
    cars = dict(home.iter_rows())
    for cap in scenario.carbon.caps:
        if cap.year not in table.years:
            continue
        electricity, gas = table.kg_per_kwh[cap.year - table.years[0]]
        first = max(scenario.horizon.start, date(cap.year, 1, 1))
        days = (min(scenario.horizon.end, date(cap.year, 12, 31)) - first).days + 1
        kg, hours = 0.0, 0.0
        for row in plan.weeks.iter_rows(named=True):
            part = parts[row["week_idx"]].get(cap.year, 0.0)
            hours += part * (row["normal_h"] + row["overtime_h"] + row["weekend_h"])
            kg += part * cars.get(row["week_idx"], 0) * table.plant_kg[cap.year - table.years[0]]
        for energy in energies:
            kg += hours * (energy.electricity_running_kw * electricity + energy.gas_running_kw * gas)
            kg += (24 * days - hours) * (energy.electricity_off_kw * electricity + energy.gas_off_kw * gas)
        if kg > cap.most_kgco2e + 1000 * _SLACK_T:
            yield f"the plant emits {kg / 1000:.1f} tCO2e in {cap.year}, the cap is {cap.most_kgco2e / 1000:.1f}"
