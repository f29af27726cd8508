"""From whole weekly volumes to orders: who gets which car, on which day it is built, and on which ship it sails."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.plan.answer import Slots
from quayline.plan.binding import price
from quayline.plan.orders import day_number
from quayline.plan.pack import Programme, delivered_on
from quayline.plan.part_tables import part_tables
from quayline.plan.pegging import peg
from quayline.plan.reasons import give_reasons
from quayline.plan.variables import cars_of
from quayline.records.stages import Plan

if TYPE_CHECKING:
    from quayline.plan.answer import Answer
    from quayline.plan.model import Model
    from quayline.plan.reasons import Reasons
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
    worths = price(model, answer.x, answer.basis)
    reasons = give_reasons(model.build, orders, slots, worths)
    parts, calloffs = part_tables(model, answer.x)
    return Plan(
        orders=_orders_table(scenario, orders, slots, reasons),
        weeks=_weeks_table(programme, model, answer),
        days=_days_table(programme, model, answer.x, days),
        build=_build_table(programme, model, answer.x),
        bookings=_bookings_table(programme, model, answer.x),
        years=_years_table(programme, model, answer.x),
        binding=worths.table(),
        parts=parts, calloffs=calloffs,
        status=answer.status, objective_usd=answer.objective_usd, bound_usd=answer.bound_usd,
        gap=answer.gap,
    )  # fmt: skip


def cars_built(programme: Programme, model: Model, x: np.ndarray) -> np.ndarray:
    """Cars by (pair, week); in a re-plan with those that are built and can no longer be sold."""
    shape = len(programme.pairs), programme.calendar.num_weeks
    cars = np.array([cars_of(x, c.build) for c in model.variables.pairs], np.int64).reshape(shape)
    return cars if programme.stand is None else cars + programme.stand.barred


def weekly_modes(programme: Programme, model: Model, x: np.ndarray) -> np.ndarray:
    """Mode by week."""
    modes: np.ndarray = x[model.variables.mode].argmax(axis=0)[programme.calendar.month_of]
    return modes


def production_days(programme: Programme, model: Model, x: np.ndarray) -> Days:
    """All normal working days, and the weekend days with shifts; cars of a week by hours of its days."""
    calendar, v = programme.calendar, model.variables
    modes = weekly_modes(programme, model, x)
    built = cars_built(programme, model, x).sum(axis=0)
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
        if len(mine):
            cars.append(np.diff(np.floor(hours / hours[-1] * built[w] + 0.5 - 1e-9), prepend=0.0))
        rows += mine
    columns = list(zip(*rows, strict=True)) if rows else [()] * 5
    return Days(
        np.array(columns[0], np.int64), np.array(columns[1], np.int64), np.array(columns[2], bool),
        np.array(columns[3], np.int64), np.array(columns[4], np.float64),
        np.concatenate([np.zeros(0), *cars]).astype(np.int64),
    )  # fmt: skip


def give_slots(
    scenario: Scenario, programme: Programme, model: Model, orders: pl.DataFrame, days: Days, x: np.ndarray
) -> Slots:
    """Pegs orders to cars first in, first out by requested day within each pair, and levels each week over its days.

    In a week the k-th of n cars of a pair has its ideal place at (k + 1/2) / n of the week (Monden's goal chasing,
    in its closed form); cars are dealt to the days in that order.
    """
    calendar, num = programme.calendar, orders.height
    due = (orders["requested_on"].cast(pl.Int32).to_numpy() - calendar.monday) // 7
    market_of, variant_of = orders["market_idx"].to_numpy(), orders["variant_idx"].to_numpy()
    pair_of, week, leg, place = (np.full(num, NOT, np.int64) for _ in range(4))
    ideal, is_sold = np.zeros(num), np.ones(num, bool)
    for i, (pair, c) in enumerate(zip(programme.pairs, model.variables.pairs, strict=True)):
        mine = np.flatnonzero((market_of == pair.market) & (variant_of == pair.variant))
        pair_of[mine] = i
        built, stand = cars_of(x, c.build), programme.stand
        served, stranded = peg(mine, due[mine], pair.demand - cars_of(x, c.lost), built, stand)
        car = np.arange(len(served))
        week[served] = np.searchsorted(np.cumsum(built), car, side="right")
        first = np.concatenate([[0], np.cumsum(built)])[week[served]]
        ideal[served] = (car - first + 0.5) / built[week[served]]
        if pair.legs:
            leg[served] = np.searchsorted(np.cumsum(cars_of(x, c.shipped)), car, side="right")
        if stand is not None:
            week[stranded], is_sold[stranded] = stand.week[stranded], False
            stood = mine[(stand.week[mine] >= 0) & (stand.week[mine] == week[mine])]
            ideal[stood] = stand.ideal[stood]
    place = np.lexsort((pair_of, ideal, week))
    place = place[week[place] >= 0]
    day_at = np.full(num, NOT, np.int64)
    day_at[place] = np.repeat(np.arange(len(days.number)), days.cars)
    day = np.full(num, NOT, np.int64)
    day[day_at >= 0] = days.number[day_at[day_at >= 0]]
    sailing, delivered = _on_ships(scenario, programme, pair_of, leg, np.where(is_sold, day, NOT))
    return Slots(pair_of, week, day, leg, sailing, delivered)


def _on_ships(
    scenario: Scenario, programme: Programme, pair_of: np.ndarray, leg: np.ndarray, day: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    sailing, delivered = np.full(len(day), NOT, np.int64), np.full(len(day), NOT, np.int64)
    for i, pair in enumerate(programme.pairs):
        market = scenario.markets[pair.market]
        mine = (pair_of == i) & (day >= 0)
        if pair.legs:
            idx = np.array([leg.sailing for leg in pair.legs], np.int64)
            at = np.array([day_number(delivered_on(scenario, market, programme.sailings[k])) for k in idx])
            sailing[mine], delivered[mine] = idx[leg[mine]], at[leg[mine]]
        else:
            delivered[mine] = day[mine] + ceil(market.inland_days)
    return sailing, delivered


def _date(values: np.ndarray) -> pl.Series:
    numbers = pl.Series(values, dtype=pl.Int64)
    return numbers.set(numbers == NOT, None).cast(pl.Int32).cast(pl.Date)


def _orders_table(scenario: Scenario, orders: pl.DataFrame, slots: Slots, reasons: Reasons) -> pl.DataFrame:
    sailing, limit = pl.Series(slots.sailing, dtype=pl.Int64), pl.Series(reasons.limits, dtype=pl.Int64)
    lanes = {lane.id: k for k, lane in enumerate(scenario.logistics.lanes)}
    lane_of = pl.Series([lanes[m.lane] if m.lane else None for m in scenario.markets], dtype=pl.Int16)
    plant = pl.Series(np.zeros(orders.height), dtype=pl.Int16)
    lane = lane_of.gather(orders["market_idx"].cast(pl.UInt32))
    is_unbuilt = pl.Series(slots.day == NOT)
    return orders.with_columns(
        plant.set(is_unbuilt, None).alias("plant_idx"),
        lane.set(is_unbuilt, None).alias("lane_idx"),
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
    built = cars_built(programme, model, x).sum(axis=0)
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


def _long(names: tuple[str, str], rows: list[tuple[int, int, int, int]]) -> pl.DataFrame:
    kind = pl.Int16 if names[0] == "week_idx" else pl.Int32
    return pl.DataFrame(
        sorted(rows), orient="row",
        schema={names[0]: kind, "variant_idx": pl.Int16, "market_idx": pl.Int16, names[1]: pl.Int32},
    )  # fmt: skip


def _build_table(programme: Programme, model: Model, x: np.ndarray) -> pl.DataFrame:
    rows = [
        (int(w), pair.variant, pair.market, int(built[w]))
        for pair, built in zip(programme.pairs, cars_built(programme, model, x), strict=True)
        for w in np.flatnonzero(built)
    ]
    return _long(("week_idx", "cars"), rows)


def _bookings_table(programme: Programme, model: Model, x: np.ndarray) -> pl.DataFrame:
    rows = [
        (pair.legs[k].sailing, pair.variant, pair.market, int(shipped[k]))
        for pair, c in zip(programme.pairs, model.variables.pairs, strict=True)
        for shipped in (cars_of(x, c.shipped),)
        for k in np.flatnonzero(shipped)
    ]
    return _long(("sailing_idx", "cars"), rows)


def _years_table(programme: Programme, model: Model, x: np.ndarray) -> pl.DataFrame:
    calendar, rows = programme.calendar, []
    cars_of_pair = cars_built(programme, model, x)
    for agreement, year, cars, _, mine in programme.minimums:
        built = int(cars_of_pair[list(mine)][:, calendar.year_of == year].sum())
        rows.append((agreement, year, cars, built, max(cars - built, 0)))
    return pl.DataFrame(rows, orient="row", schema={
        "agreement": pl.String, "year": pl.Int16, "minimum_cars": pl.Int32, "built_cars": pl.Int32,
        "shortfall_cars": pl.Int32,
    })  # fmt: skip
