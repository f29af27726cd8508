"""Call-offs of a long-lead part by exact dynamic lot sizing.

Each week's need is known. One call-off may arrive at the start of a week: nothing, or between the minimum order and
what the supplier can send; it costs `order_usd`, and each unit in the store at the end of a week its holding. The
zero-inventory rule of Wagner and Whitin (1958) does not hold under limits on orders and stock (Love, 1973), so the
state is the stock itself: the dynamic programme of Florian, Lenstra and Rinnooy Kan (1980) with a sliding-window
minimum, in time weeks x places of the store. It is exact for any limits by week.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING

import numpy as np
from scipy.ndimage import minimum_filter1d

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from quayline.scenario.sources import Part

FREE = -1


@dataclass(frozen=True)
class Supply:
    """What may arrive of a part, by week (num_weeks,): `most` units that its supplier can send, 0 where a call-off made
    on the day of planning comes too late; `fixed` units of call-offs that can no longer be changed, FREE
    where they can. `days`: days of each week, that stock is held for."""

    part: Part
    most: np.ndarray
    fixed: np.ndarray
    days: np.ndarray

    @property
    def least(self) -> int:
        """Units of the smallest call-off."""
        return max(self.part.minimum_order, 1)


def supply_of(part: Part, weeks: Sequence[tuple[date, date]], on: date, made: Mapping[date, int]) -> Supply:
    """The supply of `part` over `weeks` (first and last day each), when planning on the day `on`. `made`: units by day
    of arrival of the call-offs made before; they stand, and weeks whose call-off was due before `on` take no other."""
    firsts = [first for first, _ in weeks]
    rates = sorted((row.from_, row.units_per_week) for row in part.supply)
    dated = [dates_of(part, first) for first in firsts]
    begun = [[units for from_, units in rates if from_ <= leaves] for _, leaves in dated]
    return Supply(
        part,
        most=np.array([row[-1] if row and order >= on else 0 for row, (order, _) in zip(begun, dated, strict=True)]),
        fixed=np.array([made.get(first, FREE if order >= on else 0)
                        for first, (order, _) in zip(firsts, dated, strict=True)], np.int64),
        days=np.array([(last - first).days + 1 for first, last in weeks]),
    )  # fmt: skip


def dates_of(part: Part, arrives_on: date) -> tuple[date, date]:
    """(order_on, leaves_on) of a call-off: fixed its lead time before it arrives, the frozen time before it leaves."""
    order_on = arrives_on - timedelta(days=ceil(part.lead_days))
    return order_on, order_on + timedelta(days=ceil(part.frozen_days))


def call_off(need: np.ndarray, supply: Supply) -> np.ndarray | None:
    """Units arriving by week at the least cost of orders and holding, or None where nothing keeps the stock between
    0 and the store's places. `need`: units used by week. Of equally cheap plans the one that orders later."""
    part, num = supply.part, len(need)
    size = part.store_units + 1
    least = supply.least
    cost = np.full(size, np.inf)
    if part.opening_stock < size:
        cost[part.opening_stock] = 0.0
    before: list[np.ndarray] = []
    for w in range(num):
        before.append(cost)
        held = cost.copy() if supply.fixed[w] in (FREE, 0) else np.full(size, np.inf)
        low, high = (least, int(supply.most[w])) if supply.fixed[w] == FREE else (int(supply.fixed[w]),) * 2
        if 0 < low <= high:
            held = np.minimum(held, part.order_usd + _window_min(cost, low, high))
        cost = np.full(size, np.inf)
        used = int(need[w])
        if used < size:
            cost[: size - used] = held[used:]
        cost += np.arange(size) * part.holding_usd_per_day * int(supply.days[w])
    return _trace(need, supply, before, cost)


def stopgap(need: np.ndarray, supply: Supply) -> np.ndarray:
    """Arrivals where `call_off` finds none, as late as the supplier's rates allow, in lots of at least the minimum.
    Stock falls below 0 by no more than no arrivals can help, and passes the latest arrivals' by less than one lot."""
    num, least = len(need), supply.least
    free = supply.fixed == FREE
    most = np.where(free, np.where(supply.most >= least, supply.most, 0), supply.fixed)
    due = np.maximum(np.cumsum(need) - supply.part.opening_stock, 0)
    for w in range(num - 2, -1, -1):
        due[w] = max(due[w], due[w + 1] - most[w + 1])
    arrived, got = np.zeros(num, np.int64), 0
    for w in range(num):
        want = int(due[w]) - got
        lot = min(max(want, least), int(most[w])) if want > 0 else 0
        arrived[w] = lot if free[w] else supply.fixed[w]
        got += int(arrived[w])
    return arrived


def _window_min(cost: np.ndarray, low: int, high: int) -> np.ndarray:
    """By stock i: the least of cost[i - high .. i - low]."""
    width = min(high, len(cost) + low) - low + 1
    padded = np.concatenate([np.full(low + width, np.inf), cost])
    # The filter's window [j - width // 2, j + (width - 1) // 2] is shifted to end at i - low.
    least: np.ndarray = minimum_filter1d(padded, width, mode="constant", cval=np.inf, origin=(width - 1) // 2)
    return least[width : width + len(cost)]


def _trace(need: np.ndarray, supply: Supply, before: list[np.ndarray], last: np.ndarray) -> np.ndarray | None:
    """The arrivals that lead to the cheapest last stock."""
    stock = int(np.argmin(last))
    if not np.isfinite(last[stock]):
        return None
    arrived = np.zeros(len(need), np.int64)
    for w in range(len(need) - 1, -1, -1):
        full = stock + int(need[w])
        fixed = int(supply.fixed[w])
        low, high = (supply.least, int(supply.most[w])) if fixed == FREE else (fixed, fixed)
        best = before[w][full] if fixed in (FREE, 0) and full < len(last) else np.inf
        units = np.arange(max(low, 1), min(high, full) + 1)
        if len(units):
            costs = before[w][full - units] + supply.part.order_usd
            if costs.min() < best:
                arrived[w] = units[np.argmin(costs)]
        stock = full - int(arrived[w])
    return arrived


def cost_usd(arrived: np.ndarray, need: np.ndarray, supply: Supply) -> float:
    """What the call-offs and the stock at each week's end cost."""
    stock = supply.part.opening_stock + np.cumsum(arrived - need)
    held = np.sum(stock * supply.days) * supply.part.holding_usd_per_day
    return float(np.count_nonzero(arrived) * supply.part.order_usd + held)
