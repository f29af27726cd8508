"""The ways by which a pair can be served: from which plant, on which lane or road, at what cost, and when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.inputs.rules import duty_on, port_fee_usd, price_list
from quayline.scenario.sailings import Sailing, freight_usd
from quayline.scenario.working_days import open_days

if TYPE_CHECKING:
    from quayline.plan.inputs.weeks import Calendar, Week
    from quayline.scenario.markets import Duty, Lane, Market, Port
    from quayline.scenario.plant import Plant
    from quayline.scenario.schema import Scenario
    from quayline.scenario.sources import AlternateBuild, AlternatePlant
    from quayline.scenario.vehicles import Model, Variant

BUILDABLE, NOT_ON_LINE, NO_SAILING, BARRED = range(4)
HOME, ROAD = 0, -1
NOON = 0.5
"""Cars of other plants come off their line at noon of the day that they are planned for."""


@dataclass(frozen=True)
class Leg:
    """A sailing of a way: week of delivery and cost from the ship on, duty and port fees included.

    `over_usd` is what a car beyond the duty's quota costs more; `quota` the quota's number, -1 where there is none.
    """

    sailing: int
    delivered: int
    usd: float
    over_usd: float
    quota: int


@dataclass(frozen=True)
class Way:
    """From one plant (0: `scenario.plant`, k: `alternates[k - 1]`) by one lane (-1: by road) to a market.

    `build_usd[w]`: cost of a car built in week w up to the market (by road) or until its first sailing (by sea).
    `reach[w]`: week of delivery by road, or place in `legs` of the first sailing that a car built in week w is
    ready for; -1 where it may not be built, and `why[w]` says why. `delivered[w]`: earliest week of delivery of a
    car built in week w.
    """

    plant: int
    lane: int
    build_usd: np.ndarray
    reach: np.ndarray
    why: np.ndarray
    delivered: np.ndarray
    legs: tuple[Leg, ...]


@dataclass(frozen=True)
class Want:
    """Whose way it is: market, variant, model, and the last week of delivery that serves an order."""

    market: Market
    variant: Variant
    model: Model
    last: int


Quotas = dict[tuple[str, int], int]
"""Number of each (duty, year of import) that has a quota, in the order in which they were met."""


def ways_of(
    scenario: Scenario, calendar: Calendar, want: Want, found: tuple[Sailing, ...], quotas: Quotas
) -> tuple[Way, ...]:
    """The ways of a pair: by road if its market has no first lane, then by lane from every plant at its port."""
    ways = [_by_road(scenario, calendar, want)] if want.market.lane is None else []
    lanes = [lane.id for lane in scenario.logistics.lanes]
    first = [] if want.market.lane is None else [want.market.lane]
    for name in dict.fromkeys([*first, *want.market.lanes]):
        lane_at = lanes.index(name)
        lane = scenario.logistics.lanes[lane_at]
        if lane.pol == scenario.plant.export.port:
            legs = _legs(scenario, calendar, want, lane_at, scenario.plant.place.country, found, quotas)
            ways.append(_from_home(scenario, calendar, want, lane_at, legs, found))
        for k, plant in enumerate(scenario.alternates):
            builds = next((one for one in plant.builds if one.variant == want.variant.id), None)
            if plant.port == lane.pol and builds is not None:
                legs = _legs(scenario, calendar, want, lane_at, plant.place.country, found, quotas)
                ways.append(_from_alternate(scenario, calendar, want, (k + 1, lane_at), builds, legs, found))
    return tuple(ways)


def production_days(week: Week) -> list[date]:
    """Days of the week on which the plant may build; its last day where there is none."""
    return sorted(week.workdays + week.free_days) or [week.last]


def energy_usd_per_car(scenario: Scenario) -> float:
    """Cost of the electricity and gas that one car takes in the shops."""
    costs = scenario.plant.costs
    return sum(
        shop.energy.electricity_kwh_per_car * costs.electricity_usd_per_kwh
        + shop.energy.gas_kwh_per_car * costs.gas_usd_per_kwh
        for shop in scenario.plant.shops
    )


def gate_usd(scenario: Scenario, number: int, variant: Variant) -> float:
    """Cost of a car at the gate of a plant: parts and energy at home, what another plant asks elsewhere."""
    if number == HOME:
        return variant.parts_usd_per_car + energy_usd_per_car(scenario)
    builds = scenario.alternates[number - 1].builds
    return next(one.ex_works_usd_per_car for one in builds if one.variant == variant.id)


def plant_of(scenario: Scenario, number: int) -> Plant | AlternatePlant:
    """The home plant (0) or another (from 1)."""
    return scenario.plant if number == HOME else scenario.alternates[number - 1]


def port_of(scenario: Scenario, name: str) -> Port:
    """The port of that name."""
    return next(port for port in scenario.logistics.ports if port.id == name)


def delivered_on(scenario: Scenario, market: Market, sailing: Sailing) -> date:
    """The day a car that arrives by `sailing` is with its customer in `market`."""
    lane = scenario.logistics.lanes[sailing.lane_idx]
    wait = port_of(scenario, lane.pod).processing_days + market.inland_days
    return sailing.arrives_on + timedelta(days=ceil(wait))


def _legs(
    scenario: Scenario, calendar: Calendar, want: Want, lane_at: int, origin: str, found: tuple[Sailing, ...],
    quotas: Quotas,
) -> tuple[Leg, ...]:  # fmt: skip
    lane, market = scenario.logistics.lanes[lane_at], want.market
    pod, prices, legs = port_of(scenario, lane.pod), price_list(scenario), []
    way_usd = freight_usd(want.model, lane) + pod.handling_usd_per_car + market.inland_usd_per_car
    for sailing in found:
        if sailing.lane_idx != lane_at or sailing.departs_on < scenario.horizon.start:
            continue
        delivered = calendar.week_of(delivered_on(scenario, market, sailing))
        if delivered > want.last:
            continue
        price_usd = prices.usd(market.id, want.variant.id, sailing.arrives_on)
        value_usd = price_usd * scenario.trade.customs_value_share
        duty = duty_on(scenario, market, sailing.arrives_on, origin)
        quota, over_usd = _quota(duty, sailing.arrives_on.year, value_usd, quotas)
        usd = way_usd + (duty.rate if duty else 0.0) * value_usd
        if market.country != origin:
            usd += port_fee_usd(scenario, pod.place.country, sailing.arrives_on)
        legs.append(Leg(sailing.sailing_idx, delivered, usd, over_usd, quota))
    return tuple(legs)


def _quota(duty: Duty | None, year: int, value_usd: float, quotas: Quotas) -> tuple[int, float]:
    if duty is None or duty.quota_cars is None or duty.over_quota_rate is None:
        return -1, 0.0
    return quotas.setdefault((duty.id, year), len(quotas)), (duty.over_quota_rate - duty.rate) * value_usd


def _by_road(scenario: Scenario, calendar: Calendar, want: Want) -> Way:
    wait = timedelta(days=ceil(want.market.inland_days))
    reach = np.array([calendar.week_of(week.last_production_day + wait) for week in calendar.weeks])
    usd = want.variant.parts_usd_per_car + energy_usd_per_car(scenario) + want.market.inland_usd_per_car
    is_on_line = np.array([_is_on_line(week, want.model, want.variant) for week in calendar.weeks])
    return _way(HOME, ROAD, np.full(calendar.num_weeks, usd), reach, reach, is_on_line, want.last, ())


def _from_home(
    scenario: Scenario, calendar: Calendar, want: Want, lane_at: int, legs: tuple[Leg, ...], found: tuple[Sailing, ...]
) -> Way:
    export, lane = scenario.plant.export, scenario.logistics.lanes[lane_at]
    pol = port_of(scenario, lane.pol)
    gap = timedelta(days=ceil(export.buffer_days + pol.processing_days + lane.cut_off_days))
    day_usd = export.yard_usd_per_car_day + want.market.stock_usd_per_car_day
    made = [week.last_production_day for week in calendar.weeks]
    reach, waits = _first_sailings(made, gap, legs, found)
    usd = np.full(calendar.num_weeks, want.variant.parts_usd_per_car + energy_usd_per_car(scenario))
    goes = reach >= 0
    usd[goes] += export.truck_usd_per_car + pol.handling_usd_per_car + waits[goes] * day_usd
    is_on_line = np.array([_is_on_line(week, want.model, want.variant) for week in calendar.weeks])
    return _way(HOME, lane_at, usd, reach, _delivered(reach, legs), is_on_line, want.last, legs)


def _from_alternate(
    scenario: Scenario, calendar: Calendar, want: Want, key: tuple[int, int], builds: AlternateBuild,
    legs: tuple[Leg, ...], found: tuple[Sailing, ...],
) -> Way:  # fmt: skip
    plant, lane = scenario.alternates[key[0] - 1], scenario.logistics.lanes[key[1]]
    gap = timedelta(days=ceil(alternate_gap_days(scenario, plant, lane)))
    days = [open_days(plant, week.first, week.last) for week in calendar.weeks]
    made = [mine[-1] if mine else week.last for mine, week in zip(days, calendar.weeks, strict=True)]
    reach, waits = _first_sailings(made, gap, legs, found)
    handling_usd = port_of(scenario, lane.pol).handling_usd_per_car
    day_usd = plant.yard_usd_per_car_day + want.market.stock_usd_per_car_day
    usd = builds.ex_works_usd_per_car + plant.truck_usd_per_car + handling_usd + waits * day_usd
    ends = builds.until or date.max
    is_on_line = np.array([bool(mine) and builds.from_ <= mine[0] and mine[-1] <= ends for mine in days])
    return _way(*key, usd, reach, _delivered(reach, legs), is_on_line, want.last, legs)


def alternate_gap_days(scenario: Scenario, plant: AlternatePlant, lane: Lane) -> float:
    """From the planned day of a car of another plant to the departure that it is ready for."""
    return NOON + plant.truck_days + port_of(scenario, lane.pol).processing_days + lane.cut_off_days


def _first_sailings(
    made: list[date], gap: timedelta, legs: tuple[Leg, ...], found: tuple[Sailing, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """By week: place of the first leg that its cars are ready for (-1: none), and days from `made` to its departure."""
    departs = [found[leg.sailing].departs_on for leg in legs]
    reach, waits, place = np.full(len(made), -1), np.zeros(len(made)), 0
    for w, day in enumerate(made):
        while place < len(departs) and departs[place] < day + gap:
            place += 1
        if place < len(departs):
            reach[w], waits[w] = place, (departs[place] - day).days
    return reach, waits


def _delivered(reach: np.ndarray, legs: tuple[Leg, ...]) -> np.ndarray:
    return np.array([legs[k].delivered if k >= 0 else -1 for k in reach])


def _way(
    plant: int, lane: int, build_usd: np.ndarray, reach: np.ndarray, delivered: np.ndarray, is_on_line: np.ndarray,
    last: int, legs: tuple[Leg, ...],
) -> Way:  # fmt: skip
    why = np.where((reach >= 0) & (delivered <= last), BUILDABLE, NO_SAILING)
    why[~is_on_line] = NOT_ON_LINE
    return Way(plant, lane, build_usd, np.where(why == BUILDABLE, reach, -1), why, delivered, legs)


def _is_on_line(week: Week, model: Model, variant: Variant) -> bool:
    if not (week.workdays or week.free_days):
        return False
    days = production_days(week)
    starts = max(model.from_, variant.from_ or model.from_)
    ends = min(model.until or date.max, variant.until or date.max)
    return starts <= days[0] and days[-1] <= ends
