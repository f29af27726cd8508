"""The best way left for one more order at the plan's shadow prices, and which limits eat what it would earn.

With the integers held, every row has a price (its dual), and so has every upper bound (its reduced cost). An order that
is not served has a way, from a week of build over trucks and a ship to its customer, whose contribution is all eaten by
the prices of the limits it would use: those limits are why it is not served. This is the pricing step of column
generation, read the other way round.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csc_array

from quayline.plan.inputs.ways import HOME

if TYPE_CHECKING:
    from quayline.plan.inputs.pack import Programme
    from quayline.plan.inputs.ways import Way
    from quayline.plan.model.model import Model, Solution
    from quayline.plan.model.variables import PairColumns, WayColumns

_NEVER = -1e18
_NOTHING_USD = 1e-6


@dataclass(frozen=True)
class Path:
    """One more car for an order: its way, week of build, place of its leg (-1: by road) and week of delivery.

    `contribution_usd` is what the order would earn; `limits` eat `eaten_usd` of it, dearest first (below 0: they add to
    it). A limit is a row of the model, or, from the number of rows on, the upper bound of a column.
    """

    way: int
    week: int
    leg: int
    delivered: int
    contribution_usd: float
    limits: np.ndarray
    eaten_usd: np.ndarray


class Prices:
    """The model at the shadow prices of `held`, its relaxation with the integers held."""

    def __init__(self, programme: Programme, model: Model, held: Solution):
        self.programme, self.model, self.held = programme, model, held
        self.matrix = csc_array(model.matrix)
        self.left_usd = model.usd - self.matrix.T @ held.duals
        upper = model.variables.upper
        self.is_full = np.isfinite(upper) & (held.x >= upper - 1e-6) & (self.left_usd > 0)
        self._worth_usd = np.where(self.is_full, 0.0, self.left_usd)
        self._routes: dict[int, tuple[_Route, ...]] = {}

    def best(self, pair_at: int, due: int, latest: int) -> Path | None:
        """The way that is worth most for one more order of the pair wanted in week `due`, delivered by week `latest`;
        None where no week and ship reach it by then."""
        if pair_at not in self._routes:
            columns = self.model.variables.pairs[pair_at]
            self._routes[pair_at] = tuple(
                _Route(self, way, own, columns)
                for way, own in zip(self.programme.pairs[pair_at].ways, columns.ways, strict=True)
            )
        found = [(*route.best(due, latest), j) for j, route in enumerate(self._routes[pair_at])]
        usd, at, j = max(found, key=lambda one: one[0], default=(_NEVER, -1, -1))
        return self._path(self._routes[pair_at][j], j, at, due) if usd > _NEVER / 2 else None

    def worth_usd(self, columns: np.ndarray) -> np.ndarray:
        """What one more of each column would be worth, bounds apart; never where there is no column."""
        return np.where(columns >= 0, self._worth_usd[columns], _NEVER)

    def _path(self, route: _Route, number: int, at: int, due: int) -> Path:
        used = route.columns_of(at, due)
        lost, usd = route.market.lost[due], self.model.usd
        start, row, value = self.matrix.indptr, self.matrix.indices, self.matrix.data
        parts = [(slice(start[j], start[j + 1]), -1.0 if j == lost else 1.0) for j in [*used.tolist(), int(lost)]]
        touched, at_row = np.unique(np.concatenate([row[part] for part, _ in parts]), return_inverse=True)
        sums = np.bincount(at_row, np.concatenate([sign * value[part] for part, sign in parts]))
        full = used[self.is_full[used]]
        limits = np.concatenate([touched, len(self.held.duals) + full])
        eaten = np.concatenate([sums * self.held.duals[touched], self.left_usd[full]])
        dearest = np.argsort(-eaten, kind="stable")
        dearest = dearest[np.abs(eaten[dearest]) > _NOTHING_USD]
        return Path(
            number, int(route.week[at]), int(route.leg[at]), int(route.delivered[at]),
            float(np.sum(usd[used]) - usd[lost]), limits[dearest], eaten[dearest],
        )  # fmt: skip


class _Route:
    """One way of a pair: by leg (by sea) or by week of build (by road) the best week, and what it is worth."""

    def __init__(self, prices: Prices, way: Way, columns: WayColumns, market: PairColumns):
        self.prices, self.way, self.columns, self.market = prices, way, columns, market
        worth = prices.worth_usd
        self.stock_usd = _sums(worth(market.stock))
        self.backlog_usd = _sums(worth(market.backlog))
        build_usd = worth(columns.build)
        if way.legs:
            self._by_sea(build_usd)
        else:
            self.week = np.flatnonzero(way.reach >= 0)
            self.leg, self.worth_usd = np.full(len(self.week), -1), build_usd[self.week]
            self.delivered = way.reach[self.week]

    def best(self, due: int, latest: int) -> tuple[float, int]:
        """What the best car for an order wanted in week `due` is worth, delivered by `latest`, and its number."""
        arrives, stock, backlog = self.delivered, self.stock_usd, self.backlog_usd
        wait_usd = np.where(arrives <= due, stock[due] - stock[arrives], backlog[arrives] - backlog[due])
        total = np.where((arrives <= latest) & (self.worth_usd > _NEVER / 2), self.worth_usd + wait_usd, _NEVER)
        return (float(total.max()), int(total.argmax())) if len(total) else (_NEVER, -1)

    def _by_sea(self, build_usd: np.ndarray) -> None:
        way, c, prices, v = self.way, self.columns, self.prices, self.prices.model.variables
        calendar, trips = prices.programme.calendar, prices.programme.sailings
        worth = prices.worth_usd
        self.departs = np.array([calendar.week_of(trips[leg.sailing].departs_on) for leg in way.legs], np.int64)
        self.delivered = np.array([leg.delivered for leg in way.legs], np.int64)
        self.leg = np.arange(len(way.legs))
        held = _sums(worth(c.held))
        if way.plant == HOME:
            plant, port = (_sums(worth(columns)) for columns in (v.plant_yard, v.port_yard))
            self.move_usd = plant[:-1] + worth(v.trucked) - port[:-1]
        else:  # the yards and trucks of other plants have no columns
            plant = port = np.zeros(prices.programme.num_due + 1)
            self.move_usd = plant[:-1]
        ship_usd = worth(c.shipped)
        self.is_over = (c.over >= 0) & (worth(c.over) > 0)
        ship_usd = ship_usd + np.where(self.is_over, worth(c.over), 0.0)
        best = np.full((len(build_usd), len(self.leg)), _NEVER)
        for w in np.flatnonzero(way.reach >= 0).tolist():
            legs = np.arange(way.reach[w], len(self.leg))
            moved = np.maximum.accumulate(self.move_usd[w:])[self.departs[legs] - w] + port[self.departs[legs]]
            best[w, legs] = build_usd[w] + held[legs] - held[legs[:1]] + moved - plant[w] + ship_usd[legs]
        self.week = best.argmax(axis=0)
        self.worth_usd = best[self.week, self.leg]

    def columns_of(self, at: int, due: int) -> np.ndarray:
        """The columns that one more car on number `at` uses, for an order wanted in week `due`."""
        c, v, w, arrives = self.columns, self.prices.model.variables, self.week[at], self.delivered[at]
        parts = [c.build[[w]], self.market.stock[arrives:due], self.market.backlog[due:arrives]]
        if self.leg[at] >= 0:
            departs = self.departs[at]
            parts += [c.held[self.way.reach[w] : at], c.shipped[[at]], c.over[[at]][self.is_over[[at]]]]
            if self.way.plant == HOME:
                truck = w + int(self.move_usd[w : departs + 1].argmax())
                parts += [v.plant_yard[w:truck], v.trucked[[truck]], v.port_yard[truck:departs]]
        return np.concatenate(parts)


def _sums(usd: np.ndarray) -> np.ndarray:
    """Sums of the first k, for k from 0 to all."""
    return np.concatenate([[0.0], np.cumsum(usd)])
