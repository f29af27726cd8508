"""The front of contribution against the CO2 that cars carry to their customers: a cap on the tonnes, point by point.

The epsilon-constraint method (Haimes, Lasdon and Wismer, 1971; Mavrotas, 2009). The cap is a decision of the first
stage that is fixed for each point, so that what is learnt at one point (planes over modes and cap) serves all others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, hstack, vstack

from quayline.plan.model.model import Solver
from quayline.plan.model.program import Bounds, Program, program_of
from quayline.plan.uncertainty.futures import two_stage
from quayline.plan.uncertainty.recourse import Recourse, first_columns, first_stage
from quayline.plan.uncertainty.risk import Risk

if TYPE_CHECKING:
    from quayline.plan.model.model import Model
    from quayline.plan.params import PlanParams

_SAME = 1e-7  # relative: two contributions closer than this are one
_MUSD = 1e6


@dataclass(frozen=True)
class Point:
    """A plan that no plan found beats in both figures: its columns, modes by month, tonnes and contribution, the proven
    bound of the contribution within its cap, and what one more tonne is worth with the modes held."""

    x: np.ndarray
    schedule: np.ndarray
    cap_t: float
    tonnes: float
    contribution_usd: float
    bound_usd: float
    marginal_usd_per_t: float


class Front:
    """`model` with a cap on the sum of `carried_t` times its columns; volumes in parts of cars, modes whole."""

    def __init__(self, model: Model, carried_t: np.ndarray, params: PlanParams):
        self._model, self._tonnes, self._params = model, carried_t, params
        self._stage, self._columns = first_stage([model]), first_columns(model)
        capped = _capped(program_of(model), carried_t)
        self._recourse = Recourse("the scenario", capped, np.append(self._columns, len(carried_t)), params)
        self._modes: dict[bytes, np.ndarray] = {}

    def points(self, num: int) -> list[Point]:
        """At most `num` points, from the least tonnes to the least of the best plan, evenly spaced; a point that does
        not earn more than the one before it is left out."""
        caps = np.linspace(self._least_t(), self._most_t(), num).tolist()
        for cap in caps:
            self.best(cap)
        found: list[Point] = []
        for point in map(self.best, caps):  # again: modes found at one cap may be better at another
            last = found[-1].contribution_usd if found else -np.inf
            if point.contribution_usd > last + _SAME * abs(last) or not found:
                found.append(point)
        return found

    def best(self, cap_t: float) -> Point:
        """The best plan found within `cap_t`."""
        stage = self._stage.with_fixed(cap_t)
        known = tuple(np.append(modes, cap_t) for modes in self._modes.values())
        plan = two_stage(stage, [self._recourse], np.ones(1), Risk(), self._params, known)
        self._modes[plan.z[:-1].tobytes()] = plan.z[:-1]
        return self.held(plan.z[:-1], cap_t, plan.bound_usd)

    def held(self, modes: np.ndarray, cap_t: float, bound_usd: float) -> Point:
        """The best plan within `cap_t` with the first stage held at `modes`."""
        found = self._recourse.at(np.append(modes, cap_t))
        x = found.x[:-1]
        return Point(
            x, self._stage.schedule(modes), cap_t, float(np.sum(self._tonnes * x)), found.objective_usd, bound_usd,
            abs(float(found.duals[-1])),
        )  # fmt: skip

    def _least_t(self) -> float:
        """The least tonnes that any plan has."""
        return _least(program_of(self._model), self._tonnes, self._params)

    def _most_t(self) -> float:
        """The least tonnes with which the best plan's contribution can be had."""
        cars = sum(float(pair.demand.sum()) for pair in self._model.build.programme.pairs)
        top = self.best(cars * float(self._tonnes.max(initial=0.0)) + 1.0)
        program, modes = program_of(self._model), [*self._modes.values()][-1]
        lower, upper = program.variables.lower.copy(), program.variables.upper.copy()
        lower[self._columns] = upper[self._columns] = modes
        worth = replace(
            program, variables=Bounds(lower, upper, np.zeros(len(lower), bool)),
            matrix=csr_array(vstack([program.matrix, csr_array(program.usd[None, :] / _MUSD)])),
            lower=np.append(program.lower, (top.contribution_usd - program.constant_usd) / _MUSD - _SAME),
            upper=np.append(program.upper, np.inf),
        )  # fmt: skip
        return _least(worth, self._tonnes, self._params)


def _least(program: Program, carried_t: np.ndarray, params: PlanParams) -> float:
    found = Solver(replace(program, usd=-carried_t, constant_usd=0.0), params).solve()
    return max(-found.objective_usd, 0.0)


def _capped(program: Program, carried_t: np.ndarray) -> Program:
    """With the cap as a last column and `carried_t` @ x <= cap as the last row."""
    v, num = program.variables, len(program.lower)
    rows = [hstack([program.matrix, csr_array((num, 1))]), csr_array(np.append(carried_t, -1.0)[None, :])]
    return Program(
        Bounds(np.append(v.lower, 0.0), np.append(v.upper, np.inf), np.append(v.integer, False)),
        csr_array(vstack(rows)), np.append(program.lower, -np.inf), np.append(program.upper, 0.0),
        np.append(program.usd, 0.0), program.constant_usd,
    )  # fmt: skip
