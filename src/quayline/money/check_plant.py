"""Checks wages, energy, overhead, changes and empty charters by the definitions of the scenario alone."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import TYPE_CHECKING

import polars as pl

from quayline.scenario.sailings import sailings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.records.stages import Balance, FlowTrace, MoneyAccount, Plan, Shipments
    from quayline.scenario.schema import Scenario

HALF_CENT = 0.5 + 1e-4
ITEMS = ("idle labour", "wages in stops", "energy of no car", "overhead of no car", "changes of mode",
         "empty charters", "call-offs", "stock of parts", "hiring and leaving",
         "parts of scrapped cars", "energy of scrapped cars")  # fmt: skip
Nobody = dict[tuple[int, str], int]


def plant_faults(
    scenario: Scenario, plan: Plan, balance: Balance, flow: FlowTrace, ship: Shipments, cars: pl.DataFrame,
    answer: MoneyAccount,
) -> Iterator[str]:  # fmt: skip
    """What cars (amounts in cents) carry, and what nobody does, is all that the plant pays."""
    nobody = {(year, item): round(usd * 100) for year, item, usd in answer.plant.iter_rows()}
    if len(nobody) != answer.plant.height or any(item not in ITEMS for _, item in nobody):
        yield "the plant's table repeats a row or has an unknown item"
    costs, own = scenario.plant.costs, cars.filter(pl.col("plant_idx") == 0)
    per_car = 100 * sum(
        shop.energy.electricity_kwh_per_car * costs.electricity_usd_per_kwh
        + shop.energy.gas_kwh_per_car * costs.gas_usd_per_kwh
        for shop in scenario.plant.shops
    )
    if num := own.filter((pl.col("energy") - per_car).abs() > HALF_CENT).height:
        yield f"{num} cars carry another energy than {per_car:.2f} cents"
    others = cars.filter(pl.col("plant_idx") > 0)
    if num := others.filter(pl.sum_horizontal("labour", "energy", "overhead") != 0).height:
        yield f"{num} cars of other plants carry wages, energy or overhead of this one"
    content = own.join(balance.variants.select("variant_idx", "content_h"), on="variant_idx", how="left")
    yield from _wage_faults(scenario, plan, balance, content.sort("planned_build_on"), nobody)
    yield from _overhead_faults(scenario, content, nobody)
    yield from _year_faults(scenario, plan, flow, nobody)
    yield from _charter_faults(scenario, ship, nobody)
    yield from _part_faults(scenario, plan, nobody)
    yield from _people_faults(scenario, plan, nobody)
    yield from _scrap_faults(scenario, plan, flow, nobody)


def _wage_faults(
    scenario: Scenario, plan: Plan, balance: Balance, cars: pl.DataFrame, nobody: Nobody
) -> Iterator[str]:
    """Each car's wages by its content at its week's pace; with the idle ones, all wages of the year."""
    wage = dict(balance.crews.select("mode_idx", "usd_per_line_h").iter_rows())
    mean = dict(balance.sections.group_by("mode_idx").agg(pl.col("content_h").sum()).iter_rows())
    speed = {k: mode.speed_jph for k, mode in enumerate(scenario.plant.modes)}
    extra, premium = pl.col("overtime_h") + pl.col("weekend_h"), scenario.plant.overtime.premium_factor

    def of_mode(values: dict[int, float]) -> pl.Expr:
        return pl.col("mode_idx").replace_strict(values, return_dtype=pl.Float64)

    weeks = plan.weeks.sort("from_on").select(
        "from_on",
        year=pl.col("from_on").dt.year(),
        usd=of_mode(wage) * (pl.col("normal_h") + premium * extra) * 100,
        stops=of_mode(wage) * pl.col("paid_stop_h") * 100,
        contents_h=(pl.col("normal_h") + extra) * of_mode(speed)
        * of_mode(mean),
    )  # fmt: skip
    rows = cars.join_asof(weeks, left_on="planned_build_on", right_on="from_on")
    expected = pl.col("usd") * pl.col("content_h") / pl.col("contents_h")
    odd = rows.filter(((pl.col("labour") - expected).abs() > HALF_CENT).fill_null(True))
    for number, cents, right in odd.select("order_id", "labour", expected=expected).iter_rows():
        yield f"car {number}: labour is {cents} cents, expected {right}"
    on_cars = dict(rows.group_by("year").agg(pl.col("labour").sum()).iter_rows())
    for year, amount, stops, num in weeks.group_by("year").agg(
        pl.col("usd").sum(), pl.col("stops").sum(), pl.len()
    ).iter_rows():  # fmt: skip
        if abs(on_cars.get(year, 0) + nobody.get((year, "idle labour"), 0) - amount) > HALF_CENT * num:
            yield f"wages of {year}: cars and idle labour do not add up to {amount:.0f} cents"
        if abs(nobody.get((year, "wages in stops"), 0) - stops) > HALF_CENT * num:
            yield f"wages in stops of {year}: expected {stops:.0f} cents"


def _overhead_faults(scenario: Scenario, cars: pl.DataFrame, nobody: Nobody) -> Iterator[str]:
    """A year's overhead goes to the cars built in it by work content, or to nobody when there are none."""
    begin, end = scenario.horizon.start, scenario.horizon.end
    year_of = pl.min_horizontal(pl.col("line_off_at").dt.date(), pl.lit(end)).dt.year()
    for year in range(begin.year, end.year + 1):
        days = (min(end, date(year, 12, 31)) - max(begin, date(year, 1, 1))).days + 1
        pool = 100 * scenario.plant.costs.overhead_usd_per_year * days / (date(year + 1, 1, 1) - date(year, 1, 1)).days
        built = cars.filter(year_of == year)
        carried = int(built["overhead"].sum()) + nobody.get((year, "overhead of no car"), 0)
        if abs(carried - pool) > HALF_CENT or (built.height and (year, "overhead of no car") in nobody):
            yield f"overhead of {year}: {carried} cents carried, expected {pool:.2f}"
        part = pool * pl.col("content_h") / pl.col("content_h").sum()
        for number in built.filter((pl.col("overhead") - part).abs() > 1.5)["order_id"]:
            yield f"car {number}: overhead is not its part of {year}"


def _year_faults(scenario: Scenario, plan: Plan, flow: FlowTrace, nobody: Nobody) -> Iterator[str]:
    """Base loads and changes of mode, year by year."""
    begin, end, costs = scenario.horizon.start, scenario.horizon.end, scenario.plant.costs
    power, gas = costs.electricity_usd_per_kwh, costs.gas_usd_per_kwh
    hours = {(day, shop): h for day, shop, h in flow.days.select("date", "shop_idx", "working_h").iter_rows()}
    modes = [scenario.plant.opening_mode] + [
        scenario.plant.modes[k].id for k in plan.weeks.sort("from_on")["mode_idx"]
    ]  # fmt: skip
    starts = plan.weeks["from_on"].sort().to_list()
    load: dict[int, float] = defaultdict(float)
    for k in range((end - begin).days + 1):
        day = begin + timedelta(days=k)
        for at, shop in enumerate(scenario.plant.shops):
            e, on = shop.energy, hours.get((day, at), 0.0)
            load[day.year] += (e.electricity_running_kw * on + e.electricity_off_kw * (24 - on)) * power
            load[day.year] += (e.gas_running_kw * on + e.gas_off_kw * (24 - on)) * gas
    for year, usd in load.items():
        if abs(nobody.get((year, "energy of no car"), 0) - 100 * usd) > HALF_CENT:
            yield f"energy of no car in {year} is not that of the base loads"
        changes = sum(a != b and day.year == year for a, b, day in zip(modes, modes[1:], starts, strict=False))
        right = 100 * changes * scenario.plant.change.cost_usd
        if abs(nobody.get((year, "changes of mode"), 0) - right) > 0.5 * changes:
            yield f"changes of mode in {year}: expected {changes}"


def _charter_faults(scenario: Scenario, ship: Shipments, nobody: Nobody) -> Iterator[str]:
    """The plant pays the charters that sail without a car, in the year of departure, at the latest in the last."""
    cars: dict[int, int] = defaultdict(int)
    usd: dict[int, tuple[int, float]] = {}
    first, last = scenario.horizon.start.year, scenario.horizon.end.year
    for trip, num, sails in zip(sailings(scenario), ship.sailings["cars"], ship.sailings["sails"], strict=True):
        cars[trip.voyage] += num
        if trip.charter_usd is not None and sails:
            usd[trip.voyage] = min(max(trip.departs_on.year, first), last), trip.charter_usd
    right: dict[int, int] = defaultdict(int)
    for voyage, (year, amount) in usd.items():
        right[year] += round(amount * 100) if cars[voyage] == 0 else 0
    for year in range(first, last + 1):
        if nobody.get((year, "empty charters"), 0) != right[year]:
            yield f"empty charters of {year}: expected {right[year]} cents"


def _part_faults(scenario: Scenario, plan: Plan, nobody: Nobody) -> Iterator[str]:
    """Call-offs in the year of their arrival, and the stock at each week's end for as long as the week lasts."""
    begins = plan.weeks.sort("from_on")["from_on"].to_list()
    last = scenario.horizon.end + timedelta(days=1)
    ends = [min(day, last) for day in [*begins[1:], last]]
    spans = dict(zip(plan.weeks.sort("from_on")["week_idx"], zip(begins, ends, strict=True), strict=True))
    orders: dict[int, int] = defaultdict(int)
    stock: dict[int, float] = defaultdict(float)
    costs = {part.id: part for part in scenario.parts}
    for name, day in plan.calloffs.select("part", "arrives_on").iter_rows():
        year = min(max(day.year, scenario.horizon.start.year), scenario.horizon.end.year)
        orders[year] += round(costs[name].order_usd * 100)
    for name, week, units in plan.parts.select("part", "week_idx", "closing").iter_rows():
        begin, end = spans[week]
        stock[begin.year] += 100 * units * costs[name].holding_usd_per_day * (end - begin).days
    for year in range(scenario.horizon.start.year, scenario.horizon.end.year + 1):
        if nobody.get((year, "call-offs"), 0) != orders[year]:
            yield f"call-offs of {year}: expected {orders[year]} cents"
        if abs(nobody.get((year, "stock of parts"), 0) - stock[year]) > HALF_CENT * (1 + plan.parts.height):
            yield f"stock of parts of {year}: expected {stock[year]:.0f} cents"


def _people_faults(scenario: Scenario, plan: Plan, nobody: Nobody) -> Iterator[str]:
    """What the plan says that hiring, training, keeping and leaving cost, by the year of each month in the horizon."""
    usd: dict[int, float] = defaultdict(float)
    for month, cost in plan.people.select("month", "cost_usd").iter_rows():
        usd[min(max(month.year, scenario.horizon.start.year), scenario.horizon.end.year)] += cost
    for year in range(scenario.horizon.start.year, scenario.horizon.end.year + 1):
        if abs(nobody.get((year, "hiring and leaving"), 0) - 100 * usd[year]) > HALF_CENT * 12:
            yield f"hiring and leaving in {year}: expected {100 * usd[year]:.0f} cents"


def _scrap_faults(scenario: Scenario, plan: Plan, flow: FlowTrace, nobody: Nobody) -> Iterator[str]:
    """Of each scrapped car the lost share of its parts, and the energy of the shops up to its gate."""
    costs, last_year = scenario.plant.costs, scenario.horizon.end.year
    usd, num = defaultdict[tuple[int, str], float](float), defaultdict[int, int](int)
    variant_of = dict(plan.orders.select("order_id", "variant_idx").iter_rows())
    for order, at, gate, last in flow.scrapped.select("order_id", "scrapped_at", "gate", "shop_idx").iter_rows():
        year = min((at - timedelta(milliseconds=1)).year, last_year)
        (lost,) = (row.parts_share for row in scenario.quality.scrapping if row.gate == gate)
        usd[year, "parts"] += lost * scenario.vehicles.variants[variant_of[order]].parts_usd_per_car
        for shop in scenario.plant.shops[: last + 1]:
            usd[year, "energy"] += shop.energy.electricity_kwh_per_car * costs.electricity_usd_per_kwh
            usd[year, "energy"] += shop.energy.gas_kwh_per_car * costs.gas_usd_per_kwh
        num[year] += 1
    for year in range(scenario.horizon.start.year, last_year + 1):
        for what in ("parts", "energy"):
            if abs(nobody.get((year, f"{what} of scrapped cars"), 0) - 100 * usd[year, what]) > HALF_CENT * num[year]:
                yield f"{what} of scrapped cars of {year}: expected {100 * usd[year, what]:.0f} cents"
