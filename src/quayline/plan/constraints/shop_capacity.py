"""Shop capacity: a shop whose slowest section is slower than the line binds before the line does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows, mode_paths, week_words
from quayline.plan.model.variables import INF

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family
    from quayline.scenario.plant import Section, Shop
    from quayline.scenario.schema import Scenario


@dataclass(frozen=True)
class Pinch:
    """A shop that may bind: cars an hour of its slowest section, and by model what a car takes there of a usual one."""

    shop: int
    most_jph: float
    factor: np.ndarray


def section_jph(section: Section) -> float:
    """Cars an hour that a section passes at most, with the uptime of its slowest place; a paced one has the line's."""
    if section.kind == "paced":
        return INF
    if section.kind == "store":
        return 3600.0 / section.access_s
    if section.kind == "gate":
        return 3600.0 * section.servers / section.cycle_s
    uptime = section.reliability.mtbf_h / (section.reliability.mtbf_h + section.reliability.mttr_s / 3600.0)
    if section.kind == "conveyor":
        return uptime * 3600.0 / section.pitch_s
    return uptime * min(3600.0 * station.servers / station.cycle_s for station in section.stations)


def pinches(scenario: Scenario, rate_jph: np.ndarray) -> tuple[Pinch, ...]:
    """The shops that are slower than the line in some mode; `rate_jph`: cars an hour by mode, stops counted."""
    found = []
    for k, shop in enumerate(scenario.plant.shops):
        slowest = min(shop.sections, key=section_jph)
        factor = _factors(scenario, shop, slowest)
        if section_jph(slowest) < rate_jph.max() * factor.max():
            found.append(Pinch(k, section_jph(slowest), factor))
    return tuple(found)


def _factors(scenario: Scenario, shop: Shop, slowest: Section) -> np.ndarray:
    """By model; cycles of serial sections alone depend on it."""
    paces = [{p.shop: p.factor for p in model.pace} for model in scenario.vehicles.models]
    return np.array([pace.get(shop.id, 1.0) if slowest.kind == "serial" else 1.0 for pace in paces])


def rows(build: Build) -> Family:
    """One row a shop that may bind and week."""
    v, calendar = build.variables, build.calendar
    found, num = pinches(build.scenario, build.programme.rate_jph), calendar.num_weeks
    rows = Rows(num * len(found))
    for k, pinch in enumerate(found):
        week = k * num + np.arange(num)
        for _, pair, _, c in build.home_ways():
            rows.add(week, c.build, float(pinch.factor[pair.model]))
        for m in range(len(v.mode)):
            rows.add(week, v.mode[m][calendar.month_of], -pinch.most_jph * calendar.normal_h[m])
            rows.add(week, v.overtime_h[m], -pinch.most_jph)
            rows.add(week, v.weekend[m], -pinch.most_jph * calendar.shift_h[m])
    return rows.family(-INF, 0.0)


def _shop(build: Build, row: int) -> Shop:
    pinch = pinches(build.scenario, build.programme.rate_jph)[row // build.calendar.num_weeks]
    return build.scenario.plant.shops[pinch.shop]


SHOP_CAPACITY = Constraint(
    name="shop capacity",
    formula="Σp factor[p] x[p,w] ≤ cars an hour of the shop's slowest section, uptime counted × hours[w]",
    unit="car",
    rows=rows,
    statement=lambda build, row: (f"plant.shops[{_shop(build, row).id}].sections", *mode_paths(build, "speed")),
    words=lambda build, row: (
        f"{_shop(build, row).name} in {week_words(build, row % build.calendar.num_weeks)}"
    ),
    is_coupling=True,
)
