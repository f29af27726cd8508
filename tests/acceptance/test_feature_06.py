"""Feature 6: line balancing. The optima of the public instances of simple assembly line balancing, and their proofs."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from tests.balance.lines import wrong

from quayline.balance.params import TaskParams
from quayline.balance.tasks.read import read_tasks
from quayline.balance.tasks.solve import assign_file

if TYPE_CHECKING:
    from pathlib import Path

PARAMS = TaskParams(max_steps=300_000, max_states=200_000, num_kicks=0)

GRAPHS = (
    "BOWMAN8", "BUXEY", "GUNTHER", "HAHN", "HESKIA", "JACKSON", "JAESCHKE", "KILBRID", "LUTZ1", "MANSOOR", "MERTENS",
    "MITCHELL", "ROSZIEG", "SAWYER30", "TONGE70",
)  # fmt: skip
"""Those of Scholl's graphs that are solved in a moment; `benchmarks/bench_balance.py` solves all."""


def rows(table: Path) -> list[dict[str, str]]:
    with table.open() as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def salbp(public_data) -> Path:
    return public_data / "salbp"


@pytest.mark.parametrize("graph", GRAPHS)
def test_fewest_stations_for_a_takt(salbp, graph):
    line = read_tasks(salbp / "scholl" / f"{graph}.IN2")
    for row in (row for row in rows(salbp / "salbp1_optima.csv") if row["graph_file"] == graph):
        given = line.model_copy(update={"takt_s": float(row["cycle_time"])})
        found = assign_file(given, PARAMS)
        assert (found.num_stations, found.bound) == (int(row["m_star"]), int(row["m_star"])), row
        assert wrong(given, found) == []


@pytest.mark.parametrize("graph", [name for name in GRAPHS if name != "TONGE70"])
def test_least_takt_for_stations(salbp, graph):
    line = read_tasks(salbp / "scholl" / f"{graph}.IN2")
    for row in (row for row in rows(salbp / "salbp2_optima.csv") if row["graph_file"] == graph):
        given = line.model_copy(update={"stations": int(row["stations"])})
        found = assign_file(given, PARAMS)
        assert (found.takt_s, found.bound) == (float(row["c_star"]), float(row["c_star"])), row
        assert wrong(given, found) == []


def test_small_instances_of_otto(salbp):
    for row in rows(salbp / "otto_small_optima.csv")[::21]:
        line = read_tasks(salbp / "otto" / "small" / row["instance"])
        found = assign_file(line, replace(PARAMS, max_steps=50_000))
        assert (found.num_stations, found.is_proven) == (int(row["m"]), True), row


def test_the_takt_of_wee_mag_at_18_stations_is_above_84(salbp):
    """The public table says 84. Weights of which no station of 84 holds more than 252 add up to more than 18 of those:
    a proof by hand that it must be 85 at least, which the engine's bound finds."""
    line = read_tasks(salbp / "scholl" / "WEE-MAG.IN2").model_copy(update={"stations": 18})
    times = [int(task.time_s) for task in line.tasks]
    weights = [0 if t < 21 else 63 if t == 21 else 84 for t in times]
    most = [0] * 85
    for time, weight in zip(times, weights, strict=True):
        for room in range(84, time - 1, -1):
            most[room] = max(most[room], most[room - time] + weight)
    assert most[84] == 252
    assert sum(weights) > 18 * 252
    assert assign_file(line, replace(PARAMS, max_steps=20_000)).bound >= 85
