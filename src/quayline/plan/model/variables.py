"""The columns of the model: which decisions exist, with bounds. Sparse: only what dates and rules allow."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.inputs.ways import HOME

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Block
    from quayline.plan.inputs.pack import Pair, Programme
    from quayline.plan.inputs.ways import Way
    from quayline.scenario.schema import Scenario

NONE = -1
INF = np.inf


class Columns:
    """Grows the columns of a model: bounds and integrality; hands out index arrays."""

    def __init__(self) -> None:
        self.lower: list[np.ndarray] = []
        self.upper: list[np.ndarray] = []
        self.integer: list[np.ndarray] = []
        self.num = 0

    def add(self, upper: np.ndarray, integer: bool = False) -> np.ndarray:
        """Columns from 0 to `upper`; the index array has its shape."""
        flat = np.asarray(upper, np.float64).ravel()
        self.lower.append(np.zeros(flat.size))
        self.upper.append(flat)
        self.integer.append(np.full(flat.size, integer))
        idx = np.arange(self.num, self.num + flat.size).reshape(np.shape(upper))
        self.num += flat.size
        return idx

    def add_where(self, mask: np.ndarray, upper: float | np.ndarray, integer: bool = False) -> np.ndarray:
        """Columns where `mask` is true; -1 elsewhere."""
        idx = np.full(mask.shape, NONE)
        idx[mask] = self.add(np.broadcast_to(np.asarray(upper, np.float64), mask.shape)[mask], integer)
        return idx


@dataclass(frozen=True)
class WayColumns:
    """Columns of one way: cars built by week; shipped, held over and beyond a quota by leg. -1: no such column."""

    build: np.ndarray
    shipped: np.ndarray
    held: np.ndarray
    over: np.ndarray


@dataclass(frozen=True)
class PairColumns:
    """Columns of one pair: those of its ways, and by week of delivery stock, backlog, late and lost orders.

    -1: no such column.
    """

    ways: tuple[WayColumns, ...]
    stock: np.ndarray
    backlog: np.ndarray
    late: np.ndarray
    lost: np.ndarray


@dataclass(frozen=True)
class Variables:
    """All columns. `mode`, `start`: (mode, month); `overtime_h`, `weekend`: (mode, week); `shifts`: week;
    `trucked`, `plant_yard`, `port_yard`: week up to the last delivery; `own`: those that a family brings along."""

    pairs: tuple[PairColumns, ...]
    mode: np.ndarray
    start: np.ndarray
    overtime_h: np.ndarray
    weekend: np.ndarray
    shifts: np.ndarray
    trucked: np.ndarray
    plant_yard: np.ndarray
    port_yard: np.ndarray
    own: dict[str, np.ndarray]
    lower: np.ndarray
    upper: np.ndarray
    integer: np.ndarray

    @property
    def num(self) -> int:
        """Number of columns."""
        return len(self.lower)


@dataclass(frozen=True)
class Yards:
    """Most cars in the plant's yard, in the port's yard, and trucked in a week."""

    plant_cars: int
    port_cars: int
    trucked_per_week: int


def yards_of(scenario: Scenario) -> Yards:
    """The places and the trucks between plant and port of loading."""
    export = scenario.plant.export
    port = next(p for p in scenario.logistics.ports if p.id == export.port)
    return Yards(export.yard_cars, port.yard_cars, 7 * export.trucked_per_day)


def make_variables(programme: Programme, yards: Yards, exact_cars: int) -> Variables:
    """The core columns of `programme`; volumes are integer when there are at most `exact_cars` of them."""
    calendar, columns = programme.calendar, Columns()
    num_modes, num_months = calendar.allowed.shape
    num_cars = sum(int((way.reach >= 0).sum()) + len(way.legs) for pair in programme.pairs for way in pair.ways)
    exact = num_cars <= exact_cars
    pairs = tuple(_pair_columns(columns, pair, programme.num_due, exact) for pair in programme.pairs)
    exports = any(way.plant == HOME and way.legs for pair in programme.pairs for way in pair.ways)
    num_yard_weeks = programme.num_due if exports else 0
    mode = columns.add(calendar.allowed.astype(np.float64), integer=True)
    start = columns.add(np.ones((num_modes, num_months)))
    overtime = columns.add(calendar.overtime_h)
    weekend = columns.add(calendar.weekend_shifts.astype(np.float64))
    shifts = columns.add(calendar.weekend_shifts.max(axis=0).astype(np.float64), integer=True)
    trucked = columns.add(np.full(num_yard_weeks, float(yards.trucked_per_week)))
    plant_yard = columns.add(np.full(num_yard_weeks, INF))
    port_yard = columns.add(np.full(num_yard_weeks, INF))
    return Variables(
        pairs, mode, start, overtime, weekend, shifts, trucked, plant_yard, port_yard, {},
        np.concatenate(columns.lower), np.concatenate(columns.upper), np.concatenate(columns.integer),
    )  # fmt: skip


def with_own(v: Variables, blocks: tuple[Block, ...]) -> Variables:
    """The columns of `v` and after them those of `blocks`."""
    own, parts, num = dict(v.own), [(v.lower, v.upper, v.integer)], v.num
    for block in blocks:
        if block.name in own:
            raise ValueError(f"two blocks of columns are named {block.name!r}")
        held = ~np.isnan(block.upper)
        upper = block.upper[held].astype(np.float64)
        own[block.name] = np.full(block.upper.shape, NONE)
        own[block.name][held] = num + np.arange(len(upper))
        lower = np.broadcast_to(np.asarray(block.lower, np.float64), block.upper.shape)[held]
        parts.append((lower, upper, np.full(len(upper), block.is_integer)))
        num += len(upper)
    lower, upper, integer = (np.concatenate([part[k] for part in parts]) for k in range(3))
    return replace(v, own=own, lower=lower, upper=upper, integer=integer)


def _pair_columns(columns: Columns, pair: Pair, num_due: int, exact: bool) -> PairColumns:
    due = np.arange(num_due)
    alive = (due >= pair.first) & (due <= pair.last)
    open_most = np.where(due == pair.last, 0.0, INF)
    return PairColumns(
        ways=tuple(_way_columns(columns, way, exact) for way in pair.ways),
        stock=columns.add_where(alive, open_most),
        backlog=columns.add_where(alive, open_most),
        late=columns.add_where(alive, INF),
        lost=columns.add_where(pair.demand > 0, pair.demand.astype(np.float64), exact),
    )


def _way_columns(columns: Columns, way: Way, exact: bool) -> WayColumns:
    legs = np.arange(len(way.legs))
    ready = legs >= (way.reach[way.reach >= 0].min() if (way.reach >= 0).any() else len(legs))
    held_most = np.where(legs == len(legs) - 1, 0.0, INF)
    return WayColumns(
        build=columns.add_where(way.reach >= 0, INF, exact),
        shipped=columns.add_where(ready, INF, exact),
        held=columns.add_where(ready, held_most),
        over=columns.add_where(ready & (np.array([leg.quota for leg in way.legs], np.int64) >= 0), INF, exact),
    )


def working_weeks(programme: Programme) -> np.ndarray:
    """Weeks with a normal working day, ascending."""
    return np.flatnonzero([len(week.workdays) > 0 for week in programme.calendar.weeks])


def cars_of(x: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Whole numbers of columns; 0 where there is no column."""
    return np.where(columns >= 0, np.round(x[columns]), 0.0).astype(np.int64)


def home_cars(programme: Programme, v: Variables, x: np.ndarray) -> np.ndarray:
    """Cars that the home plant builds, (pair, week)."""
    cars = np.zeros((len(programme.pairs), programme.calendar.num_weeks))
    for i, (pair, columns) in enumerate(zip(programme.pairs, v.pairs, strict=True)):
        for way, c in zip(pair.ways, columns.ways, strict=True):
            if way.plant == HOME:
                cars[i] += np.where(c.build >= 0, x[c.build], 0.0)
    return cars
