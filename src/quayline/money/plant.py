"""Costs of the plant: what each car takes of wages, energy and overhead, and what belongs to no car."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np

from quayline.money.pack import cents, day_number, days_of, years_of

if TYPE_CHECKING:
    from quayline.money.pack import Cars, Floats, Ints
    from quayline.records.stages import Balance, FlowTrace, Plan
    from quayline.scenario.schema import Scenario

IDLE, ENERGY, OVERHEAD, CHANGES = "idle labour", "energy of no car", "overhead of no car", "changes of mode"
STOPS, CHARTERS, CALLOFFS, STORE = "wages in stops", "empty charters", "call-offs", "stock of parts"
PEOPLE, SCRAPPED, SCRAPPED_ENERGY = "hiring and leaving", "parts of scrapped cars", "energy of scrapped cars"
Bill = tuple[int, str, str, int]
"""Year, item, payee and cents of a cost of no car that goes to a party of its own."""


@dataclass(frozen=True)
class PlantCosts:
    """Cents of each car, and (year, item) to cents of no car."""

    labour: Ints
    energy: Ints
    overhead: Ints
    nobody: dict[tuple[int, str], int]


def plant_costs(scenario: Scenario, plan: Plan, balance: Balance, flow: FlowTrace, cars: Cars) -> PlantCosts:
    """Wages, energy and overhead; formulas in docs/money.md. Cars and `nobody` add up to all that is paid."""
    nobody: dict[tuple[int, str], int] = {}
    content_h = np.zeros(len(scenario.vehicles.variants))
    content_h[balance.variants["variant_idx"].to_numpy()] = balance.variants["content_h"].to_numpy()
    labour = _labour(scenario, plan, balance, cars, content_h, nobody)
    overhead = _overhead(scenario, cars, content_h, nobody)
    _base_loads(scenario, flow, nobody)
    _changes(scenario, plan, nobody)
    costs = scenario.plant.costs
    per_car = sum(
        shop.energy.electricity_kwh_per_car * costs.electricity_usd_per_kwh
        + shop.energy.gas_kwh_per_car * costs.gas_usd_per_kwh
        for shop in scenario.plant.shops
    )
    energy = np.where(cars.is_own, cents(per_car), 0)
    return PlantCosts(labour, energy, overhead, nobody)


def _labour(
    scenario: Scenario, plan: Plan, balance: Balance, cars: Cars, content_h: Floats, nobody: dict[tuple[int, str], int]
) -> Ints:
    """Wages of the line time that a car takes by its work content; what is paid beyond that is idle, or in a stop."""
    weeks = plan.weeks.sort("from_on")
    modes = weeks["mode_idx"].to_numpy()
    wage = dict(balance.crews.select("mode_idx", "usd_per_line_h").iter_rows())
    mean_h = np.bincount(balance.sections["mode_idx"].to_numpy(), balance.sections["content_h"].to_numpy())
    wage_usd_per_h = np.array([wage[k] for k in modes])
    extra_h = (weeks["overtime_h"] + weeks["weekend_h"]).to_numpy()
    hours = weeks["normal_h"].to_numpy() + extra_h
    paid_h = weeks["normal_h"].to_numpy() + scenario.plant.overtime.premium_factor * extra_h
    starts = weeks["from_on"].to_physical().to_numpy().astype(np.int64)
    week = np.searchsorted(starts, cars.build_day, side="right") - 1
    own = np.flatnonzero(cars.is_own)
    if (week[own] < 0).any() or (hours[week[own]] <= 0).any():
        raise ValueError("the plan builds cars in weeks without hours")
    speed = np.array([scenario.plant.modes[k].speed_jph for k in modes])
    mean = mean_h[modes]
    premium = np.divide(paid_h, hours, out=np.ones_like(hours), where=hours > 0)
    usd_per_content_h = wage_usd_per_h * premium / (speed * mean)
    labour = cents(usd_per_content_h[week] * content_h[cars.variant]) * cars.is_own
    week_years = years_of(starts)
    car_years, paid = week_years[week], cents(wage_usd_per_h * paid_h)
    for year in np.unique(week_years).tolist():
        stops = int(cents(wage_usd_per_h * weeks["paid_stop_h"].to_numpy())[week_years == year].sum())
        if stops:
            nobody[year, STOPS] = stops
        nobody[year, IDLE] = int(paid[week_years == year].sum() - labour[car_years == year].sum())
    return labour


def part_bills(scenario: Scenario, plan: Plan) -> list[Bill]:
    """Each call-off of a long-lead part, paid to its supplier, and its stock at each week's end for the week's days."""
    starts = dict(plan.weeks.select("week_idx", "from_on").iter_rows())
    bills: list[Bill] = []
    for part in scenario.parts:
        orders = plan.calloffs.filter(plan.calloffs["part"] == part.id)["arrives_on"]
        bills += [(year_in(scenario, day), CALLOFFS, part.supplier, int(cents(part.order_usd))) for day in orders]
        rows = plan.parts.filter(plan.parts["part"] == part.id).select("week_idx", "closing")
        for week, units in rows.iter_rows():
            first = starts[week]
            last = min(first + timedelta(days=6 - first.weekday()), scenario.horizon.end)
            usd = units * part.holding_usd_per_day * ((last - first).days + 1)
            bills.append((first.year, STORE, scenario.counterparties.overhead, int(cents(usd))))
    return bills


def people_bills(scenario: Scenario, plan: Plan) -> list[Bill]:
    """What the plan's changes of the number of people cost in each month."""
    return [
        (year_in(scenario, month), PEOPLE, scenario.counterparties.workforce, int(cents(usd)))
        for month, usd in plan.people.select("month", "cost_usd").iter_rows()
    ]


def scrapped_bills(scenario: Scenario, plan: Plan, flow: FlowTrace) -> list[Bill]:
    """What is lost of the parts of scrapped cars (`quality.scrapping`), and the energy of the shops that they went
    through; the work on them is in the idle labour."""
    share = {row.gate: row.parts_share for row in scenario.quality.scrapping}
    costs, other = scenario.plant.costs, scenario.counterparties
    energy_usd = np.cumsum([
        shop.energy.electricity_kwh_per_car * costs.electricity_usd_per_kwh
        + shop.energy.gas_kwh_per_car * costs.gas_usd_per_kwh
        for shop in scenario.plant.shops
    ])  # fmt: skip
    rows = flow.scrapped.join(plan.orders.select("order_id", "variant_idx"), on="order_id", maintain_order="left")
    bills: list[Bill] = []
    for at, gate, shop, variant in rows.select("scrapped_at", "gate", "shop_idx", "variant_idx").iter_rows():
        year = year_in(scenario, (at - timedelta(milliseconds=1)).date())
        parts_usd = share[gate] * scenario.vehicles.variants[variant].parts_usd_per_car
        bills.append((year, SCRAPPED, other.suppliers, int(cents(parts_usd))))
        bills.append((year, SCRAPPED_ENERGY, other.energy, int(cents(energy_usd[shop]))))
    return bills


def year_in(scenario: Scenario, day: date) -> int:
    """The year of `day`, or the nearest in the horizon."""
    return min(max(day.year, scenario.horizon.start.year), scenario.horizon.end.year)


def _overhead(scenario: Scenario, cars: Cars, content_h: Floats, nobody: dict[tuple[int, str], int]) -> Ints:
    """The year's overhead spread over the cars built in it by work content, to the last cent."""
    last = day_number(scenario.horizon.end)
    # A car that ends its last shift after midnight of the last build day belongs to that day.
    built = years_of(np.minimum(days_of(cars.line_off), last))
    overhead = np.zeros(len(cars.order_id), np.int64)
    for year in range(scenario.horizon.start.year, scenario.horizon.end.year + 1):
        begin = max(scenario.horizon.start, date(year, 1, 1))
        end = min(scenario.horizon.end, date(year, 12, 31))
        share = ((end - begin).days + 1) / (date(year + 1, 1, 1) - date(year, 1, 1)).days
        pool = int(cents(scenario.plant.costs.overhead_usd_per_year * share))
        mine = np.flatnonzero((built == year) & cars.is_own)
        if len(mine):
            overhead[mine] = spread(pool, content_h[cars.variant[mine]])
        else:
            nobody[year, OVERHEAD] = pool
    return overhead


def spread(pool: int, weight: Floats) -> Ints:
    """`pool` cents over positive weights, each within a cent of its part, adding up to `pool` exactly."""
    upto = np.cumsum(weight)
    parts: Ints = np.diff(np.rint(pool * (upto / upto[-1])).astype(np.int64), prepend=0)
    return parts


def _base_loads(scenario: Scenario, flow: FlowTrace, nobody: dict[tuple[int, str], int]) -> None:
    """Electricity and gas that shops take whether or not there are cars, over every hour of the horizon."""
    costs, shops = scenario.plant.costs, scenario.plant.shops
    rows = flow.days.select("date", "shop_idx", "working_h").iter_rows()
    worked = {(day, shop): hours for day, shop, hours in rows}
    usd: dict[int, float] = {}
    day = scenario.horizon.start
    while day <= scenario.horizon.end:
        for k, shop in enumerate(shops):
            hours, energy = worked.get((day, k), 0.0), shop.energy
            electricity = energy.electricity_running_kw * hours + energy.electricity_off_kw * (24 - hours)
            gas = energy.gas_running_kw * hours + energy.gas_off_kw * (24 - hours)
            usd[day.year] = (
                usd.get(day.year, 0.0) + electricity * costs.electricity_usd_per_kwh + gas * costs.gas_usd_per_kwh
            )
        day += timedelta(days=1)
    nobody.update({(year, ENERGY): int(cents(amount)) for year, amount in usd.items()})


def _changes(scenario: Scenario, plan: Plan, nobody: dict[tuple[int, str], int]) -> None:
    """The cost of each change of shift pattern or line speed from one week to the next."""
    mode = [m.id for m in scenario.plant.modes].index(scenario.plant.opening_mode)
    for day, new in plan.weeks.sort("from_on").select("from_on", "mode_idx").iter_rows():
        if new != mode:
            key = (day.year, CHANGES)
            nobody[key] = nobody.get(key, 0) + int(cents(scenario.plant.change.cost_usd))
        mode = new
