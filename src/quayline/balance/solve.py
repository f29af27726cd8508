"""People needed at each line speed, load of each variant, wages and labour hours."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.balance.pack import Work, pack
from quayline.balance.tasks.sections import assign_sections
from quayline.records.schemas import BALANCE
from quayline.records.stages import Balance

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quayline.balance.params import BalanceParams
    from quayline.balance.tasks.solve import Assignment
    from quayline.scenario.plant import LineMode
    from quayline.scenario.schema import Scenario

    Ints = NDArray[np.int64]

ROUNDING = 1e-9
"""People are whole; a need above a whole number by no more than this is rounding."""


def balance(scenario: Scenario, params: BalanceParams) -> Balance:
    """Crew, load and labour for every mode of the plant.

    A paced section whose average car holds w person-hours needs, at its own speed of r cars an hour and with
    stations loaded to a share b of the takt, the next whole number of w * r / b people (mixed-model line
    balancing by averages: Becker and Scholl, EJOR 168 (2006) 694-715). A section with tasks needs as many as it has
    stations with a task; one to which no car that is wanted goes needs nobody. A variant's load is its own work over
    people times takt.

    Raises ScenarioError where the scenario defines no crew, InfeasibleError where tasks do not fit into their section
    at the speed of a mode.
    """
    work = pack(scenario)
    modes = scenario.plant.modes
    people = np.stack([section_people(scenario, work, mode, params) for mode in modes])
    tasks = assign_sections(scenario, params)
    for (mode, section), found in tasks.items():
        at = work.sections.index(section)
        people[mode, at] = len(set(found.station.tolist())) if work.mean_h[at] else 0
    return Balance(
        sections=_section_table(scenario, work, people),
        loads=_load_table(scenario, work, people),
        crews=_crew_table(scenario, people),
        variants=_variant_table(scenario, work, people),
        tasks=_task_table(tasks),
    )


def _whole(need: float) -> int:
    return math.ceil(need - ROUNDING * max(1.0, need))


def section_people(scenario: Scenario, work: Work, mode: LineMode, params: BalanceParams) -> Ints:
    """People needed at one time in each section (S,)."""
    speeds = work.speed_share * mode.speed_jph
    mean = [_whole(w * speed / scenario.plant.crew.balance_share)
            for w, speed in zip(work.mean_there_h, speeds, strict=True)]  # fmt: skip
    if params.cover_heaviest:
        heaviest = [_whole(w) for w in work.work_h[work.mix_share > 0].max(axis=0) * speeds]
        return np.maximum(mean, heaviest)
    return np.array(mean, np.int64)


def _crew(scenario: Scenario, people: Ints) -> int:
    """People paid for in one shift: paced sections, indirect people, and cover for those absent."""
    crew = scenario.plant.crew
    return _whole((int(people.sum()) + crew.indirect_per_shift) / (1 - crew.absence_share))


def _loads(scenario: Scenario, work: Work, people: Ints) -> NDArray[np.float64]:
    """Work over people times takt: (modes, S, V); 0 where a section has no work at all."""
    speed = np.array([mode.speed_jph for mode in scenario.plant.modes])[:, None] * work.speed_share
    need = speed[:, :, None] * work.work_h.T[None]
    return np.divide(need, people[:, :, None], out=np.zeros_like(need), where=people[:, :, None] > 0)


def _task_table(tasks: dict[tuple[int, str], Assignment]) -> pl.DataFrame:
    rows = [
        (mode, section, task.id, int(station) + 1, found.is_proven)
        for (mode, section), found in tasks.items()
        for task, station in zip(found.work.tasks.tasks, found.station, strict=True)
    ]
    return pl.DataFrame(rows, orient="row", schema={c.name: c.dtype for c in BALANCE["tasks"].columns})


def _cast(name: str, columns: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(columns).cast({column.name: column.dtype for column in BALANCE[name].columns})


def _section_table(scenario: Scenario, work: Work, people: Ints) -> pl.DataFrame:
    num_modes, num_sections = people.shape
    takt_s = 3600 / (np.array([mode.speed_jph for mode in scenario.plant.modes])[:, None] * work.speed_share)
    return _cast("sections", {
        "mode_idx": np.repeat(np.arange(num_modes), num_sections),
        "section": list(work.sections) * num_modes,
        "takt_s": takt_s.ravel(),
        "num_stations": np.tile(work.num_stations, num_modes),
        "content_h": np.tile(work.mean_h, num_modes),
        "people": people.ravel(),
    })  # fmt: skip


def _load_table(scenario: Scenario, work: Work, people: Ints) -> pl.DataFrame:
    loads = _loads(scenario, work, people)
    num_modes, num_sections, num_variants = loads.shape
    return _cast("loads", {
        "mode_idx": np.repeat(np.arange(num_modes), num_sections * num_variants),
        "section": [name for name in work.sections for _ in range(num_variants)] * num_modes,
        "variant_idx": np.tile(np.arange(num_variants), num_modes * num_sections),
        "load_share": loads.ravel(),
    })  # fmt: skip


def _crew_table(scenario: Scenario, people: Ints) -> pl.DataFrame:
    patterns = {pattern.id: len(pattern.shifts) for pattern in scenario.plant.patterns}
    num_shifts = np.array([patterns[mode.pattern] for mode in scenario.plant.modes])
    per_shift = np.array([_crew(scenario, row) for row in people])
    return _cast("crews", {
        "mode_idx": np.arange(len(people)),
        "people_per_shift": per_shift,
        "num_shifts": num_shifts,
        "people": per_shift * num_shifts,
        "usd_per_line_h": per_shift * scenario.plant.crew.wage_usd_per_h,
    })  # fmt: skip


def _variant_table(scenario: Scenario, work: Work, people: Ints) -> pl.DataFrame:
    """Content, and in the opening mode: paid hours (people of a section by its work) and the highest load.

    Paid hours add up over the mix to the crew over the cars that the plan counts on in an hour: speed times
    availability.
    """
    at = [mode.id for mode in scenario.plant.modes].index(scenario.plant.opening_mode)
    present = people[at].sum() + scenario.plant.crew.indirect_per_shift
    paid = _crew(scenario, people[at]) / present if present else 0.0
    cars_per_h = scenario.plant.modes[at].speed_jph * scenario.plant.availability_share
    by_work = np.divide(work.content_h, work.mean_h, out=np.zeros_like(work.content_h), where=work.mean_h > 0)
    labour_h = paid * (np.einsum("vs,s->v", by_work, people[at]) + scenario.plant.crew.indirect_per_shift) / cars_per_h
    loads = _loads(scenario, work, people)[at]
    heaviest = loads.argmax(axis=0) if len(work.sections) else np.zeros(0, np.int64)
    names = [work.sections[s] for s in heaviest] or [""] * len(labour_h)
    return _cast("variants", {
        "variant_idx": np.arange(len(labour_h)),
        "content_h": work.content_h.sum(axis=1),
        "labour_h": labour_h,
        "heaviest_section": names,
        "heaviest_share": loads.max(axis=0, initial=0.0),
    })  # fmt: skip
