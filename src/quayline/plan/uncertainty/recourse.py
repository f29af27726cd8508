"""What one future makes of line modes settled beforehand: its model without the rows of the first stage."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, hstack

from quayline.base.errors import InfeasibleError
from quayline.plan.constraints.mode_start import opening_modes
from quayline.plan.inputs.orders import draw_orders
from quayline.plan.inputs.pack import pack
from quayline.plan.inputs.weeks import make_calendar
from quayline.plan.model.model import Model, Solution, Solver, build_model
from quayline.plan.model.program import program_of

if TYPE_CHECKING:
    from quayline.plan.model.program import Program
    from quayline.plan.params import PlanParams
    from quayline.records.stages import Balance
    from quayline.scenario.schema import Scenario


@dataclass(frozen=True)
class FirstStage:
    """The decisions that all futures share, with the rows that bind nothing else: lower <= matrix @ z <= upper.

    First the modes, mode by mode over the months, then their starts. `low`, `high`: bounds of each decision;
    `integer`: which are whole; `opening`: the mode before the first month, 0/1 by mode.
    """

    matrix: csr_array
    lower: np.ndarray
    upper: np.ndarray
    low: np.ndarray
    high: np.ndarray
    integer: np.ndarray
    opening: np.ndarray
    num_months: int

    def modes(self, z: np.ndarray) -> np.ndarray:
        """Share of each mode in each month."""
        share: np.ndarray = z[: len(self.opening) * self.num_months].reshape(-1, self.num_months)
        return share

    def schedule(self, z: np.ndarray) -> np.ndarray:
        """Mode by month of a whole first stage."""
        mode: np.ndarray = self.modes(z).argmax(axis=0)
        return mode

    def settled(self, z: np.ndarray) -> np.ndarray:
        """The modes of `z` without the solver's noise, with the starts that follow from them."""
        mode = np.round(self.modes(z))
        before = np.concatenate([self.opening[:, None], mode[:, :-1]], axis=1)
        starts = np.maximum(mode - before, 0.0)
        return np.concatenate([mode.ravel(), starts.ravel(), z[2 * mode.size :]])

    def with_fixed(self, value: float) -> FirstStage:
        """With one more decision behind the others, fixed at `value`."""
        return replace(
            self, matrix=csr_array(hstack([self.matrix, csr_array((len(self.lower), 1))])),
            low=np.append(self.low, value), high=np.append(self.high, value), integer=np.append(self.integer, False),
        )  # fmt: skip


@dataclass(frozen=True)
class Cut:
    """contribution(z) <= usd + slope_usd @ z: a plane that the concave contribution of a future never passes."""

    usd: float
    slope_usd: np.ndarray

    def at(self, z: np.ndarray) -> float:
        """Height of the plane over `z`."""
        return self.usd + float(np.sum(self.slope_usd * z))


def first_columns(model: Model) -> np.ndarray:
    """The columns of the first stage: line modes by month and their starts."""
    return np.concatenate([model.variables.mode.ravel(), model.variables.start.ravel()])


def first_rows(program: Program, columns: np.ndarray) -> np.ndarray:
    """The rows that bind `columns` alone."""
    is_first = np.zeros(program.variables.num, bool)
    is_first[columns] = True
    entries = np.diff(program.matrix.indptr)
    own = np.zeros(len(entries))
    np.add.at(own, np.repeat(np.arange(len(entries)), entries), is_first[program.matrix.indices].astype(np.float64))
    found: np.ndarray = np.flatnonzero((own == entries) & (entries > 0))
    return found


def first_stage(models: list[Model]) -> FirstStage:
    """The first stage that all `models` share: their rows are those of the first, their bounds the tightest.

    Raises InfeasibleError where the futures do not have the same modes and months.
    """
    shapes = {model.variables.mode.shape for model in models}
    if len(shapes) > 1:
        raise InfeasibleError("the futures differ in plant.modes or horizon: what is settled for all must be the same")
    columns = [first_columns(model) for model in models]
    row = first_rows(program_of(models[0]), columns[0])
    one = models[0]
    return FirstStage(
        one.matrix[row][:, columns[0]], one.lower[row], one.upper[row],
        np.max([m.variables.lower[c] for m, c in zip(models, columns, strict=True)], axis=0),
        np.min([m.variables.upper[c] for m, c in zip(models, columns, strict=True)], axis=0),
        one.variables.integer[columns[0]], opening_modes(one.build), one.variables.mode.shape[1],
    )  # fmt: skip


class Recourse:
    """The second stage of one future, loaded once and solved for many first stages, which are its `columns`;
    `alone_usd`: its best with a first stage of its own, in parts.

    Volumes, hours, weekend shifts and shipping are continuous here, so that the contribution is a concave function of
    the first stage and every solution gives a plane above it (Van Slyke and Wets, 1969, "L-shaped linear programs").
    """

    def __init__(self, name: str, program: Program, columns: np.ndarray, params: PlanParams):
        self.name, self._program, self._columns = name, program, columns
        self._solver = Solver(program, params)
        self._solver.set_integer(False)
        try:
            alone = self._solver.solve()
        except InfeasibleError as fault:
            raise InfeasibleError(f"in future {name!r}: {fault}") from None
        rows = first_rows(program, columns)
        duals = alone.duals.copy()
        duals[rows] = 0.0  # these rows stand in the first stage itself
        self.alone_usd, self.cuts = alone.objective_usd, [self._plane(alone, duals)]
        self._solver.tighten(rows, np.full(len(rows), np.inf))
        self._known: dict[bytes, float] = {}

    def usd(self, z: np.ndarray) -> float:
        """The best contribution of this future with the first stage held at `z`; remembers the plane found."""
        key = z.tobytes()
        if key not in self._known:
            found = self.at(z)
            self.cuts.append(self._plane(found, found.duals))
            self._known[key] = found.objective_usd
        return self._known[key]

    def at(self, z: np.ndarray) -> Solution:
        """The best of this future with the first stage held at `z`."""
        self._solver.bound(self._columns, z, z)
        try:
            return self._solver.solve()
        except InfeasibleError as fault:
            raise InfeasibleError(f"in future {self.name!r}, with modes settled for all: {fault}") from None


    def _plane(self, found: Solution, duals: np.ndarray) -> Cut:
        """The plane with the first stage's reduced contributions at row `duals` as slopes, through the point found."""
        slope = (self._program.usd - self._program.matrix.T @ duals)[self._columns]
        return Cut(found.objective_usd - float(np.sum(slope * found.x[self._columns])), slope)


def recourse_of(name: str, scenario: Scenario, balance: Balance, params: PlanParams, seed: int
                ) -> tuple[Model, Recourse]:  # fmt: skip
    """The model of `scenario` and its second stage. Where a rule will bar a model year, the better for the
    relaxation of rushing it and not building it is taken."""
    share = scenario.plant.availability_share
    calendar, orders = make_calendar(scenario), draw_orders(scenario, seed)
    found = []
    for is_rushed in (True, False):
        programme = pack(scenario, balance, calendar, orders, params, share, is_rushed)
        model = build_model(scenario, balance, programme, params)
        found.append((model, Recourse(name, program_of(model), first_columns(model), params)))
        if not programme.bars:
            break
    return max(found, key=lambda one: one[1].alone_usd)
