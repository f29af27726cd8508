"""The engines against every exact table of the shared data."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
from tests.flow.truth import ALWAYS, END_S, rows_of
from tests.flow.truth_lines import line, lines, rate, slotted
from tests.flow.truth_queues import queues

from quayline.flow import Line, constant, exponential, failures
from quayline.flow.engine import simulate_network
from quayline.flow.network import Cars, Network, Serial, Station


def test_every_row_of_every_table() -> None:
    """The 95 % interval over replications covers the value in at least 90 % of the rows, and no row is far off.

    Four half-widths are more than eight standard errors: no chance, a wrong model.
    """
    rows = [*lines(), *queues()]
    found = [row.misses(seed) for seed, row in enumerate(rows)]
    missed = [words for gap, words in found if gap > 1]
    assert len(missed) <= 0.1 * len(rows), "\n".join([f"{len(missed)} of {len(rows)} rows missed:", *missed])
    assert not [words for gap, words in found if gap > 4]


def test_deterministic_rows() -> None:
    """Types of part in turn, constant times: the cycle time to 1e-9, in a line and in a section of a network."""
    for row in rows_of("deterministic_mixed_model.csv"):
        times = json.loads(row["times[model][station]"].replace(";", ","))
        exact, buffer = Fraction(row["cycle_time_per_part_exact"]), int(row["buffer_each"])
        assert abs(_cycle_of_line(times, buffer) - exact) < 1e-9, row
        assert abs(_cycle_of_section(times, buffer) - exact) < 1e-9, row


def _cycle_of_line(times: list[list[float]], buffer: int) -> float:
    names = [f"type-{k}" for k in range(len(times))]
    built = Line(mix=names)
    for k in range(len(times[0])):
        by_type = {name: times[j][k] for j, name in enumerate(names)}
        built.add_station(f"s{k}", constant(1), buffer=buffer, by_type=by_type)
    counted = 300 * len(times) * 4
    return 1 / built.simulate(parts=counted + 1_200, warmup=1_200, replications=1).throughput.mean


def _cycle_of_section(times: list[list[float]], buffer: int) -> Fraction:
    stations = tuple(Station(f"s{k}", tuple(model[k] for model in times), buffer=buffer) for k in range(len(times[0])))
    network, num = Network((Serial("line", stations),), ALWAYS, len(times)), 840
    cars = Cars(np.arange(num) % len(times), np.zeros(num))
    leave_s = simulate_network(network, cars, 1, END_S).leave_s[:, 0]
    # 420 parts are whole periods of every table row, long after the start.
    return Fraction(leave_s[-1] - leave_s[-421]) / 420


def test_bounds_of_lines_that_fail() -> None:
    """By operation between machines that stop together and endless places (2,000 come near them). By the clock, what
    all machines at once are up is a bound: in each such slot every machine is as far as if all had gone together."""
    for row in rows_of("zero_and_infinite_buffer_bounds.csv"):
        p, r, num = float(row["p_fail_per_cycle"]), float(row["r_repair_per_cycle"]), int(row["machines"])
        law, high = failures(exponential(1 / p), exponential(1 / r)), float(row["infinite_buffer"])
        none = rate(line([constant(1)] * num, [0] * (num - 1), failures=law), 20_000, 2_000)(num)
        many = rate(line([constant(1)] * num, [2_000] * (num - 1), failures=law), 60_000, 20_000)(num)
        assert float(row["zero_buffer_ODF"]) - none.half_width < none.mean < many.mean < high + many.half_width
        if num <= 10:  # longer lines take longer to fill than this run
            assert abs(many.mean / high - 1) < 0.03
        built = slotted([(p, r)] * num, [1] * (num - 1), "before taking", "time")
        clock = rate(built, 100_000 // num, 10_000 // num)(num)
        assert float(row["zero_buffer_TDF_product"]) - clock.half_width < clock.mean < high + clock.half_width


def test_a_queue_obeys_little() -> None:
    """M/M/1 with arrivals at 0.8: parts in the queue of the station against the time that they are in the line."""
    built = Line(arrivals=exponential(1 / 0.8)).add_station("server", exponential(1))
    found = built.simulate(parts=200_000, warmup=20_000, replications=16, seed=3)
    assert found.stations[0].queue == pytest.approx(found.throughput.mean * (found.lead_s.mean - 1), rel=0.02)
