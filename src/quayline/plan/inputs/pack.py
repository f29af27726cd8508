"""The scenario as arrays over pairs (market, variant), their ways, weeks, weeks of delivery and sailings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.plan.completion.people import within_hiring
from quayline.plan.inputs.orders import day_of
from quayline.plan.inputs.rules import bars, kept_subsidy_usd, model_year_on, price_list, selected_share
from quayline.plan.inputs.shops import Pinch, pinches
from quayline.plan.inputs.ways import (
    BARRED,
    BUILDABLE,
    HOME,
    NOT_ON_LINE,
    Quotas,
    Want,
    Way,
    plant_of,
    production_days,
    ways_of,
)
from quayline.plan.inputs.weeks import WEEKDAYS
from quayline.scenario.sailings import Sailing, sailings
from quayline.scenario.working_days import open_days

if TYPE_CHECKING:
    from datetime import date

    from quayline.plan.inputs.earlier import Stand
    from quayline.plan.inputs.weeks import Calendar, Week
    from quayline.plan.params import PlanParams
    from quayline.records.stages import Balance
    from quayline.scenario.markets import Admissibility
    from quayline.scenario.schema import Scenario
    from quayline.scenario.sources import AlternatePlant


@dataclass(frozen=True)
class WayBar:
    """Cars of way number `way` built up to week `last_build` are on `early` legs (by road: weeks of build)."""

    way: int
    last_build: int
    early: np.ndarray


@dataclass(frozen=True)
class Bar:
    """A rule that bars model years of `pair`, by its ways; where it acts on sale, cars are also sold by `last_sale`."""

    pair: int
    rule: str
    ways: tuple[WayBar, ...]
    last_sale: int | None


@dataclass(frozen=True)
class Pair:
    """One variant for one market: orders wanted, firm ones among them, what one pays, by week of delivery; its ways.

    `price_usd`: what the seller earns, kept subsidies included. `tolerance`, `patience`: weeks; `margin`: the part of
    the tolerance that the plan uses at no price. `first`, `last`: weeks of delivery that matter for the pair.
    """

    market: int
    variant: int
    model: int
    demand: np.ndarray
    firm: np.ndarray
    price_usd: np.ndarray
    ways: tuple[Way, ...]
    margin: int
    tolerance: int
    patience: int
    first: int
    last: int


@dataclass(frozen=True)
class Programme:
    """All that the model is built from. `num_due`: weeks of delivery. Arrays by mode come from the balance.

    `alternate_cars`: most cars by (other plant, week); `alternate_ramp`: (other plant from 1, variant, week, most).
    `pinches`: shops that may bind before the line. `stand`: the plan that stands, in a re-plan.
    """

    calendar: Calendar
    pairs: tuple[Pair, ...]
    num_due: int
    sailings: tuple[Sailing, ...]
    quotas: tuple[tuple[str, int, int], ...]
    bars: tuple[Bar, ...]
    rate_jph: np.ndarray
    line_usd_per_h: np.ndarray
    mix: np.ndarray
    mix_jph: np.ndarray
    ramp: tuple[tuple[int, int, int], ...]
    minimums: tuple[tuple[str, int, int, float, tuple[int, ...]], ...]
    alternate_cars: np.ndarray
    alternate_ramp: tuple[tuple[int, int, int, int], ...]
    pinches: tuple[Pinch, ...]
    stand: Stand | None = None

    def ways(self) -> tuple[tuple[int, Way], ...]:
        """All ways, in the order of their pairs, each with the number of its pair."""
        return tuple((i, way) for i, pair in enumerate(self.pairs) for way in pair.ways)

    @cached_property
    def voyages(self) -> tuple[Sailing, ...]:
        """The first call of every voyage."""
        calls = {s.voyage: s for s in reversed(self.sailings)}
        return tuple(calls[voyage] for voyage in sorted(calls))

    def stranded(self) -> np.ndarray:
        """Cars of the home plant that a re-plan finds built and barred from sale, (pair, week)."""
        cars = np.zeros((len(self.pairs), self.calendar.num_weeks), np.int64)
        for k, (i, way) in enumerate(self.ways()):
            if self.stand is not None and way.plant == HOME:
                cars[i] += self.stand.barred[k]
        return cars


def pack(
    scenario: Scenario, balance: Balance, calendar: Calendar, orders: pl.DataFrame, params: PlanParams,
    availability_share: float, is_rushed: bool = True, frozen_weeks: int = 0, shop_jph: np.ndarray | None = None,
) -> Programme:  # fmt: skip
    """The programme of `orders`; costs and rules are those of the day each thing happens.

    Cars of a model year that a rule will bar may, if `is_rushed`, still be built and sold before it acts; then, first
    in first out, no car of the pair is sold after. Otherwise none of that model year is built after the first
    `frozen_weeks` weeks. `shop_jph`: cars an hour by (shop, mode) where the simulation measured shops.
    """
    calendar = within_hiring(scenario, balance, calendar)
    found = tuple(sailings(scenario))
    rushed = np.arange(calendar.num_weeks) < (calendar.num_weeks if is_rushed else frozen_weeks)
    keys = sorted(set(orders.select("market_idx", "variant_idx").unique().iter_rows()))
    requested = orders["requested_on"].cast(pl.Int32).to_numpy()
    due = (requested - calendar.monday) // 7
    patience = max([int(m.patience_days // 7) for m in scenario.markets])
    num_due = max(int(due.max()) if len(due) else 0, calendar.num_weeks) + patience + 2
    quotas: Quotas = {}
    market_of, variant_of = orders["market_idx"].to_numpy(), orders["variant_idx"].to_numpy()
    is_firm = orders["is_firm"].to_numpy()
    pairs: list[Pair] = []
    barred: list[Bar] = []
    for market, variant in keys:
        mine = (market_of == market) & (variant_of == variant)
        demand = np.bincount(due[mine], minlength=num_due)
        firm = np.bincount(due[mine & is_firm], minlength=num_due)
        pair, rows = _pair(scenario, calendar, (market, variant), demand, found, params, quotas, rushed)
        barred += [replace(row, pair=len(pairs)) for row in rows]
        pairs.append(replace(pair, firm=firm))
    limits = scenario.vehicles.mix_limits
    models = scenario.vehicles.models
    crews = balance.crews.sort("mode_idx")
    rate_jph = np.array([mode.speed_jph * availability_share for mode in scenario.plant.modes])
    return Programme(
        calendar=calendar, pairs=tuple(pairs), num_due=num_due, sailings=found,
        quotas=tuple((d, year, _quota_cars(scenario, d)) for d, year in quotas), bars=tuple(barred),
        rate_jph=rate_jph, pinches=pinches(scenario, rate_jph, shop_jph),
        line_usd_per_h=crews["usd_per_line_h"].to_numpy().astype(np.float64),
        mix=np.array([
            [selected_share(scenario, models[p.model], scenario.vehicles.variants[p.variant], k) for p in pairs]
            for k in range(len(limits))
        ]).reshape(len(limits), len(pairs)),
        mix_jph=np.array([limit.most_jph * availability_share for limit in limits]),
        ramp=tuple(_ramps(scenario, calendar)), minimums=tuple(_minimums(scenario, calendar, pairs)),
        alternate_cars=np.array([
            [plant.cars_per_week * len(open_days(plant, week.first, week.last)) // WEEKDAYS for week in calendar.weeks]
            for plant in scenario.alternates
        ]).reshape(len(scenario.alternates), calendar.num_weeks),
        alternate_ramp=tuple(_alternate_ramps(scenario, calendar)),
    )  # fmt: skip


def _quota_cars(scenario: Scenario, duty: str) -> int:
    return next(d.quota_cars or 0 for d in scenario.trade.duties if d.id == duty)


def _pair(
    scenario: Scenario, calendar: Calendar, key: tuple[int, int], demand: np.ndarray, found: tuple[Sailing, ...],
    params: PlanParams, quotas: Quotas, rushed: np.ndarray,
) -> tuple[Pair, list[Bar]]:  # fmt: skip
    market, variant = scenario.markets[key[0]], scenario.vehicles.variants[key[1]]
    model_at = next(i for i, m in enumerate(scenario.vehicles.models) if m.id == variant.model)
    model = scenario.vehicles.models[model_at]
    margin = int(params.tolerance_share * market.tolerance_days // 7)
    patience = max(int((market.patience_days - 6) // 7), margin)
    wanted = np.flatnonzero(demand)
    want = Want(market, variant, model, int(wanted[-1]) + patience)
    ways, barred = list(ways_of(scenario, calendar, want, found, quotas)), []
    for rule in bars(scenario, market, model):
        last_sale = calendar.week_of(rule.from_) - 1 if rule.acts_on == "sale" else None
        rushes = rushed & (last_sale is None or bool(last_sale >= wanted[0]))
        rows = []
        for k, way in enumerate(ways):
            ways[k], row = _bar(scenario, calendar, want, k, way, rule, rushes, found)
            rows += row
        if rows:
            barred.append(Bar(-1, rule.id, tuple(rows), last_sale))
    arrivals = [int(way.delivered[way.reach >= 0].min()) for way in ways if (way.reach >= 0).any()]
    prices, earned_usd = price_list(scenario), []
    for r in range(len(demand)):
        day = day_of(calendar.monday + 7 * r)
        price_usd = prices.usd(market.id, variant.id, day)
        earned_usd.append(price_usd + kept_subsidy_usd(scenario, market, model, day, price_usd))
    return Pair(
        market=key[0], variant=key[1], model=model_at, demand=demand, firm=np.zeros_like(demand),
        price_usd=np.array(earned_usd),
        ways=tuple(ways), margin=margin, tolerance=int(market.tolerance_days // 7), patience=patience,
        first=min([int(wanted[0]), *arrivals]), last=want.last,
    ), barred  # fmt: skip


def _bar(
    scenario: Scenario, calendar: Calendar, want: Want, at: int, way: Way, rule: Admissibility, rushes: np.ndarray,
    found: tuple[Sailing, ...],
) -> tuple[Way, list[WayBar]]:  # fmt: skip
    """The way without the weeks whose cars `rule` bars, and what holds for the cars of its model years that remain.

    A car from abroad is imported on the day its ship arrives; a rule on imports does not meet cars built at home.
    """
    last_day = [production_days(w)[-1] if way.plant == HOME else w.last for w in calendar.weeks]
    meets = np.array([model_year_on(want.model, day) >= rule.model_year_from for day in last_day])
    goes = np.array([k >= 0 for k in way.reach])
    if rule.acts_on == "sale":
        last_sale = calendar.week_of(rule.from_) - 1
        in_time = way.delivered <= last_sale
        early = np.array([leg.delivered <= last_sale for leg in way.legs]) if way.legs else goes & in_time
    else:
        if plant_of(scenario, way.plant).place.country == want.market.country or not way.legs:
            return way, []
        early = np.array([found[leg.sailing].arrives_on < rule.from_ for leg in way.legs])
        in_time = goes & early[way.reach]
    why = way.why.copy()
    why[meets & (why != NOT_ON_LINE) & ~(in_time & rushes)] = BARRED
    held = np.flatnonzero(meets & (why == BUILDABLE))
    way = replace(way, why=why, reach=np.where(why == BUILDABLE, way.reach, -1))
    if way.legs == () and len(held):
        early = (way.reach >= 0) & in_time
    return way, [WayBar(at, int(held[-1]), early)] if len(held) else []


def _ramps(scenario: Scenario, calendar: Calendar) -> list[tuple[int, int, int]]:
    """(model, week, most cars) of every launch week in the horizon, counted from the first whole week."""
    rows = []
    for i, model in enumerate(scenario.vehicles.models):
        start = calendar.week_of(model.from_)
        if 0 <= start < calendar.num_weeks and production_days(calendar.weeks[start])[0] < model.from_:
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


def _alternate_ramps(scenario: Scenario, calendar: Calendar) -> list[tuple[int, int, int, int]]:
    """(other plant from 1, variant, week, most cars) of every launch week, counted from the first whole week."""
    variants, rows = [variant.id for variant in scenario.vehicles.variants], []
    for k, plant in enumerate(scenario.alternates):
        for one in plant.builds:
            start = calendar.week_of(one.from_)
            if 0 <= start < calendar.num_weeks and _begins(plant, calendar.weeks[start]) < one.from_:
                start += 1
            weeks = ((start + row.week, row.cars) for row in one.ramp)
            rows += [(k + 1, variants.index(one.variant), w, n) for w, n in weeks if 0 <= w < calendar.num_weeks]
    return rows


def _begins(plant: AlternatePlant, week: Week) -> date:
    return next(iter(open_days(plant, week.first, week.last)), week.last)
