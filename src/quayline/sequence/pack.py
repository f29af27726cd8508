"""Planned cars, ratio rules and objectives as the arrays of the kernels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from quayline.base.errors import Fault, ScenarioError
from quayline.sequence._kernels.day import ALLOWED, COLOUR, HIGH, LOW, ORDER, TERM, WEIGHT, WINDOW

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from quayline.records.stages import Plan
    from quayline.scenario.schema import Scenario
    from quayline.scenario.vehicles import Selector

    Ints = NDArray[np.int64]

TERMS = {"high": HIGH, "paint": COLOUR, "low": LOW}
WEIGHTS = (1_000_000, 1_000, 1)
"""Weights of the first, second and third objective (ROADEF'2005 final phase)."""
MOST_RATIOS = 62


@dataclass(frozen=True)
class Cars:
    """Planned cars in the order they came in: by day, within the day by order number.

    `order_id`, `paint` (number of the colour), `kind` (equal cars share one) (C,); `options` (C, R) says
    whether a ratio selects the car; `starts` (D + 1,) bounds the `dates`.
    """

    order_id: Ints
    paint: Ints
    kind: Ints
    options: NDArray[np.bool_]
    starts: Ints
    dates: list[date]
    colours: tuple[str, ...]

    @property
    def bits(self) -> Ints:
        """Bit r set: ratio r selects the car (C,)."""
        bits: Ints = self.options.astype(np.int64) @ (1 << np.arange(self.options.shape[1]))
        return bits


def pack_rules(scenario: Scenario) -> tuple[Ints, Ints]:
    """`rule` (R, 4) and `score` (4, 3) of the kernels; raises ScenarioError for rules without a meaning."""
    rules = scenario.vehicles.sequence
    at = "vehicles.sequence"
    faults = []
    if len(rules.ratios) > MOST_RATIOS:
        faults.append((f"{at}.ratios", f"{len(rules.ratios)} ratios, expected at most {MOST_RATIOS}"))
    if len(set(rules.objectives)) < len(rules.objectives):
        faults.append((f"{at}.objectives", "names an objective twice"))
    for ratio in rules.ratios:
        if not (ratio.cars.propulsion or ratio.cars.models or ratio.cars.variants or ratio.cars.options):
            faults.append((f"{at}.ratios.{ratio.id}.cars", "selects no car"))
    if faults:
        raise ScenarioError([Fault(scenario.name, 0, 0, path, message) for path, message in faults])
    rule = np.zeros((len(rules.ratios), 4), np.int64)
    for r, ratio in enumerate(rules.ratios):
        rule[r, [ALLOWED, WINDOW, TERM]] = ratio.at_most, ratio.of, TERMS[ratio.priority]
    score = np.zeros((4, 3), np.int64)
    order = [TERMS[name] for name in rules.objectives]
    score[WEIGHT, order] = WEIGHTS[: len(order)]
    score[ORDER] = order + [term for term in TERMS.values() if term not in order]
    return rule, score


def pack_cars(scenario: Scenario, plan: Plan) -> Cars:
    """The planned cars of all days."""
    orders = (
        plan.orders.filter(pl.col("plant_idx") == 0)
        .select("order_id", "variant_idx", "colour_idx", "options", "planned_build_on")
        .sort("planned_build_on", "order_id")
    )
    variant_idx = orders["variant_idx"].to_numpy().astype(np.int64)
    paint, colours = _paint(scenario, variant_idx, orders["colour_idx"].to_numpy().astype(np.int64))
    fitted = orders["options"].to_numpy()
    ratios = scenario.vehicles.sequence.ratios
    options = np.zeros((orders.height, len(ratios)), np.bool_)
    for r, ratio in enumerate(ratios):
        options[:, r] = _selected(scenario, ratio.cars, variant_idx, fitted)
    days = orders.group_by("planned_build_on", maintain_order=True).len()
    starts = np.concatenate([[0], days["len"].to_numpy()]).cumsum().astype(np.int64)
    cars = Cars(
        orders["order_id"].to_numpy().astype(np.int64),
        paint,
        paint,
        options,
        starts,
        days["planned_build_on"].to_list(),
        colours,
    )
    _, kind = np.unique(cars.bits * len(colours) + paint, return_inverse=True)
    return Cars(**{**vars(cars), "kind": kind.astype(np.int64)})


def _paint(scenario: Scenario, variant_idx: Ints, colour_idx: Ints) -> tuple[Ints, tuple[str, ...]]:
    """A number for each colour's name, over all models (C,), and the names."""
    models = {model.id: model for model in scenario.vehicles.models}
    names = tuple(sorted({take.id for model in models.values() for take in model.colours}))
    most = max(len(model.colours) for model in models.values())
    number = np.full((len(scenario.vehicles.variants), most), -1, np.int64)
    for v, variant in enumerate(scenario.vehicles.variants):
        for c, take in enumerate(models[variant.model].colours):
            number[v, c] = names.index(take.id)
    paint = number[variant_idx, colour_idx]
    if (paint < 0).any():
        raise ValueError("an order of the plan has a colour that its model does not know")
    return paint, names


def _selected(scenario: Scenario, cars: Selector, variant_idx: Ints, fitted: NDArray[Any]) -> NDArray[np.bool_]:
    """Which cars match any of the selector's lists (C,)."""
    models = {model.id: model for model in scenario.vehicles.models}
    by_variant = np.array(
        [
            v.id in cars.variants or v.model in cars.models or models[v.model].propulsion in cars.propulsion
            for v in scenario.vehicles.variants
        ]
    )
    mask = sum(1 << k for k, option in enumerate(scenario.vehicles.options) if option.id in cars.options)
    chosen: NDArray[np.bool_] = by_variant[variant_idx] | ((fitted & np.uint32(mask)) != 0)
    return chosen
