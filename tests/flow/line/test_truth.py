"""Lines against exact results: the 95 % interval of the replications covers them, deterministic ones are equal."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from quayline.flow import Line, constant, erlang, exponential, failures

if TYPE_CHECKING:
    from collections.abc import Iterable

ROOT = Path(__file__).resolve().parents[3]
TABLES = Path(os.environ.get("QUAYLINE_DATA", ROOT.parent / "shared" / "data")) / "line_truth"
needs_tables = pytest.mark.skipif(not TABLES.is_dir(), reason=f"no tables of exact throughputs in {TABLES}")


def rows(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(newline="") as file:
        return list(csv.DictReader(file))


def line(laws: Iterable[Any], buffers: Iterable[int], **more: Any) -> Line:
    built = Line(**more.pop("line", {}))
    for k, (law, buffer) in enumerate(zip(laws, [*buffers, 0], strict=True)):
        built.add_station(f"s{k}", law, buffer=buffer, **more)
    return built


def covers(built: Line, exact: float, seed: int, parts: int = 60_000) -> bool:
    found = built.simulate(parts=parts, warmup=3_000, replications=16, seed=seed).throughput
    return abs(found.mean - exact) <= found.half_width


def test_two_stations_have_a_closed_form() -> None:
    # (B + 2) / (B + 3): Hillier & Boling (1967).
    inside = [covers(line([exponential(1)] * 2, [b]), (b + 2) / (b + 3), seed=b) for b in range(10)]
    assert sum(inside) >= 8


def test_three_stations_without_places() -> None:
    # 22/39: Hillier & Boling (1967). Eight seeds, so that one miss in twenty is no failure.
    assert sum(covers(line([exponential(1)] * 3, [0, 0]), 22 / 39, seed) for seed in range(8)) >= 6


def test_a_single_station_is_a_queue() -> None:
    # M/M/1 with arrivals at 0.8 and service at 1: mean time in the system 1 / (1 - 0.8) = 5.
    built = Line(arrivals=exponential(1 / 0.8)).add_station("server", exponential(1))
    found = built.simulate(parts=200_000, warmup=20_000, replications=16, seed=3)
    assert abs(found.lead_s.mean - 5) <= 1.5 * found.lead_s.half_width
    assert abs(found.stations[0].queue - 3.2) < 0.1


@needs_tables
def test_parallel_servers_are_a_queue() -> None:
    """Mean wait by Erlang C; in `Line` a part goes to the server that is free first."""
    table = [row for row in rows("queues_closed_form.csv") if row["model"] == "M/M/c"]
    for seed, row in enumerate(table, 4):
        rate, _, num = (float(word.split("=")[1]) for word in row["parameters"].split())
        built = Line(arrivals=exponential(1 / rate)).add_station("desk", exponential(1), servers=int(num))
        found = built.simulate(parts=200_000, warmup=20_000, replications=16, seed=seed).lead_s
        assert abs(found.mean - 1 - float(row["value"])) <= 1.5 * found.half_width
    assert len(table) >= 3


@needs_tables
def test_tables_of_random_lines() -> None:
    """At least 90 % of all rows lie in their interval, as 95 % intervals should have it."""
    inside = []
    for row in rows("exp_line_balanced.csv"):
        num, buffer = int(row["stations"]), int(row["buffer_each"])
        built = line([exponential(1)] * num, [buffer] * (num - 1))
        inside.append(covers(built, float(row["throughput_per_unit_time_mu1"]), 1))
    for row in rows("exp_line_unbalanced.csv"):
        built = line([exponential(1 / float(r)) for r in row["rates"].split()], map(int, row["buffers"].split()))
        inside.append(covers(built, float(row["throughput"]), 2))
    for row in rows("erlang_line_balanced.csv"):
        num, buffer = int(row["stations"]), int(row["buffer_each"])
        law = erlang(1, int(row["service"].removeprefix("erlang")))
        inside.append(covers(line([law] * num, [buffer] * (num - 1)), float(row["throughput_mean1"]), 3))
    for row in rows("exp_line_3_exact_fraction.csv"):
        built = line([exponential(1)] * 3, [int(row["buffer_each"])] * 2)
        inside.append(covers(built, int(row["numerator"]) / int(row["denominator"]), 4))
    assert len(inside) > 15
    assert sum(inside) >= 0.9 * len(inside), inside


@needs_tables
def test_long_lines_agree_with_the_reference_simulation() -> None:
    """Both have an interval: they must overlap in nine rows of ten."""
    inside = []
    for row in rows("long_line_reference.csv"):
        law = exponential(1) if row["service_mean1"] == "exp" else erlang(1, int(row["service_mean1"][6:]))
        num, buffer = int(row["stations"]), int(row["buffer_each"])
        found = line([law] * num, [buffer] * (num - 1)).simulate(40_000, 10_000, 16, seed=5).throughput
        gap = abs(found.mean - float(row["throughput"]))
        inside.append(gap <= found.half_width + float(row["ci95_halfwidth_batch_means40"]))
    assert sum(inside) >= 0.9 * len(inside), inside


@needs_tables
def test_deterministic_lines_are_exact() -> None:
    """Types of part in turn, constant times: the cycle time to 1e-9."""
    for row in rows("deterministic_mixed_model.csv"):
        times = json.loads(row["times[model][station]"].replace(";", ","))
        names = [f"type-{k}" for k in range(len(times))]
        built = Line(mix=names)
        for k in range(len(times[0])):
            by_type = {name: times[j][k] for j, name in enumerate(names)}
            built.add_station(f"s{k}", constant(1), buffer=int(row["buffer_each"]), by_type=by_type)
        counted = 300 * len(times) * 4
        found = built.simulate(parts=counted + 1_200, warmup=1_200, replications=1)
        assert abs(1 / found.throughput.mean - float(row["cycle_time"])) < 1e-9, row


@needs_tables
def test_unbuffered_machines_that_stop_together() -> None:
    """Bounds of lines that fail: between no buffer and endless ones; 2,000 places come near the latter."""
    for row in rows("zero_and_infinite_buffer_bounds.csv"):
        p, r, num = float(row["p_fail_per_cycle"]), float(row["r_repair_per_cycle"]), int(row["machines"])
        law = failures(exponential(1 / p), exponential(1 / r))
        low, high = float(row["zero_buffer_ODF"]), float(row["infinite_buffer"])
        none = line([constant(1)] * num, [0] * (num - 1), failures=law).simulate(20_000, 2_000, 16).throughput
        many = line([constant(1)] * num, [2_000] * (num - 1), failures=law).simulate(60_000, 20_000, 16).throughput
        assert low - none.half_width < none.mean < many.mean < high + 3 * many.half_width
        if num <= 10:  # longer lines take longer to fill than this run
            assert abs(many.mean / high - 1) < 0.03


@needs_tables
def test_the_warm_up_of_a_queue() -> None:
    """Mean delay of the first n customers of an M/M/1 queue that begins empty, against the exact values."""
    inside = []
    for row in rows("mm1_transient_delay.csv"):
        rho, n, exact = float(row["rho(mu=1)"]), int(row["customer"]), float(row["E_mean_delay_first_n"])
        if n < 200:
            continue
        built = Line(arrivals=exponential(1 / rho)).add_station("server", exponential(1))
        found = built.simulate(parts=n, warmup=0, replications=256, seed=n).lead_s
        inside.append(abs(found.mean - 1 - exact) <= 1.2 * found.half_width)
    assert sum(inside) >= 0.9 * len(inside) > 0, inside


@needs_tables
def test_flow_through_two_machines_that_fail_by_the_clock() -> None:
    """A flow is parts of a tenth of a unit; of the places the two machines hold one part each."""
    grain, inside = 0.1, []
    for row in rows("exponential_reliability_2m_TDF.csv"):
        laws = [
            failures(exponential(1 / float(row[f"lambda{k}"])), exponential(1 / float(row[f"mu{k}"])), by="time")
            for k in (1, 2)
        ]
        built = Line()
        for k, law in enumerate(laws):
            built.add_station(f"m{k}", constant(grain), buffer=max(0, round(int(row["N"]) / grain) - 2), failures=law)
        found = built.simulate(parts=200_000, warmup=10_000, replications=16, seed=6).throughput
        inside.append(abs(found.mean * grain - float(row["PR_formula"])) <= found.half_width * grain)
    assert sum(inside) >= 0.9 * len(inside), inside


@needs_tables
def test_lines_without_places_and_machines_alone() -> None:
    """Machines that stop together are one machine that fails for all of them; endless places leave each one alone."""
    inside = []
    for row in rows("zero_and_infinite_buffer_bounds.csv"):
        p, r, num = float(row["p_fail_per_cycle"]), float(row["r_repair_per_cycle"]), int(row["machines"])
        together = line([constant(1)], [], failures=failures(exponential(1 / (num * p)), exponential(1 / r)))
        alone = line([constant(1)], [], failures=failures(exponential(1 / p), exponential(1 / r)))
        inside.append(covers(together, float(row["zero_buffer_ODF"]), seed=num))
        inside.append(covers(alone, float(row["infinite_buffer"]), seed=100 + num))
    assert sum(inside) >= 0.9 * len(inside), inside
