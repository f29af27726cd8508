"""Recomputes a balance from the scenario by plain arithmetic: every table, row by row."""

from __future__ import annotations

from math import isclose
from typing import TYPE_CHECKING, Any

from quayline.balance.tasks.check import faults as assignment_faults

if TYPE_CHECKING:
    from quayline.records.stages import Balance
    from quayline.scenario.schema import Scenario

Rows = list[dict[str, Any]]
Stations = dict[tuple[int, str], dict[str, int]]
"""The station of each task, by mode and section."""


def faults(scenario: Scenario, answer: Balance) -> list[str]:
    """What is wrong with a balance: content, people too few or too many, loads, wages, labour hours."""
    sections: Rows = answer.sections.to_dicts()
    num = len(scenario.plant.modes)
    paced = {x.id: x for shop in scenario.plant.shops for x in shop.sections if x.kind == "paced"}
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
        wrong += _section_faults(scenario, row, stations)
    wrong += _task_faults(scenario, {name: x.num_stations for name, x in paced.items()}, stations)
    people = {(row["mode_idx"], row["section"]): row["people"] for row in sections}
    return (
        wrong
        + _load_faults(scenario, answer.loads.to_dicts(), people)
        + _crew_faults(scenario, answer.crews.to_dicts(), people)
        + _variant_faults(scenario, answer, people)
    )


def _content_h(scenario: Scenario, variant_idx: int, section: str) -> float:
    """Person-hours of a variant in a section, with options at their take rate."""
    name = scenario.vehicles.variants[variant_idx].model
    model = next(m for m in scenario.vehicles.models if m.id == name)
    extra = {o.id: o.extra_s / 3600 if o.section == section else 0.0 for o in scenario.vehicles.options}
    options = sum(take.share * extra[take.id] for take in model.options)
    return sum(c.content_h for c in model.content if c.section == section) + options


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


def _task_faults(scenario: Scenario, num_stations: dict[str, int], stations: Stations) -> list[str]:
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
        takt_s = 3600 / scenario.plant.modes[mode].speed_jph
        told = assignment_faults(
            tasks, {m: n for m, n in cars.items() if n}, takes, [station[task.id] for task in tasks.tasks],
            num_stations[name], takt_s,
        )  # fmt: skip
        wrong += [f"mode {mode}, {name}: {text}" for text in told]
    return wrong


def _section_faults(scenario: Scenario, row: dict[str, Any], stations: Stations) -> list[str]:
    at = f"mode {row['mode_idx']}, {row['section']}"
    mode, load = scenario.plant.modes[row["mode_idx"]], scenario.plant.crew.balance_share
    work = {v: _content_h(scenario, v, row["section"]) for v in range(len(scenario.vehicles.variants))}
    mean_s = _mean(scenario, work) * 3600
    wrong = []
    if not _near(row["takt_s"] * mode.speed_jph, 3600):
        wrong.append(f"{at}: takt {row['takt_s']} s at {mode.speed_jph} cars/h")
    if not _near(row["content_h"] * 3600, mean_s):
        wrong.append(f"{at}: content {row['content_h']} h, expected {mean_s / 3600}")
    if (row["mode_idx"], row["section"]) in stations:
        used = len(set(stations[row["mode_idx"], row["section"]].values()))
        return wrong + [f"{at}: {row['people']} people at {used} stations with a task"] * (row["people"] != used)
    wanted = {row.variant for row in scenario.demand if row.cars}
    heaviest_s = max(3600 * work[v] for v, x in enumerate(scenario.vehicles.variants) if x.id in wanted)
    slack = 1 + 1e-8
    takt_s = 3600 / mode.speed_jph
    if mean_s > row["people"] * load * takt_s * slack:
        wrong.append(f"{at}: {row['people']} people are too few")
    fewer = (row["people"] - 1) * takt_s
    if row["people"] > 0 and mean_s <= fewer * load and heaviest_s <= fewer:
        wrong.append(f"{at}: one of {row['people']} people is not needed")
    return wrong


def _load_faults(scenario: Scenario, loads: Rows, people: dict[tuple[int, str], int]) -> list[str]:
    variants = range(len(scenario.vehicles.variants))
    expected = {(mode, name, v) for mode, name in people for v in variants}
    if {(row["mode_idx"], row["section"], row["variant_idx"]) for row in loads} != expected or len(loads) != len(
        expected
    ):
        return ["loads are not one for each mode, section and variant"]
    wrong = []
    for row in loads:
        mode = scenario.plant.modes[row["mode_idx"]]
        work = _content_h(scenario, row["variant_idx"], row["section"]) * mode.speed_jph
        if not _near(row["load_share"] * people[row["mode_idx"], row["section"]], work):
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


def _variant_faults(scenario: Scenario, answer: Balance, people: dict[tuple[int, str], int]) -> list[str]:
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
        work = {name: _content_h(scenario, v, name) for name in names}
        if not _near(row["content_h"], sum(work.values())):
            wrong.append(f"variant {v}: content {row['content_h']} h, expected {sum(work.values())}")
        means = {name: _mean(scenario, {k: _content_h(scenario, k, name) for k in range(len(rows))}) for name in names}
        direct = sum(people[at, name] * work[name] / means[name] for name in names if means[name])
        labour_h = share * (direct + plant.crew.indirect_per_shift) / cars_per_h
        if not _near(row["labour_h"], labour_h):
            wrong.append(f"variant {v}: labour {row['labour_h']} h, expected {labour_h}")
        loads = {name: work[name] * plant.modes[at].speed_jph / people[at, name] for name in names if people[at, name]}
        if loads and not (
            _near(row["heaviest_share"], max(loads.values()))
            and _near(loads[row["heaviest_section"]], max(loads.values()))
        ):
            wrong.append(f"variant {v}: heaviest section {row['heaviest_section']}, load {row['heaviest_share']}")
    return wrong
