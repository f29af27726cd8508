"""Which columns of the model build cars for whom by which way, and the CO2 that their cars carry to the customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.co2 import carried
from quayline.plan.constraints.common import at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.plan.model.model import Model


@dataclass(frozen=True, order=True)
class Served:
    """A variant for a market from a plant by a lane (-1: by road), as indices of the scenario."""

    market: int
    variant: int
    plant: int
    lane: int


def builds(model: Model) -> Iterator[tuple[Served, np.ndarray]]:
    """Each way with its columns of cars built by week; -1 where there is none."""
    for _, pair, way, columns in model.build.ways():
        yield Served(pair.market, pair.variant, way.plant, way.lane), columns.build


def carried_t(model: Model) -> np.ndarray:
    """Tonnes of CO2e that one unit of each column carries to its customer: those of a car, on the columns of build."""
    found = np.zeros(model.variables.num)
    for columns, car_t in carried(model.build):
        held = columns >= 0
        found[columns[held]] = car_t.sum(axis=0)[held]
    return found


def cars_by_way(model: Model, x: np.ndarray) -> dict[Served, float]:
    """Cars built over the horizon."""
    return {way: float(np.sum(at(x, columns))) for way, columns in builds(model)}
