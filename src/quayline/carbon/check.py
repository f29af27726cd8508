"""Checks a carbon account by the definitions of the scenario, in plain Python, with none of the engine's code."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import polars as pl

from quayline.carbon.footprint import check_definition as by
from quayline.carbon.footprint.check import faults as footprint_faults
from quayline.carbon.footprint.check_claims import faults as claim_faults
from quayline.carbon.footprint.check_definition import differ

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.carbon.params import CarbonParams
    from quayline.records.stages import CarbonAccount, FlowTrace, Plan, Shipments
    from quayline.scenario.schema import Scenario


def faults(
    scenario: Scenario, plan: Plan, flow: FlowTrace, ship: Shipments, account: CarbonAccount, params: CarbonParams
) -> list[str]:
    """Everything in `account` that does not follow from the scenario and the records; empty when right."""
    return [*footprint_faults(scenario, plan, flow, ship, account), *_plant_faults(scenario, flow, account),
            *_path_faults(scenario, account), *claim_faults(scenario, plan, account, params.num_draws)]  # fmt: skip


def _plant_faults(scenario: Scenario, flow: FlowTrace, account: CarbonAccount) -> Iterator[str]:
    """Energy of each year and shop by its definition; what cars carry and what nobody does make the whole."""
    start, end = scenario.horizon.start, scenario.horizon.end
    days = [start + timedelta(days=k) for k in range((end - start).days + 1)]
    within = flow.days.filter(pl.col("date").is_between(start, end)).with_columns(year=pl.col("date").dt.year())
    sums = within.group_by("year", "shop_idx").agg(pl.col("working_h").sum())
    worked = {(year, shop): hours for year, shop, hours in sums.iter_rows()}
    built = dict((flow.cars["line_off_at"] - timedelta(milliseconds=1)).dt.year().value_counts().iter_rows())
    expected = {(year, shop) for year in {day.year for day in days} for shop in range(len(scenario.plant.shops))}
    if account.plant.height != len(expected) or set(account.plant.select("year", "shop_idx").iter_rows()) != expected:
        yield "the plant has not one row for each year of the horizon and shop"
        return
    for row in account.plant.iter_rows(named=True):
        year, shop = row["year"], scenario.plant.shops[row["shop_idx"]]
        energy, cars = shop.energy, built.get(year, 0)
        working_h = worked.get((year, row["shop_idx"]), 0.0)
        off_h = 24 * sum(day.year == year for day in days) - working_h
        right = {"cars": cars, "electricity_cars_kwh": cars * energy.electricity_kwh_per_car,
                 "gas_cars_kwh": cars * energy.gas_kwh_per_car}  # fmt: skip
        base_kwh = energy.electricity_running_kw * working_h + energy.electricity_off_kw * off_h
        on = pl.col("scrapped_at") - timedelta(milliseconds=1)
        gone = flow.scrapped.filter(pl.col("shop_idx") >= row["shop_idx"], on.dt.year() == year).height
        gone_kwh, gone_gas_kwh = gone * energy.electricity_kwh_per_car, gone * energy.gas_kwh_per_car
        right["electricity_kwh"] = right["electricity_cars_kwh"] + gone_kwh + base_kwh
        base_gas_kwh = energy.gas_running_kw * working_h + energy.gas_off_kw * off_h
        right["gas_kwh"] = right["gas_cars_kwh"] + gone_gas_kwh + base_gas_kwh
        at_grid, gas = by.grid(scenario, scenario.plant.place.country, year), by.fuel(scenario, "gas")[0]
        right["scope1_kgco2e"] = right["gas_kwh"] * gas
        right["scope2_location_kgco2e"] = right["electricity_kwh"] * at_grid
        right["scope2_market_kgco2e"] = right["electricity_kwh"] * by.bought(scenario, year, at_grid)
        right["nobody_kgco2e"] = right["scope1_kgco2e"] + right["scope2_location_kgco2e"] - row["cars_kgco2e"]
        if not scenario.carbon.grid_hours and scenario.carbon.base_load != "shop-day":
            right["cars_kgco2e"] = right["gas_cars_kwh"] * gas + right["electricity_cars_kwh"] * at_grid
            if scenario.carbon.base_load == "year" and cars:
                of_gone = gone_gas_kwh * gas + gone_kwh * at_grid
                right["cars_kgco2e"] = right["scope1_kgco2e"] + right["scope2_location_kgco2e"] - of_gone
        for name, value in right.items():
            if differ(row[name], value):
                yield f"{name} of {shop.id} in {year} is {row[name]:.6g}, by definition {value:.6g}"
    off = flow.cars.select("order_id", year=(pl.col("line_off_at") - pl.duration(milliseconds=1)).dt.year())
    on_cars = pl.sum_horizontal(f"plant_{part}_kgco2e" for part in ("gas", "electricity", "base"))
    carried = account.cars.join(off, on="order_id").group_by("year").agg(on_cars.sum().alias("kgco2e"))
    for year, kgco2e in carried.sort("year").iter_rows():
        there = float(account.plant.filter(pl.col("year") == year)["cars_kgco2e"].sum())
        if differ(kgco2e, there):
            yield f"cars of {year} carry {kgco2e:.6g} kgCO2e of the plant, the plant says {there:.6g}"


def _path_faults(scenario: Scenario, account: CarbonAccount) -> Iterator[str]:
    """Base year, simulated years as in the plant, projected years, targets and the line through them."""
    horizon, goals, path = scenario.horizon, scenario.carbon.plant, account.path
    years = [goals.base_year] if goals.base_year < horizon.start.year else []
    years += range(horizon.start.year, horizon.plant_until + 1)
    if path["year"].to_list() != years:
        yield f"the path has the years {path['year'].to_list()}, expected {years}"
        return
    corners = [(goals.base_year, goals.base_kgco2e)]
    corners += sorted((t.year, goals.base_kgco2e * (1 - t.reduction_share)) for t in goals.targets)
    for row in path.iter_rows(named=True):
        year = row["year"]
        goal = dict(corners[1:]).get(year)
        if (row["target_kgco2e"] is None) != (goal is None) or (
            goal is not None and differ(row["target_kgco2e"], goal)
        ):
            yield f"the target of {year} is {row['target_kgco2e']}, by definition {goal}"
        if differ(row["line_kgco2e"], _on_line(corners, year)):
            yield f"the line of {year} is at {row['line_kgco2e']:.6g}, by definition {_on_line(corners, year):.6g}"
        if year < horizon.start.year:
            if row["counted_kgco2e"] != goals.base_kgco2e or row["scope1_kgco2e"] is not None:
                yield f"the base year {year} is not as the scenario gives it"
        else:
            yield from _path_year_faults(scenario, account, row)


def _on_line(corners: list[tuple[int, float]], year: int) -> float:
    if year <= corners[0][0]:
        return corners[0][1]
    for (y0, v0), (y1, v1) in pairwise(corners):
        if y0 <= year <= y1:
            return v0 + (v1 - v0) * (year - y0) / (y1 - y0)
    return corners[-1][1]


def _path_year_faults(scenario: Scenario, account: CarbonAccount, row: dict[str, Any]) -> Iterator[str]:
    """One year of the path from the energy of its own year, or of the one it is projected from."""
    start, end, year = scenario.horizon.start, scenario.horizon.end, row["year"]
    is_projected = date(year, 12, 31) > end
    source, scale = year, 1.0
    if is_projected:
        whole = [y for y in range(start.year, end.year + 1) if start <= date(y, 1, 1) and date(y, 12, 31) <= end]
        source = whole[-1] if whole else end.year
        if not whole:
            num_days = (end - max(start, date(source, 1, 1))).days + 1
            scale = (date(source, 12, 31) - date(source - 1, 12, 31)).days / num_days
    energy = account.plant.filter(pl.col("year") == source)
    electricity_kwh, gas_kwh = (scale * float(energy[f"{name}_kwh"].sum()) for name in ("electricity", "gas"))
    at_grid = by.grid(scenario, scenario.plant.place.country, year)
    right = {
        "cars": round(energy["cars"][0] * scale),
        "scope1_kgco2e": gas_kwh * by.fuel(scenario, "gas")[0],
        "scope2_location_kgco2e": electricity_kwh * at_grid,
        "scope2_market_kgco2e": electricity_kwh * by.bought(scenario, year, at_grid),
    }
    right["counted_kgco2e"] = right["scope1_kgco2e"] + right[f"scope2_{scenario.carbon.plant.basis}_kgco2e"]
    if row["is_projected"] != is_projected:
        yield f"{year} is marked as {'' if row['is_projected'] else 'not '}projected"
    for name, value in right.items():
        if differ(row[name], value):
            yield f"{name} of the path in {year} is {row[name]:.6g}, by definition {value:.6g}"
