"""How many people by month: the cheapest way to have a mode's crew when hiring and leaving cost."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from scipy.ndimage import minimum_filter1d

from quayline.records.schemas import PLAN

if TYPE_CHECKING:
    from quayline.plan.inputs.weeks import Calendar
    from quayline.records.stages import Balance
    from quayline.scenario.schema import Scenario


@dataclass(frozen=True)
class Terms:
    """People before the first month, most hired a month; USD of a person hired (training paid), left, and kept for each
    month beyond what the mode needs (months,)."""

    opening: int
    most_hired: int
    hire_usd: float
    leave_usd: float
    month_usd: np.ndarray


def people_of(balance: Balance) -> np.ndarray:
    """People of all shifts by mode."""
    return balance.crews.sort("mode_idx")["people"].to_numpy().astype(np.int64)


def terms_of(scenario: Scenario, balance: Balance, calendar: Calendar) -> Terms | None:
    """What turnover costs; None where it is free. A hired person counts in the month in which the training ends, and is
    paid for it before; a day has the mean hours of a shift of the opening mode."""
    turnover, plant = scenario.plant.crew.turnover, scenario.plant
    if turnover is None:
        return None
    at = [mode.id for mode in plant.modes].index(plant.opening_mode)
    day_usd = plant.crew.wage_usd_per_h * float(calendar.shift_h[at])
    days = [len(week.workdays) for week in calendar.weeks]
    return Terms(
        int(people_of(balance)[at]), turnover.most_hired_per_month,
        turnover.hire_usd + turnover.training_weeks * len(plant.calendar.workdays) * day_usd, turnover.leave_usd,
        day_usd * np.bincount(calendar.month_of, days, len(calendar.months)),
    )  # fmt: skip


def within_hiring(scenario: Scenario, balance: Balance, calendar: Calendar) -> Calendar:
    """The calendar in which a mode is allowed from the month that hiring the most every month reaches its people."""
    terms, months = terms_of(scenario, balance, calendar), np.arange(len(calendar.months))
    if terms is None:
        return calendar
    can = terms.opening + terms.most_hired * (months[None, :] + 1) >= people_of(balance)[:, None]
    return replace(calendar, allowed=calendar.allowed & can)


def cheapest_people(need: np.ndarray, terms: Terms) -> np.ndarray | None:
    """People by month at the least cost, at least `need`; None where too few can be hired in time.

    Dynamic programme over whole people: from any number one may hire up to the most or let any go.
    """
    size = max(int(need.max()), terms.opening) + 1
    people = np.arange(size)
    cost = np.where(people == terms.opening, 0.0, np.inf)
    before: list[np.ndarray] = []
    for month, least in enumerate(need.tolist()):
        before.append(cost)
        hired, left = _from_below(cost, terms), _from_above(cost, terms)
        cost = np.minimum(hired, left) + (people - least) * terms.month_usd[month]
        cost[:least] = np.inf
    found = np.zeros(len(need), np.int64)
    now = int(np.argmin(cost))
    if not np.isfinite(cost[now]):
        return None
    for month in range(len(need) - 1, -1, -1):
        found[month] = now
        step = now - people
        usd = np.where(step >= 0, step * terms.hire_usd, -step * terms.leave_usd) + before[month]
        now = int(np.argmin(np.where(step <= terms.most_hired, usd, np.inf)))
    return found


def _from_below(cost: np.ndarray, terms: Terms) -> np.ndarray:
    """By people: the least cost to come there by hiring 0 to the most."""
    people, width = np.arange(len(cost)), min(terms.most_hired, len(cost)) + 1
    slope = cost - people * terms.hire_usd
    padded = np.concatenate([np.full(width, np.inf), slope])
    least = minimum_filter1d(padded, width, mode="constant", cval=np.inf, origin=(width - 1) // 2)
    below: np.ndarray = least[width:] + people * terms.hire_usd
    return below


def _from_above(cost: np.ndarray, terms: Terms) -> np.ndarray:
    """By people: the least cost to come there by letting go."""
    people = np.arange(len(cost))
    slope = cost + people * terms.leave_usd
    above: np.ndarray = np.minimum.accumulate(slope[::-1])[::-1] - people * terms.leave_usd
    return above


def people_table(
    scenario: Scenario, balance: Balance, calendar: Calendar, modes: np.ndarray
) -> pl.DataFrame:
    """`plan.people` for the modes by month: no rows where turnover is free."""
    schema = pl.Schema({c.name: c.dtype for c in PLAN["people"].columns})
    terms = terms_of(scenario, balance, calendar)
    found = None if terms is None else cheapest_people(people_of(balance)[modes], terms)
    if terms is None or found is None:
        return pl.DataFrame([], schema=schema)
    step = np.diff(found, prepend=terms.opening)
    hired, left = np.maximum(step, 0), np.maximum(-step, 0)
    usd = hired * terms.hire_usd + left * terms.leave_usd + (found - people_of(balance)[modes]) * terms.month_usd
    return pl.DataFrame({
        "month": [f"{y}-{m:02}-01" for y, m in calendar.months],
        "mode_idx": modes, "people": found, "hired": hired, "left": left, "cost_usd": usd,
    }).with_columns(pl.col("month").str.to_date()).cast(schema)  # fmt: skip
