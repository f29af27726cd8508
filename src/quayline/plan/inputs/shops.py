"""Shops that may bind before the line does: by their slowest section, or as the simulation measured them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from quayline.scenario.sections import branch_share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quayline.scenario.plant import Branch, ParallelSection, Section, Shop
    from quayline.scenario.schema import Scenario

ROUNDING = 1e-9
"""Shares of the line speed add up to it within this."""


@dataclass(frozen=True)
class Pinch:
    """A shop that may bind: cars an hour of the plant's shifts by mode, and by model what a car takes of a usual one:
    nothing where its way leads through another branch.

    `is_measured`: the simulated line gave the rate, for its mix; else the shop's slowest section or branch does."""

    shop: int
    most_jph: np.ndarray
    factor: np.ndarray
    is_measured: bool = False


def section_jph(section: Section, rate_jph: np.ndarray) -> np.ndarray:
    """Cars an hour by mode that a section passes at most, with the uptime of its slowest place.

    `rate_jph`: what the line speed gives by mode, stops counted. A moving line of the row is not slower than that.
    Neither are branches that are taken by model together: each binds the cars of its own models.
    """
    if section.kind == "paced" or (section.kind == "parallel" and section.route == "model"):
        return np.full(len(rate_jph), np.inf)
    if section.kind == "parallel":
        passes = [branch_jph(section, branch, rate_jph) for branch in section.branches]
        together: np.ndarray = np.sum(passes, axis=0)
        return len(passes) * np.min(passes, axis=0) if section.route == "turn" else together
    return np.full(len(rate_jph), _station_jph(section))


def branch_jph(block: ParallelSection, branch: Branch, rate_jph: np.ndarray) -> np.ndarray:
    """Cars an hour by mode that one of the lines beside each other passes; its moving lines have part of the rate."""
    moving = branch_share(block, branch) * rate_jph
    each = [moving if part.kind == "paced" else section_jph(part, rate_jph) for part in branch.sections]
    slowest: np.ndarray = np.min(each, axis=0)
    return slowest


def _station_jph(section: Any) -> float:
    """Cars an hour that the slowest place of a section without a line speed passes."""
    if section.kind == "store":
        return float(3600.0 / section.access_s)
    uptime, broken = 1.0, section.reliability
    if broken is not None:
        uptime = broken.mtbf_h / (broken.mtbf_h + broken.mttr_s / 3600.0)
    if section.kind == "gate":
        return float(uptime * 3600.0 * section.servers / section.cycle_s)
    if section.kind == "conveyor":
        return float(uptime * 3600.0 / section.pitch_s)
    return float(uptime * min(3600.0 * station.servers / station.cycle_s for station in section.stations))


def pinches(scenario: Scenario, rate_jph: np.ndarray, measured_jph: np.ndarray | None = None) -> tuple[Pinch, ...]:
    """The shops that are slower than the line in some mode, by what they say and by what was measured (shop, mode), and
    the branches by model that are slower than all cars of the line.

    `rate_jph`: cars an hour by mode, stops counted."""
    found = []
    for k, shop in enumerate(scenario.plant.shops):
        found += [Pinch(k, jph, factor) for jph, factor in _limits(scenario, shop, rate_jph)]
        if measured_jph is not None and (measured_jph[k] < rate_jph).any():
            found.append(Pinch(k, measured_jph[k], np.ones(len(scenario.vehicles.models)), is_measured=True))
    return tuple(found)


def _limits(scenario: Scenario, shop: Shop, rate_jph: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """What sections and branches of a shop pass by mode, with their factors by model: those that bind before the line
    does, and before each other."""
    limits = [(section_jph(x, rate_jph), _factors(scenario, shop, _inner(x))) for x in shop.sections]
    for block in [x for x in shop.sections if x.kind == "parallel" and x.route == "model"]:
        for branch in block.branches:
            goes = np.array([model.id in branch.models for model in scenario.vehicles.models])
            limits.append((branch_jph(block, branch, rate_jph), goes * _factors(scenario, shop, branch.sections)))
    limits = [(jph, factor) for jph, factor in limits if (jph < rate_jph * factor.max() * (1 - ROUNDING)).any()]
    tightest: list[tuple[np.ndarray, np.ndarray]] = []
    for jph, factor in sorted(limits, key=lambda limit: float((limit[0] / rate_jph).min())):
        if not any((one[1] / one[0][:, None] >= factor / jph[:, None]).all() for one in tightest):
            tightest.append((jph, factor))
    return tightest


def _inner(section: Section) -> Sequence[Any]:
    """The section, or the sections of its branches."""
    if section.kind == "parallel":
        return [part for branch in section.branches for part in branch.sections]
    return [section]


def _factors(scenario: Scenario, shop: Shop, sections: Sequence[Any]) -> np.ndarray:
    """By model; cycles of serial sections alone depend on it, and of branches that have no other."""
    paces = [{p.shop: p.factor for p in model.pace} for model in scenario.vehicles.models]
    is_paced_by_model = all(part.kind == "serial" for part in sections)
    return np.array([pace.get(shop.id, 1.0) if is_paced_by_model else 1.0 for pace in paces])
