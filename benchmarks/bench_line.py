"""Serial lines beside SimPy on the same samples, sampling included in ours; time and peak memory as runs grow.

Exponential work of mean 1, 5 places between stations, a front that is never empty, blocking after service. SimPy as a
user would write it (a process a station, Stores between), its samples drawn beforehand and not timed. The departures
of every part from the last station must be equal to the last bit. CPU seconds of this process, compiling not counted;
ours is the best of `--runs`, 16 replications on one thread, and one alone.

Usage: PYTHONPATH=src:. python benchmarks/bench_line.py [--runs N] [--most EXPONENT]
"""

from __future__ import annotations

import argparse
import time
import tracemalloc
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy
from tests.reference.simpy_line import Draws

from quayline.flow.line.model import Exponential, LineFile, LineStation
from quayline.flow.line.pack import side_by_side
from quayline.flow.line.simulate import departures

if TYPE_CHECKING:
    from collections.abc import Callable

PLACES, LANES, SEED = 5, 16, 1


def line_of(num: int) -> LineFile:
    """`num` equal stations."""
    work = Exponential(mean="1 s")
    stations = [LineStation(id=f"s{k}", work=work, buffer=PLACES) for k in range(num)]
    return LineFile(quayline=1, line="bench", stations=stations)


def timed(call: Callable[[], Any], runs: int) -> tuple[float, Any]:
    """Least CPU seconds of `runs` calls, and the last answer."""
    best, answer = np.inf, None
    for _ in range(runs):
        start = time.process_time()
        answer = call()
        best = min(best, time.process_time() - start)
    return best, answer


def ours(num: int, parts: int) -> None:
    """All replications, as many side by side as `simulate_line` takes."""
    line = line_of(num)
    for k in range(0, LANES, side_by_side(line)):
        departures(line, SEED, parts, parts, 1, range(k, min(k + side_by_side(line), LANES)), 0)


def in_simpy(num: int, parts: int, work_s: list[list[float]]) -> list[float]:
    """Departures from the last station."""
    env, leaves = simpy.Environment(), []
    stores = [simpy.Store(env, PLACES) for _ in range(num - 1)]

    def station(k: int) -> Any:
        for n in range(parts):
            if k:
                yield stores[k - 1].get()
            yield env.timeout(work_s[k][n])
            if k + 1 < num:
                yield stores[k].put(n)
            else:
                leaves.append(env.now)

    for k in range(num):
        env.process(station(k))
    env.run()
    return leaves


def main() -> None:
    """Run and print."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--most", type=int, default=8, help="the curve goes up to 10 to this power part-stations")
    chosen = options.parse_args()
    departures(line_of(3), SEED, 300, 1, 1, range(2), 10)  # compiles
    departures(line_of(200), SEED, 300, 1, 1, range(2), 10)
    print("stations  parts x replications  ours M/s  SimPy k/s  ratio   one alone M/s  ratio")
    for num in (2, 20, 100, 500):
        line, parts = line_of(num), 20_000_000 // (num * LANES)
        ours_s, _ = timed(lambda n=num, m=parts: ours(n, m), chosen.runs)
        one_s, _ = timed(lambda a=line, n=parts: departures(a, SEED, n, n, 1, range(1), 0), chosen.runs)
        few = max(40_000 // num, 100)
        draws = [Draws(line, station, SEED, 0) for station in line.stations]
        work_s = [[one.work_s(n) for n in range(few)] for one in draws]
        simpy_s, leaves = timed(lambda n=num, m=few, w=work_s: in_simpy(n, m, w), 2)
        *_, (_, traced) = departures(line, SEED, few, few, 1, range(1), few)
        assert leaves == traced[:, -1, 0].tolist(), "departures differ"
        mine, theirs = num * parts * LANES / ours_s, num * few / simpy_s
        print(f"{num:8d} {parts:9,d} x {LANES:<10d} {mine / 1e6:8.1f} {theirs / 1e3:10.1f} {mine / theirs:6,.0f}"
              f" {num * parts / one_s / 1e6:12.1f} {num * parts / one_s / theirs:8,.0f}")  # fmt: skip
    print("part-stations  CPU s  ns each  peak MB of arrays   (20 stations)")
    for power in range(4, chosen.most + 1):
        parts = max(10**power // (20 * LANES), 20)
        spent_s, _ = timed(lambda n=parts: ours(20, n), 1)
        tracemalloc.start()
        ours(20, parts)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        print(f"{20 * parts * LANES:13,d} {spent_s:6.3f} {1e9 * spent_s / (20 * parts * LANES):8.2f} {peak / 1e6:9.2f}")


if __name__ == "__main__":
    main()
