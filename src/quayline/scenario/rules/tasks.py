"""What must hold between tasks: names, no circle, zones with stations; for a scenario and for a file on its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quayline.scenario.rules.common import Found, ids, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from quayline.scenario.rules.common import Path
    from quayline.scenario.tasks import Tasks


def task_faults(at: Path, given: Tasks, models: Sequence[str], options: Sequence[str]) -> Found:
    """Faults of a list of tasks at the path `at`, done on `models` with `options`."""
    names, zones = ids(given.tasks), ids(given.zones)
    for k, zone in enumerate(given.zones):
        if zone.last < zone.first:
            yield (*at, "zones", k, "last"), f"expected station {zone.first} or a later one, got {zone.last}"
    yield from _references(at, given, zones, options)
    yield from _time_faults(at, given, names, models)
    if circle := _circle(given):
        k = names.index(circle[0])
        yield (*at, "tasks", k, "after"), f"tasks wait for each other: {' after '.join([*circle, circle[0]])}"


def _references(at: Path, given: Tasks, zones: Sequence[str], options: Sequence[str]) -> Found:
    names = ids(given.tasks)
    for k, task in enumerate(given.tasks):
        here = (*at, "tasks", k)
        for key in ("after", "apart"):
            for name in getattr(task, key).split():
                if message := unknown(name, names, "task"):
                    yield (*here, key), message
                elif name == task.id:
                    yield (*here, key), f"{name!r} names itself"
        for key, known in (("zone", zones), ("option", options)):
            if (name := getattr(task, key)) is not None and (message := unknown(name, known, key)):
                yield (*here, key), message


def _time_faults(at: Path, given: Tasks, names: Sequence[str], models: Sequence[str]) -> Found:
    for k, row in enumerate(given.times):
        here = (*at, "times", k)
        for key, known in (("task", names), ("model", models)):
            if message := unknown(getattr(row, key), known, key):
                yield (*here, key), message


def _circle(given: Tasks) -> list[str]:
    """Tasks of which each waits for the next and the last for the first; none where there is no circle."""
    waits = {task.id: [x for x in task.after.split() if x != task.id] for task in given.tasks}
    done: set[str] = set()
    for start in waits:
        way: list[str] = []
        steps: list[Iterator[str]] = [iter([start])]
        while steps:
            name = next(steps[-1], None)
            if name is None:
                steps.pop()
                if way:
                    done.add(way.pop())
            elif name in way:
                return way[way.index(name) :]
            elif name in waits and name not in done:
                way.append(name)
                steps.append(iter(waits[name]))
    return []
