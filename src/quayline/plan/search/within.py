"""Whole cars within the limits between pairs, where the relaxation is too large to be solved again.

Cars that rounding puts beyond a limit are moved to the next ship or week, one by one, and on where that is full too;
those for which that does not end, to earlier ones; the rest is left out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.base.errors import QuaylineError
from quayline.plan.constraints import COUPLING
from quayline.plan.constraints.common import departure_weeks
from quayline.plan.search.whole import completed, put_pair, whole_pair, whole_point
from quayline.plan.search.whole_ways import Change, fit_orders

if TYPE_CHECKING:
    from quayline.plan.model.model import Model

_TOLERANCE = 1e-6
_PHASES = ((1, 24), (-1, 12), (0, 24))
"""By how many places cars are moved (0: left out), and in how many rounds at most."""


def whole_cars(model: Model, x: np.ndarray) -> np.ndarray:
    """Whole columns near `x` within all limits; orders are accepted as the cars allow.

    Raises QuaylineError where moving and leaving out cars does not end.
    """
    cars, num = _Cars(model), len(model.variables.pairs)
    found = [whole_pair(model, x, i, 0) for i in range(num)]
    start = whole_point(model, x, 0)
    changes: dict[int, list[Change]] = {i: [] for i in range(num)}
    for to, most_rounds in _PHASES:
        before = np.zeros(0)
        for _ in range(most_rounds):
            for i, its in changes.items():
                flows, wanted = found[i]
                for change in its:
                    flows[change.way].make(change)
                put_pair(model.build, i, flows, fit_orders(model.build, i, flows, np.cumsum(wanted)), start)
            out = completed(model, x, start)
            limits = cars.passed(out)
            if not limits:
                return out
            if np.array_equal(out, before):
                break
            before, changes = out, cars.changes(out, limits, to)
    raise QuaylineError("no whole cars found within the limits between markets and variants")


class _Cars:
    """Which pair, way, and week of build or leg each column of cars is of."""

    def __init__(self, model: Model):
        self._model = model
        self._is_coupling = np.zeros(len(model.upper), bool)
        for name in COUPLING:
            self._is_coupling[model.rows[name]] = True
        self._owner = np.full((4, model.variables.num), -1)
        for i, c in enumerate(model.variables.pairs):
            for j, one in enumerate(c.ways):
                for is_leg, columns in enumerate((one.build, one.shipped)):
                    held = columns >= 0
                    self._owner[:, columns[held]] = np.stack(np.broadcast_arrays(i, j, np.flatnonzero(held), is_leg))

    def passed(self, out: np.ndarray) -> list[tuple[np.ndarray, np.ndarray, float]]:
        """Of each limit that `out` passes: columns of cars on it, what each takes, and by how much it is passed.

        Raises QuaylineError where a row within one pair is broken.
        """
        model, port = self._model, self._model.variables.port_yard
        flow = model.matrix @ out
        excess = np.maximum(np.maximum(flow - model.upper, model.lower - flow), 0.0)
        found = []
        for row in np.flatnonzero(excess > _TOLERANCE).tolist():
            if not self._is_coupling[row]:
                raise QuaylineError("rounding broke a row within one market and variant")
            part = slice(*model.matrix.indptr[row : row + 2])
            columns, each = model.matrix.indices[part], model.matrix.data[part]
            yard = np.flatnonzero(np.isin(model.variables.plant_yard, columns))
            if len(yard):  # cars in a yard are those built for ships
                columns, each = self._exports(int(yard[0])), np.ones(1)
            found.append((columns, each, float(excess[row])))
        for week in np.flatnonzero(out[port] < -_TOLERANCE).tolist():  # more sail than trucks have brought
            found.append((self._sailing(week), np.ones(1), float(-out[port[week]])))
        return found

    def _exports(self, week: int) -> np.ndarray:
        """Columns of cars built for ships at the home plant in `week`."""
        parts = [c.build[week : week + 1] for _, _, way, c in self._model.build.home_ways() if way.legs]
        return np.concatenate([np.zeros(0, np.int64), *parts])

    def _sailing(self, week: int) -> np.ndarray:
        """Columns of cars of the home plant that sail in `week`."""
        build = self._model.build
        parts = [c.shipped[departure_weeks(build.programme, way.legs) == week] for _, _, way, c in build.home_ways()]
        return np.concatenate([np.zeros(0, np.int64), *parts])

    def changes(
        self, out: np.ndarray, limits: list[tuple[np.ndarray, np.ndarray, float]], to: int
    ) -> dict[int, list[Change]]:
        """By pair the changes that take from each of `limits` what is beyond it, each a car of the column with most.

        Raises QuaylineError where there are not so many cars.
        """
        found: dict[int, list[Change]] = {}
        for columns, share, much in limits:
            each = np.broadcast_to(share, columns.shape)
            mine = (columns >= 0) & (self._owner[0, columns] >= 0) & (each > 0) & (out[columns] >= 1)
            rest, its, cars = columns[mine], each[mine], out[columns[mine]]
            while much > _TOLERANCE:
                if not len(cars) or cars.max() < 1:
                    raise QuaylineError("rounding passed a limit that no car can be taken from")
                k = int(np.argmax(cars))
                cars[k] -= 1
                much -= its[k]
                pair, way, place, is_leg = self._owner[:, rest[k]].tolist()
                found.setdefault(pair, []).append(Change(way, place, bool(is_leg), to))
        return dict(sorted(found.items()))
