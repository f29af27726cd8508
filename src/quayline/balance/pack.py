"""Work content, options and demand as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quayline.base.errors import Fault, ScenarioError
from quayline.scenario.sections import paced_sections

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quayline.scenario.schema import Scenario

    Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Work:
    """Person-hours of each variant in each paced section, and what the average car is made of.

    `work_h` (V, S) of a car that goes there, options counted with their take rate; `passes` (V, S) is the part of the
    variant's cars that do; `mix_share` (V,) adds up to one; `speed_share` (S,) is the section's part of the line speed;
    `shop` (S,) names the shop of each of the `sections`.
    """

    sections: tuple[str, ...]
    shop: tuple[str, ...]
    num_stations: tuple[int, ...]
    work_h: Floats
    passes: Floats
    mix_share: Floats
    speed_share: Floats

    @property
    def content_h(self) -> Floats:
        """Person-hours of the variants in each section, over all their cars (V, S)."""
        content: Floats = self.work_h * self.passes
        return content

    @property
    def mean_h(self) -> Floats:
        """Person-hours of the average car in each section (S,)."""
        mean: Floats = np.einsum("v,vs->s", self.mix_share, self.content_h)  # not `@`: BLAS sums by number of cores
        return mean

    @property
    def mean_there_h(self) -> Floats:
        """Person-hours of the average car among those that go to each section (S,); 0 where none goes."""
        there = np.einsum("v,vs->s", self.mix_share, self.passes)
        mean: Floats = np.divide(self.mean_h, there, out=np.zeros_like(there), where=there > 0)
        return mean


def pack(scenario: Scenario) -> Work:
    """The work of all variants; raises ScenarioError where no crew can be computed from it."""
    faults = list(_faults(scenario))
    if faults:
        raise ScenarioError([Fault(scenario.name, 0, 0, path, message) for path, message in faults])
    paced = paced_sections(scenario.plant)
    sections = [one.section.id for one in paced]
    variants = [v.id for v in scenario.vehicles.variants]
    models = {model.id: model for model in scenario.vehicles.models}
    options = {option.id: option for option in scenario.vehicles.options}
    passes = np.array([[one.passes(v.model) for one in paced] for v in scenario.vehicles.variants])
    work_h = np.zeros(passes.shape)
    for v, variant in enumerate(scenario.vehicles.variants):
        for content in models[variant.model].content:
            work_h[v, sections.index(content.section)] += content.content_h
        for take in models[variant.model].options:
            option = options[take.id]
            for section in map(sections.index, option.sections):
                work_h[v, section] += take.share * option.extra_s / 3600 if passes[v, section] else 0.0
    cars = np.zeros(len(variants))
    for row in scenario.demand:
        cars[variants.index(row.variant)] += row.cars
    return Work(
        tuple(sections), tuple(scenario.plant.shops[one.shop_idx].id for one in paced),
        tuple(one.section.num_stations for one in paced), work_h, passes, cars / cars.sum(),
        np.array([one.speed_share for one in paced]),
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
