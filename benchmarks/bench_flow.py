"""Plant simulation beside SimPy on the same samples: a plain line, and the Busan plant with all its features.

Plain line: 20 stations, 5 places between, exponential work, a front that is never empty; SimPy written as a user
would write it (a process a station, Stores between). Plant: the first cars of the shipped scenario `busan` (all
sections, shifts, failures, stops, repair loops, store); SimPy is the twin of the tests, tests/reference/simpy_plant.py.
Departures (line) and every entry and exit of every car (plant) must be equal to the last bit. CPU seconds of this
process, best of `--runs` for ours, one run for SimPy. Compiling is not counted; ours counts packing and sampling,
SimPy's line has its samples drawn beforehand, its plant draws them as it goes.

Usage: PYTHONPATH=src:. python benchmarks/bench_flow.py [--parts N] [--cars N] [--runs N]
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy
from tests.reference import simpy_plant
from tests.reference.simpy_words import Draws

from quayline.balance.params import BalanceParams
from quayline.balance.solve import balance
from quayline.flow.engine import simulate_network
from quayline.flow.layout import lay_out
from quayline.flow.network import Cars, Network, Paced, Serial, Spread, Station, Store
from quayline.plan.params import PlanParams
from quayline.plan.solve import plan
from quayline.quality.params import QualityParams
from quayline.quality.solve import quality
from quayline.scenario.loader import load
from quayline.sequence.params import SequenceParams
from quayline.sequence.solve import sequence

if TYPE_CHECKING:
    from collections.abc import Callable

NUM_STATIONS, PLACES, WORK_S = 20, 5, 60.0
END_S = 2.0**32


def timed(call: Callable[[], Any], runs: int = 1) -> tuple[float, Any]:
    """Least CPU seconds of `runs` calls, and the last answer."""
    best, answer = np.inf, None
    for _ in range(runs):
        start = time.process_time()
        answer = call()
        best = min(best, time.process_time() - start)
    return best, answer


def drawn(num: int, seed: int) -> list[list[float]]:
    """Work of every car at every station, drawn beforehand: SimPy's time holds no sampling."""
    spread, draws = Spread("exponential"), Draws(seed)
    return [[draws.sample(spread, WORK_S, "work", car, k, 0) for car in range(num)] for k in range(NUM_STATIONS)]


def simpy_line(num: int, work_s: list[list[float]]) -> Any:
    """Departures from a saturated line of single servers, blocking after service, in plain SimPy."""
    env, leave_s = simpy.Environment(), np.empty(num)
    stores = [simpy.Store(env, PLACES) for _ in range(NUM_STATIONS - 1)]

    def station(k: int) -> Any:
        for car in range(num):
            if k:
                yield stores[k - 1].get()
            yield env.timeout(work_s[k][car])
            if k < NUM_STATIONS - 1:
                yield stores[k].put(car)
            else:
                leave_s[car] = env.now

    for k in range(NUM_STATIONS):
        env.process(station(k))
    env.run()
    return leave_s


def row(name: str, work: int, ours_s: float, simpy_s: float) -> None:
    print(f"{name:<28} {work:>11,} part-stations  ours {ours_s:8.4f} s {work / ours_s / 1e6:8.2f} M/s   "
          f"SimPy {simpy_s:7.2f} s {work / simpy_s / 1e6:6.3f} M/s   ratio {simpy_s / ours_s:6.0f}")  # fmt: skip


def plain_line(num: int, runs: int) -> None:
    stations = tuple(
        Station(f"s{k}", (WORK_S,), buffer=PLACES, spread=Spread("exponential")) for k in range(NUM_STATIONS)
    )
    network = Network((Serial("line", stations),), (np.array([[0.0, END_S]]),))
    cars = Cars(np.zeros(num, np.int64), np.zeros(num))
    ours_s, outcome = timed(lambda: simulate_network(network, cars, 1, END_S), runs)
    work_s = drawn(num, 1)
    simpy_s, leave_s = timed(lambda: simpy_line(num, work_s))
    assert np.array_equal(outcome.leave_s[:, 0], leave_s), "the line and SimPy differ"
    row(f"line of {NUM_STATIONS}, {num:,} parts", num * NUM_STATIONS, ours_s, simpy_s)


def stations_of(network: Network) -> int:
    """Stations of a network; a conveyor counts as one."""
    counts = [
        len(s.stations) if isinstance(s, Serial) else s.num_pitches if s.work_s is not None else 1
        for s in network.sections
        if isinstance(s, Serial | Paced)
    ]
    assert len(counts) == sum(not isinstance(s, Store) for s in network.sections)
    return sum(counts)


def whole_plant(num: int, runs: int) -> None:
    scenario = load("busan")
    crew = balance(scenario, BalanceParams())
    programme = plan(scenario, crew, PlanParams(), 1)
    line = sequence(scenario, programme, SequenceParams(), 1)
    defects = quality(scenario, programme, line, QualityParams(), 1)
    layout = lay_out(scenario, programme, line, crew, defects)
    network, cars = layout.network, layout.cars
    num_stations = stations_of(network)
    first = replace(
        cars, car_type=cars.car_type[:num], release_s=cars.release_s[:num], repair_s=cars.repair_s[:, :num].copy()
    )
    end_s = float(cars.release_s[min(num, len(cars.release_s)) - 1]) + 14 * 86400
    ours_s, outcome = timed(lambda: simulate_network(network, first, 1, end_s), runs)
    simpy_s, twin = timed(lambda: simpy_plant.Plant(network, first, 1, end_s).run())
    assert np.array_equal(outcome.enter_s, twin.enter_s), "the plant and its twin differ"
    assert np.array_equal(outcome.leave_s, twin.leave_s), "the plant and its twin differ"
    assert not twin.inside, "cars left in the plant: the rate would be too high"
    row(f"Busan plant, {num:,} cars", num * num_stations, ours_s, simpy_s)
    days = (scenario.horizon.end - scenario.horizon.start).days + 1
    all_s, _ = timed(lambda: simulate_network(network, cars, 1, days * 86400.0), runs)
    work = len(cars.release_s) * num_stations
    print(f"{'Busan, whole horizon':<28} {work:>11,} part-stations  ours {all_s:8.4f} s {work / all_s / 1e6:8.2f} M/s")


def main() -> None:
    """Print one row a case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", type=int, default=20_000)
    parser.add_argument("--cars", type=int, default=3_000)
    parser.add_argument("--runs", type=int, default=3)
    args = parser.parse_args()
    print(f"SimPy {version('simpy')}, numba {version('numba')}, one thread, seed 1")
    plain_line(100, 1)  # compiles
    plain_line(args.parts, args.runs)
    whole_plant(args.cars, args.runs)


if __name__ == "__main__":
    main()
