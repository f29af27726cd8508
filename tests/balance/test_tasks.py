"""Tasks onto stations: against every assignment of tiny lines, by its algebra, and by the independent checker."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.balance.lines import FEW, every, is_feasible, line_of, lines, mix, wrong

from quayline.balance.tasks import check, measures
from quayline.balance.tasks.solve import assign_file
from quayline.base.errors import InfeasibleError, ScenarioError

if TYPE_CHECKING:
    from quayline.balance.params import TaskParams
    from quayline.scenario.tasks import TaskFile

TINY = settings(max_examples=40)


def for_takt(line: TaskFile, takt_s: float, params: TaskParams = FEW):
    return assign_file(line.model_copy(update={"takt_s": takt_s}), params)


def to_stations(line: TaskFile, num: int, params: TaskParams = FEW):
    return assign_file(line.model_copy(update={"stations": num}), params)


@TINY
@given(lines(max_tasks=5), st.integers(8, 30), st.booleans())
def test_fewest_stations_of_a_tiny_line_are_those_of_every_assignment(line, takt_s, covers):
    params = replace(FEW, covers_heaviest=covers)
    best = next(
        (m for m in range(1, 6) if any(is_feasible(line, x, takt_s, covers) for x in every(line, m))), None
    )
    if best is None:
        with pytest.raises(InfeasibleError):
            for_takt(line, takt_s, params)
        return
    found = for_takt(line, takt_s, params)
    assert found.num_stations == best == found.bound
    assert wrong(line, found, covers) == []


def fewest(line: TaskFile, takt_s: int) -> int:
    """Fewest stations by dynamic programming over sets of tasks done (Held, Karp and Shareshian, 1963)."""
    place = {task.id: j for j, task in enumerate(line.tasks)}
    before = [sum(1 << place[name] for name in task.after.split()) for task in line.tasks]
    best = {0: (1, 0)}  # stations begun, and the load of the last one
    for done in range(1 << len(line.tasks)):
        if done not in best:
            continue
        station, load = best[done]
        for j, task in enumerate(line.tasks):
            if not done >> j & 1 and before[j] & ~done == 0:
                work = int(task.time_s)
                new = (station, load + work) if load + work <= takt_s else (station + 1, work)
                best[done | 1 << j] = min(best.get(done | 1 << j, new), new)
    return best[(1 << len(line.tasks)) - 1][0]


@pytest.mark.parametrize("seed", range(60))
def test_fewest_stations_of_a_line_of_fourteen_are_those_over_all_sets(seed):
    rng = np.random.default_rng(seed)
    line = line_of([
        {"id": f"t{j}", "time": f"{rng.integers(1, 30)} s",
         "after": " ".join(f"t{i}" for i in range(max(j - 6, 0), j) if rng.random() < 0.15)}
        for j in range(14)
    ])  # fmt: skip
    takt_s = int(rng.integers(30, 60))
    found = for_takt(line, takt_s)
    assert found.num_stations == found.bound == fewest(line, takt_s)


@TINY
@given(lines(max_tasks=5), st.integers(3, 4))
def test_least_takt_of_a_tiny_line_is_that_of_every_assignment(line, num):
    generous = [x for x in every(line, num) if is_feasible(line, x, 1e6)]
    if not generous:
        with pytest.raises(InfeasibleError):
            to_stations(line, num)
        return
    found = to_stations(line, num)
    assert wrong(line, found) == []
    assert found.is_proven
    assume(any(row.load_s for row in measures.stations(found)))  # without work the takt is a unit of time
    assert not any(is_feasible(line, x, found.takt_s - 1e-4) for x in generous)


@TINY
@given(lines(max_tasks=14, is_mixed=False, is_plain=True), st.integers(12, 30), st.integers(1, 10))
def test_more_takt_never_needs_more_stations(line, takt_s, more_s):
    tight, loose = for_takt(line, takt_s), for_takt(line, takt_s + more_s)
    assert loose.num_stations <= tight.num_stations
    assert wrong(line, tight) == wrong(line, loose) == []


@TINY
@given(lines(max_tasks=14, is_mixed=False, is_plain=True), st.integers(12, 30), st.randoms(use_true_random=False))
def test_names_order_and_direction_change_nothing(line, takt_s, chance):
    found = for_takt(line, takt_s)
    names = {task.id: f"x{k}" for k, task in enumerate(chance.sample(line.tasks, len(line.tasks)))}
    after: dict[str, list[str]] = {name: [] for name in names}
    for task in line.tasks:
        for name in task.after.split():
            after[name].append(task.id)

    def told(mirrored: bool) -> TaskFile:
        before = {t.id: after[t.id] if mirrored else t.after.split() for t in line.tasks}
        return line_of([
            {"id": names[t.id], "time": f"{t.time_s} s", "after": " ".join(names[x] for x in before[t.id])}
            for t in chance.sample(line.tasks, len(line.tasks))
        ])  # fmt: skip

    for other in (told(mirrored=False), told(mirrored=True)):
        again = for_takt(other, takt_s)
        assert again.is_proven
        assert again.num_stations == found.num_stations
        assert to_stations(other, 3).takt_s == to_stations(line, 3).takt_s


@TINY
@given(lines(max_tasks=14), st.integers(27, 40))
def test_evening_out_keeps_the_answer_feasible_and_is_never_worse(line, takt_s):
    try:
        plain = for_takt(line, takt_s, replace(FEW, num_kicks=0))
    except InfeasibleError:
        assert line.zones
        return
    even = for_takt(line, takt_s, replace(FEW, num_kicks=20))
    assert wrong(line, even) == []
    assert even.num_stations == plain.num_stations

    def squares(found) -> float:
        load = measures.loads_s(found, found.work.by_model_s) / takt_s
        return float(np.einsum("sv,v->", load**2 + 1000 * np.maximum(load - 1, 0), list(map(float, found.work.share))))

    assert squares(even) <= squares(plain) + 1e-6


def test_same_file_same_bits():
    tasks = [{"id": f"t{j}", "time": f"{7 + j * 5 % 11} s", "after": f"t{j // 3}" if j else ""} for j in range(30)]
    line = line_of(tasks)
    first, again = for_takt(line, 25), for_takt(line, 25)
    assert first.station.tolist() == again.station.tolist()
    assert (first.steps, first.states) == (again.steps, again.states)


def test_thirds_of_a_mix_fit_exactly():
    """Three tasks that take a third of the cars 80 s: 26.67 s each on the mean car, together the takt to the bit."""
    line = line_of(
        [{"id": name, "time": "0 s"} for name in "abc"],
        models=[{"id": m, "share": 1} for m in ("x", "y", "z")],
        times=[{"task": t, "model": m, "time": "80 s"} for t, m in zip("abc", "xyz", strict=True)],
    )
    found = for_takt(line, 80)
    assert found.num_stations == 1
    assert measures.idle_share(found) == pytest.approx(0, abs=1e-12)
    assert for_takt(line, 79.999).num_stations == 2


def test_worst_model_and_when_it_overloads():
    """Half the cars take 100 s at a takt of 80 s: 20 s late each; 16 s are allowed, which one car passes."""
    line = line_of(
        [{"id": "a", "time": "50 s"}, {"id": "b", "time": "10 s", "option": "roof"}],
        models=[{"id": "hatch", "share": 1}, {"id": "volt", "share": 1}],
        options=[{"id": "roof", "share": "50 %"}],
        times=[{"task": "a", "model": "volt", "time": "90 s"}],
    )
    found = for_takt(line, 80)
    assert found.num_stations == 1
    (over,) = measures.overloads(found, 0.2)
    assert (over.station, over.model, over.work_s, over.drift_s, over.cars) == (1, "volt", 100, 20, 1)
    assert measures.overloads(found, 0.5)[0].cars == 3
    (row,) = measures.stations(found)
    assert (row.load_s, row.idle_s, row.by_model_s) == (75, 5, (55, 95))
    assert measures.horizontal_s(found) == 20
    with pytest.raises(InfeasibleError):
        for_takt(line, 80, replace(FEW, covers_heaviest=True))
    assert for_takt(line, 95, replace(FEW, covers_heaviest=True)).num_stations == 1


def test_checker_finds_what_is_wrong():
    line = line_of(
        [{"id": "a", "time": "5 s"}, {"id": "b", "time": "5 s", "after": "a", "apart": "c"},
         {"id": "c", "time": "5 s", "zone": "pit"}],
        zones=[{"id": "pit", "first": 2, "last": 2}],
    )  # fmt: skip

    def told(station: list[int], takt_s: float = 10, num: int = 3) -> str:
        return "; ".join(check.faults(line, *mix(line), station, num, takt_s))

    assert told([1, 1, 2]) == ""
    assert "b at station 1 before a" in told([2, 1, 2])
    assert "b and c both" in told([1, 2, 2])
    assert "outside pit" in told([1, 1, 3])
    assert "10.0 s of work" in told([1, 1, 2], 9)
    assert "station 4 of 3" in told([1, 4, 2])
    assert "2 stations for 3 tasks" in told([1, 1])


def test_neither_takt_nor_stations_and_figures_too_fine_are_refused():
    line = line_of([{"id": "a", "time": "5 s"}])
    with pytest.raises(ScenarioError, match="got neither"):
        assign_file(line, FEW)
    fine = line_of(
        [{"id": f"t{k}", "time": "0.000001 s"} for k in range(9)] + [{"id": "long", "time": "9000000 s"}],
        models=[{"id": "x", "share": 0.123456789}, {"id": "y", "share": 0.987654323}],
        times=[{"task": "t0", "model": "y", "time": "0.000002 s"}],
    )
    with pytest.raises(ScenarioError, match="too many to count"):
        for_takt(fine, 1e7)


def test_task_longer_than_the_takt_is_infeasible():
    with pytest.raises(InfeasibleError, match="a takes 5 s: more than the takt of 4 s"):
        for_takt(line_of([{"id": "a", "time": "5 s"}, {"id": "b", "time": "4 s"}]), 4)


def test_zones_against_the_order_are_infeasible():
    line = line_of(
        [{"id": "a", "time": "5 s", "zone": "late"}, {"id": "b", "time": "5 s", "zone": "early", "after": "a"}],
        zones=[{"id": "early", "first": 1, "last": 1}, {"id": "late", "first": 2, "last": 2}],
    )
    with pytest.raises(InfeasibleError, match="do not fit into 4 stations, which is proven"):
        for_takt(line, 20)
