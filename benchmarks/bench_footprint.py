"""Footprints of individual cars and draws of a line-up, beside bw2calc on the same product system and the same draws.

A made-up system of `--background` activities that use eight others each, loops included; 60 of their products are what
a car takes, in 5 stages. Ours: factorise, solve transposed, sum amounts × factors of every car by stage. bw2calc: an
LCA per car with the technosphere factorised once; it has no stages, so its total alone is asked for, of `--peers` cars.
Draws: `--cars` cars under 20 uncertain inputs and 20 uncertain emissions of the background, with an interval of each
and how often each is lower than the first; bw2calc takes the same draws as an array of its datapackage, one after the
other, and solves each for one car. Asserted: every total to 1e-9. CPU seconds of one thread, compiling not counted.

Then a system of `--large`, from its files.

Usage: PYTHONPATH=src:. python benchmarks/bench_footprint.py [--background N] [--large N] [--individual N] [--cars N]
                                                             [--draws N] [--peers N]
"""

from __future__ import annotations

import argparse
import tempfile
import time
import warnings
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from quayline.carbon.footprint._kernels import by_stage
from quayline.carbon.system import Exchange, assemble, drawn_intensities, intensities, read_datapackages
from quayline.carbon.uncertainty import Distribution, draws, interval, lower_share, totals

ACTIVITIES, STAGES, UNCERTAIN, SEED = 60, 5, 20, 1


@dataclass(frozen=True)
class Background:
    """The system as lines of ours and as entries of Brightway's: activity k makes product k."""

    lines: list[Exchange]
    used: list[tuple[int, int, float]]  # product, activity, amount
    emitted: list[float]


def background(num: int) -> Background:
    """Activities that use eight others each, half of them such as go into everything, and emit; the first uncertain."""
    rng = np.random.default_rng(SEED)
    lines, used, emitted = [], [], []
    for j in range(num):
        lines.append(Exchange(f"a{j}", "makes", f"p{j}", 1.0, "kg"))
        common = np.minimum(rng.pareto(0.9, 4).astype(int), num - 1)
        near = (j + rng.integers(1, 60, 4)) % num
        for n, i in enumerate(sorted({*common.tolist(), *near.tolist()} - {j})):
            amount = float(rng.uniform(0.01, 0.1))
            spread = Distribution("lognormal", amount, spread=1.1) if n == 0 and j < UNCERTAIN else None
            lines.append(Exchange(f"a{j}", "uses", f"p{i}", amount, "kg", distribution=spread))
            used.append((i, j, amount))
        emitted.append(float(rng.uniform(0, 2)))
        spread = Distribution("lognormal", emitted[j], spread=1.2) if j < UNCERTAIN else None
        lines.append(Exchange(f"a{j}", "emits", "fossil", emitted[j], "kgCO2e", distribution=spread))
    return Background(lines, used, emitted)


def datapackage(made: Background, used: Any, emitted: Any, files: Any = None) -> Any:
    """Brightway's form, in memory or in `files`; `used` and `emitted` are vectors, or arrays with a column a draw."""
    import bw_processing

    num, dtype = len(made.emitted), bw_processing.INDICES_DTYPE
    own = np.array([(k, k) for k in range(num)], dtype)
    package = bw_processing.create_datapackage(fs=files, sequential=True)
    add = package.add_persistent_vector if np.ndim(used) == 1 else package.add_persistent_array
    package.add_persistent_vector(matrix="technosphere_matrix", name="made", indices_array=own, data_array=np.ones(num))
    places = np.array([(i, j) for i, j, _ in made.used], dtype)
    add(matrix="technosphere_matrix", name="used", indices_array=places, data_array=used,
        flip_array=np.ones(len(places), bool))  # fmt: skip
    flows = np.array([(num, k) for k in range(num)], dtype)
    add(matrix="biosphere_matrix", name="emitted", indices_array=flows, data_array=emitted)
    package.add_persistent_vector(matrix="characterization_matrix", name="factor", data_array=np.ones(1),
                                  indices_array=np.array([(num, num)], dtype))  # fmt: skip
    return package


def individual_cars(made: Background, num_cars: int, num_peers: int) -> None:
    """Every car with amounts of its own."""
    import bw2calc

    rng = np.random.default_rng(SEED)
    amount = rng.uniform(0, 100, (num_cars, ACTIVITIES))
    starts = np.arange(0, num_cars * ACTIVITIES + 1, ACTIVITIES)
    column = np.tile(np.arange(ACTIVITIES, dtype=np.int32), num_cars)
    stage = np.arange(ACTIVITIES) % STAGES
    by_stage(starts[:2], column, amount.ravel(), np.ones(ACTIVITIES), stage, STAGES)
    system = assemble(made.lines)
    del system.__dict__["lu"]
    start = time.process_time()
    carried = intensities(system)[:ACTIVITIES, 0]
    solved_s = time.process_time() - start
    start = time.process_time()
    ours = by_stage(starts, column, amount.ravel(), carried, stage, STAGES)
    summed_s = time.process_time() - start
    print(f"{num_cars:,} cars × {ACTIVITIES} activities in {STAGES} stages, background of {len(made.emitted):,}: "
          f"solved in {solved_s:.3f} s, summed in {summed_s:.3f} s")  # fmt: skip

    demand = [dict(enumerate(row.tolist())) for row in amount[:num_peers]]
    lca = bw2calc.LCA(
        demand[0], data_objs=[datapackage(made, np.array([a for *_, a in made.used]), np.array(made.emitted))]
    )
    lca.lci(factorize=True)
    lca.lcia()
    start = time.process_time()
    scores = []
    for wanted in demand:
        lca.lcia(demand=wanted)
        scores.append(lca.score)
    each_s = (time.process_time() - start) / num_peers
    assert np.allclose(ours[:num_peers].sum(axis=1), scores, rtol=1e-9, atol=0)
    ours_s = (solved_s + summed_s) / num_cars
    print(f"  bw2calc {version('bw2calc')}: {each_s * 1e3:.2f} ms a car, ours {ours_s * 1e6:.2f} µs: "
          f"ratio {each_s / ours_s:,.0f}")  # fmt: skip


def large(num: int) -> None:
    """One product of a system of the size of the great databases, from a datapackage on: read, factorise, solve."""
    import bw2calc
    import bw_processing

    made = background(num)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large"
        files = bw_processing.generic_directory_filesystem(dirpath=path)
        datapackage(made, np.array([a for *_, a in made.used]), np.array(made.emitted), files).finalize_serialization()
        start = time.process_time()
        system = read_datapackages([path])
        read_s = time.process_time() - start
        ours = intensities(system)[system.product_idx["0"], 0]
        ours_s = time.process_time() - start
        start = time.process_time()
        lca = bw2calc.LCA({0: 1.0}, data_objs=[bw_processing.load_datapackage(files)])
        lca.lci()
        lca.lcia()
        theirs_s = time.process_time() - start
    assert np.isclose(ours, lca.score, rtol=1e-9, atol=0)
    print(f"a system of {num:,} from its files: ours {ours_s:.2f} s ({read_s:.2f} of it reading) for all products, "
          f"bw2calc {theirs_s:.2f} s for one")  # fmt: skip


def line_up(made: Background, num_cars: int, num_draws: int, num_peers: int) -> None:
    """A few cars, compared under shared draws."""
    import bw2calc

    amounts = np.random.default_rng(SEED).uniform(0, 100, (num_cars, ACTIVITIES))
    system = assemble(made.lines)
    names = [f"p{k}" for k in range(ACTIVITIES)]
    start = time.process_time()
    values = drawn_intensities(system, names, num_draws, SEED)[:, :, 0]
    drawn = totals(amounts, values)
    intervals = [interval(car) for car in drawn]
    lower = [lower_share(car, drawn[0]) for car in drawn[1:]]
    ours_s = time.process_time() - start
    first, second = intervals[0], lower[0]
    print(f"{num_draws:,} draws of {num_cars} cars: {ours_s:.2f} s; the first {first.low:,.0f} to {first.high:,.0f}, "
          f"the second lower with {second.share:.3f} ± {second.standard_error:.3f}")  # fmt: skip

    used, emitted = _columns(made, num_peers + 1, num_draws)
    lca = bw2calc.LCA(
        dict(enumerate(amounts[0].tolist())), data_objs=[datapackage(made, used, emitted)], use_arrays=True
    )
    lca.lci()
    lca.lcia()
    scores = [lca.score]
    start = time.process_time()
    for _ in range(num_peers):
        next(lca)
        scores.append(lca.score)
    each_s = (time.process_time() - start) / num_peers
    assert np.allclose(drawn[0, : num_peers + 1], scores, rtol=1e-9, atol=0)
    print(f"  bw2calc: {each_s * 1e3:.1f} ms a draw of one car, ours {ours_s / num_draws * 1e3:.2f} ms of all: "
          f"ratio {each_s * num_draws / ours_s:,.0f}")  # fmt: skip


def _columns(made: Background, num_columns: int, num_draws: int) -> tuple[Any, Any]:
    """Our draws as the columns of two arrays: of what is used, and of what is emitted."""
    uncertain = {f"{x.activity}: {x.role} {x.item}": x.distribution for x in made.lines if x.distribution is not None}
    values = draws(uncertain, num_draws, SEED)[:num_columns]
    found = dict(zip(uncertain, values.T, strict=True))
    used = [found.get(f"a{j}: uses p{i}", np.full(num_columns, amount)) for i, j, amount in made.used]
    emitted = [found.get(f"a{j}: emits fossil", np.full(num_columns, amount)) for j, amount in enumerate(made.emitted)]
    return np.array(used), np.array(emitted)


def main() -> None:
    """Print two rows a subject."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--background", type=int, default=2000)
    parser.add_argument("--large", type=int, default=20_000)
    parser.add_argument("--individual", type=int, default=300_000)
    parser.add_argument("--cars", type=int, default=8)
    parser.add_argument("--draws", type=int, default=1000)
    parser.add_argument("--peers", type=int, default=50)
    args = parser.parse_args()
    warnings.filterwarnings("ignore", message="[^A-Za-z]*It seems like you have")  # of a faster solver it lacks
    made = background(args.background)
    with threadpool_limits(1):
        individual_cars(made, args.individual, args.peers)
        line_up(made, args.cars, args.draws, args.peers)
        large(args.large)


if __name__ == "__main__":
    main()
