"""A horizon that rolls: windows of a programme one after the other, each looking ahead of what it settles.

Twice the same idea. In the dual, the multipliers of the rows before a window are settled and moved into the objective:
the window's own then fit them, column by column, so that all of them together are multipliers that prove a bound. In
the primal, the columns before a window are settled and stand on the right-hand side; rows after it are moved into the
objective at these multipliers, which say what is worth having at its end.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, eye_array, hstack

from quayline.base.errors import QuaylineError
from quayline.plan.model.model import Solver
from quayline.plan.model.program import Bounds, Program
from quayline.plan.search.modes import whole_shifts

if TYPE_CHECKING:
    from quayline.plan.model.model import Solution
    from quayline.plan.params import PlanParams

_PULL = 0.01
"""Units of each row that may be had or given at its guess: among equally good multipliers those near it are taken."""

_MOST_UNITS = 1e7
"""More than any column needs. Multipliers settled within the solver's tolerance may leave a column without an upper
bound a gain of a millionth of a dollar; without this a window then has no optimum."""

_UNITS = 1000.0
_BEYOND_USD = 1e5
"""Price of a unit beyond a soft row."""


@dataclass(frozen=True)
class Clock:
    """When a programme's columns and rows are decided: week of each (a row that of its last column, orders lost apart),
    the weeks of a row's first and last column, and which columns are slacks (they are of their row's week).

    `soft`: by row 0, or the coefficient of what may be bought at a high price, where orders accepted or cars sent in
    one window leave a later one without a plan; whole cars leave these out then.
    """

    column: np.ndarray
    row: np.ndarray
    row_first: np.ndarray
    row_last: np.ndarray
    is_slack: np.ndarray
    soft: np.ndarray


@dataclass(frozen=True)
class Window:
    """Weeks from `start`, those that it settles before `until`, what it sees before `end`."""

    start: int
    until: int
    end: int


@dataclass(frozen=True)
class Shifts:
    """Columns of weekend shifts by week, the most of each, the month of each week, the most of a month."""

    columns: np.ndarray
    most: np.ndarray
    month_of: np.ndarray
    per_month: int


def windows(starts: np.ndarray, last: int, num_months: int, look_ahead_months: int) -> tuple[Window, ...]:
    """Windows of so many months each; `starts`: the first week of each month, `last`: the week after the last."""
    cuts = list(range(num_months, len(starts) - look_ahead_months, num_months))
    weeks = [0, *(int(starts[month]) for month in cuts)]
    ends = [int(starts[month + look_ahead_months]) for month in cuts]
    found = [Window(start, until, end) for (start, until), end in zip(pairwise(weeks), ends, strict=True)]
    return *found, Window(weeks[-1], last, last)


def roll_duals(
    program: Program, clock: Clock, guess: np.ndarray, parts: tuple[Window, ...], params: PlanParams
) -> np.ndarray:
    """Multipliers of the rows of `program` (equations with their slacks) that leave no unbounded column a gain.

    `guess`: multipliers near which those of a window are taken where several are equally good; later rows have them
    as long as they are later. Raises QuaylineError where a window has no optimum.
    """
    v, duals = program.variables, guess.copy()
    for part in parts:
        rows = np.flatnonzero((clock.row >= part.start) & (clock.row < part.end))
        if not len(rows):
            continue
        columns = _columns_of(program, rows)
        usd, num = (program.usd - program.matrix.T @ duals)[columns], len(rows)
        bounds = Bounds(
            np.concatenate([v.lower[columns], np.full(num, -_PULL)]),
            np.concatenate([np.minimum(v.upper[columns], _MOST_UNITS), np.full(num, _PULL)]),
            np.zeros(len(columns) + num, bool),
        )  # fmt: skip
        matrix = csr_array(hstack([program.matrix[rows][:, columns], eye_array(num)]))
        right = program.upper[rows]
        found = _solved(Program(bounds, matrix, right, right, np.concatenate([usd, np.zeros(num)]), 0.0), params)
        mine = clock.row[rows] < part.until
        duals[rows[mine]] += found.duals[mine]
    return duals


def proven_usd(program: Program, duals: np.ndarray) -> float:
    """The bound that multipliers of the rows of `program` prove, by the definition of the Lagrangean relaxation.

    A column without an upper bound, which the solver's tolerance may leave some gain, is taken to stay below a thousand
    units for each that is wanted or there at all.
    """
    v, gain = program.variables, program.usd - program.matrix.T @ duals
    most = np.where(np.isfinite(v.upper), v.upper, 0.0)
    units = _UNITS * (np.sum(most) + np.max(np.abs(program.upper), initial=0.0))
    at_most = np.sum(np.maximum(gain, 0.0) * np.where(np.isfinite(v.upper), v.upper, units))
    least = np.sum(np.minimum(gain, 0.0) * v.lower)
    return program.constant_usd + float(np.sum(duals * program.upper) + at_most + least)


def roll(
    program: Program, clock: Clock, held: np.ndarray, x: np.ndarray, duals: np.ndarray, parts: tuple[Window, ...],
    params: PlanParams, shifts: Shifts | None = None,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """A point of `program`, with its integers and the weekend shifts whole, and, where it has no integers, the
    multipliers of its rows as the windows found them.

    `held`: columns that stay as in `x`; `duals`: multipliers of its rows. Raises InfeasibleError where what is settled
    leaves a window without a plan.
    """
    point, settled, prices = np.where(held, x, 0.0), held.copy(), duals.copy()
    for part in parts:
        window = _Window(program, clock, part, settled, point, duals)
        found = window.solve(params, shifts)
        now = np.flatnonzero(clock.column[window.columns] < part.until)
        point[window.columns[now]], settled[window.columns[now]] = found.x[now], True
        mine = (clock.row[window.rows] >= part.start) & (clock.row[window.rows] < part.until)
        if len(found.duals):
            prices[window.rows[mine]] = found.duals[mine]
    return point, prices


class _Window:
    """The rows of a window with the columns that are not settled."""

    def __init__(
        self, program: Program, clock: Clock, part: Window, settled: np.ndarray, point: np.ndarray, duals: np.ndarray
    ):
        # A limit that goes on after the window (a quota of a year) is kept, beside its price; so is one from before it
        # that orders lost later may still break.
        is_limit = np.zeros(len(clock.row), bool)
        is_limit[program.matrix.tocsc()[:, np.flatnonzero(clock.is_slack)].indices] = True
        is_later = clock.row >= part.end
        goes_on = is_later & is_limit & (clock.row_first < part.end)
        self.part = part
        is_open = is_limit & (clock.row < part.start) & (clock.row_last >= part.start)
        is_free = np.zeros(len(clock.row), bool)  # others bind what is settled alone
        is_free[program.matrix.tocsc()[:, np.flatnonzero(~settled & ~clock.is_slack)].indices] = True
        self.rows = np.flatnonzero(((clock.row >= part.start) & (~is_later | goes_on) | is_open) & is_free)
        found = _columns_of(program, self.rows)
        self.columns = found[~settled[found]]
        matrix, v = program.matrix[self.rows], program.variables
        usd = program.usd - program.matrix.T @ np.where(is_later, duals, 0.0)
        usd[clock.is_slack] = program.usd[clock.is_slack]
        right = program.upper[self.rows] - matrix @ np.where(settled, point, 0.0)
        soft = np.flatnonzero(clock.soft[self.rows])
        none, num = np.zeros(len(soft)), len(soft)
        beyond = csr_array((clock.soft[self.rows[soft]], (soft, np.arange(num))), (len(self.rows), num))
        bounds = Bounds(
            np.concatenate([v.lower[self.columns], none]), np.concatenate([v.upper[self.columns], none + np.inf]),
            np.concatenate([v.integer[self.columns], none > 0]),
        )  # fmt: skip
        self.program = Program(
            bounds, csr_array(hstack([matrix[:, self.columns], beyond])), right, right,
            np.concatenate([usd[self.columns], none - _BEYOND_USD]), 0.0,
        )  # fmt: skip

    def solve(self, params: PlanParams, shifts: Shifts | None) -> Solution:
        """Its point, with whole weekend shifts in the weeks that it settles, and the duals of its rows."""
        solver = Solver(self.program, params)
        found = solver.solve()
        if shifts is None:
            return found
        weeks = np.arange(self.part.start, min(self.part.until, len(shifts.columns)))
        at = np.searchsorted(self.columns, shifts.columns[weeks])
        whole = whole_shifts(found.x[at], shifts.most[weeks], shifts.month_of[weeks], shifts.per_month)
        if (np.abs(found.x[at] - whole) > 1e-9).any():
            solver.bound(at, whole, whole)
            found = solver.solve()
        return found


def _columns_of(program: Program, rows: np.ndarray) -> np.ndarray:
    """The columns in `rows`, ascending."""
    return np.unique(program.matrix[rows].indices).astype(np.int64)


def _solved(program: Program, params: PlanParams) -> Solution:
    found = Solver(program, params).solve()
    if found.is_stopped:
        raise QuaylineError("a window of the programme has no optimum")
    return found
