"""Checks a carbon account by the definitions of the scenario, in plain Python, with none of the engine's code."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from math import isclose
from typing import TYPE_CHECKING, Any

import polars as pl

from quayline.records.schemas import FOOTPRINT_STAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.records.stages import CarbonAccount, FlowTrace, Plan, Shipments
    from quayline.scenario.schema import Scenario
    from quayline.scenario.vehicles import Variant

TOLERANCE = 1e-9
GATE, PORT, CUSTOMER, LIFE = FOOTPRINT_STAGES[:7], FOOTPRINT_STAGES[:9], FOOTPRINT_STAGES[:10], FOOTPRINT_STAGES


def faults(scenario: Scenario, plan: Plan, flow: FlowTrace, ship: Shipments, account: CarbonAccount) -> list[str]:
    """Everything in `account` that does not follow from the scenario and the records; empty when right."""
    return [*_sum_faults(plan, flow, account), *_car_faults(scenario, plan, flow, ship, account),
            *_plant_faults(scenario, flow, account), *_path_faults(scenario, account),
            *_line_up_faults(scenario, plan, account)]  # fmt: skip


def _differ(left: float, right: float) -> bool:
    return not isclose(left, right, rel_tol=TOLERANCE, abs_tol=1e-6)


def _sum_faults(plan: Plan, flow: FlowTrace, account: CarbonAccount) -> Iterator[str]:
    """Every built car once; each boundary is the sum of its stages, and lies within the next."""
    cars = account.cars
    built = [*flow.cars["order_id"], *plan.orders.filter(pl.col("plant_idx") > 0)["order_id"]]
    if sorted(cars["order_id"]) != sorted(built):
        yield f"{cars.height} cars with a footprint are not the {len(built)} that were built"
    for boundary, stages in (("gate", GATE), ("port", PORT), ("customer", CUSTOMER), ("life", LIFE)):
        total = pl.sum_horizontal(f"{stage}_kgco2e" for stage in stages)
        off = (total - pl.col(f"{boundary}_kgco2e")).abs() > TOLERANCE * (1 + total.abs())
        if num := cars.filter(off).height:
            yield f"{boundary} is not the sum of its stages for {num} cars"
    for inner, outer in (("gate", "port"), ("port", "customer")):
        if num := cars.filter(pl.col(f"{inner}_kgco2e") > pl.col(f"{outer}_kgco2e")).height:
            yield f"{inner} is more than {outer} for {num} cars"


def _car_faults(
    scenario: Scenario, plan: Plan, flow: FlowTrace, ship: Shipments, account: CarbonAccount
) -> Iterator[str]:
    """Cars alike in all that matters have equal footprints, and one of each kind is as the definition says."""
    lane_of = ship.sailings.select("sailing_idx", sailed_idx="lane_idx")
    kind = ["variant_idx", "market_idx", "plant_idx", "lane_idx", "sailed_idx", "built", "delivered"]
    at_noon = pl.col("planned_build_on").cast(pl.Datetime("ms")) + pl.duration(hours=12)
    off = pl.when(pl.col("plant_idx") == 0).then("line_off_at").otherwise(at_noon)
    cars = (
        plan.orders.join(flow.cars.select("order_id", "line_off_at"), on="order_id", how="left")
        .select("order_id", "variant_idx", "market_idx", "plant_idx", "lane_idx",
                built=(off - pl.duration(milliseconds=1)).dt.year())
        .join(ship.cars.select("order_id", "sailing_idx", delivered=pl.col("delivered_at").dt.year()), on="order_id")
        .join(lane_of, on="sailing_idx", how="left")
        .join(account.cars, on="order_id")
    )  # fmt: skip
    stages = [f"{stage}_kgco2e" for stage in (*FOOTPRINT_STAGES, "plant_electricity_market")]
    kinds = cars.group_by(kind).agg(pl.len(), pl.col(stages).min(), pl.col(stages).max().name.suffix("_most"))
    for row in kinds.sort(kind).iter_rows(named=True):
        expected = _definition(scenario, row)
        for stage in stages:
            if _differ(row[stage], expected[stage]) or _differ(row[f"{stage}_most"], expected[stage]):
                variant = scenario.vehicles.variants[row["variant_idx"]].id
                yield (
                    f"{stage} of {row['len']} {variant} of {row['built']}: {row[stage]:.6g} to "
                    f"{row[f'{stage}_most']:.6g}, by definition {expected[stage]:.6g}"
                )


def _definition(scenario: Scenario, car: dict[str, Any]) -> dict[str, float]:
    """The stages of one car, from the scenario's figures one by one."""
    variant, market = scenario.vehicles.variants[car["variant_idx"]], scenario.markets[car["market_idx"]]
    carbon, use = scenario.carbon, scenario.carbon.use
    mass_t, truck = variant.kerb_mass_kg / 1000, carbon.truck_kgco2e_per_tkm
    inbound = 0.0
    for leg in carbon.inbound:
        if leg.model == variant.model:
            factor = truck if leg.mode == "truck" else carbon.inbound_sea_kgco2e_per_tkm
            inbound += leg.distance_km * mass_t * leg.mass_share * factor
    lane_at = car["lane_idx"] if car["sailed_idx"] is None else car["sailed_idx"]
    lane = None if lane_at is None else scenario.logistics.lanes[lane_at]
    electricity_kwh = sum(shop.energy.electricity_kwh_per_car for shop in scenario.plant.shops)
    at_grid = _grid(scenario, scenario.plant.place.country, car["built"])
    delivered = scenario.horizon.end.year if car["delivered"] is None else car["delivered"]
    driving = 0.0
    if variant.electricity_kwh_per_100km is not None:
        year_kwh = variant.electricity_kwh_per_100km * use.life_km / 100 / use.life_years
        driving += sum(
            year_kwh * _grid(scenario, market.country, year) for year in range(delivered, delivered + use.life_years)
        )
    if variant.fuel_kwh_per_100km is not None:
        petrol = _fuel(scenario, "petrol")
        driving += variant.fuel_kwh_per_100km * use.life_km / 100 * sum(petrol)
    at_plant = {
        "materials": _materials(scenario, variant),
        "battery": _battery(scenario, variant),
        "inbound": inbound,
        "plant_gas": sum(shop.energy.gas_kwh_per_car for shop in scenario.plant.shops) * _fuel(scenario, "gas")[0],
        "gas_upstream": sum(s.energy.gas_kwh_per_car for s in scenario.plant.shops) * _fuel(scenario, "gas")[1],
        "plant_electricity": electricity_kwh * at_grid,
        "plant_electricity_market": electricity_kwh * _bought(scenario, car["built"], at_grid),
        "elsewhere": 0.0,
    }
    truck_km = scenario.plant.export.truck_km
    if car["plant_idx"] > 0:
        other = scenario.alternates[car["plant_idx"] - 1]
        (given,) = (build.gate_kgco2e_per_car for build in other.builds if build.variant == variant.id)
        at_plant, truck_km = dict.fromkeys(at_plant, 0.0) | {"elsewhere": given}, other.truck_km
    return {f"{stage}_kgco2e": value for stage, value in {
        **at_plant,
        "truck": 0.0 if lane is None else truck_km * mass_t * truck,
        "sea": 0.0 if lane is None else lane.distance_km * mass_t * lane.emissions_kgco2e_per_tkm,
        "inland": market.inland_km * mass_t * truck,
        "use": driving,
        "upkeep": use.upkeep_kgco2e_per_car,
        "end_of_life": use.end_of_life_kgco2e_per_car,
    }.items()}  # fmt: skip


def _group(scenario: Scenario, variant: Variant, group: str, computed: float) -> float:
    """The published total of a group of a variant, else what was computed."""
    rows = scenario.carbon.calibrations
    published = [row.total_kgco2e_per_car for row in rows if (row.variant, row.group) == (variant.id, group)]
    return published[0] if published else computed


def _materials(scenario: Scenario, variant: Variant) -> float:
    total = 0.0
    for material in scenario.carbon.materials:
        uses = [u for u in scenario.carbon.material_use if (u.variant, u.material) == (variant.id, material.id)]
        computed = sum(use.mass_kg for use in uses) * material.factor_kgco2e_per_kg
        total += _group(scenario, variant, material.id, computed)
    return total


def _battery(scenario: Scenario, variant: Variant) -> float:
    factor = sum(b.factor_kgco2e_per_kwh for b in scenario.carbon.batteries if b.id == variant.battery)
    return _group(scenario, variant, "battery", variant.battery_kwh * factor)


def _fuel(scenario: Scenario, name: str) -> tuple[float, float]:
    """Direct and upstream factor; a fuel that nobody burns has none."""
    found = [(f.direct_kgco2e_per_kwh, f.upstream_kgco2e_per_kwh) for f in scenario.carbon.fuels if f.id == name]
    return found[0] if found else (0.0, 0.0)


def _grid(scenario: Scenario, country: str, year: int) -> float:
    """The factor of a year: as given, on the straight line between two given, or the last."""
    points = {g.year: g.factor_kgco2e_per_kwh for g in scenario.carbon.grid if g.country == country}
    before = max(y for y in points if y <= year)
    after = min((y for y in points if y > year), default=None)
    if after is None:
        return points[before]
    return points[before] + (points[after] - points[before]) * (year - before) / (after - before)


def _bought(scenario: Scenario, year: int, at_grid: float) -> float:
    """The market-based factor of a year."""
    plant = scenario.carbon.plant
    rest, total = 1.0, 0.0
    for name in {g.id for g in plant.green_power}:
        begun = [g for g in plant.green_power if g.id == name and g.from_year <= year]
        if begun:
            latest = max(begun, key=lambda g: g.from_year)
            rest, total = rest - latest.share, total + latest.share * latest.factor_kgco2e_per_kwh
    residual = plant.residual_kgco2e_per_kwh
    return total + rest * (at_grid if residual is None else residual)


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
        right["electricity_kwh"] = right["electricity_cars_kwh"] + base_kwh
        right["gas_kwh"] = right["gas_cars_kwh"] + energy.gas_running_kw * working_h + energy.gas_off_kw * off_h
        at_grid, gas = _grid(scenario, scenario.plant.place.country, year), _fuel(scenario, "gas")[0]
        right["scope1_kgco2e"] = right["gas_kwh"] * gas
        right["scope2_location_kgco2e"] = right["electricity_kwh"] * at_grid
        right["scope2_market_kgco2e"] = right["electricity_kwh"] * _bought(scenario, year, at_grid)
        right["cars_kgco2e"] = right["gas_cars_kwh"] * gas + right["electricity_cars_kwh"] * at_grid
        right["nobody_kgco2e"] = right["scope1_kgco2e"] + right["scope2_location_kgco2e"] - right["cars_kgco2e"]
        for name, value in right.items():
            if _differ(row[name], value):
                yield f"{name} of {shop.id} in {year} is {row[name]:.6g}, by definition {value:.6g}"
    carried = float((account.cars["plant_gas_kgco2e"] + account.cars["plant_electricity_kgco2e"]).sum())
    if _differ(carried, float(account.plant["cars_kgco2e"].sum())):
        yield f"cars carry {carried:.6g} kgCO2e of the plant, the plant says {account.plant['cars_kgco2e'].sum():.6g}"


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
            goal is not None and _differ(row["target_kgco2e"], goal)
        ):
            yield f"the target of {year} is {row['target_kgco2e']}, by definition {goal}"
        if _differ(row["line_kgco2e"], _on_line(corners, year)):
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
    at_grid = _grid(scenario, scenario.plant.place.country, year)
    right = {
        "cars": round(energy["cars"][0] * scale),
        "scope1_kgco2e": gas_kwh * _fuel(scenario, "gas")[0],
        "scope2_location_kgco2e": electricity_kwh * at_grid,
        "scope2_market_kgco2e": electricity_kwh * _bought(scenario, year, at_grid),
    }
    right["counted_kgco2e"] = right["scope1_kgco2e"] + right[f"scope2_{scenario.carbon.plant.basis}_kgco2e"]
    if row["is_projected"] != is_projected:
        yield f"{year} is marked as {'' if row['is_projected'] else 'not '}projected"
    for name, value in right.items():
        if _differ(row[name], value):
            yield f"{name} of the path in {year} is {row[name]:.6g}, by definition {value:.6g}"


def _line_up_faults(scenario: Scenario, plan: Plan, account: CarbonAccount) -> Iterator[str]:
    """Groups tie to the cars' stages; published cars are all there; own variants are the mean of their cars."""
    groups, variants = account.groups, scenario.vehicles.variants
    if num := groups.filter(
        (pl.col("amount") * pl.col("factor_kgco2e") - pl.col("computed_kgco2e")).abs() > 1e-6
    ).height:
        yield f"{num} groups are not amount times factor"
    calibrated = {(c.variant, c.group) for c in scenario.carbon.calibrations}
    for row in groups.iter_rows(named=True):
        is_calibrated = (variants[row["variant_idx"]].id, row["group"]) in calibrated
        if row["is_calibrated"] != is_calibrated or (
            not is_calibrated and row["used_kgco2e"] != row["computed_kgco2e"]
        ):
            yield f"{row['group']} of {variants[row['variant_idx']].id} is not used as the scenario says"
    for k, variant in enumerate(variants):
        mine = groups.filter(pl.col("variant_idx") == k)
        right = _materials(scenario, variant) + _battery(scenario, variant)
        if _differ(float(mine["used_kgco2e"].sum()), right):
            yield f"the groups of {variant.id} do not add up to its materials and battery"
    own = (
        account.cars.join(plan.orders.filter(pl.col("plant_idx") == 0).select("order_id", "variant_idx"), on="order_id")
        .group_by("variant_idx").agg(pl.col("gate_kgco2e").mean()).sort("variant_idx")
    )  # fmt: skip
    rows = [(r.car, r.total_kgco2e_per_car, r.boundary, "published", False) for r in scenario.carbon.line_up]
    rows += [(variants[k].name, mean, "gate", "simulated", any(v == variants[k].id for v, _ in calibrated))
             for k, mean in own.iter_rows()]  # fmt: skip
    shown = account.line_up.select("car", "total_kgco2e", "boundary", "kind", "is_calibrated").rows()
    if len(shown) != len(rows) or any(
        a[:1] + a[2:] != b[:1] + b[2:] or _differ(a[1], b[1]) for a, b in zip(shown, rows, strict=True)
    ):
        yield "the line-up is not the published cars and the means of the variants built here"
