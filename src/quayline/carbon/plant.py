"""The plant's energy and emissions by year and shop: what cars took, and what belongs to no car."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.carbon.factors import gas_direct
from quayline.records.built import scrapped_in
from quayline.records.schemas import CARBON

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quayline.carbon.factors import Electricity
    from quayline.carbon.footprint.pack import Cars
    from quayline.records.stages import FlowTrace
    from quayline.scenario.schema import Scenario


def days_in_horizon(scenario: Scenario, year: int) -> int:
    """The days of `year` that lie in the horizon."""
    first = max(scenario.horizon.start, date(year, 1, 1))
    last = min(scenario.horizon.end, date(year, 12, 31))
    return max(0, (last - first).days + 1)


def plant_table(
    scenario: Scenario, cars: Cars, flow: FlowTrace, power: Electricity, carried_kgco2e: NDArray[np.float64]
) -> pl.DataFrame:
    """`carbon.plant`: a row for each year of the horizon and shop; `carried_kgco2e` (num_cars, num_shops) is on cars.

    A car's energy counts in the year of its line-off; cars of other plants take none of it. Base loads count for the
    days within the horizon: running load in the shop's working hours (`flow.days`), off load in all others. What no car
    carries is the rest: base loads, what cars took that were scrapped, in the year of that and in the shops that had
    worked on them, and that cars take electricity in other hours than the year's mean.
    Raises ValueError where flow works outside the horizon or more hours than a year has.
    """
    hours = _working_h(scenario, flow)
    scrapped = [scrapped_in(flow, shop_idx) for shop_idx in range(len(scenario.plant.shops))]
    direct = gas_direct(scenario)
    rows = []
    for k, year in enumerate(range(scenario.horizon.start.year, scenario.horizon.end.year + 1)):
        mine = (cars.year == year) & (cars.plant_idx == 0)
        num_cars, on_cars = int(np.count_nonzero(mine)), carried_kgco2e[mine].sum(axis=0)
        all_h = 24.0 * days_in_horizon(scenario, year)
        for shop_idx, shop in enumerate(scenario.plant.shops):
            energy, working_h = shop.energy, float(hours[k, shop_idx])
            if working_h > all_h + 1e-6:
                raise ValueError(f"{shop.id} works {working_h:g} h in the {all_h:g} h of {year} within the horizon")
            off_h = all_h - working_h
            electricity_cars = energy.electricity_kwh_per_car * num_cars
            electricity_base = energy.electricity_running_kw * working_h + energy.electricity_off_kw * off_h
            gas_cars = energy.gas_kwh_per_car * num_cars
            gas_base = energy.gas_running_kw * working_h + energy.gas_off_kw * off_h
            num_scrapped = scrapped[shop_idx].get(year, 0)
            electricity = electricity_cars + energy.electricity_kwh_per_car * num_scrapped + electricity_base
            gas = gas_cars + energy.gas_kwh_per_car * num_scrapped + gas_base
            scope1, scope2 = gas * direct, electricity * float(power.location[k])
            rows.append({
                "year": year, "shop_idx": shop_idx, "cars": num_cars,
                "electricity_kwh": electricity, "electricity_cars_kwh": electricity_cars,
                "gas_kwh": gas, "gas_cars_kwh": gas_cars,
                "scope1_kgco2e": scope1,
                "scope2_location_kgco2e": scope2,
                "scope2_market_kgco2e": electricity * float(power.market[k]),
                "cars_kgco2e": float(on_cars[shop_idx]),
                "nobody_kgco2e": scope1 + scope2 - float(on_cars[shop_idx]),
            })  # fmt: skip
    return pl.DataFrame(rows, schema={column.name: column.dtype for column in CARBON["plant"].columns})


def _working_h(scenario: Scenario, flow: FlowTrace) -> NDArray[np.float64]:
    """Working hours by year of the horizon and shop, shape (num_years, num_shops)."""
    days, horizon = flow.days, scenario.horizon
    outside = days.filter(~pl.col("date").is_between(horizon.start, horizon.end), pl.col("working_h") > 0)
    if outside.height:
        raise ValueError(f"flow.days works on {outside['date'][0]}, outside the horizon")
    num_shops = len(scenario.plant.shops)
    num_years = horizon.end.year - horizon.start.year + 1
    inside = days.filter(pl.col("date").is_between(horizon.start, horizon.end))
    year_idx = inside["date"].dt.year().cast(pl.Int64).to_numpy() - horizon.start.year
    place = year_idx * num_shops + inside["shop_idx"].to_numpy()
    sums = np.bincount(place, inside["working_h"].to_numpy(), minlength=num_years * num_shops)
    return sums.astype(np.float64, copy=False).reshape(num_years, num_shops)
