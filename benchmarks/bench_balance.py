"""Tasks onto stations: the public instances with known optima, and CP-SAT beside it on some of them.

Scholl's 269 instances of fewest stations (`--problem 1`) or 302 of least takt (`--problem 2`), or Otto's large ones
(`--problem otto`, no optima known), each to a proof or to `--steps`. Every answer goes through the independent checker
and must lie between its bound and the optimum known. CP-SAT (optional group `bench`, one worker) gets every `--peer`-th
instance as a user would write it, two stations more than needed, `--seconds` each. CPU seconds, compiling not counted.

Usage: PYTHONPATH=src:. python benchmarks/bench_balance.py --data FOLDER [--problem 1|2|otto] [--steps N] [--peer K]
"""

from __future__ import annotations

import argparse
import csv
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from tests.balance.lines import wrong

from quayline.balance.params import TaskParams
from quayline.balance.tasks.read import read_tasks
from quayline.balance.tasks.solve import assign_file

if TYPE_CHECKING:
    from quayline.scenario.tasks import TaskFile

WRONG_IN_THE_TABLE = {("WEE-MAG", 18)}
"""Least takts of the public table that cannot be: tests/acceptance/test_feature_06.py has the proof."""


def instances(folder: Path, problem: str) -> list[tuple[str, TaskFile, float | None]]:
    """Name, line with what is given, and the optimum where one is known."""
    if problem == "otto":
        files = sorted(folder.glob("otto/large/*.alb"))
        return [(path.stem, read_tasks(path), None) for path in files]
    lines = {path.stem: read_tasks(path) for path in sorted(folder.glob("scholl/*.IN2"))}
    found: list[tuple[str, TaskFile, float | None]] = []
    with (folder / f"salbp{problem}_optima.csv").open() as table:
        for row in csv.DictReader(table):
            name = row["graph_file"]
            if problem == "1":
                update: dict[str, Any] = {"takt_s": float(row["cycle_time"])}
                best: float | None = float(row["m_star"])
            else:
                update = {"stations": int(row["stations"])}
                known = (name, update["stations"]) not in WRONG_IN_THE_TABLE
                best = float(row["c_star"]) if known else None
            told = next(iter(update.values()))
            found.append((f"{name} {told:g}", lines[name].model_copy(update=update), best))
    return found


def by_cp_sat(line: TaskFile, num_stations: int, seconds: float) -> tuple[float, int | None, bool]:
    """CPU seconds, stations of the best answer and whether it is proven."""
    from ortools.sat.python import cp_model

    began = time.process_time()
    model = cp_model.CpModel()
    names = [task.id for task in line.tasks]
    at = {name: [model.new_bool_var("") for _ in range(num_stations)] for name in names}
    used = [model.new_bool_var("") for _ in range(num_stations)]
    for name in names:
        model.add_exactly_one(at[name])
    for k in range(num_stations):
        model.add(sum(int(t.time_s) * at[t.id][k] for t in line.tasks) <= int(line.takt_s or 0) * used[k])
        if k:
            model.add_implication(used[k], used[k - 1])
        for task in line.tasks:
            for name in task.after.split():
                model.add(sum(at[task.id][: k + 1]) <= sum(at[name][: k + 1]))
    model.minimize(sum(used))
    solver = cp_model.CpSolver()
    solver.parameters.max_time_in_seconds, solver.parameters.num_workers = seconds, 1
    status = solver.solve(model)
    value = int(solver.objective_value) if status in (cp_model.OPTIMAL, cp_model.FEASIBLE) else None
    return time.process_time() - began, value, status == cp_model.OPTIMAL


def main() -> None:
    """Run and print."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--data", type=Path, default=Path(os.environ.get("QUAYLINE_DATA", "../shared/data")))
    options.add_argument("--problem", choices=("1", "2", "otto"), default="1")
    options.add_argument("--steps", type=int, default=3_000_000)
    options.add_argument("--every", type=int, default=1, help="solve every K-th instance")
    options.add_argument("--peer", type=int, default=0, help="give CP-SAT every K-th instance (problem 1)")
    options.add_argument("--seconds", type=float, default=20.0, help="of CP-SAT for each")
    chosen = options.parse_args()
    if not (chosen.data / "salbp").is_dir():
        print(f"no public instances at {chosen.data}: give --data or QUAYLINE_DATA")
        return
    given = instances(chosen.data / "salbp", chosen.problem)[:: chosen.every]
    params = TaskParams(max_steps=chosen.steps, max_states=1 << 20, num_kicks=0)
    assign_file(given[0][1], params)  # compiles
    spent, reached, proven, steps, compared = [], 0, 0, 0, []
    for k, (name, line, best) in enumerate(given):
        began = time.process_time()
        found = assign_file(line, params)
        spent.append(time.process_time() - began)
        value = found.num_stations if found.sought == "stations" else found.takt_s
        assert not wrong(line, found), name
        assert best is None or found.bound <= best <= value, (name, found.bound, best, value)
        reached += best == value
        proven += found.is_proven
        steps += found.steps
        if not found.is_proven or best not in (None, value):
            print(f"  {name}: {value:g}, bound {found.bound:g}, known {best}, "
                  f"{found.steps:,} steps, {spent[-1]:.1f} s")  # fmt: skip
        if chosen.peer and k % chosen.peer == 0 and chosen.problem == "1":
            theirs_s, theirs, is_proven = by_cp_sat(line, found.num_stations + 2, chosen.seconds)
            compared.append((spent[-1], theirs_s, found.is_proven, is_proven))
            assert theirs is None or theirs >= found.bound, name
            assert not is_proven or theirs >= value or not found.is_proven, name
            print(f"  {name}: ours {value:g} in {spent[-1]:.2f} s, CP-SAT {theirs} in {theirs_s:.1f} s"
                  f"{'' if is_proven else ', not proven'}")  # fmt: skip
    told = f"{len(given)} instances: {reached} known optima reached, {proven} proven; {steps:,} steps"
    print(f"{told}, {sum(spent):.0f} s, median {np.median(spent):.3f} s, longest {max(spent):.1f} s")
    if compared:
        ours, theirs_s, by_us, by_them = (np.array(column) for column in zip(*compared, strict=True))
        ratio = theirs_s.sum() / ours.sum()
        print(f"{len(compared)} of them: proven by us {by_us.sum()}, by CP-SAT {by_them.sum()}; "
              f"{ours.sum():.1f} s against {theirs_s.sum():.1f} s, ratio {ratio:.0f}")  # fmt: skip


if __name__ == "__main__":
    main()
