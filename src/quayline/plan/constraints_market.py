"""The constraints behind the line: yards, sailings, quotas, markets and rules of sale. One function a family."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints import Family, Rows
from quayline.plan.variables import INF, Variables

if TYPE_CHECKING:
    from quayline.plan.pack import Programme


def port_stock(programme: Programme, v: Variables) -> Family:
    """Cars held after a sailing = held before + become ready for it - shipped (each pair)."""
    rows = Rows("port stock", sum(len(pair.legs) for pair in programme.pairs))
    base = 0
    for pair, c in zip(programme.pairs, v.pairs, strict=True):
        leg = base + np.arange(len(pair.legs))
        rows.add(leg, c.held, 1.0)
        rows.add(leg[1:], c.held[:-1], -1.0)
        rows.add(leg, c.shipped, 1.0)
        if len(leg):
            rows.add(base + pair.reach, c.build, -1.0)
        base += len(leg)
    return rows.family(0.0, 0.0)


def sailing_space(programme: Programme, v: Variables, ceu: np.ndarray) -> Family:
    """Space of the cars booked on a sailing <= what the programme has on it; `ceu` by model."""
    rows = Rows("sailing space", len(programme.sailings))
    for pair, c in zip(programme.pairs, v.pairs, strict=True):
        rows.add(np.array([leg.sailing for leg in pair.legs], np.int64), c.shipped, ceu[pair.model])
    return rows.family(-INF, np.array([s.capacity for s in programme.sailings]))


def plant_yard(programme: Programme, v: Variables) -> Family:
    """Export cars in the plant's yard at the end of a week = before + built - trucked; within its places."""
    num = len(v.plant_yard)
    rows, week = Rows("plant yard", num), np.arange(num)
    rows.add(week, v.plant_yard, 1.0)
    rows.add(week[1:], v.plant_yard[:-1], -1.0)
    rows.add(week, v.trucked, 1.0)
    for pair, c in zip(programme.pairs, v.pairs, strict=True):
        if pair.legs:
            rows.add(np.arange(programme.calendar.num_weeks), c.build, -1.0)
    return rows.family(0.0, 0.0)


def port_yard(programme: Programme, v: Variables) -> Family:
    """Cars in the port of loading at the end of a week = before + trucked - sailed in the week."""
    num = len(v.port_yard)
    rows, week = Rows("port yard", num), np.arange(num)
    rows.add(week, v.port_yard, 1.0)
    rows.add(week[1:], v.port_yard[:-1], -1.0)
    rows.add(week, v.trucked, -1.0)
    for pair, c in zip(programme.pairs, v.pairs, strict=True):
        rows.add(_departure_weeks(programme, [leg.sailing for leg in pair.legs]), c.shipped, 1.0)
    return rows.family(0.0, 0.0)


def port_places(programme: Programme, v: Variables, places: int) -> Family:
    """Cars in the port of loading before the ships of a week sail <= its places."""
    num = len(v.port_yard)
    rows, week = Rows("port places", num), np.arange(num)
    rows.add(week, v.trucked, 1.0)
    rows.add(week[1:], v.port_yard[:-1], 1.0)
    return rows.family(-INF, float(places))


def _departure_weeks(programme: Programme, idx: list[int]) -> np.ndarray:
    return np.array([programme.calendar.week_of(programme.sailings[k].departs_on) for k in idx], np.int64)


def discharge_yard(programme: Programme, v: Variables, port_of: np.ndarray, days: np.ndarray, places: np.ndarray,
                   ) -> Family:  # fmt: skip
    """Cars that arrive at a port of discharge within its processing time <= its places.

    `port_of`: port by lane; `days`, `places`: processing days and places by port. One row a sailing.
    """
    rows = Rows("discharge yard", len(programme.sailings))
    ports = port_of[np.array([s.lane_idx for s in programme.sailings], np.int64)]
    arrives = np.array([s.arrives_on.toordinal() for s in programme.sailings])
    for pair, c in zip(programme.pairs, v.pairs, strict=True):
        idx = np.array([leg.sailing for leg in pair.legs], np.int64)
        for k in range(len(programme.sailings) if len(idx) else 0):
            gap = arrives[k] - arrives[idx]
            same = (ports[idx] == ports[k]) & (gap >= 0) & (gap < max(days[ports[k]], 1))
            rows.add(k, c.shipped[same], 1.0)
    return rows.family(-INF, places[ports].astype(np.float64))


def quota(programme: Programme, v: Variables) -> Family:
    """Cars imported in a calendar year under a duty's quota, less those at the rate beyond it, <= the quota."""
    rows = Rows("quota", len(programme.quotas))
    for pair, c in zip(programme.pairs, v.pairs, strict=True):
        numbers = np.array([leg.quota for leg in pair.legs], np.int64)
        under = numbers >= 0
        rows.add(numbers[under], c.shipped[under], 1.0)
        rows.add(numbers[under], c.over[under], -1.0)
    return rows.family(-INF, np.array([float(cars) for _, _, cars in programme.quotas]))


def over_quota(programme: Programme, v: Variables) -> Family:
    """Cars beyond the quota are part of the cars shipped."""
    legs = [(c.over[k], c.shipped[k]) for c in v.pairs for k in np.flatnonzero(c.over >= 0)]
    rows = Rows("over quota", len(legs))
    both = np.array(legs, np.int64).reshape(-1, 2)
    rows.add(np.arange(len(legs)), both[:, 0], 1.0)
    rows.add(np.arange(len(legs)), both[:, 1], -1.0)
    return rows.family(-INF, 0.0)


def market_balance(programme: Programme, v: Variables) -> Family:
    """Stock - backlog = before + delivered - wanted + lost, by week of delivery (each pair)."""
    num = programme.num_due
    rows, right = Rows("market balance", num * len(v.pairs)), np.zeros((len(v.pairs), num))
    for i, (pair, c) in enumerate(zip(programme.pairs, v.pairs, strict=True)):
        week = i * num + np.arange(num)
        for column, sign in ((c.stock, 1.0), (c.backlog, -1.0)):
            rows.add(week, column, sign)
            rows.add(week[1:], column[:-1], -sign)
        if pair.legs:
            rows.add(i * num + np.array([leg.delivered for leg in pair.legs]), c.shipped, -1.0)
        elif pair.lane < 0:
            rows.add(i * num + pair.reach, c.build, -1.0)
        rows.add(week, c.lost, -1.0)
        right[i] = -pair.demand
    return rows.family(right.ravel(), right.ravel())


def late_orders(programme: Programme, v: Variables) -> Family:
    """Backlog <= orders wanted within the tolerance + late orders."""
    return _recent(programme, v, "late orders")


def patience(programme: Programme, v: Variables) -> Family:
    """Backlog <= orders wanted within the patience: none waits longer."""
    return _recent(programme, v, "patience")


def _recent(programme: Programme, v: Variables, name: str) -> Family:
    num = programme.num_due
    rows, right = Rows(name, num * len(v.pairs)), np.zeros((len(v.pairs), num))
    for i, (pair, c) in enumerate(zip(programme.pairs, v.pairs, strict=True)):
        span = pair.tolerance if name == "late orders" else pair.patience
        week = np.arange(num)
        rows.add(i * num + week, c.backlog, 1.0)
        if name == "late orders":
            rows.add(i * num + week, c.late, -1.0)
        total = np.concatenate([[0], np.cumsum(pair.demand)])
        right[i] = total[week + 1] - total[np.maximum(week + 1 - span, 0)]
        for back in range(span):
            lost = c.lost[: num - back]
            held = c.backlog[back:] >= 0
            rows.add((i * num + week[back:])[held], lost[held], 1.0)
    return rows.family(-INF, right.ravel())


def stock_age(programme: Programme, v: Variables, ahead_weeks: int) -> Family:
    """Cars ready for the ships up to a week of delivery (by road: delivered) <= orders wanted up to `ahead_weeks` on.

    Written as held + stock - backlog <= accepted orders of the next weeks; one row a week of delivery of a pair.
    """
    num = programme.num_due
    rows, right = Rows("stock age", num * len(v.pairs)), np.full((len(v.pairs), num), INF)
    for i, (pair, c) in enumerate(zip(programme.pairs, v.pairs, strict=True)):
        if pair.legs:
            last = {leg.delivered: k for k, leg in enumerate(pair.legs) if c.shipped[k] >= 0}
            weeks = np.array(sorted(last), np.int64)
            rows.add(i * num + weeks, c.held[[last[week] for week in weeks.tolist()]], 1.0)
        else:
            weeks = np.unique(pair.reach[pair.reach >= 0])
        rows.add(i * num + weeks, c.stock[weeks], 1.0)
        rows.add(i * num + weeks, c.backlog[weeks], -1.0)
        total = np.concatenate([[0], np.cumsum(pair.demand), np.full(ahead_weeks, pair.demand.sum())])
        right[i, weeks] = total[weeks + 1 + ahead_weeks] - total[weeks + 1]
        for ahead in range(1, ahead_weeks + 1):
            near = weeks[weeks + ahead < num]
            rows.add(i * num + near, c.lost[near + ahead], 1.0)
    return rows.family(-INF, right.ravel())


def sale_date(programme: Programme, v: Variables) -> Family:
    """Cars of a model year that will be barred are delivered, and sold to orders wanted, before the rule acts."""
    rows, lower = Rows("sale date", 2 * len(programme.bars)), np.zeros((len(programme.bars), 2))
    for k, bar in enumerate(programme.bars):
        pair, c = programme.pairs[bar.pair], v.pairs[bar.pair]
        built = c.build[: bar.last_build + 1]
        for row in (2 * k, 2 * k + 1):
            rows.add(row, built, -1.0)
        if pair.legs:
            early = np.array([leg.delivered <= bar.last_sale for leg in pair.legs])
            rows.add(2 * k, c.shipped[early], 1.0)
        else:
            weeks = np.arange(programme.calendar.num_weeks)
            early = (pair.reach >= 0) & (pair.reach <= bar.last_sale)
            rows.add(2 * k, c.build[weeks[early]], 1.0)
        rows.add(2 * k + 1, c.lost[: bar.last_sale + 1], -1.0)
        lower[k, 1] = -float(pair.demand[: bar.last_sale + 1].sum())
    return rows.family(lower.ravel(), INF)
