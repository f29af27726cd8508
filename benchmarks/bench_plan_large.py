"""The plan of a large programme, beside the same model handed whole to HiGHS and to the solvers of OR-tools.

`large` has five plants and 240 pairs of 40 variants and 20 markets; `--years` is its length (ten: 808,000 rows). Ours
is `plan` from the scenario to the orders with their reasons; it goes through the independent check, and the bound is
asserted to be above the objective of every peer. Peers get the finished model with line modes and weekend shifts whole
and cars in parts (an easier task; `--relaxed`: all in parts), one thread, and stop at our gap or after `--times` our
seconds. CPU seconds; HiGHS' limit is by the clock.

Usage: python benchmarks/bench_plan_large.py [--years N] [--times F] [--relaxed] [--peers highs,scip,glop,pdlp]
"""

from __future__ import annotations

import argparse
import resource
import time
from typing import TYPE_CHECKING

from benchmarks.large import large
from benchmarks.peers import by_ortools, words

from quayline.balance.params import BalanceParams
from quayline.balance.solve import balance
from quayline.base.errors import QuaylineError
from quayline.plan.check import faults
from quayline.plan.inputs.orders import draw_orders
from quayline.plan.inputs.pack import pack
from quayline.plan.inputs.weeks import make_calendar
from quayline.plan.model.model import Solver, build_model
from quayline.plan.params import PlanParams
from quayline.plan.solve import plan

if TYPE_CHECKING:
    from quayline.plan.model.model import Model


def main() -> None:
    """Print one row a solver."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=int, default=1)
    parser.add_argument("--times", type=float, default=5.0)
    parser.add_argument("--relaxed", action="store_true")
    parser.add_argument("--peers", default="highs,scip")
    args = parser.parse_args()
    scenario, params = large(args.years), PlanParams(exact_cars=0)
    crew, start = balance(scenario, BalanceParams()), time.process_time()
    ours = plan(scenario, crew, params, 1)
    spent = time.process_time() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    assert faults(scenario, crew, ours, params) == []
    print(f"{ours.orders.height:,} orders; ours {spent:.1f} s, {peak:.2f} GiB: objective {ours.objective_usd:,.0f}, "
          f"bound {ours.bound_usd:,.0f}, gap {ours.gap:.3%}", flush=True)  # fmt: skip
    calendar, orders = make_calendar(scenario), draw_orders(scenario, 1)
    seconds = args.times * spent
    whole = PlanParams(exact_cars=0, gap_share=ours.gap, safety_s=seconds)
    programme = pack(scenario, crew, calendar, orders, whole, scenario.plant.availability_share)
    model = build_model(scenario, crew, programme, whole)
    rows, columns = model.matrix.shape
    print(f"{len(programme.pairs)} pairs, {calendar.num_weeks} weeks, {rows:,} rows, {columns:,} columns", flush=True)
    for name in args.peers.split(","):
        if name == "highs":
            usd, told = _by_highs(model, whole, args.relaxed)
        else:
            found = by_ortools(model, name, seconds, is_whole=not args.relaxed)
            usd, told = found.objective_usd, words(name, found)
        print(told, flush=True)
        if not args.relaxed:
            assert not usd > ours.bound_usd, "the bound cuts off a plan"


def _by_highs(model: Model, params: PlanParams, is_relaxed: bool) -> tuple[float, str]:
    """The objective that HiGHS found (NaN: none), and a line of the table."""
    start = time.process_time()
    solver = Solver(model, params)
    if is_relaxed:
        solver.set_integer(False)
    try:
        found = solver.solve()
    except QuaylineError:
        return float("nan"), f"HiGHS {time.process_time() - start:8.1f} s  stopped without a plan"
    told = f"HiGHS {time.process_time() - start:8.1f} s  objective {found.objective_usd:,.0f}"
    told += f"  bound {found.bound_usd:,.0f}"
    return found.objective_usd, told + ("  (stopped)" if found.is_stopped else "")


if __name__ == "__main__":
    main()
