"""The bound of a large programme: pairs taken together, beside the same model handed whole to HiGHS and to OR-tools.

`large` has one plant, 240 pairs of 40 variants and 20 markets; `--years` is its length (ten: 650,000 rows). Ours: the
merged programme, whose optimum is a proven bound of the whole one. Peers: the linear relaxation of the whole model by
the simplex method of HiGHS, GLOP and PDLP, one thread, at most `--seconds` each. Asserted: the bound is not below any
peer's optimum, and within 1 % of it. CPU seconds, OR-tools in a process of its own.

Usage: python benchmarks/bench_plan_large.py [--years N] [--seconds S] [--peers highs,glop,pdlp]
"""

from __future__ import annotations

import argparse
import resource
import time
from importlib.metadata import version

from benchmarks.large import large
from benchmarks.peers import by_ortools, words

from quayline.balance.params import BalanceParams
from quayline.balance.solve import balance
from quayline.base.errors import QuaylineError
from quayline.plan.inputs.orders import draw_orders
from quayline.plan.inputs.pack import pack
from quayline.plan.inputs.weeks import make_calendar
from quayline.plan.model.model import Solver, build_model
from quayline.plan.params import PlanParams
from quayline.plan.search.alike import merge


def main() -> None:
    """Print one row a solver."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--peers", default="highs,glop,pdlp")
    args = parser.parse_args()
    scenario, params = large(args.years), PlanParams(exact_cars=0, safety_s=args.seconds)
    crew, start = balance(scenario, BalanceParams()), time.process_time()
    calendar, orders = make_calendar(scenario), draw_orders(scenario, 1)
    programme = pack(scenario, crew, calendar, orders, params, scenario.plant.availability_share)
    model = build_model(scenario, crew, programme, params)
    rows, columns = model.matrix.shape
    print(f"{len(programme.pairs)} pairs, {calendar.num_weeks} weeks, {orders.height:,} orders; built in "
          f"{time.process_time() - start:.1f} s: {rows:,} rows, {columns:,} columns; OR-tools {version('ortools')}",
          flush=True)  # fmt: skip
    start = time.process_time()
    merged = merge(model)
    program = merged.small.program
    solver = Solver(program, params)
    solver.set_integer(False)
    ours = solver.solve()
    spent = time.process_time() - start
    print(f"{'merged (HiGHS)':<22}{spent:8.1f} s  bound     {ours.objective_usd:18,.0f}  {len(merged.groups)} groups, "
          f"{len(program.lower):,} rows{'  (stopped)' if ours.is_stopped else ''}", flush=True)  # fmt: skip
    for name in args.peers.split(","):
        if name == "highs":
            start = time.process_time()
            whole = Solver(model, params)
            whole.set_integer(False)
            try:
                found = whole.solve()
                usd, is_done = found.objective_usd, not found.is_stopped
            except QuaylineError:  # stopped before it had any point
                usd, is_done = float("nan"), False
            seconds = time.process_time() - start
            print(f"{'whole (HiGHS)':<22}{seconds:8.1f} s  objective {usd:18,.0f}"
                  f"{'' if is_done else '  (stopped)'}", flush=True)  # fmt: skip
        else:
            peer = by_ortools(model, name, args.seconds, is_whole=False)
            seconds, usd, is_done = peer.seconds, peer.objective_usd, "OPTIMAL" in peer.status
            print(words(f"whole ({name})", peer), flush=True)
        if is_done and not ours.is_stopped:
            slack = 1e-4 * abs(usd)  # what a first-order method may miss
            assert ours.objective_usd >= usd - slack, "the bound cuts off an optimum"
            assert ours.objective_usd <= usd + 0.01 * abs(usd), "the bound is more than 1 % away"
        print(f"{'':<22}ratio {seconds / spent:.1f}{'' if is_done else ' or more'}", flush=True)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB")


if __name__ == "__main__":
    main()
