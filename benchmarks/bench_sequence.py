"""Sequencing: every production day of the Busan programme in one call, and the public ROADEF'2005 instances.

Work: 340 cars on each working day, drawn by demand, colour and option shares; the answer is checked against
the definition. With `--roadef FOLDER` (sets A and B of the challenge), the mark of each instance after
`--moves` moves, the mean and worst of `--seeds` seeds, beside the mark of Renault's own sequence. No peer
of comparable quality installs from a registry; CP-SAT and others are for a release's full table.
"""

from __future__ import annotations

import argparse
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.base.random import stream
from quayline.records.schemas import PLAN
from quayline.records.stages import Plan
from quayline.scenario.loader import load
from quayline.scenario.working_days import working_days
from quayline.sequence import check
from quayline.sequence.params import SequenceParams
from quayline.sequence.solve import sequence

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario


def drawn_plan(scenario: Scenario, cars_per_day: int, seed: int) -> Plan:
    """A plan that builds `cars_per_day` on every working day, drawn by the shares of the scenario."""
    rng = stream(seed, "benchmark", "sequence")
    horizon = scenario.horizon
    days = working_days(scenario.plant, horizon.start, horizon.end)
    num = cars_per_day * len(days)
    names = [v.id for v in scenario.vehicles.variants]
    cars = np.zeros(len(names))
    for row in scenario.demand:
        cars[names.index(row.variant)] += row.cars
    variant = rng.choice(len(names), num, p=cars / cars.sum())
    colour, options = np.zeros(num, np.int64), np.zeros(num, np.int64)
    places = {option.id: k for k, option in enumerate(scenario.vehicles.options)}
    for v, item in enumerate(scenario.vehicles.variants):
        model = next(m for m in scenario.vehicles.models if m.id == item.model)
        at = np.flatnonzero(variant == v)
        shares = np.array([take.share for take in model.colours])
        colour[at] = rng.choice(len(shares), at.size, p=shares / shares.sum())
        for take in model.options:
            options[at] |= (rng.random(at.size) < take.share).astype(np.int64) << places[take.id]
    built = pl.Series(days, dtype=pl.Date).gather(np.repeat(np.arange(len(days)), cars_per_day))
    later = built + timedelta(days=30)
    tables = {name: pl.DataFrame(schema={c.name: c.dtype for c in schema.columns}) for name, schema in PLAN.items()}
    tables["orders"] = pl.DataFrame({
        "order_id": np.arange(num), "variant_idx": variant, "market_idx": np.zeros(num), "colour_idx": colour,
        "options": options, "is_firm": np.zeros(num, bool),
        "requested_on": later, "standard_build_on": built, "planned_build_on": built,
        "plant_idx": np.zeros(num), "lane_idx": pl.Series([None] * num, dtype=pl.Int16),
        "planned_sailing_idx": pl.Series([None] * num, dtype=pl.Int32), "planned_delivery_on": later,
        "reason": [""] * num, "reason_text": [""] * num,
        "binding_idx": pl.Series([None] * num, dtype=pl.Int32),
    }).cast({c.name: c.dtype for c in PLAN["orders"].columns})  # fmt: skip
    return Plan(**tables, status="drawn", objective_usd=0.0, bound_usd=0.0, gap=0.0)


def whole_programme(cars_per_day: int, moves: int) -> None:
    scenario = load("busan")
    plan = drawn_plan(scenario, cars_per_day, 1)
    sequence(scenario, plan, SequenceParams(moves_per_day=0), 1)  # compiles
    answers = []
    for num_moves in (0, moves, moves):
        began = time.process_time()
        answers.append(sequence(scenario, plan, SequenceParams(moves_per_day=num_moves), 1))
        cpu_s = time.process_time() - began
        days = answers[-1].days
        line = ", ".join(
            f"{name} {days[f'{name}_before'].mean():.1f} -> {days[f'{name}_after'].mean():.1f}"
            for name in ("high", "batches", "low")
        )
        print(f"{days.height} days x {cars_per_day} cars, {num_moves} moves a day: {cpu_s:.2f} s CPU; {line}")
    faults = check.faults(scenario, plan, answers[-1])
    assert not faults, faults[:3]
    assert answers[1].cars.equals(answers[2].cars), "same seed, other order"


def public_instances(folder: Path, moves: int, seeds: int) -> None:
    from tests.sequence.cases import read_roadef

    print(f"{'instance':40}{'cars':>6}{'as supplied':>12}{'mean':>14}{'worst':>12}{'moves/s':>12}")
    for instance in sorted(folder.glob("*/*/vehicles.txt")):
        case = read_roadef(instance.parent)
        came = case.mark(np.arange(len(case.paint)))
        marks, began = [], time.process_time()
        for seed in range(seeds):
            order = case.sequenced(moves, seed)[0]
            assert case.longest_batch(order) <= case.limit
            marks.append(case.mark(order))
        rate = moves * seeds / (time.process_time() - began)
        print(
            f"{instance.parent.parent.name}/{instance.parent.name:38}{len(case.paint) - case.fixed:>6}"
            f"{came:>12}{np.mean(marks):>14.0f}{max(marks):>12}{rate:>12.0f}"
        )
        assert max(marks) <= came


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cars", type=int, default=340, help="cars a day")
    parser.add_argument("--moves", type=int, default=20_000, help="moves a day, or an instance")
    parser.add_argument("--roadef", type=Path, help="folder with the sets of the challenge")
    parser.add_argument("--seeds", type=int, default=5)
    given = parser.parse_args()
    if given.roadef:
        public_instances(given.roadef, given.moves, given.seeds)
    else:
        whole_programme(given.cars, given.moves)


if __name__ == "__main__":
    main()
