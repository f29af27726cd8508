"""The model as arrays, handed to HiGHS. The only file that knows the solver."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

import highspy
import numpy as np
from scipy.sparse import csr_array

from quayline.base.errors import InfeasibleError, QuaylineError
from quayline.plan.constraints import ALL, Build
from quayline.plan.model.objective import contribution, revenue_usd
from quayline.plan.model.variables import make_variables, with_own, yards_of

if TYPE_CHECKING:
    from quayline.plan.inputs.pack import Programme
    from quayline.plan.model.program import Program
    from quayline.plan.model.variables import Variables
    from quayline.plan.params import PlanParams
    from quayline.records.stages import Balance
    from quayline.scenario.schema import Scenario


@dataclass(frozen=True)
class Model:
    """Maximise usd @ x + constant over bounds and lower <= matrix @ x <= upper; `rows[name]` is a family's slice."""

    build: Build
    rows: dict[str, slice]
    matrix: csr_array
    lower: np.ndarray
    upper: np.ndarray
    usd: np.ndarray
    constant_usd: float

    @property
    def variables(self) -> Variables:
        """Its columns."""
        return self.build.variables

    def value_usd(self, x: np.ndarray) -> float:
        """The objective of `x`."""
        return float(np.sum(self.usd * x)) + self.constant_usd  # not `@`: BLAS sums by number of cores


@dataclass(frozen=True)
class Solution:
    """A point, its objective, the proven upper bound, row duals (LP only), how the solver ended, and its basis.

    Without a basis it was put together from several programmes.
    """

    x: np.ndarray
    objective_usd: float
    bound_usd: float
    duals: np.ndarray
    is_stopped: bool
    basis: highspy.HighsBasis | None


def build_model(scenario: Scenario, balance: Balance, programme: Programme, params: PlanParams) -> Model:
    """All families over all columns: the core's, and those that families bring along."""
    core = make_variables(programme, yards_of(scenario), params.exact_cars)
    build = Build(scenario, balance, programme, params, core)
    blocks = tuple(block for one in ALL if one.columns for block in one.columns(build))
    v = with_own(core, blocks)
    build = replace(build, variables=v)
    usd = contribution(scenario, programme, v)
    for block in blocks:
        held = v.own[block.name] >= 0
        usd[v.own[block.name][held]] = np.broadcast_to(block.usd, held.shape)[held]
    families = [one.rows(build) for one in ALL]
    ends = np.cumsum([0, *(len(family.lower) for family in families)]).tolist()
    row = np.concatenate([family.row + base for family, base in zip(families, ends[:-1], strict=True)])
    column, value = np.concatenate([f.column for f in families]), np.concatenate([f.value for f in families])
    matrix = csr_array((value, (row, column)), shape=(ends[-1], v.num))
    matrix.sum_duplicates()
    return Model(
        build, {one.name: slice(*span) for one, span in zip(ALL, pairwise(ends), strict=True)}, matrix,
        np.concatenate([f.lower for f in families]), np.concatenate([f.upper for f in families]),
        usd, revenue_usd(programme),
    )  # fmt: skip


class Solver:
    """HiGHS with the model loaded once: one thread, a fixed seed, so that the same bits come out anywhere."""

    def __init__(self, model: Model | Program, params: PlanParams):
        self._model, self._params, self._is_mip = model, params, bool(model.variables.integer.any())
        self._highs = highspy.Highs()
        for name, value in (
            ("output_flag", False), ("threads", 1), ("random_seed", 1), ("parallel", "off"),
            ("mip_rel_gap", params.gap_share), ("mip_max_nodes", params.most_nodes),
        ):  # fmt: skip
            self._highs.setOptionValue(name, value)
        self._highs.passModel(_lp(model))

    def set_integer(self, on: bool, columns: np.ndarray | None = None) -> None:
        """Turns the integrality of `columns` (none: of all the model's integer columns) on or off."""
        chosen = np.flatnonzero(self._model.variables.integer) if columns is None else columns
        idx = chosen.astype(np.int32)
        kind = highspy.HighsVarType.kInteger if on else highspy.HighsVarType.kContinuous
        self._highs.changeColsIntegrality(len(idx), idx, np.full(len(idx), int(kind), np.uint8))
        self._is_mip = on and len(idx) > 0

    def bound(self, columns: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> None:
        """Sets the bounds of columns."""
        idx = np.ascontiguousarray(columns.ravel(), np.int32)
        low, high = (np.ascontiguousarray(side.ravel(), np.float64) for side in (lower, upper))
        self._highs.changeColsBounds(len(idx), idx, low, high)

    def tighten(self, rows: np.ndarray, upper: np.ndarray) -> None:
        """Sets the upper sides of rows that have no lower side."""
        for row, value in zip(rows.tolist(), upper.tolist(), strict=True):
            self._highs.changeRowBounds(row, -highspy.kHighsInf, value)

    def limit(self, rows: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> None:
        """Sets both sides of rows."""
        for row, low, high in zip(rows.tolist(), lower.tolist(), upper.tolist(), strict=True):
            self._highs.changeRowBounds(row, low, high)

    def start(self, basis: highspy.HighsBasis) -> None:
        """Starts from the basis of another solver of the same model."""
        self._highs.setBasis(basis)

    def begin(self, x: np.ndarray) -> None:
        """Branch and bound starts from the point `x`, and looks for others by branching alone."""
        point = highspy.HighsSolution()
        point.col_value = x.tolist()
        self._highs.setSolution(point)
        self._highs.setOptionValue("mip_heuristic_effort", 0.0)
        for name in ("rins", "rens", "root_reduced_cost"):
            self._highs.setOptionValue(f"mip_heuristic_run_{name}", False)

    def solve(self) -> Solution:
        """Solves what is loaded. Raises InfeasibleError where nothing satisfies the rows."""
        self._highs.setOptionValue("time_limit", self._highs.getRunTime() + self._params.safety_s)
        self._highs.run()
        status, info = self._highs.getModelStatus(), self._highs.getInfo()
        if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            raise InfeasibleError("no plan satisfies the rows of the model")
        is_stopped = status != highspy.HighsModelStatus.kOptimal
        if is_stopped and (info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible):
            raise QuaylineError(f"the solver ended without a plan: {self._highs.modelStatusToString(status)}")
        point, value = self._highs.getSolution(), info.objective_function_value
        proven = info.mip_dual_bound if self._is_mip else highspy.kHighsInf if is_stopped else value
        return Solution(
            np.array(point.col_value), value, proven,
            np.array(point.row_dual), is_stopped, self._highs.getBasis(),
        )  # fmt: skip


def _lp(model: Model | Program) -> highspy.HighsLp:
    v, lp = model.variables, highspy.HighsLp()
    lp.num_col_, lp.num_row_ = v.num, len(model.lower)
    lp.sense_, lp.offset_ = highspy.ObjSense.kMaximize, model.constant_usd
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = model.usd, v.lower, v.upper
    lp.row_lower_, lp.row_upper_ = model.lower, model.upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = model.matrix.indptr.astype(np.int32)
    lp.a_matrix_.index_ = model.matrix.indices.astype(np.int32)
    lp.a_matrix_.value_ = model.matrix.data
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    lp.integrality_ = [kinds[int(flag)] for flag in v.integer]
    return lp
