"""Work content, options and demand as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quayline.base.errors import Fault, ScenarioError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quayline.scenario.schema import Scenario

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Work:
    """Person-hours of each variant in each paced section, and what the average car is made of.

    `content_h` (V, S), options counted with their take rate; `mix_share` (V,) adds up to one;
    `shop` (S,) names the shop of each of the `sections`.
    """

    sections: tuple[str, ...]
    shop: tuple[str, ...]
    num_stations: tuple[int, ...]
    content_h: Floats
    mix_share: Floats

    @property
    def mean_h(self) -> Floats:
        """Person-hours of the average car in each section (S,)."""
        mean: Floats = np.einsum("v,vs->s", self.mix_share, self.content_h)  # not `@`: BLAS sums by number of cores
        return mean


def pack(scenario: Scenario) -> Work:
    """The work of all variants; raises ScenarioError where no crew can be computed from it."""
    faults = list(_faults(scenario))
    if faults:
        raise ScenarioError([Fault(scenario.name, 0, 0, path, message) for path, message in faults])
    paced = [(shop.id, x) for shop in scenario.plant.shops for x in shop.sections if x.kind == "paced"]
    sections = [x.id for _, x in paced]
    variants = [v.id for v in scenario.vehicles.variants]
    models = {model.id: model for model in scenario.vehicles.models}
    options = {option.id: option for option in scenario.vehicles.options}
    content_h = np.zeros((len(variants), len(sections)))
    for v, variant in enumerate(scenario.vehicles.variants):
        for content in models[variant.model].content:
            content_h[v, sections.index(content.section)] += content.content_h
        for take in models[variant.model].options:
            option = options[take.id]
            content_h[v, sections.index(option.section)] += take.share * option.extra_s / 3600
    cars = np.zeros(len(variants))
    for row in scenario.demand:
        cars[variants.index(row.variant)] += row.cars
    return Work(
        tuple(sections), tuple(shop for shop, _ in paced), tuple(x.num_stations for _, x in paced), content_h,
        cars / cars.sum(),
    )  # fmt: skip


def _faults(scenario: Scenario) -> list[tuple[str, str]]:
    crew = scenario.plant.crew
    faults = []
    if crew.balance_share == 0:
        faults.append(("plant.crew.balance_share", "0 %: no crew can do work at an empty station"))
    if crew.absence_share == 1:
        faults.append(("plant.crew.absence_share", "100 %: nobody would be present"))
    if scenario.plant.availability_share == 0:
        faults.append(("plant.availability_share", "0 %: labour hours a car would be without bound"))
    if not any(row.cars for row in scenario.demand):
        faults.append(("demand", "no car is wanted: the average car is unknown"))
    return faults
