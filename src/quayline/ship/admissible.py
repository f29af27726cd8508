"""Which cars a rule of trade stops: those of its brand and model years, on their day of import or of sale."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from quayline.ship.pack import DAY_MS, NEVER, NO_LANE, midnight_ms, sources

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quayline.scenario.schema import Scenario
    from quayline.ship.pack import Cars, Ints

NOT_BARRED = -1


def barred(scenario: Scenario, cars: Cars, arrived: Ints, delivered: Ints) -> tuple[Ints, NDArray[np.bool_], Ints]:
    """Of each car: the place of the rule that stops it (-1: none), whether on import (else on sale), and when.

    A car is imported when it arrives in a country other than its plant's, and sold when it would be delivered. Of
    several rules the first in time counts, then the first in the scenario.
    """
    rule, when = np.full(len(cars.lane), NOT_BARRED), np.full(len(cars.lane), NEVER)
    at_import = np.zeros(len(cars.lane), np.bool_)
    year = _model_years(scenario, cars)
    brands = {m.id: m.brand for m in scenario.vehicles.models}
    brand = np.array([brands[v.model] for v in scenario.vehicles.variants], object)[cars.variant]
    country = np.array([m.country for m in scenario.markets], object)[cars.market]
    is_abroad = (np.array([s.country for s in sources(scenario)], object)[cars.plant] != country) & (
        cars.lane != NO_LANE
    )
    for k, ban in enumerate(scenario.trade.admissibility):
        moment = np.where(is_abroad, arrived, NEVER) if ban.acts_on == "import" else delivered
        is_met = (brand == ban.brand) & (country == ban.country) & (year >= ban.model_year_from)
        is_met &= (moment != NEVER) & (moment >= midnight_ms(ban.from_)) & (moment < when)
        rule[is_met], when[is_met], at_import[is_met] = k, moment[is_met], ban.acts_on == "import"
    return rule, at_import, when


def _model_years(scenario: Scenario, cars: Cars) -> Ints:
    """The model year of each car by the day that it was planned for; 0 before the first."""
    years = np.zeros(len(cars.lane), np.int64)
    variant_of = np.array([v.model for v in scenario.vehicles.variants], object)
    built = cars.planned_ms // DAY_MS - 1
    for model in scenario.vehicles.models:
        mine = np.flatnonzero(variant_of[cars.variant] == model.id)
        starts = np.array([(row.from_ - date(1970, 1, 1)).days for row in model.model_years])
        place = np.searchsorted(starts, built[mine], side="right") - 1
        years[mine] = np.where(place < 0, 0, np.array([row.model_year for row in model.model_years])[place])
    return years
