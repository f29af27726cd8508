"""From whole weekly volumes to orders: who gets which car, on which day it is built, and on which ship it sails."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.plan.completion.people import people_table
from quayline.plan.inputs.orders import day_number
from quayline.plan.inputs.ways import HOME, ROAD, delivered_on
from quayline.plan.model.variables import cars_of, home_cars
from quayline.plan.reasons.binding import price
from quayline.plan.reasons.orders import give_reasons
from quayline.plan.search.answer import Slots
from quayline.plan.slotting.part_tables import part_tables
from quayline.plan.slotting.pegging import peg
from quayline.records.schemas import PLAN
from quayline.records.stages import Plan
from quayline.scenario.working_days import open_days

if TYPE_CHECKING:
    from quayline.plan.inputs.pack import Programme
    from quayline.plan.model.model import Model
    from quayline.plan.reasons.orders import Reasons
    from quayline.plan.search.answer import Answer
    from quayline.scenario.schema import Scenario

NOT = -1


@dataclass(frozen=True)
class Days:
    """Production days in order: number of the day, week, weekend or not, shifts, overtime of each shift, cars."""

    number: np.ndarray
    week: np.ndarray
    is_weekend: np.ndarray
    num_shifts: np.ndarray
    overtime_h: np.ndarray
    cars: np.ndarray


def make_plan(scenario: Scenario, programme: Programme, model: Model, orders: pl.DataFrame, answer: Answer) -> Plan:
    """The record of the plan from the whole columns of `answer`."""
    days = production_days(programme, model, answer.x)
    slots = give_slots(scenario, programme, model, orders, days, answer.x)
    days = _counted(programme, days, slots)
    worths = price(model, answer.x, answer.basis, answer.priced)
    reasons = give_reasons(model.build, orders, slots, worths)
    parts, calloffs = part_tables(model, answer.x)
    table = _orders_table(programme, orders, slots, reasons)
    modes = answer.x[model.variables.mode].argmax(axis=0)
    return Plan(
        orders=table,
        weeks=_weeks_table(programme, model, answer),
        days=_days_table(programme, model, answer.x, days),
        build=_build_table(model, answer.x),
        bookings=_bookings_table(model, answer.x),
        years=_years_table(programme, slots, table),
        binding=worths.table(),
        parts=parts, calloffs=calloffs,
        shops=_shops_table(programme),
        launches=pl.DataFrame(schema={c.name: c.dtype for c in PLAN["launches"].columns}),
        people=people_table(scenario, model.build.balance, programme.calendar, modes),
        alternates=_alternates_table(programme, model, answer.x),
        status=answer.status, objective_usd=answer.objective_usd, bound_usd=answer.bound_usd,
        gap=answer.gap,
    )  # fmt: skip


def _shops_table(programme: Programme) -> pl.DataFrame:
    # A branch by model says nothing of the shop as a whole.
    rows = [(pinch.shop, m, float(most), pinch.is_measured)
            for pinch in programme.pinches if pinch.factor.all() for m, most in enumerate(pinch.most_jph)]  # fmt: skip
    return pl.DataFrame(rows, orient="row", schema={c.name: c.dtype for c in PLAN["shops"].columns})


def home_built(programme: Programme, model: Model, x: np.ndarray) -> np.ndarray:
    """Cars of the home plant by (pair, week); in a re-plan with those that are built and can no longer be sold."""
    cars: np.ndarray = np.round(home_cars(programme, model.variables, x)).astype(np.int64) + programme.stranded()
    return cars


def weekly_modes(programme: Programme, model: Model, x: np.ndarray) -> np.ndarray:
    """Mode by week."""
    modes: np.ndarray = x[model.variables.mode].argmax(axis=0)[programme.calendar.month_of]
    return modes


def production_days(programme: Programme, model: Model, x: np.ndarray) -> Days:
    """All normal working days, and the weekend days with shifts; cars of a week by hours of its days, of a frozen week
    those that it had."""
    calendar, v, stand = programme.calendar, model.variables, programme.stand
    modes = weekly_modes(programme, model, x)
    built = home_built(programme, model, x).sum(axis=0)
    rows: list[tuple[int, int, bool, int, float]] = []
    cars: list[np.ndarray] = []
    for w, week in enumerate(calendar.weeks):
        num_shifts, shift_h = int(calendar.num_shifts[modes[w]]), float(calendar.shift_h[modes[w]])
        shifts, extra_h = round(x[v.shifts[w]]), float(x[v.overtime_h[modes[w], w]])
        each_h = extra_h / (num_shifts * len(week.workdays)) if week.workdays else 0.0
        mine = [(day_number(day), w, False, num_shifts, each_h) for day in week.workdays]
        for day in week.free_days:
            worked = min(shifts, num_shifts)
            shifts -= worked
            mine += [(day_number(day), w, True, worked, 0.0)] if worked else []
        mine.sort()
        hours = np.cumsum([row[3] * (shift_h + row[4]) for row in mine])
        if stand and w < stand.frozen_weeks:
            cars.append(np.array([stand.places[row[0]] for row in mine]))
        elif len(mine):
            cars.append(np.diff(np.floor(hours / hours[-1] * built[w] + 0.5 - 1e-9), prepend=0.0))
        rows += mine
    columns = list(zip(*rows, strict=True)) if rows else [()] * 5
    return Days(
        np.array(columns[0], np.int64), np.array(columns[1], np.int64), np.array(columns[2], bool),
        np.array(columns[3], np.int64), np.array(columns[4], np.float64),
        np.concatenate([np.zeros(0), *cars]).astype(np.int64),
    )  # fmt: skip


def _counted(programme: Programme, days: Days, slots: Slots) -> Days:
    """The days with the cars that they were given: in a frozen week, a car that is left out leaves its place empty."""
    given = np.sort(slots.day[(slots.way != NOT) & (_of_ways(programme, slots.pair, slots.way)[0] == HOME)])
    cars = np.searchsorted(given, days.number, side="right") - np.searchsorted(given, days.number)
    return replace(days, cars=cars)


@dataclass(frozen=True)
class Cars:
    """Cars in order of pair, way and build: pair, way, week, leg (-1: by road), ideal place in the week from 0 to 1,
    and the day of those that keep it in a re-plan (-1: to be dealt)."""

    pair: np.ndarray
    way: np.ndarray
    week: np.ndarray
    leg: np.ndarray
    ideal: np.ndarray
    day: np.ndarray


def _cars(model: Model, x: np.ndarray) -> Cars:
    """All cars. Of n cars of a pair built in a week at one plant, the k-th stands at (k + 1/2) / n of the week
    (Monden's goal chasing, in its closed form), those of its ways one after the other."""
    parts = []
    for i, (pair, columns) in enumerate(zip(model.build.programme.pairs, model.variables.pairs, strict=True)):
        built = [cars_of(x, c.build) for c in columns.ways]
        for j, (way, c) in enumerate(zip(pair.ways, columns.ways, strict=True)):
            same = [n for n, other in zip(built, pair.ways, strict=True) if other.plant == way.plant]
            before = sum((n for n, other in zip(built[:j], pair.ways[:j], strict=True) if other.plant == way.plant), 0)
            week = np.repeat(np.arange(len(built[j])), built[j])
            rank = np.arange(len(week)) - np.searchsorted(week, week)
            ideal = (rank + (before + np.zeros(len(built[j])))[week] + 0.5) / np.sum(same, axis=0)[week]
            leg = np.repeat(np.arange(len(way.legs)), cars_of(x, c.shipped)) if way.legs else np.full(len(week), NOT)
            parts.append((np.full(len(week), i), np.full(len(week), j), week, leg, ideal, np.full(len(week), NOT)))
    none = (*(np.zeros(0, np.int64) for _ in range(4)), np.zeros(0), np.zeros(0, np.int64))
    return Cars(*(np.concatenate(column) for column in zip(none, *parts, strict=True)))


def give_slots(
    scenario: Scenario, programme: Programme, model: Model, orders: pl.DataFrame, days: Days, x: np.ndarray
) -> Slots:
    """Gives every car its day, and pegs the cars of each pair, by day of delivery, to its orders, first in, first out.

    Cars of the home plant are dealt to its days in the order of their ideal places; those of other plants to
    their open days by their own. In a re-plan, frozen cars keep their day.
    """
    sold, num = _cars(model, x), orders.height
    pair_of = np.full(num, NOT, np.int64)
    market_of, variant_of = orders["market_idx"].to_numpy(), orders["variant_idx"].to_numpy()
    for i, pair in enumerate(programme.pairs):
        pair_of[(market_of == pair.market) & (variant_of == pair.variant)] = i
    kept = _kept(programme, sold, num)
    cars, stranded = _with_stranded(programme, sold, pair_of, kept)
    plant = _of_ways(programme, cars.pair, cars.way)[0]
    day = _dealt(scenario, programme, cars, plant, days)
    sailing, delivered = _on_ships(scenario, programme, sold, day[: len(sold.pair)])
    sailing, delivered = (np.append(found, np.full(len(stranded), NOT)) for found in (sailing, delivered))
    due = (orders["requested_on"].cast(pl.Int32).to_numpy() - programme.calendar.monday) // 7
    firm = orders["is_firm"].to_numpy()
    car = np.full(num, NOT, np.int64)
    car[stranded] = len(sold.pair) + np.arange(len(stranded))
    for i, (pair, c) in enumerate(zip(programme.pairs, model.variables.pairs, strict=True)):
        mine = np.flatnonzero((pair_of == i) & (car < 0))
        own = np.flatnonzero(sold.pair == i)
        by_day = own[np.argsort(delivered[own], kind="stable")]
        car[mine] = peg(due[mine], pair.demand - cars_of(x, c.lost), by_day, kept[mine], firm[mine])

    def of_order(values: np.ndarray) -> np.ndarray:
        return np.where(car >= 0, values[car], NOT) if len(values) else np.full(num, NOT, np.int64)

    return Slots(pair_of, *(of_order(v) for v in (cars.way, cars.week, day, cars.leg, sailing, delivered)))


def _dealt(scenario: Scenario, programme: Programme, cars: Cars, plant: np.ndarray, days: Days) -> np.ndarray:
    """The day of every car. In a week with more places than cars, the cars take some of them, evenly."""
    day, is_open = cars.day.copy(), cars.day == NOT
    held = np.sort(cars.day[~is_open & (plant == HOME)])
    taken = np.searchsorted(held, days.number, side="right") - np.searchsorted(held, days.number)
    order = np.lexsort((cars.pair, cars.ideal, cars.week))
    order = order[((plant == HOME) & is_open)[order]]
    starts = np.searchsorted(cars.week[order], np.arange(programme.calendar.num_weeks + 1))
    for w in np.unique(cars.week[order]):
        mine, this = order[starts[w] : starts[w + 1]], days.week == w
        places = np.repeat(days.number[this], (days.cars - taken)[this])
        day[mine] = places[(2 * np.arange(len(mine)) + 1) * len(places) // (2 * len(mine))]
    for k, other in enumerate(scenario.alternates, 1):
        for w in np.unique(cars.week[(plant == k) & is_open]):
            week = programme.calendar.weeks[w]
            numbers = np.array([day_number(one) for one in open_days(other, week.first, week.last)])
            mine = np.flatnonzero((plant == k) & is_open & (cars.week == w))
            day[mine] = numbers[(cars.ideal[mine] * len(numbers)).astype(np.int64)]
    return day


def _kept(programme: Programme, cars: Cars, num_orders: int) -> np.ndarray:
    """The car that each order keeps in a re-plan, -1: none. It is the one that it had before, of the same way, week
    and rank; where cars of the week are left out, the orders that stay keep their order among those that remain."""
    kept, stand = np.full(num_orders, NOT), programme.stand
    if stand is None or not len(cars.pair):
        return kept
    base, num_weeks = np.cumsum([0, *(len(pair.ways) for pair in programme.pairs)]), programme.calendar.num_weeks
    key = (base[cars.pair] + cars.way) * num_weeks + cars.week  # ascending
    orders = np.flatnonzero((stand.week >= 0) & ~stand.is_barred)
    wanted = stand.way[orders] * num_weeks + stand.week[orders]
    first, after = np.searchsorted(key, wanted), np.searchsorted(key, wanted, side="right")
    by_rank = np.lexsort((stand.rank[orders], wanted))
    place = np.empty(len(orders), np.int64)
    place[by_rank] = np.arange(len(orders)) - np.searchsorted(wanted[by_rank], wanted[by_rank], side="right")
    car = np.minimum(first + stand.rank[orders], after + place)
    is_there = car >= first
    kept[orders[is_there]] = car[is_there]
    return kept


def _with_stranded(
    programme: Programme, cars: Cars, pair_of: np.ndarray, kept: np.ndarray
) -> tuple[Cars, np.ndarray]:
    """The cars, those that orders keep on their old days, and after them those that a re-plan finds built and barred
    from sale, with the orders they were for."""
    stand = programme.stand
    if stand is None:
        return cars, np.zeros(0, np.int64)
    cars.day[kept[kept >= 0]] = stand.day[kept >= 0]
    orders = np.flatnonzero(stand.is_barred)
    base = np.cumsum([0, *(len(pair.ways) for pair in programme.pairs)])
    way = stand.way[orders] - base[pair_of[orders]]
    parts = (pair_of[orders], way, stand.week[orders], np.full(len(orders), NOT), np.zeros(len(orders)),
             stand.day[orders])  # fmt: skip
    return Cars(*(np.append(old, new) for old, new in zip(vars(cars).values(), parts, strict=True))), orders


def _on_ships(
    scenario: Scenario, programme: Programme, cars: Cars, day: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Sailing and day of delivery of every car."""
    sailing, delivered = np.full(len(day), NOT, np.int64), np.full(len(day), NOT, np.int64)
    for i, pair in enumerate(programme.pairs):
        market = scenario.markets[pair.market]
        for j, way in enumerate(pair.ways):
            mine = (cars.pair == i) & (cars.way == j)
            if way.legs:
                idx = np.array([leg.sailing for leg in way.legs], np.int64)
                at = np.array([day_number(delivered_on(scenario, market, programme.sailings[k])) for k in idx])
                sailing[mine], delivered[mine] = idx[cars.leg[mine]], at[cars.leg[mine]]
            else:
                delivered[mine] = day[mine] + ceil(market.inland_days)
    return sailing, delivered


def _of_ways(programme: Programme, pair: np.ndarray, way: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Plant and lane of way number `way` of pair number `pair`; of any way where that is -1."""
    base = np.cumsum([0, *(len(one.ways) for one in programme.pairs)])
    ways = [one for found in programme.pairs for one in found.ways]
    at = base[pair] + np.maximum(way, 0)
    plant, lane = np.array([one.plant for one in ways], np.int64), np.array([one.lane for one in ways], np.int64)
    return plant[at % max(len(ways), 1)], lane[at % max(len(ways), 1)]


def _date(values: np.ndarray) -> pl.Series:
    numbers = pl.Series(values, dtype=pl.Int64)
    return numbers.set(numbers == NOT, None).cast(pl.Int32).cast(pl.Date)


def _orders_table(programme: Programme, orders: pl.DataFrame, slots: Slots, reasons: Reasons) -> pl.DataFrame:
    sailing, limit = pl.Series(slots.sailing, dtype=pl.Int64), pl.Series(reasons.limits, dtype=pl.Int64)
    plant, lane = (
        pl.Series(numbers, dtype=pl.Int64) for numbers in _of_ways(programme, slots.pair, slots.way)
    )  # fmt: skip
    is_unbuilt = pl.Series(slots.way == NOT)
    return orders.with_columns(
        plant.set(is_unbuilt, None).cast(pl.Int16).alias("plant_idx"),
        lane.set(is_unbuilt | (lane == ROAD), None).cast(pl.Int16).alias("lane_idx"),
        _date(slots.day).alias("planned_build_on"),
        sailing.set(sailing == NOT, None).cast(pl.Int32).alias("planned_sailing_idx"),
        _date(slots.delivered).alias("planned_delivery_on"),
        reasons.codes.alias("reason"),
        reasons.texts.alias("reason_text"),
        limit.set(limit == NOT, None).cast(pl.Int32).alias("binding_idx"),
    )


def _weeks_table(programme: Programme, model: Model, answer: Answer) -> pl.DataFrame:
    calendar, v, x = programme.calendar, model.variables, answer.x
    modes, week = weekly_modes(programme, model, x), np.arange(calendar.num_weeks)
    rate, shifts = programme.rate_jph[modes], np.round(x[v.shifts])
    normal_h, overtime_h = calendar.normal_h[modes, week], x[v.overtime_h[modes, week]]
    weekend_h = shifts * calendar.shift_h[modes]
    most_h = normal_h + calendar.overtime_h[modes, week]
    most_h += calendar.weekend_shifts[modes, week] * calendar.shift_h[modes]
    built = home_built(programme, model, x).sum(axis=0)
    return pl.DataFrame({
        "week_idx": pl.Series(week, dtype=pl.Int16),
        "from_on": pl.Series([w.first for w in calendar.weeks], dtype=pl.Date),
        "mode_idx": pl.Series(modes, dtype=pl.Int16),
        "num_workdays": pl.Series([len(w.workdays) for w in calendar.weeks], dtype=pl.Int16),
        "normal_h": normal_h, "paid_stop_h": calendar.paid_stop_h[modes, week], "overtime_h": overtime_h,
        "weekend_shifts": pl.Series(shifts, dtype=pl.Int16), "weekend_h": weekend_h,
        "capacity_cars": rate * (normal_h + overtime_h + weekend_h), "most_cars": rate * most_h,
        "built_cars": pl.Series(built, dtype=pl.Int32), "marginal_usd": answer.marginal_usd,
    })  # fmt: skip


def _days_table(programme: Programme, model: Model, x: np.ndarray, days: Days) -> pl.DataFrame:
    return pl.DataFrame({
        "date": _date(days.number),
        "week_idx": pl.Series(days.week, dtype=pl.Int16),
        "mode_idx": pl.Series(weekly_modes(programme, model, x)[days.week], dtype=pl.Int16),
        "is_weekend": pl.Series(days.is_weekend, dtype=pl.Boolean),
        "num_shifts": pl.Series(days.num_shifts, dtype=pl.Int16),
        "overtime_h": days.overtime_h,
        "cars": pl.Series(days.cars, dtype=pl.Int32),
    })  # fmt: skip


def _long(names: tuple[str, str], rows: Counter[tuple[int, int, int, int]]) -> pl.DataFrame:
    kind = pl.Int16 if names[0] == "week_idx" else pl.Int32
    return pl.DataFrame(
        sorted((*key, cars) for key, cars in rows.items()), orient="row",
        schema={names[0]: kind, "variant_idx": pl.Int16, "market_idx": pl.Int16, "plant_idx": pl.Int16,
                names[1]: pl.Int32},
    )  # fmt: skip


def _build_table(model: Model, x: np.ndarray) -> pl.DataFrame:
    rows: Counter[tuple[int, int, int, int]] = Counter()
    stand = model.build.programme.stand
    for k, (_, pair, way, c) in enumerate(model.build.ways()):
        built = cars_of(x, c.build) + (stand.barred[k] if stand else 0)
        for week in np.flatnonzero(built).tolist():
            rows[week, pair.variant, pair.market, way.plant] += int(built[week])
    return _long(("week_idx", "cars"), rows)


def _bookings_table(model: Model, x: np.ndarray) -> pl.DataFrame:
    rows: Counter[tuple[int, int, int, int]] = Counter()
    for _, pair, way, c in model.build.ways():
        shipped = cars_of(x, c.shipped)
        for k in np.flatnonzero(shipped).tolist():
            rows[way.legs[k].sailing, pair.variant, pair.market, way.plant] += int(shipped[k])
    return _long(("sailing_idx", "cars"), rows)


def _alternates_table(programme: Programme, model: Model, x: np.ndarray) -> pl.DataFrame:
    most = programme.alternate_cars
    cars = np.zeros(most.shape, np.int64)
    for k, (_, _, way, c) in enumerate(model.build.ways()):
        if way.plant != HOME:
            cars[way.plant - 1] += cars_of(x, c.build) + (programme.stand.barred[k] if programme.stand else 0)
    plant, week = np.indices(most.shape)
    return pl.DataFrame({
        "plant_idx": pl.Series(plant.ravel() + 1, dtype=pl.Int16), "week_idx": pl.Series(week.ravel(), dtype=pl.Int16),
        "cars": pl.Series(cars.ravel(), dtype=pl.Int32), "capacity_cars": pl.Series(most.ravel(), dtype=pl.Int32),
    })  # fmt: skip


def _years_table(programme: Programme, slots: Slots, orders: pl.DataFrame) -> pl.DataFrame:
    """Cars of the home plant under each agreement by the year of their day of build."""
    rows, home = [], orders["plant_idx"].fill_null(-1).to_numpy() == HOME
    years = orders["planned_build_on"].dt.year().fill_null(0).to_numpy()
    for agreement, year, cars, _, mine in programme.minimums:
        built = int((home & (years == year) & np.isin(slots.pair, mine)).sum())
        rows.append((agreement, year, cars, built, max(cars - built, 0)))
    return pl.DataFrame(rows, orient="row", schema={
        "agreement": pl.String, "year": pl.Int16, "minimum_cars": pl.Int32, "built_cars": pl.Int32,
        "shortfall_cars": pl.Int32,
    })  # fmt: skip
