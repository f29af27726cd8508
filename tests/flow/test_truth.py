"""Exact throughputs of small lines: closed forms, and the tables of the shared data where they are present."""

from __future__ import annotations

import csv
import math
import os
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from quayline.flow.engine import simulate_network
from quayline.flow.network import Cars, Failures, Network, Serial, Spread, Station

ROOT = Path(__file__).resolve().parents[2]
ALWAYS = (np.array([[0.0, 2.0**32]]),)
# Times are multiples of 2**-20 s: a unit of 1024 s makes rounding of a duration a matter of 1e-10.
UNIT_S = 1024.0
EXPONENTIAL = Spread("exponential")


def throughput(stations: list[Station], seed: int, num: int = 40_000, warm: int = 2_000) -> float:
    """Cars a unit of time through a saturated line in steady state."""
    network = Network((Serial("line", tuple(stations)),), ALWAYS)
    leave_s = simulate_network(network, Cars(np.zeros(num, np.int64), np.zeros(num)), seed, 2.0**32).leave_s[:, 0]
    return float((num - warm - 1) * UNIT_S / (leave_s[-1] - leave_s[warm]))


def assert_covers(exact: float, stations: list[Station], half_widths: float = 1.5) -> None:
    """The 95 % t interval of eight replications, widened by `half_widths`, covers the exact value."""
    values = [throughput(stations, seed) for seed in range(8)]
    half = 2.365 * float(np.std(values, ddof=1)) / math.sqrt(len(values))
    assert abs(float(np.mean(values)) - exact) <= half_widths * half, (np.mean(values), exact, half)


def line(rates: list[float], buffers: list[int], spread: Spread = EXPONENTIAL) -> list[Station]:
    return [
        Station(f"s{k}", (UNIT_S / rate,), buffer=buffer, spread=spread)
        for k, (rate, buffer) in enumerate(zip(rates, [*buffers, 0], strict=True))
    ]


@pytest.mark.parametrize("places", [0, 1, 4])
def test_two_exponential_stations(places: int) -> None:
    assert_covers((places + 2) / (places + 3), line([1, 1], [places]))


def test_three_exponential_stations_without_buffer() -> None:
    # Hillier & Boling (1967): 22/39.
    assert_covers(22 / 39, line([1, 1, 1], [0, 0]))


def test_reversed_lines_give_the_same() -> None:
    # Yamazaki & Sakasegawa (1975); value of the Markov chain.
    assert_covers(0.7072543864, line([1.25, 1, 1], [1, 1]))
    assert_covers(0.7072543864, line([1, 1, 1.25], [1, 1]))


def test_operation_dependent_failures_without_buffer() -> None:
    # Buzacott (1967): no buffer, constant cycle, any failure stops all: 1 / (1 + sum of mttr / mtbf).
    failing = Failures(100 * UNIT_S, 10 * UNIT_S)
    stations = [Station(f"s{k}", (UNIT_S,), failures=failing) for k in range(2)]
    assert_covers(_buzacott_with_blocking(), stations)


def _buzacott_with_blocking() -> float:
    """Two unbuffered stations, constant unit cycle, operation-dependent exponential failures (up 100, down 10).

    Blocking after service lets both stations work at once, so a cycle of the pair lasts 1 + max(R1, R2), R the
    repair time that falls into a cycle: a Poisson(1/100) number of exponentials of mean 10. Their maximum is
    integrated on a fine grid from the compound Poisson distribution.
    """
    step = 0.01
    x = np.arange(0, 400, step)
    tail = np.zeros_like(x)
    weight, erlang_tail, term = math.exp(-0.01), np.zeros_like(x), np.exp(-x / 10)
    for n in range(1, 8):
        weight *= 0.01 / n
        erlang_tail = erlang_tail + term
        tail += weight * erlang_tail
        term = term * (x / 10) / n
    longest = 1 - (1 - tail) ** 2
    return 1 / (1 + float(np.trapezoid(longest, x)))


def _table(name: str) -> list[dict[str, str]]:
    folder = Path(os.environ.get("QUAYLINE_DATA", ROOT.parent / "shared" / "data")) / "line_truth"
    if not (folder / name).is_file():
        pytest.skip(f"no table {name}: set QUAYLINE_DATA to the folder of the shared data")
    with (folder / name).open(newline="") as file:
        return list(csv.DictReader(file))


def test_table_of_balanced_exponential_lines() -> None:
    misses = 0
    rows = _table("exp_line_balanced.csv")
    for row in rows:
        stations = line([1] * int(row["stations"]), [int(row["buffer_each"])] * (int(row["stations"]) - 1))
        values = [throughput(stations, 100 + seed, 20_000) for seed in range(5)]
        half = 2.776 * float(np.std(values, ddof=1)) / math.sqrt(5)
        misses += abs(float(np.mean(values)) - float(row["throughput_per_unit_time_mu1"])) > half
    assert misses <= max(1, len(rows) // 10)


def test_table_of_unbalanced_exponential_lines() -> None:
    for row in _table("exp_line_unbalanced.csv"):
        rates, buffers = [float(x) for x in row["rates"].split()], [int(x) for x in row["buffers"].split()]
        assert_covers(float(row["throughput"]), line(rates, buffers), 2.0)


def test_table_of_deterministic_mixed_models() -> None:
    for row in _table("deterministic_mixed_model.csv"):
        times = [
            [float(x) for x in model.split(";")]
            for model in row["times[model][station]"].strip("[]").replace(" ", "").split("];[")
        ]
        buffer, num_models, num = int(row["buffer_each"]), len(times), 840
        stations = tuple(
            Station(f"s{k}", tuple(model[k] for model in times), buffer=buffer) for k in range(len(times[0]))
        )
        network = Network((Serial("line", stations),), ALWAYS, num_models)
        cars = Cars(np.arange(num) % num_models, np.zeros(num))
        leave_s = simulate_network(network, cars, 1, 2.0**32).leave_s[:, 0]
        # 420 parts are whole periods of every table row, long after the start.
        cycle = Fraction(leave_s[-1] - leave_s[-421]) / 420
        assert abs(cycle - Fraction(row["cycle_time_per_part_exact"])) < 1e-9, row["case"]
