"""Lines of tasks for tests: drawn ones, every assignment of a tiny one, and the public instances."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from quayline.balance.params import TaskParams
from quayline.balance.tasks import check
from quayline.scenario.tasks import TaskFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from quayline.balance.tasks.solve import Assignment

FEW = TaskParams(max_steps=200_000, max_states=100_000)


def line_of(tasks: Sequence[Mapping[str, Any]], **more: Any) -> TaskFile:
    """A line from tasks as they are written."""
    return TaskFile.model_validate({"quayline": 1, "line": "drawn", "tasks": list(tasks), **more})


@st.composite
def lines(draw: st.DrawFn, max_tasks: int = 6, is_mixed: bool = True, is_plain: bool = False) -> TaskFile:
    """Small lines with every kind of statement; tasks are written in any order."""
    num = draw(st.integers(1, max_tasks))
    names = [f"t{j}" for j in range(num)]
    tasks: list[dict[str, Any]] = []
    for j, name in enumerate(names):
        before = draw(st.lists(st.sampled_from(names[:j]), max_size=2, unique=True)) if j else []
        tasks.append({"id": name, "time": f"{draw(st.integers(0, 12))} s", "after": " ".join(before)})
        if not is_plain and j and draw(st.integers(0, 5)) == 0:
            tasks[-1]["apart"] = draw(st.sampled_from(names[:j]))
        if not is_plain and draw(st.integers(0, 5)) == 0:
            tasks[-1]["zone"] = draw(st.sampled_from(["pit", "end"]))
        if is_mixed and draw(st.integers(0, 3)) == 0:
            tasks[-1]["option"] = "roof"
    more: dict[str, Any] = {} if is_plain else {"zones": [
        {"id": "pit", "first": 1, "last": 2}, {"id": "end", "first": 2, "last": 3}
    ]}  # fmt: skip
    if is_mixed:
        share = draw(st.integers(1, 9))
        more |= {
            "models": [{"id": "hatch", "share": share}, {"id": "volt", "share": 10 - share}],
            "options": [{"id": "roof", "share": f"{draw(st.integers(0, 4)) * 25} %"}],
            "times": [
                {"task": name, "model": "volt", "time": f"{draw(st.integers(0, 15))} s"}
                for name in draw(st.lists(st.sampled_from(names), max_size=3, unique=True))
            ],
        }
    return line_of(draw(st.permutations(tasks)), **more)


def mix(line: TaskFile) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
    """Cars by model, and take rates by model, as the checker wants them."""
    cars = {model.id: model.share for model in line.models} or {line.line: 1.0}
    return cars, {model: {option.id: option.share for option in line.options} for model in cars}


def wrong(line: TaskFile, found: Assignment, covers_heaviest: bool = False) -> list[str]:
    """Faults of an answer by the independent checker."""
    station = [int(k) + 1 for k in found.station]
    return check.faults(line, *mix(line), station, found.num_stations, found.takt_s, covers_heaviest)


def every(line: TaskFile, num_stations: int) -> Iterator[list[int]]:
    """Every assignment to `num_stations`, feasible or not."""
    yield from map(list, product(range(1, num_stations + 1), repeat=len(line.tasks)))


def is_feasible(line: TaskFile, station: list[int], takt_s: float, covers_heaviest: bool = False) -> bool:
    """Whether the checker has nothing to say."""
    return not check.faults(line, *mix(line), station, max(station), takt_s, covers_heaviest)
