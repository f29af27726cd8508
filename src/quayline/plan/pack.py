"""The scenario as arrays over pairs (market, variant), weeks, weeks of delivery and sailings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.plan.orders import day_of
from quayline.plan.rules import bars, duty_on, model_year_on, price_list, selected_share
from quayline.scenario.sailings import Sailing, freight_usd, sailings

if TYPE_CHECKING:
    from quayline.plan.earlier import Stand
    from quayline.plan.params import PlanParams
    from quayline.plan.weeks import Calendar, Week
    from quayline.records.stages import Balance
    from quayline.scenario.markets import Duty, Market
    from quayline.scenario.schema import Scenario
    from quayline.scenario.vehicles import Model, Variant

BUILDABLE, NOT_ON_LINE, NO_SAILING, BARRED = range(4)


@dataclass(frozen=True)
class SaleBar:
    """Cars of `pair` built up to week `last_build` must be sold by the end of week `last_sale`."""

    pair: int
    last_build: int
    last_sale: int


@dataclass(frozen=True)
class Leg:
    """The way of one pair by one sailing: week of delivery and cost from the ship on, duty included.

    `over_usd` is what a car beyond the duty's quota costs more; `quota` the quota's number, -1 where there is none.
    """

    sailing: int
    delivered: int
    usd: float
    over_usd: float
    quota: int


@dataclass(frozen=True)
class Pair:
    """One variant for one market.

    `build_usd[w]`: cost of a car built in week w up to the market (by road) or until its first sailing (by sea).
    `reach[w]`: week of delivery by road, or place in `legs` of the first sailing that a car built in week w is
    ready for; -1 where it may not be built, and `why[w]` says why. `delivered[w]`: earliest week of delivery of a
    car built in week w. `first`, `last`: weeks of delivery that matter for the pair.
    """

    market: int
    variant: int
    model: int
    lane: int
    demand: np.ndarray
    price_usd: np.ndarray
    build_usd: np.ndarray
    reach: np.ndarray
    why: np.ndarray
    delivered: np.ndarray
    legs: tuple[Leg, ...]
    tolerance: int
    patience: int
    first: int
    last: int


@dataclass(frozen=True)
class Programme:
    """All that the model is built from. `num_due`: weeks of delivery. Arrays by mode come from the balance. `stand`:
    the plan that stands, in a re-plan."""

    calendar: Calendar
    pairs: tuple[Pair, ...]
    num_due: int
    sailings: tuple[Sailing, ...]
    quotas: tuple[tuple[str, int, int], ...]
    bars: tuple[SaleBar, ...]
    rate_jph: np.ndarray
    line_usd_per_h: np.ndarray
    mix: np.ndarray
    mix_jph: np.ndarray
    ramp: tuple[tuple[int, int, int], ...]
    minimums: tuple[tuple[str, int, int, float, tuple[int, ...]], ...]
    stand: Stand | None = None


def pack(
    scenario: Scenario, balance: Balance, calendar: Calendar, orders: pl.DataFrame, params: PlanParams,
    availability_share: float, is_rushed: bool = True, frozen_weeks: int = 0,
) -> Programme:  # fmt: skip
    """The programme of `orders`; costs and rules are those of the day each thing happens.

    Cars of a model year that a rule will bar may, if `is_rushed`, still be built and sold before it acts; then, first
    in first out, no car of the pair is sold after. Otherwise none of that model year is built after the first
    `frozen_weeks` weeks.
    """
    found = tuple(sailings(scenario))
    rushed = np.arange(calendar.num_weeks) < (calendar.num_weeks if is_rushed else frozen_weeks)
    keys = sorted(set(orders.select("market_idx", "variant_idx").unique().iter_rows()))
    requested = orders["requested_on"].cast(pl.Int32).to_numpy()
    due = (requested - calendar.monday) // 7
    patience = max([int(m.patience_days // 7) for m in scenario.markets])
    num_due = max(int(due.max()) if len(due) else 0, calendar.num_weeks) + patience + 2
    quotas: dict[tuple[str, int], int] = {}
    market_of, variant_of = orders["market_idx"].to_numpy(), orders["variant_idx"].to_numpy()
    pairs: list[Pair] = []
    barred: list[SaleBar] = []
    for market, variant in keys:
        mine = (market_of == market) & (variant_of == variant)
        demand = np.bincount(due[mine], minlength=num_due)
        pair, rows = _pair(scenario, calendar, (market, variant), demand, found, params, quotas, rushed)
        barred += [SaleBar(len(pairs), *row) for row in rows]
        pairs.append(pair)
    limits = scenario.vehicles.mix_limits
    models = scenario.vehicles.models
    crews = balance.crews.sort("mode_idx")
    return Programme(
        calendar=calendar, pairs=tuple(pairs), num_due=num_due, sailings=found,
        quotas=tuple((d, year, _quota_cars(scenario, d)) for d, year in quotas), bars=tuple(barred),
        rate_jph=np.array([mode.speed_jph * availability_share for mode in scenario.plant.modes]),
        line_usd_per_h=crews["usd_per_line_h"].to_numpy().astype(np.float64),
        mix=np.array([
            [selected_share(scenario, models[p.model], scenario.vehicles.variants[p.variant], k) for p in pairs]
            for k in range(len(limits))
        ]).reshape(len(limits), len(pairs)),
        mix_jph=np.array([limit.most_jph * availability_share for limit in limits]),
        ramp=tuple(_ramps(scenario, calendar)), minimums=tuple(_minimums(scenario, calendar, pairs)),
    )  # fmt: skip


def _quota_cars(scenario: Scenario, duty: str) -> int:
    return next(d.quota_cars or 0 for d in scenario.trade.duties if d.id == duty)


def _pair(
    scenario: Scenario, calendar: Calendar, key: tuple[int, int], demand: np.ndarray, found: tuple[Sailing, ...],
    params: PlanParams, quotas: dict[tuple[str, int], int], rushed: np.ndarray,
) -> tuple[Pair, list[tuple[int, int]]]:  # fmt: skip
    market, variant = scenario.markets[key[0]], scenario.vehicles.variants[key[1]]
    model_at = next(i for i, m in enumerate(scenario.vehicles.models) if m.id == variant.model)
    model = scenario.vehicles.models[model_at]
    prices = price_list(scenario)
    tolerance = int(params.tolerance_share * market.tolerance_days // 7)
    patience = max(int((market.patience_days - 6) // 7), tolerance)
    wanted = np.flatnonzero(demand)
    last = int(wanted[-1]) + patience
    lane = -1 if market.lane is None else [x.id for x in scenario.logistics.lanes].index(market.lane)
    legs = _legs(scenario, calendar, market, variant, model, lane, last, found, quotas)
    on_line = np.array([_on_line(week, model, variant) for week in calendar.weeks])
    reach, build_usd = _builds(scenario, calendar, market, variant, lane, legs, found)
    delivered = np.array([legs[k].delivered if lane >= 0 and k >= 0 else k for k in reach])
    why = np.where((reach >= 0) & (delivered <= last), BUILDABLE, NO_SAILING)
    barred = []
    for rule in bars(scenario, market, model):
        last_sale = calendar.week_of(rule.from_) - 1
        over = np.array([model_year_on(model, _days(w)[-1]) >= rule.model_year_from for w in calendar.weeks])
        late = over & ((delivered > last_sale) | (last_sale < wanted[0]) | ~rushed)
        why[late] = BARRED
        held = np.flatnonzero(over & (why == BUILDABLE) & on_line)
        if len(held):
            barred.append((int(held[-1]), last_sale))
    why[~on_line] = NOT_ON_LINE
    reach = np.where(why == BUILDABLE, reach, -1)
    arrivals = delivered[reach >= 0]
    first = min(int(wanted[0]), int(arrivals.min()) if len(arrivals) else int(wanted[0]))
    days = [day_of(calendar.monday + 7 * r) for r in range(len(demand))]
    return Pair(
        market=key[0], variant=key[1], model=model_at, lane=lane, demand=demand,
        price_usd=np.array([prices.usd(market.id, variant.id, day) for day in days]),
        build_usd=build_usd, reach=reach, why=why, delivered=delivered, legs=legs, tolerance=tolerance,
        patience=patience, first=first, last=last,
    ), barred  # fmt: skip


def _days(week: Week) -> list[date]:
    """Days of the week on which cars may be built; its last day where there is none."""
    return sorted(week.workdays + week.free_days) or [week.last]


def _on_line(week: Week, model: Model, variant: Variant) -> bool:
    if not (week.workdays or week.free_days):
        return False
    days = _days(week)
    starts = max(model.from_, variant.from_ or model.from_)
    ends = min(model.until or date.max, variant.until or date.max)
    return starts <= days[0] and days[-1] <= ends


def energy_usd_per_car(scenario: Scenario) -> float:
    """Cost of the electricity and gas that one car takes in the shops."""
    costs = scenario.plant.costs
    return sum(
        shop.energy.electricity_kwh_per_car * costs.electricity_usd_per_kwh
        + shop.energy.gas_kwh_per_car * costs.gas_usd_per_kwh
        for shop in scenario.plant.shops
    )


def _legs(
    scenario: Scenario, calendar: Calendar, market: Market, variant: Variant, model: Model, lane_at: int, last: int,
    found: tuple[Sailing, ...], quotas: dict[tuple[str, int], int],
) -> tuple[Leg, ...]:  # fmt: skip
    if lane_at < 0:
        return ()
    lane = scenario.logistics.lanes[lane_at]
    pod = next(p for p in scenario.logistics.ports if p.id == lane.pod)
    prices, legs = price_list(scenario), []
    way_usd = freight_usd(model, lane) + pod.handling_usd_per_car + market.inland_usd_per_car
    for sailing in found:
        delivered = calendar.week_of(delivered_on(scenario, market, sailing))
        if sailing.lane_idx != lane_at or delivered > last or sailing.departs_on < scenario.horizon.start:
            continue
        value_usd = prices.usd(market.id, variant.id, sailing.arrives_on) * scenario.trade.customs_value_share
        duty = duty_on(scenario, market, sailing.arrives_on)
        quota, over_usd = _quota(duty, sailing.arrives_on.year, value_usd, quotas)
        usd = way_usd + (duty.rate if duty else 0.0) * value_usd
        legs.append(Leg(sailing.sailing_idx, delivered, usd, over_usd, quota))
    return tuple(legs)


def _quota(duty: Duty | None, year: int, value_usd: float, quotas: dict[tuple[str, int], int]) -> tuple[int, float]:
    if duty is None or duty.quota_cars is None or duty.over_quota_rate is None:
        return -1, 0.0
    return quotas.setdefault((duty.id, year), len(quotas)), (duty.over_quota_rate - duty.rate) * value_usd


def delivered_on(scenario: Scenario, market: Market, sailing: Sailing) -> date:
    """The day a car that arrives by `sailing` is with its customer in `market`."""
    lane = scenario.logistics.lanes[sailing.lane_idx]
    pod = next(p for p in scenario.logistics.ports if p.id == lane.pod)
    return sailing.arrives_on + timedelta(days=ceil(pod.processing_days + market.inland_days))


def _builds(
    scenario: Scenario, calendar: Calendar, market: Market, variant: Variant, lane_at: int, legs: tuple[Leg, ...],
    found: tuple[Sailing, ...],
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Reach and cost of a car by week of build, as in `Pair`, before dates on the line are looked at."""
    base_usd = variant.parts_usd_per_car + energy_usd_per_car(scenario)
    num_weeks = calendar.num_weeks
    reach, usd = np.full(num_weeks, -1), np.full(num_weeks, base_usd)
    if lane_at < 0:
        wait = timedelta(days=ceil(market.inland_days))
        reach[:] = [calendar.week_of(week.last_production_day + wait) for week in calendar.weeks]
        return reach, usd + market.inland_usd_per_car
    export, lane = scenario.plant.export, scenario.logistics.lanes[lane_at]
    pol = next(p for p in scenario.logistics.ports if p.id == lane.pol)
    gap = timedelta(days=ceil(export.buffer_days + pol.processing_days + lane.cut_off_days))
    departs = [found[leg.sailing].departs_on for leg in legs]
    place = 0
    for w, week in enumerate(calendar.weeks):
        while place < len(departs) and departs[place] < week.last_production_day + gap:
            place += 1
        if place < len(departs):
            reach[w] = place
            waits = (departs[place] - week.last_production_day).days
            day_usd = export.yard_usd_per_car_day + market.stock_usd_per_car_day
            usd[w] += export.truck_usd_per_car + pol.handling_usd_per_car + waits * day_usd
    return reach, usd


def _ramps(scenario: Scenario, calendar: Calendar) -> list[tuple[int, int, int]]:
    """(model, week, most cars) of every launch week in the horizon, counted from the first whole week."""
    rows = []
    for i, model in enumerate(scenario.vehicles.models):
        start = calendar.week_of(model.from_)
        if 0 <= start < calendar.num_weeks and _days(calendar.weeks[start])[0] < model.from_:
            start += 1
        rows += [(i, start + r.week, r.cars) for r in model.ramp if 0 <= start + r.week < calendar.num_weeks]
    return rows


def _minimums(
    scenario: Scenario, calendar: Calendar, pairs: list[Pair]
) -> list[tuple[str, int, int, float, tuple[int, ...]]]:
    """(agreement, year, minimum, shortfall fee, its pairs) for the years of the horizon."""
    rows = []
    years = {week.first.year for week in calendar.weeks}
    for agreement in scenario.agreements:
        models = {i for i, m in enumerate(scenario.vehicles.models) if m.id in agreement.models}
        mine = tuple(i for i, pair in enumerate(pairs) if pair.model in models)
        for row in agreement.minimums:
            if row.year in years:
                rows.append((agreement.id, row.year, row.cars, agreement.shortfall_fee_usd_per_car, mine))
    return rows
