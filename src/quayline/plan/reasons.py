"""Why an order is unbuilt or planned late: what was binding in the weeks in which it should have been built."""

from __future__ import annotations

from math import floor
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.plan.pack import BARRED, NO_SAILING, NOT_ON_LINE, Pair, Programme
from quayline.plan.variables import cars_of

if TYPE_CHECKING:
    from quayline.plan.answer import Answer, Slots
    from quayline.plan.model import Model
    from quayline.scenario.schema import Scenario

FREE, STOP, RAMP, MIX, CAPACITY = range(5)
_LATE = ("plan-cheaper", "plan-stop", "plan-ramp", "plan-mix-limit", "plan-capacity")
_UNBUILT = ("unprofitable", "capacity", "ramp", "mix-limit", "capacity")
_BLOCKED = {NOT_ON_LINE: "not-on-line", NO_SAILING: "no-sailing", BARRED: "not-admissible"}
_WORTH_USD = 0.5


def give_reasons(
    scenario: Scenario, programme: Programme, model: Model, orders: pl.DataFrame, slots: Slots, answer: Answer
) -> pl.Series:
    """A code of `records.reasons` for each order, '' where it is neither unbuilt nor planned later than tolerated."""
    codes = np.full(orders.height, "", dtype=object)
    requested = orders["requested_on"].cast(pl.Int32).to_numpy()
    standard = orders["standard_build_on"].cast(pl.Int32).to_numpy()
    monday = programme.calendar.monday
    start = (standard - monday) // 7
    for i, pair in enumerate(programme.pairs):
        cause = week_causes(programme, model, answer, i)
        mine = slots.pair == i
        unbuilt = np.flatnonzero(mine & (slots.day < 0))
        due = (requested[unbuilt] - monday) // 7
        spans, at = np.unique(np.stack([start[unbuilt], due]), axis=1, return_inverse=True)
        told = [_unbuilt(pair, cause, int(first), int(wanted)) for first, wanted in spans.T]
        codes[unbuilt] = np.array([*told, ""], dtype=object)[at.ravel()]
        tolerance = floor(scenario.markets[pair.market].tolerance_days)
        late = np.flatnonzero(mine & (slots.day >= 0) & (slots.delivered > requested + tolerance))
        codes[late] = _late(pair, cause, start[late], slots.week[late], slots.leg[late])
    return pl.Series(codes.tolist(), dtype=pl.String)


def week_causes(programme: Programme, model: Model, answer: Answer, at: int) -> np.ndarray:
    """What keeps pair number `at` from one more car, by week: the first of stop, ramp, mix limit, capacity.

    Capacity binds where one more car of it is worth something; ramps and mix limits where no further car fits.
    """
    calendar, v, x = programme.calendar, model.variables, answer.x
    pair, num = programme.pairs[at], calendar.num_weeks
    cars = np.array([cars_of(x, c.build) for c in v.pairs])
    cause = np.where(answer.marginal_usd > _WORTH_USD, CAPACITY, FREE)
    modes, week = x[v.mode].argmax(axis=0)[calendar.month_of], np.arange(num)
    hours = calendar.normal_h[modes, week] + calendar.overtime_h[modes, week]
    hours += np.round(x[v.shifts]) * calendar.shift_h[modes]
    for k, jph in enumerate(programme.mix_jph):
        share = programme.mix[k, at]
        cause[(share > 0) & (np.sum(programme.mix[k][:, None] * cars, axis=0) + share > jph * hours + 1e-6)] = MIX
    same = np.array([other.model == pair.model for other in programme.pairs])
    for model_at, w, most in programme.ramp:
        if model_at == pair.model and cars[same, w].sum() >= most:
            cause[w] = RAMP
    cause[pair.why == NOT_ON_LINE] = RAMP
    cause[[not w.workdays for w in calendar.weeks]] = STOP
    return cause


def _unbuilt(pair: Pair, cause: np.ndarray, start: int, due: int) -> str:
    span = slice(start, min(start + pair.patience, len(cause) - 1) + 1)
    reach, why = pair.reach[span], pair.why[span]
    delivered = pair.delivered[span]
    fits = (reach >= 0) & (delivered <= due + pair.patience)
    if not fits.any():
        kinds = [kind for kind in (BARRED, NO_SAILING, NOT_ON_LINE) if (why == kind).any()]
        return _BLOCKED[kinds[0]] if kinds else "no-sailing" if pair.legs else "capacity"
    way_usd = np.array([pair.legs[k].usd for k in reach[fits]]) if pair.legs else 0.0
    if (pair.price_usd[due] - pair.build_usd[span][fits] - way_usd).max() <= 0:
        return "unprofitable"
    bound = cause[span][fits]
    if pair.legs and (bound == FREE).any():
        return "no-sailing"
    return _UNBUILT[int(np.bincount(bound[bound != FREE]).argmax()) if (bound != FREE).any() else FREE]


def _late(pair: Pair, cause: np.ndarray, start: np.ndarray, week: np.ndarray, leg: np.ndarray) -> np.ndarray:
    """A stop in the standard week, else the commonest cause of the weeks from it to the one before the planned."""
    counts = np.array([
        np.concatenate([[0], np.cumsum(cause == kind)])[np.maximum(week, start)]
        - np.concatenate([[0], np.cumsum(cause == kind)])[start]
        for kind in (STOP, RAMP, MIX, CAPACITY)
    ])  # fmt: skip
    codes = np.array(_LATE, dtype=object)[np.where(counts.sum(axis=0) > 0, counts.argmax(axis=0) + 1, 0)]
    codes[(cause[start] == STOP) & (week > start)] = "plan-stop"
    if pair.legs:
        codes[(counts.sum(axis=0) == 0) | (leg > pair.reach[week])] = "plan-sailing"
    return codes
