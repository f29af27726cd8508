"""Programmes at the edge of what a planner writes: each runs, draws its report and verifies."""

import csv

import pytest

from quayline.base.errors import InfeasibleError
from quayline.report.page import render
from quayline.scenario.loader import load
from quayline.scenario.template import new
from quayline.study.execute import execute
from quayline.study.verify import verify


def only(folder, keep, times=1):
    """Leaves the demand rows for which `keep` holds, multiplied."""
    path = folder / "demand.csv"
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows({**row, "cars": int(row["cars"]) * times} for row in rows if keep(row))


EDGES = {
    "horizon outlives demand": (lambda row: True, 1, {"horizon.end": "2026-10-31"}),
    "no car under the agreement": (lambda row: row["variant"] == "hatch-hybrid", 1, {}),
    "no exports": (lambda row: row["market"] == "home", 1, {}),
    "one week": (lambda row: True, 1, {"horizon.end": "2026-01-11"}),
    "one day": (lambda row: True, 1, {"horizon.end": "2026-01-06"}),
    "no agreement": (lambda row: True, 1, {"agreements": "[]"}),
    "too much demand in overtime": (lambda row: True, 4, {
        "plant.modes": "[{id: double, pattern: two-shifts, speed: 8 cars/h}]", "plant.opening_mode": "double"}),
}  # fmt: skip


@pytest.mark.parametrize("edge", EDGES)
def test_it_runs_and_verifies(edge, tmp_path):
    """No crash, no broken law, every checker content, a report."""
    keep, times, settings = EDGES[edge]
    folder = tmp_path / "scenario"
    new(folder)
    only(folder, keep, times)
    run = execute(load(folder, settings), tmp_path / "runs")
    assert {name: faults for name, faults in verify(run) if faults} == {}
    assert "</html>" in render(run)


def test_a_plant_that_never_works_is_an_answer(tmp_path):
    """A stop over everything: infeasible, in words that lead to the calendar."""
    new(tmp_path / "scenario")
    stop = {"plant.calendar.stops": "[{id: all, from: 2026-01-01, to: 2026-12-31, reason: strike, paid_share: 0 %}]"}
    with pytest.raises(InfeasibleError, match=r"plant\.calendar"):
        execute(load(tmp_path / "scenario", stop), tmp_path / "runs")


def test_a_line_that_builds_nothing_is_an_answer(tmp_path):
    """An assembly line that is always down, which the plan cannot know: infeasible, in words that lead to its
    reliability. A shop's own uptime the plan minds itself."""
    new(tmp_path / "scenario")
    down = {"plant.shops[assembly].sections[trim].reliability": "{mtbf: 1 min, mttr: 100 h}"}
    with pytest.raises(InfeasibleError, match="simulated line builds none"):
        execute(load(tmp_path / "scenario", down), tmp_path / "runs")
