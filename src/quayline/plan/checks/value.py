"""The check of a plan, the value: its objective recomputed from its orders, weeks and years."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from math import ceil
from typing import TYPE_CHECKING

import polars as pl

from quayline.plan.checks.co2 import co2_usd, year_parts
from quayline.plan.checks.parts import parts_usd
from quayline.plan.checks.people import people_usd
from quayline.plan.checks.ways import Ways

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.plan.params import PlanParams
    from quayline.records.stages import Balance, Plan
    from quayline.scenario.markets import Duty, Market
    from quayline.scenario.schema import Scenario
    from quayline.scenario.vehicles import Model, Variant


def value_faults(scenario: Scenario, balance: Balance, plan: Plan, params: PlanParams) -> Iterator[str]:
    """Whether objective, bound, gap, years and shortfalls are what the rest of the plan gives."""
    objective = plan_value_usd(scenario, balance, plan, params)
    slack = 1e-7 * abs(objective) + 1.0
    if abs(objective - plan.objective_usd) > slack:
        yield f"the objective is {objective:.2f} USD, the plan says {plan.objective_usd:.2f}"
    if plan.bound_usd < plan.objective_usd - slack:
        yield f"the bound {plan.bound_usd:.2f} is below the objective {plan.objective_usd:.2f}"
    gap = max(plan.bound_usd - plan.objective_usd, 0.0) / max(abs(plan.objective_usd), 1.0)
    if abs(gap - plan.gap) > 1e-9:
        yield f"the gap is {gap:.6f}, the plan says {plan.gap:.6f}"
    expected = []
    years = {row["from_on"].year for row in plan.weeks.iter_rows(named=True)}
    home = plan.orders.filter(pl.col("plant_idx") == 0).select("variant_idx", pl.col("planned_build_on").dt.year())
    for agreement in scenario.agreements:
        mine = [i for i, v in enumerate(scenario.vehicles.variants) if v.model in agreement.models]
        for row in agreement.minimums:
            if row.year in years:
                cars = home.filter(pl.col("variant_idx").is_in(mine), pl.col("planned_build_on") == row.year)
                expected.append((agreement.id, row.year, row.cars, cars.height, max(row.cars - cars.height, 0)))
    if plan.years.rows() != expected:
        yield f"years are {expected}, the plan says {plan.years.rows()}"


def plan_value_usd(scenario: Scenario, balance: Balance, plan: Plan, params: PlanParams) -> float:
    """Joint contribution of the plan, by the definition in docs/plan.md."""
    ways = Ways(scenario)
    total = -_line_usd(scenario, balance, plan) - parts_usd(scenario, plan)
    total -= scenario.plant.change.pace_usd * _pace_steps(plan)
    total -= _shortfall_usd(scenario, plan) + people_usd(plan) + co2_usd(scenario, plan) + _firm_usd(scenario, plan)
    for (market_at, variant_at), orders in sorted(
        plan.orders.group_by("market_idx", "variant_idx"), key=lambda g: g[0]
    ):
        total += _pair_usd(ways, int(str(market_at)), int(str(variant_at)), orders, params)
    return float(total - _over_quota_usd(ways, plan) - _charter_usd(ways, plan))


def _charter_usd(ways: Ways, plan: Plan) -> float:
    """Every chartered voyage that carries a car, once."""
    taken = {ways.sailings[at].voyage: ways.sailings[at].charter_usd or 0.0 for at in plan.bookings["sailing_idx"]}
    return sum(taken.values())


def _shortfall_usd(scenario: Scenario, plan: Plan) -> float:
    """Fees for cars short of the minimums; a week across a year's end is split by its working days."""
    parts, usd = year_parts(scenario, plan), 0.0
    for agreement in scenario.agreements:
        mine = [i for i, v in enumerate(scenario.vehicles.variants) if v.model in agreement.models]
        cars = plan.build.filter(pl.col("plant_idx") == 0, pl.col("variant_idx").is_in(mine))
        by_week = cars.select("week_idx", "cars").rows()
        for row in agreement.minimums:
            if any(first.year == row.year for first in plan.weeks["from_on"]):
                built = sum(num * parts[week].get(row.year, 0.0) for week, num in by_week)
                usd += agreement.shortfall_fee_usd_per_car * max(row.cars - built, 0.0)
    return usd


def _firm_usd(scenario: Scenario, plan: Plan) -> float:
    """What firm orders not served cost beyond their price."""
    lost = plan.orders.filter(pl.col("planned_build_on").is_null(), pl.col("is_firm"))["market_idx"]
    return sum(scenario.markets[k].firm_loss_usd_per_car or 0.0 for k in lost)


def _line_usd(scenario: Scenario, balance: Balance, plan: Plan) -> float:
    """Wages of normal hours, of paid stops, of overtime and weekends, and changes of mode."""
    wage = dict(balance.crews.select("mode_idx", "usd_per_line_h").iter_rows())
    factor, usd, before = scenario.plant.overtime.premium_factor, 0.0, scenario.plant.opening_mode
    for row in plan.weeks.iter_rows(named=True):
        paid_h = row["normal_h"] + row["paid_stop_h"] + factor * (row["overtime_h"] + row["weekend_h"])
        usd += wage[row["mode_idx"]] * paid_h
        mode = scenario.plant.modes[row["mode_idx"]].id
        usd += scenario.plant.change.cost_usd if mode != before else 0.0
        before = mode
    return usd


def _pace_steps(plan: Plan) -> float:
    """Sum of the steps of cars a day from one working week to the next."""
    working = plan.weeks.filter(pl.col("num_workdays") > 0).sort("week_idx")
    pace = [cars / days for cars, days in working.select("built_cars", "num_workdays").iter_rows()]
    return float(sum(abs(after - before) for before, after in pairwise(pace)))


def _price(scenario: Scenario, market: Market, variant: Variant, day: date) -> float:
    rows = sorted(
        (p.from_, p.price_usd_per_car) for p in scenario.prices if (p.market, p.variant) == (market.id, variant.id)
    )
    before = [usd for from_, usd in rows if from_ <= day]
    return before[-1] if before else rows[0][1]


def _duty(scenario: Scenario, market: Market, day: date, origin: str) -> Duty | None:
    found = None
    for row in sorted(scenario.trade.duties, key=lambda d: d.from_):
        if (row.into, row.origin) == (market.country, origin) and row.from_ <= day:
            found = row
    return found if market.country != origin else None


def _earned(scenario: Scenario, market: Market, variant: Variant, day: date) -> float:
    """Price, and what the seller keeps of subsidies."""
    price, propulsion = _price(scenario, market, variant, day), _model(scenario, variant).propulsion
    return price + sum(
        row.amount_usd_per_car * row.kept_share for row in scenario.trade.subsidies
        if (row.market, row.propulsion) == (market.id, propulsion)
        and row.from_ <= day <= row.until and price < row.price_below_usd
    )  # fmt: skip


def _gate_usd(scenario: Scenario, plant: int, variant: Variant) -> float:
    """A car at the gate of its plant: parts and energy, or what another plant asks."""
    if plant:
        builds = scenario.alternates[plant - 1].builds
        return next(one.ex_works_usd_per_car for one in builds if one.variant == variant.id)
    costs = scenario.plant.costs
    return variant.parts_usd_per_car + sum(
        shop.energy.electricity_kwh_per_car * costs.electricity_usd_per_kwh
        + shop.energy.gas_kwh_per_car * costs.gas_usd_per_kwh
        for shop in scenario.plant.shops
    )


def _model(scenario: Scenario, variant: Variant) -> Model:
    return next(m for m in scenario.vehicles.models if m.id == variant.model)


def _pair_usd(ways: Ways, market_at: int, variant_at: int, orders: pl.DataFrame, params: PlanParams) -> float:
    scenario = ways.scenario
    market, variant = scenario.markets[market_at], scenario.vehicles.variants[variant_at]
    built, usd = orders.drop_nulls("planned_delivery_on"), 0.0
    stranded = orders.filter(pl.col("planned_delivery_on").is_null()).drop_nulls("planned_build_on")
    for plant in stranded["plant_idx"]:
        usd -= _gate_usd(scenario, plant, variant)
    if not built.height:
        return usd
    wanted = _by_week(ways, built["requested_on"])
    for week, cars in wanted.items():
        usd += cars * _earned(scenario, market, variant, ways.monday + timedelta(days=7 * week))
    delivered: dict[int, int] = {}
    keys = ["plant_idx", "planned_build_on", "planned_sailing_idx"]
    for plant, day, sailing_at, cars in built.select(keys).group_by(pl.all()).len().sort(pl.all()).iter_rows():
        week = ways.week(day)
        usd -= cars * (_gate_usd(scenario, plant, variant) + market.inland_usd_per_car)
        if sailing_at is None:
            arrives = ways.week(ways.made_by(week) + timedelta(days=ceil(market.inland_days)))
        else:
            arrives = ways.week(ways.by_ship(market, ways.sailings[sailing_at]))
            usd -= cars * _ship_usd(ways, market, variant, plant, week, sailing_at)
        delivered[arrives] = delivered.get(arrives, 0) + cars
    tolerance = int(params.tolerance_share * market.tolerance_days // 7)
    return usd - _waiting_usd(scenario, market, wanted, delivered, tolerance)


def _by_week(ways: Ways, days: pl.Series) -> dict[int, int]:
    weeks: dict[int, int] = {}
    for day, cars in days.value_counts().sort("requested_on").iter_rows():
        weeks[ways.week(day)] = weeks.get(ways.week(day), 0) + cars
    return weeks


def _ship_usd(ways: Ways, market: Market, variant: Variant, plant: int, week: int, sailing_at: int) -> float:
    """Truck, ports, freight, duty, port fees and waiting of one car; inland is counted elsewhere."""
    scenario, sailing = ways.scenario, ways.sailings[sailing_at]
    lane, source = scenario.logistics.lanes[sailing.lane_idx], ways.alternate(plant) if plant else scenario.plant.export
    duty = _duty(scenario, market, sailing.arrives_on, ways.origin(plant))
    value = _price(scenario, market, variant, sailing.arrives_on) * scenario.trade.customs_value_share
    usd = source.truck_usd_per_car + ways.ports[lane.pol].handling_usd_per_car + ways.pod(lane).handling_usd_per_car
    per_m3, box = lane.freight_usd_per_m3 or 0.0, lane.box
    usd += box.freight_usd / box.cars_per_box if box else _model(scenario, variant).volume_m3 * per_m3
    usd += (duty.rate if duty else 0.0) * value
    if market.country != ways.origin(plant):
        for fee in scenario.trade.port_fees:
            is_due = fee.into == ways.pod(lane).place.country and fee.from_ <= sailing.arrives_on <= fee.until
            usd += fee.fee_usd_per_car if is_due else 0.0
    day_usd = source.yard_usd_per_car_day + market.stock_usd_per_car_day
    return usd + (sailing.departs_on - ways.made(plant, week)).days * day_usd


def _waiting_usd(
    scenario: Scenario, market: Market, wanted: dict[int, int], delivered: dict[int, int], tolerance: int
) -> float:
    """Stock before the day wanted, in the market or for road markets at the plant, and lateness; by end of week."""
    day_usd = market.stock_usd_per_car_day
    day_usd += scenario.plant.export.yard_usd_per_car_day if market.lane is None else 0.0
    weeks, usd, net = [*wanted, *delivered], 0.0, 0
    for week in range(min(weeks), max(weeks) + 1):
        net += delivered.get(week, 0) - wanted.get(week, 0)
        recent = sum(wanted.get(k, 0) for k in range(week - tolerance + 1, week + 1))
        usd += max(net, 0) * 7 * day_usd
        usd += max(-net - recent, 0) * market.lateness_usd_per_car_week
    return usd


def _over_quota_usd(ways: Ways, plan: Plan) -> float:
    """What the cars beyond each duty's quota of a calendar year cost more, the cheapest first."""
    scenario = ways.scenario
    imports: dict[tuple[str, int], list[tuple[float, int]]] = {}
    for sailing_at, variant_at, market_at, plant, cars in plan.bookings.iter_rows():
        market, day = scenario.markets[market_at], ways.sailings[sailing_at].arrives_on
        duty = _duty(scenario, market, day, ways.origin(plant))
        if duty and duty.quota_cars is not None and duty.over_quota_rate is not None:
            value = _price(scenario, market, scenario.vehicles.variants[variant_at], day)
            more = (duty.over_quota_rate - duty.rate) * value * scenario.trade.customs_value_share
            imports.setdefault((duty.id, day.year), []).append((more, cars))
    usd = 0.0
    for (name, _), rows in imports.items():
        excess = sum(n for _, n in rows) - next(d.quota_cars or 0 for d in scenario.trade.duties if d.id == name)
        for more, cars in sorted(rows):
            usd += more * min(max(excess, 0), cars)
            excess -= cars
    return usd
