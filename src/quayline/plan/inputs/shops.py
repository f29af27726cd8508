"""Shops that may bind before the line does: by their slowest section, or as the simulation measured them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from quayline.scenario.plant import Section, Shop
    from quayline.scenario.schema import Scenario


@dataclass(frozen=True)
class Pinch:
    """A shop that may bind: cars an hour of the plant's shifts by mode, and by model what a car takes of a usual one.

    `is_measured`: the simulated line gave the rate, for its mix; else the shop's slowest section does."""

    shop: int
    most_jph: np.ndarray
    factor: np.ndarray
    is_measured: bool = False


def section_jph(section: Section) -> float:
    """Cars an hour that a section passes at most, with the uptime of its slowest place; a paced one has the line's.

    Branches that are taken by model pass their sum at most: what the mix makes of that comes back as measured."""
    if section.kind == "paced":
        return float("inf")
    if section.kind == "store":
        return 3600.0 / section.access_s
    if section.kind == "parallel":
        passes = [min(map(section_jph, branch.sections)) for branch in section.branches]
        return len(passes) * min(passes) if section.route == "turn" else sum(passes)
    if section.kind == "gate":
        return 3600.0 * section.servers / section.cycle_s
    uptime = section.reliability.mtbf_h / (section.reliability.mtbf_h + section.reliability.mttr_s / 3600.0)
    if section.kind == "conveyor":
        return uptime * 3600.0 / section.pitch_s
    return uptime * min(3600.0 * station.servers / station.cycle_s for station in section.stations)


def pinches(scenario: Scenario, rate_jph: np.ndarray, measured_jph: np.ndarray | None = None) -> tuple[Pinch, ...]:
    """The shops that are slower than the line in some mode, by what they say and by what was measured (shop, mode).

    `rate_jph`: cars an hour by mode, stops counted."""
    found, models = [], scenario.vehicles.models
    for k, shop in enumerate(scenario.plant.shops):
        slowest = min(shop.sections, key=section_jph)
        factor = _factors(scenario, shop, slowest)
        if section_jph(slowest) < rate_jph.max() * factor.max():
            found.append(Pinch(k, np.full(len(rate_jph), section_jph(slowest)), factor))
        if measured_jph is not None and (measured_jph[k] < rate_jph).any():
            found.append(Pinch(k, measured_jph[k], np.ones(len(models)), is_measured=True))
    return tuple(found)


def _factors(scenario: Scenario, shop: Shop, slowest: Section) -> np.ndarray:
    """By model; cycles of serial sections alone depend on it, and of branches that have no other."""
    paces = [{p.shop: p.factor for p in model.pace} for model in scenario.vehicles.models]
    inner: list[Any] = [slowest]
    if slowest.kind == "parallel":
        inner = [part for branch in slowest.branches for part in branch.sections]
    is_paced_by_model = all(part.kind == "serial" for part in inner)
    return np.array([pace.get(shop.id, 1.0) if is_paced_by_model else 1.0 for pace in paces])
