"""Checks a money account by the definitions of the scenario alone, with none of the engine's code."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from quayline.records.schemas import COST_ELEMENTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.money.params import MoneyParams
    from quayline.records.stages import Balance, FlowTrace, MoneyAccount, Plan, QualityLog, Shipments
    from quayline.scenario.schema import Scenario

HALF_CENT = 0.5 + 1e-4  # the account rounds each amount once, to the nearest cent
DAY = timedelta(days=1)
BEFORE_DELIVERY = COST_ELEMENTS[:11]
OF_NO_CAR = ("idle labour", "energy of no car", "overhead of no car", "changes of mode")

Rows = list[dict[str, Any]]


def faults(
    scenario: Scenario, plan: Plan, balance: Balance, quality: QualityLog, flow: FlowTrace, ship: Shipments,
    answer: MoneyAccount, params: MoneyParams,
) -> list[str]:  # fmt: skip
    """Everything in `answer` that does not follow from the scenario and the records, to the cent; empty when right."""
    if set(answer.cars["order_id"]) != set(flow.cars["order_id"]) or answer.cars.height != flow.cars.height:
        return ["the cars are not those that left the line"]
    rows = _rows(scenario, plan, quality, flow, ship, answer)
    rows.sort(key=lambda row: (row["line_off_at"], row["order_id"]))
    wrong = [
        *_sum_faults(rows),
        *_journey_faults(scenario, rows),
        *_price_and_duty_faults(scenario, rows, params),
        *_fee_faults(scenario, rows),
        *_plant_faults(scenario, plan, balance, flow, rows, answer),
    ]
    return wrong or list(_settlement_faults(scenario, plan, rows, answer))


def _rows(
    scenario: Scenario, plan: Plan, quality: QualityLog, flow: FlowTrace, ship: Shipments, answer: MoneyAccount
) -> Rows:
    """Cars as dictionaries of everything known of each, amounts in cents under the names of the elements."""
    escapes: dict[int, int] = defaultdict(int)
    for number in quality.defects.filter(pl.col("gate") == "")["order_id"]:
        escapes[number] += 1
    wanted = plan.orders.select("order_id", "variant_idx", "market_idx", "requested_on", "planned_build_on")
    frame = answer.cars.join(wanted, on="order_id").join(ship.cars, on="order_id")
    rows = frame.join(flow.cars.select("order_id", "line_off_at"), on="order_id").to_dicts()
    lanes = {lane.id: lane for lane in scenario.logistics.lanes}
    for row in rows:
        row["market"] = scenario.markets[row["market_idx"]]
        row["variant"] = scenario.vehicles.variants[row["variant_idx"]]
        row["model"] = next(m for m in scenario.vehicles.models if m.id == row["variant"].model)
        row["lane"] = lanes.get(row["market"].lane or "")
        row["agreement"] = next((a for a in scenario.agreements if row["model"].id in a.models), None)
        row["escapes"] = escapes[row["order_id"]]
        for name in (*COST_ELEMENTS, "fee", "landed", "price", "margin"):
            row[name] = round(row[f"{name}_usd"] * 100)
    return rows


def _sum_faults(rows: Rows) -> Iterator[str]:
    """Amounts are whole cents, none negative; landed cost and margin are their sums."""
    for row in rows:
        who = f"car {row['order_id']}"
        for name in (*COST_ELEMENTS, "fee", "price"):
            if abs(row[f"{name}_usd"] * 100 - row[name]) > 1e-3 or row[name] < 0:
                yield f"{who}: {name} of {row[f'{name}_usd']} USD is no amount in cents"
        if row["landed"] != sum(row[e] for e in BEFORE_DELIVERY):
            yield f"{who}: landed cost is not the sum of its elements"
        if row["margin"] != row["price"] - sum(row[e] for e in COST_ELEMENTS):
            yield f"{who}: margin is not the price less all elements"


def _days(later: datetime, earlier: datetime) -> float:
    return (later - earlier) / DAY


def _closing(scenario: Scenario) -> datetime:
    return datetime.combine(scenario.horizon.end, datetime.min.time()) + DAY


def _left_plant(scenario: Scenario, row: dict[str, Any]) -> datetime | None:
    if row["lane"] is None:
        moment: datetime = row["delivered_at"]
        return moment - timedelta(days=row["market"].inland_days)
    came: datetime | None = row["port_at"]
    return came and came - timedelta(hours=scenario.plant.export.truck_h)


def _expected(scenario: Scenario, row: dict[str, Any]) -> dict[str, float]:
    """The elements from the plant's gate to the customer, in USD, as docs/money.md defines them."""
    market, lane, export = row["market"], row["lane"], scenario.plant.export
    closing, ports = _closing(scenario), {p.id: p for p in scenario.logistics.ports}
    usd = dict.fromkeys(("truck", "port_loading", "freight", "port_discharge", "inland", "stock", "warranty"), 0.0)
    usd["parts"] = row["variant"].parts_usd_per_car
    left = _left_plant(scenario, row) or max(closing, row["yard_at"])
    at_plant = _days(left, row["yard_at"])
    usd["yard"], usd["stock"] = at_plant * export.yard_usd_per_car_day, at_plant * market.stock_usd_per_car_day
    if row["port_at"] is not None:
        usd["truck"] = export.truck_usd_per_car
        port, until = ports[lane.pol], row["departed_at"] or max(closing, row["port_at"])
        paid = max(0.0, _days(until, row["port_at"]) - port.free_days)
        usd["port_loading"] = port.handling_usd_per_car + paid * port.dwell_usd_per_car_day
    if row["departed_at"] is not None:
        port = ports[lane.pod]
        per_m3, box = lane.freight_usd_per_m3, lane.box
        usd["freight"] = box.freight_usd / box.cars_per_box if box else row["model"].volume_m3 * per_m3
        paid = max(0.0, _days(row["released_at"], row["arrived_at"]) - port.free_days)
        usd["port_discharge"] = port.handling_usd_per_car + paid * port.dwell_usd_per_car_day
    if row["delivered_at"] is not None:
        usd["inland"] = market.inland_usd_per_car
        if lane is not None:
            first = row["released_at"] + timedelta(days=market.inland_days)
            usd["stock"] += _days(row["delivered_at"], first) * market.stock_usd_per_car_day
        usd["warranty"] = row["escapes"] * scenario.quality.warranty_usd
    wanted = datetime.combine(row["requested_on"], datetime.min.time()) + timedelta(days=market.tolerance_days)
    late = max(0.0, _days(row["delivered_at"] or closing, wanted)) / 7
    return usd | {"lateness": late * market.lateness_usd_per_car_week}


def _journey_faults(scenario: Scenario, rows: Rows) -> Iterator[str]:
    for row in rows:
        for element, usd in _expected(scenario, row).items():
            if abs(row[element] - usd * 100) > HALF_CENT:
                yield f"car {row['order_id']}: {element} is {row[element]} cents, expected {usd * 100:.2f}"


def _in_force(table: list[Any], day: date) -> Any:
    """The row with the last `from` up to `day`."""
    return max((row for row in table if row.from_ <= day), key=lambda row: row.from_, default=None)


def _price_and_duty_faults(scenario: Scenario, rows: Rows, params: MoneyParams) -> Iterator[str]:
    """The price of the day, and the duty of the day of arrival, with quotas used up car by car."""
    used: dict[tuple[str, int], int] = defaultdict(int)
    origin = scenario.plant.place.country
    tables: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for line in scenario.prices:
        tables[line.market, line.variant].append(line)
    for row in sorted(rows, key=lambda row: (row["arrived_at"] or datetime.max, row["order_id"])):
        who, market = f"car {row['order_id']}", row["market"]
        day = row["requested_on"]
        if params.price_day == "delivered" and row["delivered_at"] is not None:
            day = row["delivered_at"].date()
        price = _in_force(tables[market.id, row["variant"].id], day)
        if row["price"] != (0 if row["delivered_at"] is None else round(price.price_usd_per_car * 100)):
            yield f"{who}: price is {row['price']} cents, on {day} it is {price.price_usd_per_car} USD"
        duty = 0.0
        if row["arrived_at"] is not None and market.country != origin:
            rules = [d for d in scenario.trade.duties if (d.into, d.origin) == (market.country, origin)]
            rule = _in_force(rules, row["arrived_at"].date())
            key = rule.id, row["arrived_at"].year
            is_over = rule.quota_cars is not None and used[key] >= rule.quota_cars
            used[key] += 1
            rate = rule.over_quota_rate if is_over else rule.rate
            duty = rate * scenario.trade.customs_value_share * round(price.price_usd_per_car * 100)
        if abs(row["duty"] - duty) > HALF_CENT:
            yield f"{who}: duty is {row['duty']} cents, expected {duty:.2f}"


def _fee_faults(scenario: Scenario, rows: Rows) -> Iterator[str]:
    """The n-th car of an agreement in a calendar year pays the last step that begins below n."""
    num: dict[tuple[str, int], int] = defaultdict(int)
    for row in rows:  # in order of line-off
        agreement, fee = row["agreement"], 0.0
        if agreement is not None:
            key = agreement.id, row["line_off_at"].year
            num[key] += 1
            fee = [step.fee_usd_per_car for step in agreement.fees if step.above_cars < num[key]][-1]
        if row["fee"] != round(fee * 100):
            yield f"car {row['order_id']}: fee is {row['fee']} cents, expected {fee * 100}"


def _plant_faults(
    scenario: Scenario, plan: Plan, balance: Balance, flow: FlowTrace, rows: Rows, answer: MoneyAccount
) -> Iterator[str]:
    """Wages, energy, overhead and changes: what cars carry and what nobody does is all that the plant pays."""
    of_nobody = {(year, item): round(usd * 100) for year, item, usd in answer.plant.iter_rows()}
    if len(of_nobody) != answer.plant.height or any(item not in OF_NO_CAR for _, item in of_nobody):
        yield "the plant's table repeats a row or has an unknown item"
    costs = scenario.plant.costs
    per_car = 100 * sum(
        shop.energy.electricity_kwh_per_car * costs.electricity_usd_per_kwh
        + shop.energy.gas_kwh_per_car * costs.gas_usd_per_kwh
        for shop in scenario.plant.shops
    )
    if num := sum(abs(row["energy"] - per_car) > HALF_CENT for row in rows):
        yield f"{num} cars carry another energy than {per_car:.2f} cents"
    yield from _wage_faults(scenario, plan, balance, rows, of_nobody)
    yield from _year_faults(scenario, plan, balance, flow, rows, of_nobody)


def _wage_faults(
    scenario: Scenario, plan: Plan, balance: Balance, rows: Rows, of_nobody: dict[tuple[int, str], int]
) -> Iterator[str]:
    """Each car's wages by its content at its week's pace; with the idle ones, all wages of the year."""
    content = dict(balance.variants.select("variant_idx", "content_h").iter_rows())
    wage = dict(balance.crews.select("mode_idx", "usd_per_line_h").iter_rows())
    weeks = sorted(plan.weeks.iter_rows(named=True), key=lambda week: week["from_on"])
    paid: dict[int, float] = defaultdict(float)
    num_weeks: dict[int, int] = defaultdict(int)
    premium = scenario.plant.overtime.premium_factor
    for week in weeks:
        mode = week["mode_idx"]
        week["paid_h"] = week["normal_h"] + premium * (week["overtime_h"] + week["weekend_h"])
        week["hours"] = week["normal_h"] + week["overtime_h"] + week["weekend_h"]
        mean = sum(s["content_h"] for s in balance.sections.iter_rows(named=True) if s["mode_idx"] == mode)
        week["cars_content_h"] = week["hours"] * scenario.plant.modes[mode].speed_jph * mean
        week["usd"] = wage[mode] * week["paid_h"]
        paid[week["from_on"].year] += week["usd"] * 100
        num_weeks[week["from_on"].year] += 1
    on_cars: dict[int, int] = defaultdict(int)
    for row in rows:
        week = weeks[bisect_right(weeks, row["planned_build_on"], key=lambda w: w["from_on"]) - 1]
        expected = 100 * week["usd"] * content[row["variant_idx"]] / week["cars_content_h"]
        on_cars[week["from_on"].year] += row["labour"]
        if abs(row["labour"] - expected) > HALF_CENT:
            yield f"car {row['order_id']}: labour is {row['labour']} cents, expected {expected:.2f}"
    for year, amount in paid.items():
        if abs(on_cars[year] + of_nobody.get((year, "idle labour"), 0) - amount) > HALF_CENT * num_weeks[year]:
            yield f"wages of {year}: cars and idle labour do not add up to {amount:.0f} cents"


def _year_faults(
    scenario: Scenario, plan: Plan, balance: Balance, flow: FlowTrace, rows: Rows, of_nobody: dict[tuple[int, str], int]
) -> Iterator[str]:
    """Overhead, base loads and changes of mode, year by year."""
    content = dict(balance.variants.select("variant_idx", "content_h").iter_rows())
    begin, end, costs = scenario.horizon.start, scenario.horizon.end, scenario.plant.costs
    power, gas = costs.electricity_usd_per_kwh, costs.gas_usd_per_kwh
    days = [begin + k * DAY for k in range((end - begin).days + 1)]
    hours = {(day, shop): h for day, shop, h in flow.days.select("date", "shop_idx", "working_h").iter_rows()}
    modes = [scenario.plant.opening_mode] + [
        scenario.plant.modes[k].id for k in plan.weeks.sort("from_on")["mode_idx"]
    ]  # fmt: skip
    starts = plan.weeks["from_on"].sort().to_list()
    cars_of: dict[int, Rows] = defaultdict(list)
    for row in rows:
        cars_of[min(row["line_off_at"].date(), end).year].append(row)
    for year in range(begin.year, end.year + 1):
        mine = [day for day in days if day.year == year]
        pool = 100 * costs.overhead_usd_per_year * len(mine) / (date(year + 1, 1, 1) - date(year, 1, 1)).days
        built = cars_of[year]
        total_h = sum(content[row["variant_idx"]] for row in built)
        carried = sum(row["overhead"] for row in built) + of_nobody.get((year, "overhead of no car"), 0)
        if abs(carried - pool) > HALF_CENT or (built and (year, "overhead of no car") in of_nobody):
            yield f"overhead of {year}: {carried} cents carried, expected {pool:.2f}"
        for row in built:
            if abs(row["overhead"] - pool * content[row["variant_idx"]] / total_h) > 1.5:
                yield f"car {row['order_id']}: overhead is not its part of {year}"
        load = 0.0
        for day in mine:
            for k, shop in enumerate(scenario.plant.shops):
                e, on = shop.energy, hours.get((day, k), 0.0)
                load += (e.electricity_running_kw * on + e.electricity_off_kw * (24 - on)) * power
                load += (e.gas_running_kw * on + e.gas_off_kw * (24 - on)) * gas
        if abs(of_nobody.get((year, "energy of no car"), 0) - 100 * load) > HALF_CENT:
            yield f"energy of no car in {year} is not that of the base loads"
        changes = sum(a != b and day.year == year for a, b, day in zip(modes, modes[1:], starts, strict=False))
        if (
            abs(of_nobody.get((year, "changes of mode"), 0) - 100 * changes * scenario.plant.change.cost_usd)
            > 0.5 * changes
        ):
            yield f"changes of mode in {year}: expected {changes}"


def _parties(scenario: Scenario, row: dict[str, Any], item: str) -> tuple[str, str]:
    """Payer and payee of one item of one car."""
    a, lane, other = row["agreement"], row["lane"], scenario.counterparties
    seller = row["model"].seller
    ports = {p.id: p.operator for p in scenario.logistics.ports}
    if item == "fee":
        return a.brand, a.maker
    if item == "price":
        return other.customers, seller
    payer = dict.fromkeys(COST_ELEMENTS, seller)
    if a is not None:
        payer = dict.fromkeys(("labour", "energy", "overhead", "warranty"), a.maker) | {
            "parts": a.pays.parts, "duty": a.pays.duty, "inland": a.pays.inland, "lateness": a.brand,
            "stock": a.pays.stock, "yard": a.pays.stock, "truck": a.pays.freight, "freight": a.pays.freight,
            "port_loading": a.pays.freight, "port_discharge": a.pays.freight,
        }  # fmt: skip
    payee = {
        "parts": other.suppliers, "labour": other.workforce, "energy": other.energy, "overhead": other.overhead,
        "yard": other.overhead, "stock": other.overhead, "truck": other.haulier, "inland": other.haulier,
        "lateness": other.customers, "warranty": other.customers,
    }  # fmt: skip
    if lane is not None:
        payee |= {"freight": lane.carrier, "port_loading": ports[lane.pol], "port_discharge": ports[lane.pod]}
    if item == "duty":
        payee["duty"] = next(x.party for x in scenario.authorities if x.country == row["market"].country)
    return payer[item], payee[item]


def _due(scenario: Scenario, row: dict[str, Any], item: str) -> date:
    """The day on which an item falls due."""
    moments = {
        "yard": _left_plant(scenario, row), "truck": row["port_at"], "port_loading": row["departed_at"],
        "freight": row["departed_at"], "duty": row["arrived_at"], "port_discharge": row["released_at"],
        **dict.fromkeys(("inland", "stock", "lateness", "warranty", "price"), row["delivered_at"]),
    }  # fmt: skip
    if item not in moments:
        moments[item] = row["line_off_at"]
    moment: datetime | None = moments[item]
    return scenario.horizon.end if moment is None else moment.date()


def _settlement_faults(scenario: Scenario, plan: Plan, rows: Rows, answer: MoneyAccount) -> Iterator[str]:
    """The rows are the sums of the cars' and the plant's amounts by month, payer, payee and item, and nothing else."""
    right: dict[tuple[date, str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for row in rows:
        for item in (*COST_ELEMENTS, "fee", "price"):
            if row[item]:
                entry = right[_due(scenario, row, item).replace(day=1), *_parties(scenario, row, item), item]
                entry[0] += row[item]
                entry[1] += 1
    other = scenario.counterparties
    payee = {"idle labour": other.workforce, "energy of no car": other.energy,
             "overhead of no car": other.overhead, "changes of mode": other.overhead}  # fmt: skip
    for year, item, usd in answer.plant.iter_rows():
        right[_settled(scenario, year), scenario.plant.party, payee[item], item][0] += round(usd * 100)
    for name, year, minimum in plan.years.select("agreement", "year", "minimum_cars").iter_rows():
        agreement = next(a for a in scenario.agreements if a.id == name)
        built = sum(row["agreement"] is agreement and row["line_off_at"].year == year for row in rows)
        if built < minimum:
            entry = right[_settled(scenario, year), agreement.brand, agreement.maker, "shortfall"]
            entry[0] += (minimum - built) * round(agreement.shortfall_fee_usd_per_car * 100)
            entry[1] += minimum - built
    right = {key: entry for key, entry in right.items() if entry[0]}
    told = {tuple(row[:4]): [round(row[5] * 100), row[4]] for row in answer.settlement.iter_rows()}
    if len(told) != answer.settlement.height:
        yield "the settlement repeats a row"
    for key in sorted(right.keys() | told.keys()):
        if right.get(key) != told.get(key):
            yield f"settlement {key}: {told.get(key)} cents and cars, expected {right.get(key)}"


def _settled(scenario: Scenario, year: int) -> date:
    end = scenario.horizon.end
    return end.replace(day=1) if end.year == year else date(year, 12, 1)
