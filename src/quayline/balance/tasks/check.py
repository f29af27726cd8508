"""Checks an assignment against the tasks as they are written, by the definition and in fractions."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quayline.scenario.tasks import Tasks


def faults(
    tasks: Tasks, mix: Mapping[str, float], takes: Mapping[str, Mapping[str, float]], station: Sequence[int],
    num_stations: int, takt_s: float, covers_heaviest: bool = False,
) -> list[str]:  # fmt: skip
    """What is wrong with `station`, from 1 on, of each task: one station each, order, zones, neighbours, takt.

    `mix`: cars of each model; `takes`: by model, the share of its cars that have an option.
    """
    names = [task.id for task in tasks.tasks]
    if len(station) != len(names):
        return [f"{len(station)} stations for {len(names)} tasks"]
    at = dict(zip(names, station, strict=True))
    zones = {zone.id: zone for zone in tasks.zones}
    wrong = []
    for task in tasks.tasks:
        here = at[task.id]
        if not 1 <= here <= num_stations:
            wrong.append(f"{task.id} is at station {here} of {num_stations}")
        wrong += [
            f"{task.id} at station {here} before {name} at {at[name]}" for name in task.after.split() if at[name] > here
        ]
        wrong += [f"{task.id} and {name} both at station {here}" for name in task.apart.split() if at[name] == here]
        if task.zone and not zones[task.zone].first <= here <= zones[task.zone].last:
            wrong.append(f"{task.id} at station {here}, outside {task.zone}")
    return wrong + _overloads(tasks, mix, takes, at, takt_s, covers_heaviest)


def _overloads(
    tasks: Tasks, mix: Mapping[str, float], takes: Mapping[str, Mapping[str, float]], at: Mapping[str, int],
    takt_s: float, covers_heaviest: bool,
) -> list[str]:  # fmt: skip
    special = {(row.task, row.model): row.time_s for row in tasks.times}
    cars = sum(Fraction(str(share)) for share in mix.values())
    wrong = []
    for here in sorted(set(at.values())):
        mean = Fraction()
        for model, share in mix.items():
            work = Fraction()
            for task in tasks.tasks:
                if at[task.id] == here:
                    taken = Fraction(str(takes[model].get(task.option, 0))) if task.option else 1
                    work += taken * Fraction(str(special.get((task.id, model), task.time_s)))
            mean += work * Fraction(str(share)) / cars
            if covers_heaviest and work > Fraction(str(takt_s)):
                wrong.append(f"station {here}: {float(work)} s of work on {model} in a takt of {takt_s} s")
        if mean > Fraction(str(takt_s)):
            wrong.append(f"station {here}: {float(mean)} s of work on the mean car in a takt of {takt_s} s")
    return wrong
