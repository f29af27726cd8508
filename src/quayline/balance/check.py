"""Recomputes a balance from the scenario by plain arithmetic: every table, row by row."""

from __future__ import annotations

from dataclasses import dataclass
from math import isclose
from typing import TYPE_CHECKING, Any

from quayline.balance.tasks.check import faults as assignment_faults

if TYPE_CHECKING:
    from quayline.records.stages import Balance
    from quayline.scenario.plant import ParallelSection
    from quayline.scenario.schema import Scenario

Rows = list[dict[str, Any]]
Stations = dict[tuple[int, str], dict[str, int]]
"""The station of each task, by mode and section."""


@dataclass(frozen=True)
class _Line:
    """A moving line: its stations, its part of the line speed, and the part of each model's cars that come there."""

    num_stations: int
    speed_share: float
    part_of: dict[str, float]


def _lines(scenario: Scenario) -> dict[str, _Line]:
    models = [model.id for model in scenario.vehicles.models]
    found = {}
    for section in [x for shop in scenario.plant.shops for x in shop.sections]:
        if section.kind == "paced":
            found[section.id] = _Line(section.num_stations, 1.0, dict.fromkeys(models, 1.0))
        if section.kind == "parallel":
            found |= _beside(section, models)
    return found


def _beside(block: ParallelSection, models: list[str]) -> dict[str, _Line]:
    """The moving lines of branches: by model a car's way is known, in turn each has as many, else by their speeds."""
    num = len(block.branches)
    found: dict[str, _Line] = {}
    total = sum(branch.speed_share or 1 / num for branch in block.branches)
    for branch in block.branches:
        share = branch.speed_share or 1 / num
        part_of = dict.fromkeys(models, 1 / num if block.route == "turn" else share / total)
        if block.route == "model":
            part_of = {model: 1.0 if model in branch.models else 0.0 for model in models}
        found |= {x.id: _Line(x.num_stations, share, part_of) for x in branch.sections if x.kind == "paced"}
    return found


def faults(scenario: Scenario, answer: Balance) -> list[str]:
    """What is wrong with a balance: content, people too few or too many, loads, wages, labour hours."""
    sections: Rows = answer.sections.to_dicts()
    num = len(scenario.plant.modes)
    paced = _lines(scenario)
    if sorted((row["mode_idx"], row["section"]) for row in sections) != sorted(
        (mode, name) for mode in range(num) for name in paced
    ):
        return ["sections are not those of the plant in each mode"]
    wrong = [
        f"mode {row['mode_idx']}, {row['section']}: {row['num_stations']} stations"
        for row in sections
        if row["num_stations"] != paced[row["section"]].num_stations
    ]
    stations = _stations(answer)
    for row in sections:
        wrong += _section_faults(scenario, paced[row["section"]], row, stations)
    wrong += _task_faults(scenario, paced, stations)
    people = {(row["mode_idx"], row["section"]): row["people"] for row in sections}
    return (
        wrong
        + _load_faults(scenario, paced, answer.loads.to_dicts(), people)
        + _crew_faults(scenario, answer.crews.to_dicts(), people)
        + _variant_faults(scenario, paced, answer, people)
    )


def _part(scenario: Scenario, line: _Line, variant_idx: int) -> float:
    """The part of a variant's cars that come to a moving line."""
    return line.part_of[scenario.vehicles.variants[variant_idx].model]


def _work_h(scenario: Scenario, lines: dict[str, _Line], variant_idx: int, section: str) -> float:
    """Person-hours of a variant in a section when it goes there, with options at their take rate."""
    if not _part(scenario, lines[section], variant_idx):
        return 0.0
    name = scenario.vehicles.variants[variant_idx].model
    model = next(m for m in scenario.vehicles.models if m.id == name)
    extra = {o.id: o.extra_s / 3600 if section in (o.section, *o.beside) else 0.0 for o in scenario.vehicles.options}
    options = sum(take.share * extra[take.id] for take in model.options)
    return sum(c.content_h for c in model.content if c.section == section) + options


def _content_h(scenario: Scenario, lines: dict[str, _Line], variant_idx: int, section: str) -> float:
    """Person-hours of a variant in a section, over all its cars."""
    part = _part(scenario, lines[section], variant_idx)
    return part * _work_h(scenario, lines, variant_idx, section)


def _mean(scenario: Scenario, values: dict[int, float]) -> float:
    """Mean over all cars wanted."""
    names = [v.id for v in scenario.vehicles.variants]
    total = sum(row.cars for row in scenario.demand)
    return sum(row.cars * values[names.index(row.variant)] for row in scenario.demand) / total


def _near(found: float, expected: float) -> bool:
    return isclose(found, expected, rel_tol=1e-9, abs_tol=1e-12)


def _stations(answer: Balance) -> Stations:
    found: Stations = {}
    for row in answer.tasks.iter_rows(named=True):
        found.setdefault((row["mode_idx"], row["section"]), {})[row["task"]] = row["station"]
    return found


def _task_faults(scenario: Scenario, lines: dict[str, _Line], stations: Stations) -> list[str]:
    """Tasks of a section that are not assigned in a mode, or that the checker of assignments objects to."""
    model_of = {variant.id: variant.model for variant in scenario.vehicles.variants}
    cars: dict[str, float] = {}
    for demand in scenario.demand:
        cars[model_of[demand.variant]] = cars.get(model_of[demand.variant], 0.0) + demand.cars
    takes = {model.id: {take.id: take.share for take in model.options} for model in scenario.vehicles.models}
    given = {x.section: x for x in scenario.assembly}
    expected = {(k, name) for k in range(len(scenario.plant.modes)) for name in given}
    if set(stations) != expected:
        return ["tasks are not those of the assembly in each mode"]
    wrong = []
    for (mode, name), station in stations.items():
        tasks = given[name]
        if sorted(station) != sorted(task.id for task in tasks.tasks):
            wrong.append(f"mode {mode}, {name}: tasks are not those of the scenario")
            continue
        line = lines[name]
        takt_s = 3600 / (line.speed_share * scenario.plant.modes[mode].speed_jph)
        here = [model for model, part in line.part_of.items() if part]
        mix = {model: cars[model] for model in here if cars.get(model)} or dict.fromkeys(here, 1.0)
        told = assignment_faults(
            tasks, mix, takes, [station[task.id] for task in tasks.tasks], line.num_stations, takt_s
        )
        wrong += [f"mode {mode}, {name}: {text}" for text in told]
    return wrong


def _section_faults(scenario: Scenario, line: _Line, row: dict[str, Any], stations: Stations) -> list[str]:
    at, name = f"mode {row['mode_idx']}, {row['section']}", row["section"]
    mode, load = scenario.plant.modes[row["mode_idx"]], scenario.plant.crew.balance_share
    variants = range(len(scenario.vehicles.variants))
    work = {v: _work_h(scenario, {name: line}, v, name) for v in variants}
    part = {v: _part(scenario, line, v) for v in variants}
    mean_h = _mean(scenario, {v: part[v] * work[v] for v in variants})
    takt_s = 3600 / (mode.speed_jph * line.speed_share)
    wrong = []
    if not _near(row["takt_s"], takt_s):
        wrong.append(f"{at}: takt {row['takt_s']} s, expected {takt_s} s")
    if not _near(row["content_h"], mean_h):
        wrong.append(f"{at}: content {row['content_h']} h, expected {mean_h}")
    if not mean_h:
        return wrong + [f"{at}: {row['people']} people without work"] * (row["people"] != 0)
    if (row["mode_idx"], name) in stations:
        used = len(set(stations[row["mode_idx"], name].values()))
        return wrong + [f"{at}: {row['people']} people at {used} stations with a task"] * (row["people"] != used)
    mean_s = 3600 * mean_h / _mean(scenario, part)
    wanted = {row.variant for row in scenario.demand if row.cars}
    heaviest_s = max(3600 * work[v] for v, x in enumerate(scenario.vehicles.variants) if x.id in wanted)
    slack = 1 + 1e-8
    if mean_s > row["people"] * load * takt_s * slack:
        wrong.append(f"{at}: {row['people']} people are too few")
    fewer = (row["people"] - 1) * takt_s
    if row["people"] > 0 and mean_s <= fewer * load and heaviest_s <= fewer:
        wrong.append(f"{at}: one of {row['people']} people is not needed")
    return wrong


def _load_faults(
    scenario: Scenario, lines: dict[str, _Line], loads: Rows, people: dict[tuple[int, str], int]
) -> list[str]:
    variants = range(len(scenario.vehicles.variants))
    expected = {(mode, name, v) for mode, name in people for v in variants}
    if {(row["mode_idx"], row["section"], row["variant_idx"]) for row in loads} != expected or len(loads) != len(
        expected
    ):
        return ["loads are not one for each mode, section and variant"]
    wrong = []
    for row in loads:
        present = people[row["mode_idx"], row["section"]]
        speed_jph = scenario.plant.modes[row["mode_idx"]].speed_jph * lines[row["section"]].speed_share
        work = _work_h(scenario, lines, row["variant_idx"], row["section"]) * speed_jph if present else 0.0
        if not _near(row["load_share"] * max(present, 1), work):
            wrong.append(f"load {row}: its people would do another work than {work} person-hours an hour")
    return wrong


def _crew_faults(scenario: Scenario, crews: Rows, people: dict[tuple[int, str], int]) -> list[str]:
    crew = scenario.plant.crew
    if [row["mode_idx"] for row in crews] != list(range(len(scenario.plant.modes))):
        return ["crews are not one for each mode"]
    wrong = []
    for row in crews:
        mode = scenario.plant.modes[row["mode_idx"]]
        needed = crew.indirect_per_shift + sum(n for (m, _), n in people.items() if m == row["mode_idx"])
        present = 1 - crew.absence_share
        paid = row["people_per_shift"]
        if paid * present < needed * (1 - 1e-8) or (paid and (paid - 1) * present >= needed):
            wrong.append(f"crew {row}: {needed} people must be present in a shift")
        shifts = next(len(p.shifts) for p in scenario.plant.patterns if p.id == mode.pattern)
        if row["num_shifts"] != shifts or row["people"] != shifts * paid:
            wrong.append(f"crew {row}: the pattern has {shifts} shifts")
        if not _near(row["usd_per_line_h"], paid * crew.wage_usd_per_h):
            wrong.append(f"crew {row}: wages of an hour")
    return wrong


def _variant_faults(
    scenario: Scenario, lines: dict[str, _Line], answer: Balance, people: dict[tuple[int, str], int]
) -> list[str]:
    rows: Rows = answer.variants.to_dicts()
    plant = scenario.plant
    if [row["variant_idx"] for row in rows] != list(range(len(scenario.vehicles.variants))):
        return ["variants are not one row each"]
    at = next(k for k, mode in enumerate(plant.modes) if mode.id == plant.opening_mode)
    names = [name for mode, name in people if mode == at]
    paid = answer.crews.filter(answer.crews["mode_idx"] == at)["people_per_shift"].item()
    cars_per_h = plant.modes[at].speed_jph * plant.availability_share
    wrong = []
    mean = _mean(scenario, {row["variant_idx"]: row["labour_h"] for row in rows})
    if not _near(mean * cars_per_h, paid):
        wrong.append(f"labour hours of the average car are {mean}, paid {paid / cars_per_h}")
    share = paid / max(1, plant.crew.indirect_per_shift + sum(people[at, name] for name in names))
    for row in rows:
        v = row["variant_idx"]
        work = {name: _content_h(scenario, lines, v, name) for name in names}
        if not _near(row["content_h"], sum(work.values())):
            wrong.append(f"variant {v}: content {row['content_h']} h, expected {sum(work.values())}")
        means = {
            name: _mean(scenario, {k: _content_h(scenario, lines, k, name) for k in range(len(rows))}) for name in names
        }
        direct = sum(people[at, name] * work[name] / means[name] for name in names if means[name])
        labour_h = share * (direct + plant.crew.indirect_per_shift) / cars_per_h
        if not _near(row["labour_h"], labour_h):
            wrong.append(f"variant {v}: labour {row['labour_h']} h, expected {labour_h}")
        speed_jph = plant.modes[at].speed_jph
        loads = {
            name: _work_h(scenario, lines, v, name) * speed_jph * lines[name].speed_share / people[at, name]
            for name in names if people[at, name]
        }  # fmt: skip
        if loads and not (
            _near(row["heaviest_share"], max(loads.values()))
            and _near(loads.get(row["heaviest_section"], 0.0), max(loads.values()))
        ):
            wrong.append(f"variant {v}: heaviest section {row['heaviest_section']}, load {row['heaviest_share']}")
    return wrong
