"""A row of stations and the same row as a network: lead time, parts in the line and queues mean the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from quayline.flow import constant, exponential, failures, repair
from quayline.flow.line.build import Line
from quayline.flow.line.general import DrawnResult

if TYPE_CHECKING:
    from quayline.flow.line.model import Law

NEVER = failures(constant(1e8), constant(1.0), crew="nobody")
PAGE = Path(__file__).parents[3] / "docs" / "line.md"


def both(works: list[float], places: int, arrivals: Law | None) -> list[Line]:
    """The row, and the same with a failure that never happens: its crew makes it a network."""
    rows = [Line("row", arrivals=arrivals), Line("network", arrivals=arrivals)]
    for k, work in enumerate(works):
        rows[0] = rows[0].add_station(f"s{k}", work, buffer=places)
        rows[1] = rows[1].add_station(f"s{k}", work, buffer=places, failures=NEVER if k == 0 else None)
    return [rows[0], rows[1].add_crew("nobody", 1)]


@given(st.lists(st.integers(10, 90), min_size=1, max_size=4), st.integers(0, 4), st.sampled_from([None, 95]))
def test_constant_work_gives_the_same_figures(works: list[int], places: int, every: int | None) -> None:
    arrivals = None if every is None else constant(float(every))
    row, network = (line.simulate(parts=600, replications=1, warmup=200) for line in both(works, places, arrivals))
    assert isinstance(network, DrawnResult)
    assert network.throughput.mean == pytest.approx(row.throughput.mean, rel=1e-9)
    assert network.lead_s.mean == pytest.approx(row.lead_s.mean, rel=1e-9)
    assert network.wip == pytest.approx(row.wip, rel=1e-9)
    row = both(works, places, arrivals)[0].simulate(parts=600, replications=1, warmup=0)
    for ours, theirs in zip(network.stations, row.stations, strict=True):  # begin and end are counted differently
        assert ours.queue == pytest.approx(theirs.queue, rel=0.06, abs=0.03)


def test_parts_that_arrive_wait_as_theory_says() -> None:
    """M/D/1: waiting in front is load x work / (2 (1 - load)); the parts in the line follow by Little's law."""
    arrive_s, work_s = 70.0, 60.0
    load = work_s / arrive_s
    wait_s = load * work_s / (2 * (1 - load))
    for line in both([work_s, 1.0], 5, exponential(arrive_s)):
        found = line.simulate(parts=40_000, replications=16)
        assert abs(found.lead_s.mean - (wait_s + work_s + 1)) < 1.5 * found.lead_s.half_width
        assert found.stations[0].queue == pytest.approx(wait_s / arrive_s, rel=0.06)
        assert found.wip == pytest.approx((wait_s + work_s + 1) / arrive_s, rel=0.05)


def test_scrapped_parts_are_in_the_line_until_they_are_gone() -> None:
    line = (
        Line("scrap")
        .add_station("weld", 60, buffer=5)
        .add_gate("look", 40, [repair("spot", exponential(480), share=0.12, places=2, rejoin="weld")], scrap_share=0.3)
        .add_station("pack", 55)
    )
    found = line.simulate(parts=3000, replications=1, warmup=0)
    assert isinstance(found, DrawnResult)
    first = found.first
    left_s = first.leave_s[:, found.network.last_column]
    gone_s = np.minimum(left_s, first.scrapped_s)
    begin_s, last_s = left_s.min(), left_s[np.isfinite(left_s)].max()
    spent_s = (gone_s - first.enter_s[:, 0])[gone_s > begin_s].sum()
    assert found.wip == pytest.approx(spent_s / (last_s - begin_s), rel=1e-9)
    assert found.wip > 1.2 * found.throughput.mean * found.lead_s.mean


def test_queues_in_front_of_branches_are_those_of_each() -> None:
    """Held to entry and exit of every part: each branch has its own places, those behind them all are counted once."""
    ovens = [Line().add_station("oven-x", 80), Line().add_station("oven-y", 190)]
    line = Line("ovens", mix=["x", "y", "x"], arrivals=exponential(70)).add_station("in", 40, buffer=2)
    line = line.add_branches("ovens", ovens, route="type", types=[["x"], ["y"]], buffer=3).add_station("out", 45)
    found = line.simulate(parts=5000, replications=1, warmup=0)
    assert isinstance(found, DrawnResult)
    enter_s, leave_s, y = found.first.enter_s, found.first.leave_s, np.arange(5000) % 3 == 1
    assert [s.id for s in found.stations] == ["in", "oven-x", "oven-y", "out"]
    oven_left_s = np.where(y, leave_s[:, 2], leave_s[:, 1])
    waited_s = [
        (enter_s[~y, 1] - leave_s[~y, 0]).sum(),
        (enter_s[y, 2] - leave_s[y, 0]).sum(),
        (enter_s[:, 3] - oven_left_s).sum(),
    ]
    queues = [s.queue for s in found.stations[1:]]
    assert queues == pytest.approx(np.array(waited_s) / leave_s[:, 3].max(), rel=1e-9)
    assert min(queues) > 0.1


def test_files_of_the_page_are_whole() -> None:
    """Each has what every file needs, and the first is the one that the page runs."""
    files = [yaml.safe_load(text) for text in re.findall(r"```yaml\n(.*?)```", PAGE.read_text(), re.S)]
    files = [file for file in files if "stations" in file]
    assert len(files) >= 2
    for file in files:
        assert file["quayline"] == 1
        shipped = yaml.safe_load((PAGE.parent / "lines" / f"{file['line'].replace(' ', '_')}.yaml").read_text())
        assert {**file, "title": None} == {**shipped, "title": None}
