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
    from quayline.scenario.sources import AlternatePlant


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

    def pod(self, lane: Lane) -> Port:
        """Port of discharge."""
        return self.ports[lane.pod]

    def made(self, plant: int, week: int) -> date:
        """The day by which the cars of a plant's week count as built: elsewhere the last weekday in the horizon."""
        if plant == 0:
            return self.made_by(week)
        return max(self.weekdays(plant, week))

    def weekdays(self, plant: int, week: int) -> list[date]:
        """Monday to Friday of a week, in the horizon, on which another plant is not closed."""
        shut, horizon = self.alternate(plant).closures, self.scenario.horizon
        days = [self.monday + timedelta(days=7 * week + k) for k in range(5)]
        return [day for day in days if horizon.start <= day <= horizon.end
                and all(day < one.from_ or day > one.to for one in shut)]  # fmt: skip

    def ready(self, plant: int, lane: Lane, week: int) -> date:
        """First departure that cars of a plant's week are ready for; elsewhere they come off the line at noon."""
        before = self.scenario.plant.export.buffer_days if plant == 0 else 0.5 + self.alternate(plant).truck_days
        gap = before + self.ports[lane.pol].processing_days + lane.cut_off_days
        return self.made(plant, week) + timedelta(days=ceil(gap))

    def alternate(self, plant: int) -> AlternatePlant:
        """Another plant by its number, from 1."""
        return self.scenario.alternates[plant - 1]

    def origin(self, plant: int) -> str:
        """The country of a plant."""
        return (self.alternate(plant) if plant else self.scenario.plant).place.country

    def keys(self, market: Market, variant: str) -> list[tuple[int, str | None]]:
        """(plant, lane or None by road) by which a market can be served with a variant."""
        found: list[tuple[int, str | None]] = [(0, None)] if market.lane is None else []
        for name in ([market.lane] if market.lane else []) + market.lanes:
            if self.lanes[name].pol == self.scenario.plant.export.port:
                found.append((0, name))
            for k, other in enumerate(self.scenario.alternates, start=1):
                if other.port == self.lanes[name].pol and variant in {one.variant for one in other.builds}:
                    found.append((k, name))
        return found

    def by_ship(self, market: Market, sailing: Sailing) -> date:
        """Day of delivery by a sailing."""
        lane = self.scenario.logistics.lanes[sailing.lane_idx]
        return sailing.arrives_on + timedelta(days=ceil(self.pod(lane).processing_days + market.inland_days))

    def first_sailing(self, plant: int, lane: Lane, week: int) -> Sailing | None:
        """The first sailing of a lane that cars of a plant's week are ready for."""
        ready = self.ready(plant, lane, week)
        mine = (s for s in self.sailings if self.scenario.logistics.lanes[s.lane_idx].id == lane.id)
        return next((s for s in mine if s.departs_on >= ready), None)


def way_faults(scenario: Scenario, plan: Plan, params: PlanParams) -> Iterator[str]:
    """Every rule of ships, yards and sales that the plan breaks."""
    ways = Ways(scenario)
    yield from _legs(ways, plan, params)
    yield from _space(ways, plan)
    yield from _boxes(ways, plan)
    yield from _elsewhere(ways, plan)
    yield from _yards(ways, plan)
    yield from _discharge(ways, plan)


def _legs(ways: Ways, plan: Plan, params: PlanParams) -> Iterator[str]:
    """Each order on a way there is, ready for its ship, delivered when said, within patience, admitted, not early."""
    scenario = ways.scenario
    keys = ["variant_idx", "market_idx", "plant_idx", "lane_idx", "planned_build_on", "planned_sailing_idx",
            "planned_delivery_on"]  # fmt: skip
    sold = plan.orders.filter(~pl.col("reason").is_in(list(STRANDED))).drop_nulls("planned_build_on")
    rows = sold.group_by(keys).agg(
        pl.col("requested_on").min().alias("first"), pl.col("requested_on").max().alias("last")
    )  # fmt: skip
    yield from _not_early(ways, sold, params)
    for variant_at, market_at, plant, lane_at, built, sailing_at, delivered, first, last in rows.sort(keys).iter_rows():
        market, week = scenario.markets[market_at], ways.week(built)
        variant = scenario.vehicles.variants[variant_at].id
        who = f"{variant} for {market.id} built on {built} by plant {plant}"
        lane = None if lane_at is None else scenario.logistics.lanes[lane_at]
        if (plant, lane.id if lane else None) not in ways.keys(market, variant):
            yield f"{who}: lane {lane_at} is no way to the market from there"
        arrival = arrives = built + timedelta(days=ceil(market.inland_days))
        if lane is None and sailing_at is not None:
            yield f"{who}: booked on a ship, but goes by road"
        if lane is not None:
            if sailing_at is None or ways.sailings[sailing_at].lane_idx != lane_at:
                yield f"{who}: sailing {sailing_at} is not of its lane"
                continue
            sailing = ways.sailings[sailing_at]
            arrival, arrives = ways.by_ship(market, sailing), sailing.arrives_on
            if sailing.departs_on < ways.ready(plant, lane, week):
                yield f"{who}: not ready for the sailing of {sailing.departs_on}"
        if delivered != arrival:
            yield f"{who}: delivery planned on {delivered}, expected {arrival}"
        if (delivered - first).days > max(market.patience_days, 6):
            yield f"{who}: delivered {(delivered - first).days} days after the date, patience is {market.patience_days}"
        is_import = lane is not None and ways.origin(plant) != market.country
        yield from _admitted(ways, who, variant_at, market, built, max(delivered, last), arrives if is_import else None)


def _not_early(ways: Ways, sold: pl.DataFrame, params: PlanParams) -> Iterator[str]:
    """No more cars of a pair could be delivered up to a week than have orders wanted up to `ahead_weeks` on."""
    scenario, earliest = ways.scenario, dict[tuple[int, int, int | None, int], int]()
    keys = ["market_idx", "variant_idx", "plant_idx", "lane_idx", "planned_build_on", "requested_on"]
    could: dict[tuple[int, int], Counter[int]] = {}
    wanted: dict[tuple[int, int], Counter[int]] = {}
    for market_at, variant_at, plant, lane_at, built, requested, cars in sold.group_by(keys).len().iter_rows():
        lane = None if lane_at is None else scenario.logistics.lanes[lane_at]
        week, pair = ways.week(built), (market_at, variant_at)
        way = (market_at, plant, lane_at, week)
        if way not in earliest:
            earliest[way] = _earliest(ways, scenario.markets[market_at], plant, lane, week)
        could.setdefault(pair, Counter())[earliest[way]] += cars
        wanted.setdefault(pair, Counter())[ways.week(requested)] += cars
    for pair, firsts in sorted(could.items()):
        for week in sorted(firsts):
            ready = sum(cars for first, cars in firsts.items() if first <= week)
            served = sum(cars for due, cars in wanted[pair].items() if due <= week + params.ahead_weeks)
            if ready > served:
                yield f"market {pair[0]}, variant {pair[1]}: {ready - served} cars too far ahead in week {week}"


def _earliest(ways: Ways, market: Market, plant: int, lane: Lane | None, week: int) -> int:
    if lane is None:
        return ways.week(ways.made_by(week) + timedelta(days=ceil(market.inland_days)))
    sailing = ways.first_sailing(plant, lane, week)
    return ways.week(ways.by_ship(market, sailing)) if sailing else 10**6


def _admitted(
    ways: Ways, who: str, variant_at: int, market: Market, built: date, sold: date, imported: date | None
) -> Iterator[str]:
    name = ways.scenario.vehicles.variants[variant_at].model
    model = next(m for m in ways.scenario.vehicles.models if m.id == name)
    year = [row.model_year for row in model.model_years if row.from_ <= built]
    for rule in ways.scenario.trade.admissibility:
        day = sold if rule.acts_on == "sale" else imported
        applies = (rule.country, rule.brand) == (market.country, model.brand) and day is not None and day >= rule.from_
        if applies and year and year[-1] >= rule.model_year_from:
            yield f"{who}: model year {year[-1]} there on {day}, barred by {rule.id}"


def _space(ways: Ways, plan: Plan) -> Iterator[str]:
    """The cars of all calls of a voyage fit its space, each by the unit of the ship."""
    models = {m.id: m for m in ways.scenario.vehicles.models}
    used: dict[int, float] = {}
    for sailing_at, variant_at, _, _, cars in plan.bookings.iter_rows():
        sailing = ways.sailings[sailing_at]
        model = models[ways.scenario.vehicles.variants[variant_at].model]
        box = ways.scenario.logistics.lanes[sailing.lane_idx].box
        size = {"ceu": model.ceu, "m3": model.volume_m3, "boxes": 1 / box.cars_per_box if box else 0.0}[sailing.unit]
        used[sailing.voyage] = used.get(sailing.voyage, 0.0) + size * cars
    space = {s.voyage: s.capacity for s in ways.sailings}
    for voyage, taken in used.items():
        if taken > space[voyage] + 1e-4:
            yield f"voyage {voyage}: {taken:.2f} booked of {space[voyage]}"


def _boxes(ways: Ways, plan: Plan) -> Iterator[str]:
    """The cars that a plant builds in a week for a lane in boxes are no more than it loads."""
    lanes = ways.scenario.logistics.lanes
    counts: dict[tuple[int, int, int], int] = {}
    rows = plan.orders.drop_nulls("lane_idx").select("plant_idx", "lane_idx", "planned_build_on")
    for plant, lane_at, built in rows.iter_rows():
        if lanes[lane_at].box is not None:
            key = (plant, lane_at, ways.week(built))
            counts[key] = counts.get(key, 0) + 1
    for (plant, lane_at, week), cars in counts.items():
        box, first = lanes[lane_at].box, ways.monday + timedelta(days=7 * week)
        assert box is not None
        days = ways.weekdays(plant, week) if plant else [
            day for day in working_days(ways.scenario.plant, ways.scenario.horizon.start, ways.scenario.horizon.end)
            if first <= day < first + timedelta(days=7)
        ]  # fmt: skip
        if cars / box.cars_per_box > box.boxes_per_day * len(days) + 1e-6:
            yield f"week {week}: plant {plant} builds {cars} cars for {lanes[lane_at].id}, more than it puts into boxes"


def _elsewhere(ways: Ways, plan: Plan) -> Iterator[str]:
    """Other plants build what they can, when they can, on weekdays, within their week and ramps."""
    variants = ways.scenario.vehicles.variants
    for plant, other in enumerate(ways.scenario.alternates, start=1):
        mine = plan.orders.filter(pl.col("plant_idx") == plant)
        weeks: dict[int, int] = {}
        launch: dict[tuple[str, int], int] = {}
        for variant_at, built in mine.select("variant_idx", "planned_build_on").iter_rows():
            week, name = ways.week(built), variants[variant_at].id
            weeks[week] = weeks.get(week, 0) + 1
            launch[name, week] = launch.get((name, week), 0) + 1
            one = next(one for one in other.builds if one.variant == name)
            if built not in ways.weekdays(plant, week) or not one.from_ <= built <= (one.until or date.max):
                yield f"{other.id} builds {name} on {built}"
        for week in range((ways.scenario.horizon.end - ways.monday).days // 7 + 1):
            most = other.cars_per_week * len(ways.weekdays(plant, week)) // 5
            if weeks.get(week, 0) > most:
                yield f"{other.id} builds {weeks[week]} cars in week {week}, at most {most}"
            told = plan.alternates.filter(pl.col("plant_idx") == plant, pl.col("week_idx") == week)
            if told["capacity_cars"].to_list() != [most]:
                yield f"{other.id}: the capacity of week {week} is {most}"
        for one in other.builds:
            start = ways.week(one.from_)
            days = ways.weekdays(plant, start)
            start += bool(start >= 0 and days and days[0] < one.from_)
            for row in one.ramp:
                if launch.get((one.variant, start + row.week), 0) > row.cars:
                    yield f"{other.id} builds more {one.variant} in week {start + row.week} than its ramp"


def _yards(ways: Ways, plan: Plan) -> Iterator[str]:
    """Trucked as early as places and trucks allow, the plant's yard holds the rest beside the cars of road markets that
    wait for their day, and no ship waits for a car."""
    export = ways.scenario.plant.export
    exports = plan.orders.filter(pl.col("plant_idx") == 0).drop_nulls("planned_sailing_idx")
    built = Counter(ways.week(day) for day in exports["planned_build_on"])
    sailed: dict[int, int] = {}
    for sailing_at, _, _, plant_at, cars in plan.bookings.iter_rows():
        if plant_at != 0:
            continue
        week = ways.week(ways.sailings[sailing_at].departs_on)
        sailed[week] = sailed.get(week, 0) + cars
    plant, port, places = 0, 0, ways.ports[export.port].yard_cars
    waiting = _waiting(ways, plan)
    for week in range(max([*built, *sailed, *waiting, 0]) + 1):
        moved = min(plant + built.get(week, 0), 7 * export.trucked_per_day, places - port)
        plant, port = plant + built.get(week, 0) - moved, port + moved - sailed.get(week, 0)
        cars = plant + waiting.get(week, 0)
        if cars > export.yard_cars:
            yield f"week {week}: {cars} cars in the plant's yard of {export.yard_cars}"
        if port < 0:
            yield f"week {week}: {-port} cars sail that trucks could not bring to the port"
            port = 0


def _waiting(ways: Ways, plan: Plan) -> Counter[int]:
    """Cars for road markets in the plant's yard at the end of each week: with their customers only in a week after that
    which a car that leaves on Friday would reach."""
    found: Counter[int] = Counter()
    columns = ["market_idx", "requested_on", "planned_delivery_on"]
    road = plan.orders.drop_nulls("planned_delivery_on").filter(pl.col("lane_idx").is_null())
    for market_at, wanted, delivered in road.select(columns).iter_rows():
        away = (4 + ceil(ways.scenario.markets[market_at].inland_days)) // 7
        found.update(range(ways.week(delivered) - away, ways.week(wanted) - away))
    return found


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
