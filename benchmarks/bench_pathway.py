"""The hourly path of a plant: years and 8,760 hours by planes, beside the same model handed whole to HiGHS.

The peer is what one would write without the decomposition: the use, charge, discharge and level of every hour of every
year as columns of one mixed-integer program. It gets the years from 2030, on the middle path of the grid alone; ours
solves that same case with the same answer, then the whole one: all years to 2040 on three paths.

Usage: python benchmarks/bench_pathway.py [--years N] [--limit SECONDS]
"""

from __future__ import annotations

import argparse
import time
from typing import TYPE_CHECKING

import highspy
import numpy as np
from scipy.sparse import coo_array, csr_array

from quayline.balance.solve import balance
from quayline.carbon.pathway.desk import Desk
from quayline.carbon.pathway.levers import build
from quayline.carbon.pathway.load import load_of
from quayline.carbon.pathway.pack import decision_years, pack
from quayline.carbon.pathway.params import PathwayParams
from quayline.plan.solve import plan
from quayline.scenario.loader import load
from quayline.study.run import Params

if TYPE_CHECKING:
    from quayline.carbon.pathway.model import Model
    from quayline.records.stages import Plan
    from quayline.scenario.schema import Scenario

GAP = 0.001


def main() -> None:
    """Print the seconds of both on the small case, their ratio, and ours on the whole one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--years", type=int, default=2)
    parser.add_argument("--limit", type=float, default=400.0)
    args = parser.parse_args()
    whole, params = load("busan"), Params()
    planned = plan(whole, balance(whole, params.balance), params.plan, 1)
    small = load("busan", {
        "horizon.plant_until": str(2029 + args.years), "pathway.from_year": "2030",
        "carbon.plant.targets": "[{year: 2030, reduction_share: 50 %, name: half}]",
        "pathway.grid_paths": "[{id: middle, name: middle, weight_share: 100 %}]", "pathway.grid_years": "[]",
    })  # fmt: skip
    ours(small, planned)  # compiles the kernels
    ours_s, ours_musd = ours(small, planned)
    began = time.perf_counter()
    peer_musd, size = peer(small, planned, args.limit)
    peer_s = time.perf_counter() - began
    told = f"{args.years} years on one path: ours {ours_s:.2f} s, {ours_musd:.3f} MUSD; HiGHS whole ({size} columns) "
    if peer_musd is None:
        print(f"{told} without an answer within {GAP:.1%} after {peer_s:.0f} s: more than {peer_s / ours_s:.0f} times")
    else:
        assert abs(ours_musd - peer_musd) <= 2 * GAP * abs(peer_musd), (ours_musd, peer_musd)
        print(f"{told}{peer_s:.1f} s, {peer_musd:.3f} MUSD: {peer_s / ours_s:.0f} times")
    whole_s, whole_musd = ours(whole, planned)
    num_years = len(decision_years(whole))
    columns = 4 * 8760 * num_years * len(whole.pathway.grid_paths) if whole.pathway else 0
    print(f"{num_years} years on three paths: ours {whole_s:.2f} s, {whole_musd:.3f} MUSD, proven within {GAP:.1%}; "
          f"whole it would have {columns:,} columns of hours")  # fmt: skip


def ours(scenario: Scenario, planned: Plan) -> tuple[float, float]:
    """Seconds and present value of the path, from the plan to the answer."""
    began = time.perf_counter()
    case = pack(scenario, load_of(scenario, decision_years(scenario), planned))
    assert scenario.pathway is not None
    found = Desk(case, scenario.pathway, PathwayParams(gap_share=GAP)).cheapest(scenario.pathway.levers, case.cap_kt)
    assert not found.is_short
    assert found.musd - found.bound_musd <= GAP * abs(found.musd)
    return time.perf_counter() - began, found.musd


def peer(scenario: Scenario, planned: Plan, limit_s: float) -> tuple[float | None, str]:
    """Present value of the same case with all hours in one program, or None at the limit; and its size."""
    case = pack(scenario, load_of(scenario, decision_years(scenario), planned))
    assert scenario.pathway is not None
    model = build(case, scenario.pathway, scenario.pathway.levers, case.cap_kt)
    lp = _whole(model)
    highs = highspy.Highs()
    for name, value in (("output_flag", False), ("threads", 1), ("mip_rel_gap", GAP), ("time_limit", limit_s)):
        highs.setOptionValue(name, value)
    highs.passModel(lp)
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None, f"{lp.num_col_:,}"
    return highs.getInfo().objective_function_value - model.free_musd(), f"{lp.num_col_:,}"


def _whole(model: Model) -> highspy.HighsLp:
    """The years' program and, for each path and year, four columns and six rows an hour."""
    program, case, num = model.program, model.case, 8760
    store, hours = model.capacity["store"], case.hours
    lower, upper = program.bounds()
    sides_low, sides_high = ([np.concatenate(side)] for side in zip(*program.sides, strict=True))
    row0, col0, first = program.num_rows, program.num_columns, program.matrix().tocoo()
    entries = [(first.row, first.col, first.data)]
    for p in range(case.num_paths):
        for y in range(case.num_years):
            use, charge, back, level = (col0 + k * num + np.arange(num) for k in range(4))
            col0 += 4 * num
            at = row0 + np.arange(num)
            shape = hours.shape[case.pattern_idx[y]]
            # use + charge <= generated; use + back <= load; level balance; level, charge and back within the store
            block = [(at, use, 1.0), (at, charge, 1.0), (at + num, use, 1.0), (at + num, back, 1.0)]
            block += [(at, np.full(num, model.capacity[name][y]), -hours.gwh_per_mw[k])
                      for k, name in enumerate(case.source_ids)]  # fmt: skip
            block += [(at + num, np.full(num, model.column["energy"][q, p, y]), -shape[q]) for q in range(len(shape))]
            block += [(at + 2 * num, level, 1.0), (at[1:] + 2 * num, level[:-1], -1.0), (at + 2 * num, back, 1.0),
                      (at + 2 * num, charge, -hours.efficiency)]  # fmt: skip
            for k, (one, most_h) in enumerate(((level, 1.0), (charge, hours.store_h), (back, hours.store_h)), 3):
                block += [(at + k * num, one, 1.0), (at + k * num, np.full(num, store[y]), -1e-3 / most_h)]
            last = row0 + 6 * num
            for k, (name, made) in enumerate((("direct", (use,)), ("all", (use, back)))):
                block.append((np.array([last + k]), np.array([model.column[name][p, y]]), 1.0))
                block += [(np.full(num, last + k), one, -1.0) for one in made]
            entries += [(r, c, np.broadcast_to(np.asarray(v, float), r.shape)) for r, c, v in block]
            free = np.full(6 * num, -np.inf)
            free[2 * num : 3 * num] = 0.0
            sides_low.append(np.append(free, [0.0, 0.0]))
            sides_high.append(np.zeros(6 * num + 2))
            row0 += 6 * num + 2
    row, col, value = (np.concatenate(part) for part in zip(*entries, strict=True))
    matrix = csr_array(coo_array((value, (row, col)), shape=(row0, col0)))
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = col0, row0
    extra = col0 - program.num_columns
    lp.col_cost_ = np.concatenate([model.costs(), np.zeros(extra)])
    lp.col_lower_ = np.concatenate([lower, np.zeros(extra)])
    lp.col_upper_ = np.concatenate([upper, np.full(extra, np.inf)])
    lp.row_lower_, lp.row_upper_ = np.concatenate(sides_low), np.concatenate(sides_high)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = matrix.indptr.astype(np.int32), matrix.indices.astype(np.int32)
    lp.a_matrix_.value_ = matrix.data
    kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
    integer = np.concatenate([*program.integer, np.zeros(extra, bool)])
    lp.integrality_ = [kinds[int(flag)] for flag in integer]
    return lp


if __name__ == "__main__":
    main()
