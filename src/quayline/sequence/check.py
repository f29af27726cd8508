"""The sequencing rules from their definition alone, slow and plain: what every other figure is held against.

Definition: ROADEF'2005 challenge (Solnon, Cung, Nguyen, Artigues, EJOR 191 (2008) 912-927). A sequence is the
fixed cars of the days before followed by the day's cars. A ratio N/P counts, for every window of P cars that
holds at least one car of the day, the cars with the option above N; a window that runs over the end of
the day is cut off there. A colour change is a car of the day that differs from the car before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence
    from datetime import date

    from quayline.records.stages import DaySequence, Plan
    from quayline.scenario.schema import Scenario


def violations(has_option: Sequence[bool], num_fixed: int, at_most: int, of: int) -> int:
    """Cars above `at_most` summed over all windows of `of` cars that reach into the day."""
    behind_the_end = np.zeros(of - 1, np.int64)
    windows = sliding_window_view(np.concatenate([np.asarray(has_option, np.int64), behind_the_end]), of)
    held = windows[max(0, num_fixed - of + 1) :].sum(axis=1)
    return int(np.maximum(0, held - at_most).sum())


def colour_changes(colours: Sequence[Hashable], num_fixed: int) -> int:
    """Cars of the day whose colour differs from that of the car before."""
    return sum(colours[i] != colours[i - 1] for i in range(max(1, num_fixed), len(colours)))


def longest_batch(colours: Sequence[Hashable], num_fixed: int) -> int:
    """Longest run of one colour among the day's own cars."""
    longest = run = 0
    for i in range(num_fixed, len(colours)):
        run = run + 1 if i > num_fixed and colours[i] == colours[i - 1] else 1
        longest = max(longest, run)
    return longest


def faults(scenario: Scenario, plan: Plan, answer: DaySequence) -> list[str]:
    """What is wrong with a sequence: cars lost or moved, a batch too long, a day worse than it came, a figure."""
    planned = {
        row["order_id"]: row
        for row in plan.orders.filter(plan.orders["plant_idx"] == 0).iter_rows(named=True)
    }
    line = answer.cars.sort("position").select("order_id", "position", "build_on").rows()
    wrong = _wrong_cars(planned, line)
    if wrong:
        return wrong
    colours, options = _traits(scenario, planned)
    days: dict[date, list[int]] = {}
    for number, _, build_on in line:
        days.setdefault(build_on, []).append(number)
    if sorted(days) != answer.days["date"].to_list():
        return ["the days of the table are not the days of the cars"]
    done: list[int] = []
    reach = max((ratio.of for ratio in scenario.vehicles.sequence.ratios), default=1)
    for row in answer.days.sort("date").iter_rows(named=True):
        cars, tail = days[row["date"]], done[-reach:]
        after = _terms(scenario, colours, options, tail, cars)
        before = _terms(scenario, colours, options, tail, sorted(cars))
        found = {f"{name}_before": before[name] for name in ("batches", "high", "low")}
        found |= {f"{name}_after": after[name] for name in ("batches", "high", "low")}
        found |= {"longest_batch": after["longest"], "cars": len(cars)}
        wrong += [
            f"{row['date']}: {name} is {row[name]}, by the definition {value}"
            for name, value in found.items()
            if row[name] != value
        ]
        wrong += [f"{row['date']}: {text}" for text in _broken_promises(scenario, before, after)]
        done = tail + cars
    return wrong


def _wrong_cars(planned: dict[int, dict[str, Any]], line: list[tuple[int, int, date]]) -> list[str]:
    """Cars lost, invented, doubled, out of place or on another day than planned."""
    wrong = []
    numbers = [number for number, _, _ in line]
    if sorted(numbers) != sorted(planned):
        wrong.append(f"{len(numbers)} cars in sequence, {len(planned)} planned, or not the same ones")
    if [position for _, position, _ in line] != list(range(len(line))):
        wrong.append("positions are not 0, 1, 2, …")
    if any(line[i][2] < line[i - 1][2] for i in range(1, len(line))):
        wrong.append("a car stands behind a car of a later day")
    moved = [n for n, _, day in line if n in planned and planned[n]["planned_build_on"] != day]
    return wrong + [f"order {n} is not on its planned day" for n in moved]


def _traits(scenario: Scenario, planned: dict[int, dict[str, Any]]) -> tuple[dict[int, str], list[dict[int, bool]]]:
    """The name of the colour of each order, and for each ratio whether it selects the order."""
    vehicles = scenario.vehicles
    models = {model.id: model for model in vehicles.models}
    colours: dict[int, str] = {}
    chosen: list[dict[int, bool]] = [{} for _ in vehicles.sequence.ratios]
    known: dict[tuple[int, int], list[bool]] = {}
    for number, row in planned.items():
        variant = vehicles.variants[row["variant_idx"]]
        model = models[variant.model]
        colours[number] = model.colours[row["colour_idx"]].id
        like = row["variant_idx"], row["options"]
        if like not in known:
            fitted = {option.id for k, option in enumerate(vehicles.options) if row["options"] & (1 << k)}
            known[like] = [
                model.propulsion in ratio.cars.propulsion
                or model.id in ratio.cars.models
                or variant.id in ratio.cars.variants
                or not fitted.isdisjoint(ratio.cars.options)
                for ratio in vehicles.sequence.ratios
            ]
        for of_ratio, is_selected in zip(chosen, known[like], strict=True):
            of_ratio[number] = is_selected
    return colours, chosen


def _terms(
    scenario: Scenario, colours: dict[int, str], options: list[dict[int, bool]], tail: list[int], cars: list[int]
) -> dict[str, int]:
    """Objective terms and longest batch of the day's `cars` behind `tail`."""
    line = tail + cars
    painted = [colours[number] for number in line]
    terms = {"batches": colour_changes(painted, len(tail)), "high": 0, "low": 0}
    for ratio, of_ratio in zip(scenario.vehicles.sequence.ratios, options, strict=True):
        has = [of_ratio[number] for number in line]
        terms[ratio.priority] += violations(has, len(tail), ratio.at_most, ratio.of)
    return terms | {"longest": longest_batch(painted, len(tail))}


def _broken_promises(scenario: Scenario, before: dict[str, int], after: dict[str, int]) -> list[str]:
    """The batch limit broken, or a day that is worse than it came in although that kept the limit."""
    rules = scenario.vehicles.sequence
    wrong = []
    if after["longest"] > rules.paint_batch_limit:
        wrong.append(f"a batch of {after['longest']} cars, at most {rules.paint_batch_limit}")
    names = {"high": "high", "paint": "batches", "low": "low"}
    marks = [
        sum(10 ** (6 - 3 * rank) * terms[names[name]] for rank, name in enumerate(rules.objectives))
        for terms in (before, after)
    ]
    if before["longest"] <= rules.paint_batch_limit and marks[1] > marks[0]:
        wrong.append(f"objective {marks[1]}, {marks[0]} as the cars came in")
    return wrong
