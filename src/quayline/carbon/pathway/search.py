"""Solves a model: years by HiGHS, hours by planes, until both agree. The only file of the engine that knows the solver.

Every plane bounds from above what hours can match, so the years alone are cheaper than the truth (a lower bound); years
held at what was found and hours made exact are the truth of one path (an upper bound).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import highspy
import numpy as np

from quayline.base.errors import InfeasibleError, QuaylineError
from quayline.carbon.pathway.matching import (
    ALL,
    DIRECT,
    ON_SITE,
    Hours,
    Plane,
    Point,
    first_planes,
    matched_gwh,
    touching,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quayline.carbon.pathway.model import Model
    from quayline.carbon.pathway.params import PathwayParams

_NAMES = {ON_SITE: "own", DIRECT: "direct", ALL: "all"}
_ROUGH = 100.0
"""The relaxation is matched this much more coarsely than the answer: it only has to find useful planes."""


@dataclass
class Pool:
    """Planes found so far, and the years that asked for them. They hold for every model with the same hours, so that
    what one model learns serves the next."""

    hours: Hours
    planes: list[Plane] = field(default_factory=list)
    years: list[tuple[int, int]] = field(default_factory=list)  # (plane, year)
    matched: dict[bytes, NDArray[np.float64]] = field(default_factory=dict)
    number: dict[bytes, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.planes += first_planes(self.hours)

    def ask(self, point: Point) -> NDArray[np.float64]:
        """`matched_gwh` of a point, once."""
        key = _key(point)
        if key not in self.matched:
            self.matched[key] = matched_gwh(self.hours, point)
        return self.matched[key]

    def plane(self, point: Point, what: int) -> int:
        """The number of the plane that touches `what` at a point."""
        key = _key(point) + bytes([what])
        if key not in self.number:
            self.number[key] = len(self.planes)
            self.planes.append(touching(self.hours, point, what))
        return self.number[key]


def _key(point: Point) -> bytes:
    return np.concatenate([[point.pattern], point.energy_gwh, point.mw, [point.mwh]]).tobytes()


@dataclass(frozen=True)
class Found:
    """The columns of a path, its cost (present value, millions of USD) with the proven bound, and row duals with the
    integers held."""

    x: NDArray[np.float64]
    musd: float
    bound_musd: float
    duals: NDArray[np.float64]


class Search:
    """HiGHS with one model loaded: one thread, a fixed seed, so that the same bits come out anywhere."""

    def __init__(self, model: Model, pool: Pool, params: PathwayParams, costs: NDArray[np.float64] | None = None):
        self._model, self._pool, self._params = model, pool, params
        self._integer = np.flatnonzero(np.concatenate(model.program.integer))
        self._used: set[tuple[int, int]] = set()
        self._highs = highspy.Highs()
        for name, value in (
            ("output_flag", False), ("threads", 1), ("random_seed", 1), ("parallel", "off"),
            ("mip_rel_gap", params.gap_share / 4), ("mip_max_nodes", params.most_nodes), ("mip_heuristic_effort", 0.01),
            ("primal_feasibility_tolerance", 1e-9), ("mip_feasibility_tolerance", 1e-7),
        ):  # fmt: skip
            self._highs.setOptionValue(name, value)
        self._highs.passModel(_lp(model, model.costs() if costs is None else costs))
        self._offset = model.free_musd() if costs is None else 0.0
        first = [(k, y) for k in range(len(first_planes(pool.hours))) for y in range(model.case.num_years)]
        self._add([*first, *pool.years])

    def solve(self) -> Found:
        """The least cost. Raises InfeasibleError where nothing meets the targets."""
        p = self._params
        self._integral(False)
        self._agree(p.matching_share * _ROUGH)
        if not len(self._integer):
            x, duals = self._agree(p.matching_share)
            return Found(x, self._value(), self._value(), duals)
        for _ in range(p.most_rounds):
            self._integral(True)
            x, bound = self._run()[0], self._bound()
            self._integral(False)
            held = np.round(x[self._integer])
            self._hold(held, held)
            try:
                x, duals = self._agree(p.matching_share)
            except InfeasibleError:  # the hours of this choice do not suffice: its planes are in now
                self._hold(*self._bounds())
                continue
            value = self._value()
            self._hold(*self._bounds())
            if value - bound <= p.gap_share * abs(value):
                return Found(x, value, bound, duals)
        raise QuaylineError(f"the path is not within {p.gap_share:.2%} after {p.most_rounds} rounds of hours")

    def _agree(self, share: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Solves and adds planes until no year counts more green energy than its hours give, but for `share`."""
        for _ in range(self._params.most_rounds):
            x, duals = self._run()
            if not self._cut(x, share):
                return x, duals
        raise QuaylineError(f"years and hours do not agree after {self._params.most_rounds} rounds")

    def _cut(self, x: NDArray[np.float64], share: float) -> bool:
        """Adds the planes of all years that count too much; whether any was new."""
        model, new = self._model, []
        for path in range(model.case.num_paths):
            for y in range(model.case.num_years):
                point = point_of(model, x, path, y)
                over = [x[model.column[name][path, y]] for name in _NAMES.values()] - self._pool.ask(point)
                for what in np.flatnonzero(over > share * max(x[model.column["load"][path, y]], 1e-9)).tolist():
                    new.append((self._pool.plane(point, what), y))
        fresh = [pair for pair in dict.fromkeys(new) if pair not in self._used]
        self._pool.years += fresh
        self._add(fresh)
        return bool(fresh)

    def _add(self, pairs: list[tuple[int, int]]) -> None:
        """Adds planes to years, on every path: matched - plane <= 0."""
        model, paths = self._model, self._model.case.num_paths
        held = [k for k, name in enumerate(model.case.source_ids) if name in model.capacity]
        columns, values = [], []
        for k, y in pairs:
            plane = self._pool.planes[k]
            head = [model.capacity[model.case.source_ids[j]][y] for j in held]
            worth = [-plane.by_mw[j] for j in held]
            if "store" in model.capacity:
                head.append(model.capacity["store"][y])
                worth.append(-plane.by_mwh)
            energy = -plane.by_energy[model.case.pattern_idx[y]]
            for path in range(paths):
                columns.append([model.column[_NAMES[plane.what]][path, y], *model.column["energy"][:, path, y], *head])
                values.append([1.0, *energy, *worth])
        self._used |= set(pairs)
        if not columns:
            return
        num, width = len(columns), len(columns[0])
        self._highs.addRows(
            num, np.full(num, -highspy.kHighsInf), np.zeros(num), num * width,
            np.arange(0, num * width, width, dtype=np.int32), np.array(columns, np.int32).ravel(),
            np.array(values).ravel(),
        )  # fmt: skip

    def _run(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        highs = self._highs
        highs.setOptionValue("time_limit", highs.getRunTime() + self._params.safety_s)
        highs.run()
        status = highs.getModelStatus()
        if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
            raise InfeasibleError("no path meets the targets")
        if status != highspy.HighsModelStatus.kOptimal:
            raise QuaylineError(f"the solver ended without a path: {highs.modelStatusToString(status)}")
        point = highs.getSolution()
        return np.array(point.col_value), np.array(point.row_dual)

    def _value(self) -> float:
        return float(self._highs.getInfo().objective_function_value) - self._offset

    def _bound(self) -> float:
        return float(self._highs.getInfo().mip_dual_bound) - self._offset

    def _bounds(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        lower, upper = self._model.program.bounds()
        return lower[self._integer], upper[self._integer]

    def _hold(self, lower: NDArray[np.float64], upper: NDArray[np.float64]) -> None:
        self._highs.changeColsBounds(len(self._integer), self._integer.astype(np.int32), lower, upper)

    def _integral(self, on: bool) -> None:
        if len(self._integer):
            kind = highspy.HighsVarType.kInteger if on else highspy.HighsVarType.kContinuous
            kinds = np.full(len(self._integer), int(kind), np.uint8)
            self._highs.changeColsIntegrality(len(self._integer), self._integer.astype(np.int32), kinds)


def point_of(model: Model, x: NDArray[np.float64], path: int, y: int) -> Point:
    """The year `y` of a path as the hours see it."""
    mw = np.array([x[model.capacity[name][y]] if name in model.capacity else 0.0 for name in model.case.source_ids])
    store = model.capacity.get("store")
    energy = x[model.column["energy"][:, path, y]]
    return Point(int(model.case.pattern_idx[y]), np.maximum(energy, 0.0), np.maximum(mw, 0.0),
                 0.0 if store is None else max(float(x[store[y]]), 0.0))  # fmt: skip


def _lp(model: Model, costs: NDArray[np.float64]) -> highspy.HighsLp:
    program, matrix, lp = model.program, model.program.matrix(), highspy.HighsLp()
    lp.num_col_, lp.num_row_ = program.num_columns, program.num_rows
    lp.col_cost_, (lp.col_lower_, lp.col_upper_) = costs, program.bounds()
    lp.row_lower_, lp.row_upper_ = (np.concatenate(side) for side in zip(*program.sides, strict=True))
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    lp.a_matrix_.index_ = matrix.indices.astype(np.int32)
    lp.a_matrix_.value_ = matrix.data
    return lp
