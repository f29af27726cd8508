"""Plant simulation beside SimPy on the same samples, the cost as runs grow, and a hundred replications of a plant-year.

Plain line: 20 stations, 5 places between, exponential work, a front that is never empty; SimPy written as a user
would write it (a process a station, Stores between). Plant: the first cars of the shipped scenario `busan` (all
sections, shifts, failures, stops, repair loops, store), and of `busan + whole-plant`, which has every feature of
docs/flow.md; SimPy is the twin of the tests, tests/reference/simpy_plant.py.
Departures (line) and every entry and exit of every car (plant) must be equal to the last bit. CPU seconds of this
process, best of `--runs` for ours, one run for SimPy. Compiling is not counted; ours counts packing and sampling,
SimPy's line has its samples drawn beforehand, its plant draws them as it goes.

Curve: both, cars streamed and the plant at work round the clock, from 10**4 to 10**`--most` part-stations, with the
most memory that arrays and Python take at once. Replications (`--replications`, by the clock, on all cores): the year
of `busan` with the most cars planned, defects of each replication included.

Usage: PYTHONPATH=src:. python benchmarks/bench_flow.py [--parts N] [--cars N] [--runs N] [--most EXPONENT]
[--replications N]
"""

from __future__ import annotations

import argparse
import time
import tracemalloc
from dataclasses import replace
from datetime import date
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy
from tests.reference import simpy_plant, simpy_words

from quayline.balance.params import BalanceParams
from quayline.balance.solve import balance
from quayline.base.random import key
from quayline.flow.engine import simulate_network, stream_network
from quayline.flow.layout import lay_out
from quayline.flow.network import Cars, Network, Paced, Serial, Spread, Station, Store
from quayline.flow.replications import replicate
from quayline.flow.statistics import estimate
from quayline.flow.tally import Tally
from quayline.flow.window import planned, seconds_of
from quayline.plan.params import PlanParams
from quayline.plan.solve import plan
from quayline.quality.params import QualityParams
from quayline.quality.solve import Draws, quality
from quayline.scenario.loader import load
from quayline.sequence.params import SequenceParams
from quayline.sequence.solve import sequence
from quayline.study.replication import Replication

if TYPE_CHECKING:
    from collections.abc import Callable

    from quayline.flow.engine import Totals

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
    spread, draws = Spread("exponential"), simpy_words.Draws(seed)
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


def line_network() -> Network:
    """The plain line."""
    stations = tuple(
        Station(f"s{k}", (WORK_S,), buffer=PLACES, spread=Spread("exponential")) for k in range(NUM_STATIONS)
    )
    return Network((Serial("line", stations),), (np.array([[0.0, END_S]]),))


def plain_line(num: int, runs: int) -> None:
    network = line_network()
    cars = Cars(np.zeros(num, np.int64), np.zeros(num))
    ours_s, outcome = timed(lambda: simulate_network(network, cars, 1, END_S), runs)
    work_s = drawn(num, 1)
    simpy_s, leave_s = timed(lambda: simpy_line(num, work_s))
    assert np.array_equal(outcome.leave_s[:, 0], leave_s), "the line and SimPy differ"
    row(f"line of {NUM_STATIONS}, {num:,} parts", num * NUM_STATIONS, ours_s, simpy_s)


def stations_of(network: Network) -> int:
    """Stations of a network, of all branches and sub-lines; a conveyor counts as one."""
    counts = [
        len(s.stations) if isinstance(s, Serial) else s.num_pitches if s.work_s is not None else 1
        for s in network.columns
        if isinstance(s, Serial | Paced)
    ]
    assert len(counts) == sum(not isinstance(s, Store) for s in network.columns)
    return sum(counts)


class Busan:
    """A shipped scenario, planned and laid out."""

    def __init__(self, name: str = "busan") -> None:
        self.scenario = load(name)
        self.crew = balance(self.scenario, BalanceParams())
        self.programme = plan(self.scenario, self.crew, PlanParams(), 1)
        self.line = sequence(self.scenario, self.programme, SequenceParams(), 1)
        defects = quality(self.scenario, self.programme, self.line, QualityParams(), 1)
        self.layout = lay_out(self.scenario, self.programme, self.line, self.crew, defects)

    def days(self, first: date, last: date) -> tuple[float, float]:
        """Seconds of the horizon at which two days begin and end."""
        start = self.scenario.horizon.start
        return seconds_of(first, start), seconds_of(last, start) + 86400.0


def whole_plant(name: str, busan: Busan, num: int, runs: int) -> None:
    """The first cars beside SimPy, then all of them; part-stations are those that had a car (a conveyor is one)."""
    network, cars = busan.layout.network, busan.layout.cars
    first = cars.between(0, num)
    end_s = float(cars.release_s[min(num, len(cars.release_s)) - 1]) + 14 * 86400
    ours_s, outcome = timed(lambda: simulate_network(network, first, 1, end_s), runs)
    simpy_s, twin = timed(lambda: simpy_plant.Plant(network, first, 1, end_s).run())
    assert np.array_equal(outcome.enter_s, twin.enter_s), "the plant and its twin differ"
    assert np.array_equal(outcome.leave_s, twin.leave_s), "the plant and its twin differ"
    has_left = np.isfinite(twin.leave_s[:, network.last_column]) | np.isfinite(twin.scrapped_s)
    assert has_left.all(), "cars left in the plant: the rate would be too high"
    row(f"{name}, {num:,} cars", int(outcome.stations.cars.sum()), ours_s, simpy_s)
    end_s = ((busan.scenario.horizon.end - busan.scenario.horizon.start).days + 1) * 86400.0
    num = len(cars.release_s)
    for way, simulated in (("kept", lambda: simulate_network(network, cars, 1, end_s)),
                           ("streamed", lambda: streamed(network, cars, end_s))):  # fmt: skip
        all_s, totals = timed(simulated, runs)
        work = int(totals.stations.cars.sum())
        every = f"{name}, {num:,} cars {way}"
        print(f"{every:<36} {work:>11,} part-stations  ours {all_s:8.4f} s {work / all_s / 1e6:8.2f} M/s, "
              f"250,000 in {all_s / num * 250_000:.2f} s")  # fmt: skip


def streamed(network: Network, cars: Cars, end_s: float) -> Totals:
    """All cars, of which only figures are kept."""
    tally = Tally(network.last_column, np.array([0.0, end_s]), end_s)
    totals = stream_network(network, [cars], 1, end_s, tally)
    assert tally.num_built + tally.num_scrapped > 0.99 * len(cars.release_s), "cars are missing"
    return totals


def curve(name: str, network: Network, cars: Cars, most: int) -> None:
    """Streamed runs of the same cars over and over, all waiting in front."""
    network = replace(network, calendars=tuple(np.array([[0.0, END_S]]) for _ in network.calendars))
    num_stations, block = stations_of(network), len(cars.release_s)
    print(f"{name}: part-stations  CPU s  ns each  peak MB of arrays")
    for power in range(4, most + 1):
        num = 10**power // num_stations
        tally = Tally(network.last_column, np.array([0.0, END_S]), END_S)
        parts = (cars.between(0, min(block, num - first)) for first in range(0, num, block))
        tracemalloc.start()
        spent_s, _ = timed(lambda n=network, p=parts, t=tally: stream_network(n, p, 1, END_S, t))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert tally.num_built + tally.num_scrapped == num, "cars are missing"
        work = num * num_stations
        print(f"{work:>13,} {spent_s:8.3f} {1e9 * spent_s / work:8.1f} {peak / 1e6:8.2f}")


def plant_years(busan: Busan, num: int) -> None:
    """Replications of the year with the most cars planned, by the clock."""
    years = busan.layout.build_on.dt.year()
    year = int(years.mode()[0])
    first_s, last_s = busan.days(date(year, 1, 1), date(year, 12, 31))

    draws = Draws(busan.scenario, busan.programme, busan.line, QualityParams())
    one = Replication(busan.layout, planned(busan.layout, first_s, last_s), draws)
    start, cpu = time.monotonic(), time.process_time()
    found = replicate(lambda replication: one.headline(key(1, "replication", str(replication))), num)
    spent_s, cpu_s = time.monotonic() - start, time.process_time() - cpu
    jph, cars = estimate(np.array(found["jph"])), int((years == year).sum())
    assert jph.relative < 0.01, "a hundred replications tell more than that"
    print(f"{num} replications of {year} ({cars:,} cars planned): {spent_s:.1f} s by the clock, {cpu_s:.1f} s of CPU; "
          f"{jph.mean:.3f} ± {jph.half_width:.3f} cars an hour")  # fmt: skip


def main() -> None:
    """Print one row a case."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", type=int, default=20_000)
    parser.add_argument("--cars", type=int, default=3_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--most", type=int, default=8)
    parser.add_argument("--replications", type=int, default=100)
    args = parser.parse_args()
    print(f"SimPy {version('simpy')}, numba {version('numba')}, one thread, seed 1")
    plain_line(100, 1)  # compiles
    plain_line(args.parts, args.runs)
    busan = Busan()
    whole_plant("busan", busan, args.cars, args.runs)
    whole_plant("whole-plant", Busan("busan + whole-plant"), args.cars, args.runs)
    curve(f"line of {NUM_STATIONS}", line_network(), Cars(np.zeros(10_000, np.int64), np.zeros(10_000)), args.most)
    some = busan.layout.cars.between(0, 10_000)
    curve("Busan plant", busan.layout.network, replace(some, release_s=np.zeros(10_000)), args.most)
    if args.replications:
        plant_years(busan, args.replications)


if __name__ == "__main__":
    main()
