"""The plan of the shipped scenario `busan`, beside the same model handed whole to HiGHS and to SCIP (OR-tools).

Ours: relaxation, schedules of modes near it, whole cars by rounding; the answer goes through the independent check.
Peers: the same arrays with line modes and weekend shifts integer, cars continuous (so their task is easier), one
thread, at most `--seconds`; HiGHS stops at the gap that ours proved. Objectives and bounds are printed. CPU seconds.

Usage: python benchmarks/bench_plan.py [--runs N] [--seconds S] [--demand FACTOR]
"""

from __future__ import annotations

import argparse
import time
from importlib.metadata import version

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
from quayline.scenario.loader import load


def main() -> None:
    """Print one row a planner."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--demand", type=float, default=1.0)
    args = parser.parse_args()
    scenario = load("busan")
    rows = [
        row.model_copy(update={name: round(getattr(row, name) * args.demand) for name in ("cars", "firm_cars")})
        for row in scenario.demand
    ]
    scenario = scenario.model_copy(update={"demand": rows})
    crew, params, seconds = balance(scenario, BalanceParams()), PlanParams(), []
    for _ in range(args.runs):
        start = time.process_time()
        ours = plan(scenario, crew, params, 1)
        seconds.append(time.process_time() - start)
    assert faults(scenario, crew, ours, params) == []
    print(f"highspy {version('highspy')}, one thread, seed 1, best of {args.runs}; {ours.orders.height:,} orders")
    print(f"ours  {min(seconds):7.2f} s  objective {ours.objective_usd:18,.2f}  bound {ours.bound_usd:18,.2f}  "
          f"gap {ours.gap:.4%}")  # fmt: skip
    whole = PlanParams(gap_share=max(ours.gap, 1e-6), safety_s=args.seconds, exact_cars=0)
    calendar = make_calendar(scenario)
    start = time.process_time()
    orders = draw_orders(scenario, 1)
    programme = pack(scenario, crew, calendar, orders, whole, scenario.plant.availability_share)
    model = build_model(scenario, crew, programme, whole)
    built_s = time.process_time() - start
    try:
        found = Solver(model, whole).solve()
        gap = (found.bound_usd - found.objective_usd) / abs(found.objective_usd)
        result = f"objective {found.objective_usd:18,.2f}  bound {found.bound_usd:18,.2f}  gap {gap:.4%}"
        result += "  (stopped)" if found.is_stopped else ""
    except QuaylineError:
        result = "stopped without a plan"
    spent = time.process_time() - start
    print(f"HiGHS {spent:7.2f} s  {result}")
    print(f"ratio {spent / min(seconds):.1f}; orders, arrays and model in {built_s:.2f} s")
    print(words("SCIP", by_ortools(model, "scip", args.seconds, is_whole=True)))


if __name__ == "__main__":
    main()
