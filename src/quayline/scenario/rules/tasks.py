"""What must hold between tasks: names, no circle, zones with stations; for a scenario and for a file on its own."""

from __future__ import annotations

from math import isclose
from typing import TYPE_CHECKING

from quayline.scenario.rules.common import Found, ids, unknown
from quayline.scenario.sections import paced_sections

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from quayline.scenario.rules.common import Path
    from quayline.scenario.schema import Scenario
    from quayline.scenario.sections import Placed
    from quayline.scenario.tasks import Assembly, Tasks


def assembly(s: Scenario) -> Found:
    """Tasks are those of a paced section, once, and add up to the work content and the options' extra that it has."""
    models, options = ids(s.vehicles.models), ids(s.vehicles.options)
    paced = {one.section.id: one for one in paced_sections(s.plant)}
    for k, given in enumerate(s.assembly):
        at = ("assembly", k)
        if message := unknown(given.section, paced, "paced section"):
            yield (*at, "section"), message
        elif given.section in [other.section for other in s.assembly[:k]]:
            yield (*at, "section"), f"the tasks of {given.section!r} stand already"
        found = list(task_faults(at, given, models, options))
        yield from found
        if not found and given.section in paced:
            yield from _content(at, s, given, paced[given.section])


def _content(at: Path, s: Scenario, given: Assembly, place: Placed) -> Found:
    special = {(row.task, row.model): row.time_s for row in given.times}
    here = [model for model in s.vehicles.models if place.passes(model.id)]
    for model in here:
        work_s = sum(special.get((task.id, model.id), task.time_s) for task in given.tasks if task.option is None)
        stated_s = sum(3600 * row.content_h for row in model.content if row.section == given.section)
        if not isclose(work_s, stated_s, rel_tol=1e-6, abs_tol=1e-3):
            yield (*at, "tasks"), f"add up to {work_s:g} s on {model.id!r}, whose content here is {stated_s:g} s"
    for option in s.vehicles.options:
        times = {
            sum(special.get((task.id, model.id), task.time_s) for task in given.tasks if task.option == option.id)
            for model in here
            if option.id in ids(model.options)
        }
        stated_s = option.extra_s if given.section in option.sections else 0.0
        if any(not isclose(work_s, stated_s, rel_tol=1e-6, abs_tol=1e-3) for work_s in times):
            told = ", ".join(f"{work_s:g}" for work_s in sorted(times))
            yield (*at, "tasks"), f"of {option.id!r} add up to {told} s, its extra here is {stated_s:g} s"


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
