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

    `place`: the section or branch that gives the rate; "": the simulated line did, for its mix."""

    shop: int
    most_jph: np.ndarray
    factor: np.ndarray
    place: str = ""

    @property
    def is_measured(self) -> bool:
        """Whether the simulated line gave the rate."""
        return not self.place


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
        return 3600.0 / section.access_s if section.access_s else float("inf")
    up = getattr(section, "reliability", None)
    uptime = up.mtbf_h / (up.mtbf_h + up.mttr_s / 3600.0) if up and up.mtbf_h else 1.0  # as it is simulated
    if section.kind == "gate":
        return float(uptime * 3600.0 * section.servers / section.cycle_s)
    if section.kind == "conveyor":
        return float(uptime * 3600.0 / section.pitch_s)
    return float(uptime * min(3600.0 * station.servers / station.cycle_s for station in section.stations))


def pinches(scenario: Scenario, rate_jph: np.ndarray, measured_jph: np.ndarray | None = None) -> tuple[Pinch, ...]:
    """The shops that are slower than the line in some mode, by what they say and by what was measured (shop, mode), and
    the branches by model that are slower than all cars of the line.

    `rate_jph`: cars an hour by mode, stops counted. Lines beside each other count with the availability that the
    scenario says, if the line was measured to give less: what they hold back is in that already."""
    plant, found = scenario.plant, []
    beside_jph = np.maximum(rate_jph, [mode.speed_jph * plant.availability_share for mode in plant.modes])
    for k in range(len(plant.shops)):
        found += _limits(scenario, k, rate_jph, beside_jph)
        if measured_jph is not None and (measured_jph[k] < rate_jph).any():
            found.append(Pinch(k, measured_jph[k], np.ones(len(scenario.vehicles.models))))
    return tuple(found)


def _limits(scenario: Scenario, k: int, rate_jph: np.ndarray, beside_jph: np.ndarray) -> list[Pinch]:
    """What sections and branches of shop `k` pass: those that bind before the line does, and before each other."""
    shop = scenario.plant.shops[k]
    limits = [Pinch(k, section_jph(x, beside_jph), _factors(scenario, shop, _inner(x)), x.id) for x in shop.sections]
    for block in [x for x in shop.sections if x.kind == "parallel" and x.route == "model"]:
        for branch in block.branches:
            goes = np.array([model.id in branch.models for model in scenario.vehicles.models])
            factor = goes * _factors(scenario, shop, branch.sections)
            limits.append(Pinch(k, branch_jph(block, branch, beside_jph), factor, branch.id))
    limits = [one for one in limits if (one.most_jph < rate_jph * one.factor.max() * (1 - ROUNDING)).any()]
    tightest: list[Pinch] = []
    for one in sorted(limits, key=lambda limit: float((limit.most_jph / rate_jph).min())):
        hours = one.factor / one.most_jph[:, None]
        if not any((other.factor / other.most_jph[:, None] >= hours).all() for other in tightest):
            tightest.append(one)
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
