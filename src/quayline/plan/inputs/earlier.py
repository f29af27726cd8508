"""The plan that stands when it is made again: which of its cars, orders and bookings are which of now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.plan.inputs.orders import day_number
from quayline.plan.inputs.rules import bars
from quayline.plan.inputs.ways import ROAD
from quayline.scenario.sailings import sailings

if TYPE_CHECKING:
    from datetime import date

    from quayline.plan.inputs.pack import Programme
    from quayline.plan.inputs.weeks import Calendar
    from quayline.records.stages import Plan
    from quayline.scenario.schema import Scenario

_KEYS = ("market_idx", "variant_idx", "requested_on", "rank")


@dataclass(frozen=True)
class Earlier:
    """A plan that stands, the day on which it is made again, and the scenario that it was made for."""

    plan: Plan
    on: date
    scenario: Scenario


def matched(orders: pl.DataFrame, before: pl.DataFrame) -> pl.DataFrame:
    """`orders` with the columns of their counterparts in `before`, named `*_before` (null: a new order).

    Two orders are the same when market, variant, day requested and rank among the orders of these agree.
    """
    rank = pl.int_range(pl.len()).over("market_idx", "variant_idx", "requested_on").alias("rank")
    columns = ["planned_build_on", "plant_idx", "lane_idx", "planned_sailing_idx", "planned_delivery_on"]
    old = before.with_columns(rank).select(*_KEYS, "order_id", *columns)
    old = old.rename({name: f"{name}_before" for name in ("order_id", *columns)})
    return orders.with_columns(rank).join(old, on=_KEYS, how="left", maintain_order="left").drop("rank")


def frozen_until(scenario: Scenario, on: date) -> int:
    """Number of the first day that is not frozen when planning on `on`: a Monday.

    Weeks that have begun before `on` stand, and after them the frozen weeks of `plant.replanning`.
    """
    replanning = scenario.plant.replanning
    weeks = replanning.frozen_weeks if replanning else 0
    return day_number(on) + (-on.weekday()) % 7 + 7 * weeks


@dataclass(frozen=True)
class Stand:
    """What the earlier plan says in the terms of a programme: arrays by (way, week), (pair, week of delivery), leg.

    The first `frozen_weeks` weeks and the sailings before day number `open_day` are frozen. `build`, `shipped`: all
    cars of the earlier plan; `same_build`, `same_shipped`: those whose order is still there and whose way still
    exists; `served`: the orders that they are for; `pegged`: of these, with a frozen car. `barred`: frozen cars that
    a rule of now bars from their sale, `barred_due` their orders. `can_stand`: no car still to be built lost its way.
    Of each order now, by its frozen car: its `way`, `week` (-1: none), `rank` among the cars of way and week that can
    be sold, `day` of build, and whether it `is_barred`. `places`: cars by frozen day of the home plant. `modes` by
    month, `shifts` and `overtime_h` by week. `called`: by part, units by day of arrival of the call-offs that were due
    before `on`. `given_up`: orders by (pair, week of delivery) that would come later than their customers wait; those
    that an earlier plan gave up stay so.
    """

    on: date
    frozen_weeks: int
    open_day: int
    build: np.ndarray
    shipped: tuple[np.ndarray, ...]
    same_build: np.ndarray
    same_shipped: tuple[np.ndarray, ...]
    served: np.ndarray
    pegged: np.ndarray
    barred: np.ndarray
    barred_due: np.ndarray
    can_stand: bool
    way: np.ndarray
    week: np.ndarray
    rank: np.ndarray
    day: np.ndarray
    is_barred: np.ndarray
    places: dict[int, int]
    modes: np.ndarray
    shifts: np.ndarray
    overtime_h: np.ndarray
    change_usd: float
    called: dict[str, dict[date, int]]
    given_up: np.ndarray


def held_modes(scenario: Scenario, calendar: Calendar, earlier: Earlier) -> Calendar:
    """The calendar in which months with a frozen week, and those within the notice, allow only their earlier mode."""
    modes = _modes(calendar, earlier)
    day = earlier.on
    notice = [12 * (year - day.year) + month - day.month for year, month in calendar.months]
    num_frozen = frozen_weeks(scenario, calendar, earlier)
    last = calendar.month_of[num_frozen - 1] if num_frozen else -1
    allowed = calendar.allowed.copy()
    for k, ahead in enumerate(notice):
        if k <= last or ahead < scenario.plant.change.notice_months:
            allowed[:, k] &= np.arange(len(allowed)) == modes[k]
    return replace(calendar, allowed=allowed)


def _modes(calendar: Calendar, earlier: Earlier) -> np.ndarray:
    modes = np.zeros(len(calendar.months), np.int64)
    modes[calendar.month_of] = earlier.plan.weeks.sort("week_idx")["mode_idx"].to_numpy()
    return modes


def frozen_weeks(scenario: Scenario, calendar: Calendar, earlier: Earlier) -> int:
    """How many of the first weeks stand."""
    first_open = (frozen_until(scenario, earlier.on) - calendar.monday) // 7
    return min(max(first_open, 0), calendar.num_weeks)


def stand_of(scenario: Scenario, programme: Programme, orders: pl.DataFrame, earlier: Earlier) -> Stand:
    """The earlier plan over the ways, weeks and sailings of `programme`, for `orders` as they are now."""
    calendar, old, ways = programme.calendar, earlier.plan.orders, programme.ways()
    num_weeks, num_pairs = calendar.num_weeks, len(programme.pairs)
    frozen, open_day = frozen_weeks(scenario, calendar, earlier), frozen_until(scenario, earlier.on)
    number = _ways_now(programme, old)
    pair = np.array([*(i for i, _ in ways), -1], np.int64)[number]
    week = (old["planned_build_on"].to_physical().cast(pl.Int64) - calendar.monday).fill_null(-1).to_numpy() // 7
    sailing = _sailings_now(scenario, earlier)[old["planned_sailing_idx"].fill_null(-1).to_numpy()]
    counterpart = matched(orders, old)["order_id_before"].fill_null(-1).to_numpy().astype(np.int64)
    is_there = np.zeros(old.height + 1, bool)
    is_there[counterpart] = True
    is_sold = old["planned_delivery_on"].is_not_null().to_numpy()
    barred_now = ~is_sold | _barred(scenario, programme, earlier, pair)
    due = (orders["requested_on"].to_physical().to_numpy() - calendar.monday) // 7
    tables = {name: np.zeros((len(ways), num_weeks), np.int64) for name in ("build", "same", "barred")}
    by_due = ("served", "pegged", "barred", "given up")
    dues = {name: np.zeros((num_pairs, programme.num_due), np.int64) for name in by_due}
    shipped: list[np.ndarray] = []
    same_shipped: list[np.ndarray] = []
    can_stand = not ((number < 0) & (week >= frozen) & is_there[:-1]).any()
    built_on = old["planned_build_on"].to_physical().fill_null(-1).to_numpy()
    now_way, now_week, now_rank, now_day = (np.full(orders.height, -1) for _ in range(4))
    now_barred = np.zeros(orders.height, bool)
    old_at = np.where(counterpart >= 0, counterpart, old.height)
    for k, (i, one) in enumerate(ways):
        mine = (number == k) & (week >= 0)
        has_way = np.zeros(old.height, bool)
        has_way[mine] = one.reach[week[mine]] >= 0
        leg_at = {leg.sailing: place for place, leg in enumerate(one.legs)}
        leg = np.array([leg_at.get(int(s), -1) for s in sailing[mine]], np.int64)
        if one.legs:
            has_way[mine] &= (leg >= one.reach[week[mine]]) | (~is_sold[mine])
        is_frozen = mine & (week < frozen)
        barred = is_frozen & ((one.reach[np.maximum(week, 0)] < 0) | barred_now) & is_there[:-1]
        same = mine & has_way & is_sold & is_there[:-1] & ~barred
        can_stand &= bool(has_way[mine & ~is_frozen & is_there[:-1]].all())
        for name, which in (("build", mine), ("same", same), ("barred", barred)):
            tables[name][k] = np.bincount(week[which], minlength=num_weeks)
        for found, which in ((shipped, (is_sold & ~barred)[mine]), (same_shipped, same[mine])):
            found.append(np.bincount(leg[which & (leg >= 0)], minlength=len(one.legs)))
        pegged = same & is_frozen
        for name, which in (("served", same), ("pegged", pegged), ("barred", barred)):
            chosen = np.append(which, False)[old_at]
            dues[name][i] += np.bincount(due[chosen], minlength=programme.num_due)
        chosen = np.append(pegged | barred, False)[old_at]
        rank = _ranks(np.where(barred, -1, number), week)
        now_way[chosen], now_week[chosen], now_rank[chosen] = k, week[old_at[chosen]], rank[old_at[chosen]]
        now_day[chosen] = built_on[old_at[chosen]]
        now_barred |= np.append(barred, False)[old_at]
    told_off = np.append((old["reason"] == "frozen").to_numpy(), False)[old_at]
    pair_at = {(one.market, one.variant): i for i, one in enumerate(programme.pairs)}
    for k in np.flatnonzero(told_off).tolist():
        dues["given up"][pair_at[orders["market_idx"][k], orders["variant_idx"][k]], due[k]] += 1
    weeks, replanning = earlier.plan.weeks.sort("week_idx"), scenario.plant.replanning
    return Stand(
        earlier.on, frozen, open_day, tables["build"], tuple(shipped), tables["same"], tuple(same_shipped),
        dues["served"], dues["pegged"], tables["barred"], dues["barred"], can_stand, now_way, now_week, now_rank,
        now_day, now_barred, _places(earlier, open_day), _modes(calendar, earlier),
        weeks["weekend_shifts"].to_numpy().astype(np.float64), weeks["overtime_h"].to_numpy(),
        replanning.change_usd_per_car if replanning else 0.0, _called(earlier),
        dues["given up"],
    )  # fmt: skip


def _places(earlier: Earlier, open_day: int) -> dict[int, int]:
    """Cars by day number of the home plant's days before `open_day`."""
    days = earlier.plan.days.select(pl.col("date").cast(pl.Int32), "cars")
    return dict(days.filter(pl.col("date") < open_day).iter_rows())


def _called(earlier: Earlier) -> dict[str, dict[date, int]]:
    """Units of the call-offs that were due before the day, by part and day of arrival."""
    found: dict[str, dict[date, int]] = {}
    made = earlier.plan.calloffs.filter(pl.col("order_on") < earlier.on)
    for part, arrives_on, units in made.select("part", "arrives_on", "units").iter_rows():
        found.setdefault(part, {})[arrives_on] = units
    return found


def _barred(scenario: Scenario, programme: Programme, earlier: Earlier, pair: np.ndarray) -> np.ndarray:
    """Earlier orders whose car a rule bars, by its model year, in the week of its sale or of its import."""
    old, trips = earlier.plan.orders, sailings(earlier.scenario)
    built, wanted, delivered = (
        old[name].to_physical().fill_null(-1).to_numpy()
        for name in ("planned_build_on", "requested_on", "planned_delivery_on")
    )
    arrives = np.array([*(day_number(s.arrives_on) for s in trips), -1])[
        old["planned_sailing_idx"].fill_null(-1).to_numpy()
    ]
    barred = np.zeros(old.height, bool)
    for i, one in enumerate(programme.pairs):
        model = scenario.vehicles.models[one.model]
        for rule in bars(scenario, scenario.markets[one.market], model):
            years = [row for row in model.model_years if row.model_year >= rule.model_year_from]
            first = day_number(years[0].from_) if years else 10**9
            if years and years[0] is model.model_years[0]:
                first = 0  # before its first row, a model is of its first model year
            acts = arrives if rule.acts_on == "import" else np.maximum(wanted, delivered)
            week = day_number(rule.from_) - rule.from_.weekday()
            barred |= (pair == i) & (built >= first) & (acts >= week)
    return barred


def _ways_now(programme: Programme, old: pl.DataFrame) -> np.ndarray:
    """Number of the way of each earlier order; -1 where it was not built or its way is gone."""
    at = {}
    for k, (i, way) in enumerate(programme.ways()):
        at[programme.pairs[i].market, programme.pairs[i].variant, way.plant, way.lane] = k
    keys = old.select("market_idx", "variant_idx", "plant_idx", pl.col("lane_idx").fill_null(ROAD))
    return np.array([at.get(key, -1) for key in keys.iter_rows()], np.int64)


def _sailings_now(scenario: Scenario, earlier: Earlier) -> np.ndarray:
    """Place of each earlier sailing in the list of now, -1 where it no longer sails; last, -1 for none."""
    now = {(s.service, s.lane_idx, s.departs_on): s.sailing_idx for s in sailings(scenario)}
    old = [now.get((s.service, s.lane_idx, s.departs_on), -1) for s in sailings(earlier.scenario)]
    return np.array([*old, -1], np.int64)


def _ranks(way: np.ndarray, week: np.ndarray) -> np.ndarray:
    """Place of each order among those of its way and week, in the order of the table."""
    key = way * (int(week.max(initial=0)) + 2) + week
    order = np.argsort(key, kind="stable")
    starts = np.flatnonzero(np.diff(key[order], prepend=-(10**9)))
    rank = np.zeros(len(key), np.int64)
    rank[order] = np.arange(len(key)) - np.repeat(starts, np.diff(np.append(starts, len(key))))
    return rank


def has_orders(earlier: Earlier, orders: pl.DataFrame) -> bool:
    """Whether the plan that stands is for just these orders."""
    return orders.equals(earlier.plan.orders.select(orders.columns))


def same_frame(scenario: Scenario, calendar: Calendar, earlier: Earlier) -> str:
    """What of the horizon, the markets, the variants or the frozen days differs from the plan that stands; '' where
    nothing does."""
    old, frozen = earlier.scenario, frozen_weeks(scenario, calendar, earlier)
    workdays = [day for week in calendar.weeks[:frozen] for day in week.workdays]
    days = earlier.plan.days.filter(pl.col("week_idx") < frozen, ~pl.col("is_weekend"))["date"].to_list()
    for what, now, before in (
        ("horizon", (scenario.horizon.start, scenario.horizon.end), (old.horizon.start, old.horizon.end)),
        ("markets", [m.id for m in scenario.markets], [m.id for m in old.markets]),
        ("variants", [v.id for v in scenario.vehicles.variants], [v.id for v in old.vehicles.variants]),
        ("modes", [m.id for m in scenario.plant.modes], [m.id for m in old.plant.modes]),
        ("lanes", [x.id for x in scenario.logistics.lanes], [x.id for x in old.logistics.lanes]),
        ("working days of the frozen weeks", workdays, days),
    ):
        if now != before:
            return f"the {what} differ from those of the plan that stands"
    return ""
