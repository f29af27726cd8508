"""The model of the plan handed whole to the solvers that come with OR-tools (optional group `bench`).

OR-tools brings a HiGHS of its own whose symbols clash with highspy's, so it runs in a process of its own: this file is
both the caller and, started as a script, the process.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_matrix

if TYPE_CHECKING:
    from quayline.plan.model.model import Model


@dataclass(frozen=True)
class Result:
    """CPU seconds of the process, the objective of its point recomputed here (NaN without one), its bound, its status,
    and by how much the point passes a row, relative to what flows through it."""

    seconds: float
    objective_usd: float
    bound_usd: float
    status: str
    excess_share: float


def by_ortools(model: Model, solver: str, seconds: float, is_whole: bool) -> Result:
    """`model` maximised by `solver` ("glop", "pdlp", "scip") in at most `seconds`; `is_whole`: integers are kept."""
    v, a = model.variables, model.matrix
    with tempfile.TemporaryDirectory() as folder:
        given, found = Path(folder) / "given.npz", Path(folder) / "found.npz"
        np.savez(
            given, low=v.lower, high=v.upper, usd=model.usd, lower=model.lower, upper=model.upper, data=a.data,
            indices=a.indices, indptr=a.indptr, integer=v.integer & is_whole, constant=model.constant_usd,
        )  # fmt: skip
        subprocess.run([sys.executable, __file__, str(given), str(found), solver, str(seconds)], check=True)
        with np.load(found) as answer:
            spent, status, bound, x = (answer[name] for name in ("seconds", "status", "bound", "x"))
    if not len(x):
        return Result(float(spent), float("nan"), float("nan"), str(status), float("nan"))
    flow = a @ x
    over = np.maximum(np.maximum(flow - model.upper, model.lower - flow), 0.0) / np.maximum(abs(flow), 1.0)
    return Result(float(spent), model.value_usd(x), float(bound), str(status), float(over.max()))


def words(name: str, result: Result) -> str:
    """One line of a table."""
    return (f"{name:<22}{result.seconds:8.1f} s  objective {result.objective_usd:18,.0f}  "
            f"bound {result.bound_usd:18,.0f}  {result.status}  rows passed by {result.excess_share:.1e}")  # fmt: skip


def _solve(given: str, found: str, solver: str, seconds: float) -> None:
    from ortools.linear_solver.python import model_builder

    with np.load(given) as part:
        start = time.process_time()
        built = model_builder.Model()
        shape = (len(part["lower"]), len(part["low"]))
        matrix = csr_matrix((part["data"], part["indices"], part["indptr"]), shape=shape)
        built.helper.fill_model_from_sparse_data(
            part["low"], part["high"], part["usd"], part["lower"], part["upper"], matrix
        )
        built.helper.set_maximize(True)
        built.helper.set_objective_offset(float(part["constant"]))
        for column in np.flatnonzero(part["integer"]).tolist():
            built.helper.set_var_integrality(column, True)
    engine = model_builder.Solver(solver)
    engine.set_time_limit_in_seconds(seconds)
    status = engine.solve(built)
    spent, bound, x = time.process_time() - start, np.nan, np.zeros(0)
    if status in (model_builder.SolveStatus.OPTIMAL, model_builder.SolveStatus.FEASIBLE):
        x, bound = np.array(engine.values(built.get_variables())), engine.best_objective_bound
    np.savez(found, seconds=spent, status=str(status), bound=bound, x=x)


if __name__ == "__main__":
    _solve(sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]))
