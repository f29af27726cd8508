"""The check of a plan, the ways: sailings, yards, dates of delivery and of sale."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from math import ceil
from typing import TYPE_CHECKING

import polars as pl

from quayline.records.reasons import STRANDED
from quayline.scenario.sailings import Sailing, sailings
from quayline.scenario.working_days import working_days

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.plan.params import PlanParams
    from quayline.records.stages import Plan
    from quayline.scenario.markets import Lane, Market, Port
    from quayline.scenario.schema import Scenario


class Ways:
    """What the scenario says of lanes, ports and days, looked up by the checks."""

    def __init__(self, scenario: Scenario):
        self.scenario = scenario
        self.lanes = {lane.id: lane for lane in scenario.logistics.lanes}
        self.ports = {port.id: port for port in scenario.logistics.ports}
        self.sailings = sailings(scenario)
        self.monday = scenario.horizon.start - timedelta(days=scenario.horizon.start.weekday())
        self.last_workday: dict[int, date] = {}
        for day in working_days(scenario.plant, scenario.horizon.start, scenario.horizon.end):
            self.last_workday[self.week(day)] = day

    def week(self, day: date) -> int:
        """Monday week of `day`."""
        return (day - self.monday).days // 7

    def made_by(self, week: int) -> date:
        """The day by which the cars of a week count as built."""
        end = min(self.monday + timedelta(days=7 * week + 6), self.scenario.horizon.end)
        return self.last_workday.get(week, end)

    def lane(self, market: Market) -> Lane | None:
        """The sea lane of a market."""
        return self.lanes[market.lane] if market.lane else None

    def pod(self, lane: Lane) -> Port:
        """Port of discharge."""
        return self.ports[lane.pod]

    def ready(self, lane: Lane, week: int) -> date:
        """First departure that cars of a week are ready for."""
        gap = self.scenario.plant.export.buffer_days + self.ports[lane.pol].processing_days + lane.cut_off_days
        return self.made_by(week) + timedelta(days=ceil(gap))

    def by_ship(self, market: Market, sailing: Sailing) -> date:
        """Day of delivery by a sailing."""
        lane = self.scenario.logistics.lanes[sailing.lane_idx]
        return sailing.arrives_on + timedelta(days=ceil(self.pod(lane).processing_days + market.inland_days))

    def first_sailing(self, lane: Lane, week: int) -> Sailing | None:
        """The first sailing of a lane that cars of a week are ready for."""
        return next(
            (s for s in self.sailings
             if self.scenario.logistics.lanes[s.lane_idx].id == lane.id and s.departs_on >= self.ready(lane, week)),
            None,
        )  # fmt: skip


def way_faults(scenario: Scenario, plan: Plan, params: PlanParams) -> Iterator[str]:
    """Every rule of ships, yards and sales that the plan breaks."""
    ways = Ways(scenario)
    yield from _legs(ways, plan, params)
    yield from _space(ways, plan)
    yield from _yards(ways, plan)
    yield from _discharge(ways, plan)


def _legs(ways: Ways, plan: Plan, params: PlanParams) -> Iterator[str]:
    """Ready for the ship, delivered when said, within patience, admitted at the date of sale, not too early."""
    scenario = ways.scenario
    keys = ["variant_idx", "market_idx", "planned_build_on", "planned_sailing_idx", "planned_delivery_on"]
    sold = plan.orders.filter(~pl.col("reason").is_in(list(STRANDED)))
    rows = sold.drop_nulls("planned_build_on").group_by(keys).agg(
        pl.col("requested_on").min().alias("first"), pl.col("requested_on").max().alias("last")
    )  # fmt: skip
    early: dict[tuple[int, int], int] = {}
    for variant_at, market_at, built, sailing_at, delivered, first, last in rows.sort(keys).iter_rows():
        market, week = scenario.markets[market_at], ways.week(built)
        who = f"{scenario.vehicles.variants[variant_at].id} for {market.id} built on {built}"
        lane = ways.lane(market)
        if lane is None:
            arrival = built + timedelta(days=ceil(market.inland_days))
            if sailing_at is not None:
                yield f"{who}: booked on a ship, the market is reached by road"
        elif sailing_at is None:
            yield f"{who}: no sailing"
            continue
        else:
            sailing = ways.sailings[sailing_at]
            arrival = ways.by_ship(market, sailing)
            if scenario.logistics.lanes[sailing.lane_idx].id != lane.id:
                yield f"{who}: sailing {sailing_at} is of another lane"
            if sailing.departs_on < ways.ready(lane, week):
                yield f"{who}: not ready for the sailing of {sailing.departs_on}"
        if delivered != arrival:
            yield f"{who}: delivery planned on {delivered}, expected {arrival}"
        if (delivered - first).days > max(market.patience_days, 6):
            yield f"{who}: delivered {(delivered - first).days} days after the date, patience is {market.patience_days}"
        if (week, market_at) not in early:
            early[week, market_at] = _earliest(ways, market, week)
        if ways.week(last) - early[week, market_at] > params.ahead_weeks:
            yield f"{who}: for an order of {last}, more than {params.ahead_weeks} weeks ahead"
        yield from _admitted(ways, who, variant_at, market, built, max(delivered, last))


def _earliest(ways: Ways, market: Market, week: int) -> int:
    lane = ways.lane(market)
    if lane is None:
        return ways.week(ways.made_by(week) + timedelta(days=ceil(market.inland_days)))
    sailing = ways.first_sailing(lane, week)
    return ways.week(ways.by_ship(market, sailing)) if sailing else 10**6


def _admitted(ways: Ways, who: str, variant_at: int, market: Market, built: date, sold: date) -> Iterator[str]:
    name = ways.scenario.vehicles.variants[variant_at].model
    model = next(m for m in ways.scenario.vehicles.models if m.id == name)
    year = [row.model_year for row in model.model_years if row.from_ <= built]
    for rule in ways.scenario.trade.admissibility:
        applies = (rule.country, rule.brand) == (market.country, model.brand) and sold >= rule.from_
        if applies and year and year[-1] >= rule.model_year_from:
            yield f"{who}: model year {year[-1]} sold on {sold}, barred by {rule.id}"


def _space(ways: Ways, plan: Plan) -> Iterator[str]:
    ceu = {m.id: m.ceu for m in ways.scenario.vehicles.models}
    used: dict[int, float] = {}
    for sailing_at, variant_at, _, cars in plan.bookings.iter_rows():
        name = ways.scenario.vehicles.variants[variant_at].model
        used[sailing_at] = used.get(sailing_at, 0.0) + ceu[name] * cars
    for sailing_at, space in used.items():
        if space > ways.sailings[sailing_at].capacity + 1e-4:
            yield f"sailing {sailing_at}: {space:.2f} CEU booked of {ways.sailings[sailing_at].capacity}"


def _yards(ways: Ways, plan: Plan) -> Iterator[str]:
    """Trucked as early as places and trucks allow, the plant's yard holds the rest and no ship waits for a car."""
    export = ways.scenario.plant.export
    built = Counter(ways.week(day) for day in plan.orders.drop_nulls("planned_sailing_idx")["planned_build_on"])
    sailed: dict[int, int] = {}
    for sailing_at, _, _, cars in plan.bookings.iter_rows():
        week = ways.week(ways.sailings[sailing_at].departs_on)
        sailed[week] = sailed.get(week, 0) + cars
    plant, port, places = 0, 0, ways.ports[export.port].yard_cars
    for week in range(max([*built, *sailed, 0]) + 1):
        moved = min(plant + built.get(week, 0), 7 * export.trucked_per_day, places - port)
        plant, port = plant + built.get(week, 0) - moved, port + moved - sailed.get(week, 0)
        if plant > export.yard_cars:
            yield f"week {week}: {plant} cars in the plant's yard of {export.yard_cars}"
        if port < 0:
            yield f"week {week}: {-port} cars sail that trucks could not bring to the port"
            port = 0


def _discharge(ways: Ways, plan: Plan) -> Iterator[str]:
    """Cars that arrive in a port of discharge within its processing time fit into it."""
    calls: dict[str, list[tuple[date, int]]] = {}
    for sailing_at, cars in plan.bookings.group_by("sailing_idx").agg(pl.col("cars").sum()).iter_rows():
        sailing = ways.sailings[sailing_at]
        pod = ways.scenario.logistics.lanes[sailing.lane_idx].pod
        calls.setdefault(pod, []).append((sailing.arrives_on, cars))
    for name, found in calls.items():
        days = max(ways.ports[name].processing_days, 1)
        for arrives, _ in found:
            cars = sum(num for day, num in found if 0 <= (arrives - day).days < days)
            if cars > ways.ports[name].yard_cars:
                yield f"{name}: {cars} cars on {arrives}, the port has {ways.ports[name].yard_cars} places"
