"""Whole orders for whole cars that come by several ways: rounding each way alone may break what binds their sum.

With whole cars given, the orders accepted up to week r, A(r), must lie between bounds: at most what is delivered within
the patience, V(r + patience); at least what stock age, the last week and dates of sale ask for; and grow by 0 to D(r).
Such a system has a whole solution wherever it has any; the one nearest to the relaxation is taken. Where the roundings
up of several ways leave no solution, the latest car that asks for too much is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.stock_age import last_legs, ready_weeks
from quayline.plan.inputs.ways import ROAD

if TYPE_CHECKING:
    from quayline.plan.constraints import Build
    from quayline.plan.inputs.ways import Way


@dataclass(frozen=True)
class Change:
    """One car of a way's week of build or (`is_leg`) leg number `place` is moved by `to` places, or (0) left out."""

    way: int
    place: int
    is_leg: bool
    to: int


@dataclass
class Flow:
    """Whole cars of one way: built by week, shipped by leg; cars of a way sail in the order in which they are built."""

    way: Way
    built: np.ndarray
    shipped: np.ndarray

    def ready(self) -> np.ndarray:
        """Cars that become ready for each leg."""
        goes = self.way.reach >= 0 if self.way.legs else np.zeros(0, bool)
        return np.bincount(self.way.reach[goes], self.built[goes], len(self.way.legs)) if self.way.legs else np.zeros(0)

    def delivered(self, num_due: int) -> np.ndarray:
        """Cars by week of delivery."""
        if self.way.lane == ROAD:
            goes = self.way.reach >= 0
            return np.bincount(self.way.reach[goes], self.built[goes], num_due)
        return np.bincount(np.array([leg.delivered for leg in self.way.legs], np.int64), self.shipped, num_due)

    def latest(self, week: int) -> int:
        """The last week of build with cars that could be delivered up to `week`; -1 where there is none."""
        found = np.flatnonzero((self.built > 0) & (self.way.delivered <= week))
        return int(found[-1]) if len(found) else -1

    def leave_out(self, week: int) -> None:
        """Takes out the last car built in `week`, and its place on its ship."""
        number = self.built[: week + 1].sum()
        self.built[week] -= 1.0
        if self.way.legs:
            self.shipped[int(np.searchsorted(np.cumsum(self.shipped), number))] -= 1.0

    def make(self, change: Change) -> None:
        """Makes a change of one car, or none where it is gone or cannot be moved so."""
        if (self.shipped if change.is_leg else self.built)[change.place] < 1.0:
            return
        if not change.to:
            self._leave_out_of(change.place) if change.is_leg else self.leave_out(change.place)
        elif change.is_leg:
            self._ship_on(change.place, change.place + change.to)
        else:
            self._build_in(change.place, change.place + change.to)

    def _leave_out_of(self, leg: int) -> None:
        """Takes out the last car shipped on `leg`, and its place in its week of build."""
        number = self.shipped[: leg + 1].sum()
        self.shipped[leg] -= 1.0
        self.built[int(np.searchsorted(np.cumsum(self.built), number))] -= 1.0

    def _ship_on(self, leg: int, other: int) -> None:
        if 0 <= other < len(self.shipped):
            self._move(self.shipped, leg, other)

    def _build_in(self, week: int, other: int) -> None:
        if 0 <= other < len(self.built) and self.way.reach[other] >= 0:
            self._move(self.built, week, other)

    def _move(self, cars: np.ndarray, place: int, other: int) -> None:
        """Moves one of `cars`, unless it would then sail before it is ready."""
        cars[place] -= 1.0
        cars[other] += 1.0
        if self.way.legs and (np.cumsum(self.ready()) < np.cumsum(self.shipped)).any():
            cars[place] += 1.0
            cars[other] -= 1.0


def fit_orders(build: Build, at_pair: int, flows: list[Flow], target: np.ndarray) -> np.ndarray:
    """Orders accepted by week, their sums as near to `target` as the cars of `flows` allow; may leave out cars."""
    pair = build.programme.pairs[at_pair]
    while True:
        least, most = _bounds(build, at_pair, flows)
        accepted = nearest_sums(pair.demand, least, most, target)
        if isinstance(accepted, np.ndarray):
            return accepted
        weeks = [flow.latest(accepted) for flow in flows]
        if max(weeks) < 0:
            weeks = [flow.latest(len(target)) for flow in flows]
        due = [flow.way.delivered[week] if week >= 0 else -1 for flow, week in zip(flows, weeks, strict=True)]
        worst = int(np.argmax(due))
        flows[worst].leave_out(weeks[worst])


def _bounds(build: Build, at_pair: int, flows: list[Flow]) -> tuple[np.ndarray, np.ndarray]:
    """The least and the most orders accepted up to each week."""
    pair, columns = build.programme.pairs[at_pair], build.variables.pairs[at_pair]
    num, ahead = len(pair.demand), build.params.ahead_weeks
    total = np.cumsum(np.sum([flow.delivered(num) for flow in flows], axis=0))
    least, week = np.zeros(num), np.arange(num)
    least[pair.last :] = total[-1]
    weeks = ready_weeks(pair, columns)
    ready = total[weeks]
    for flow in flows:
        last = last_legs(flow.way, weeks)
        held = np.cumsum(flow.ready()) - np.cumsum(flow.shipped)
        ready[last >= 0] += held[last[last >= 0]]
    np.maximum.at(least, np.minimum(weeks + ahead, num - 1), ready)
    for bar in build.programme.bars:
        if bar.pair == at_pair and bar.last_sale is not None:
            barred = sum(flows[one.way].built[: one.last_build + 1].sum() for one in bar.ways)
            least[bar.last_sale] = max(least[bar.last_sale], barred)
    return least, total[np.minimum(week + pair.patience, num - 1)]


def nearest_sums(demand: np.ndarray, least: np.ndarray, most: np.ndarray, target: np.ndarray) -> np.ndarray | int:
    """Whole steps from 0 to `demand` whose sums lie from `least` to `most`, near `target`; or the week that asks for
    more than there can be."""
    num = len(demand)
    low, cause = least.copy(), np.arange(num)
    high = np.minimum.accumulate(most[::-1])[::-1]
    for week in range(num - 2, -1, -1):
        if low[week + 1] - demand[week + 1] > low[week]:
            low[week], cause[week] = low[week + 1] - demand[week + 1], cause[week + 1]
    sums, before = np.zeros(num), 0.0
    for week in range(num):
        floor, ceiling = max(low[week], before), min(high[week], before + demand[week])
        if floor > ceiling:
            return int(cause[week])
        before = sums[week] = min(max(target[week], floor), ceiling)
    return np.diff(sums, prepend=0.0)
