"""The sailings of a scenario, from its services, in order of departure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario


@dataclass(frozen=True)
class Sailing:
    """One departure: its place in the list of all, service, lane (index), day and space."""

    sailing_idx: int
    service: str
    lane_idx: int
    departs_on: date
    arrives_on: date
    capacity_ceu: float


def sailings(scenario: Scenario) -> list[Sailing]:
    """All sailings, ordered by departure, then lane, then service; arrival is departure plus transit."""
    lanes = {lane.id: (k, lane) for k, lane in enumerate(scenario.logistics.lanes)}
    found: list[tuple[date, int, str, float]] = []
    for service in scenario.logistics.services:
        num, skipped = 0, set(service.skips)
        while (day := service.first + timedelta(days=int(num * service.every_days))) <= service.until:
            if day not in skipped:
                found.append((day, lanes[service.lane][0], service.id, service.capacity_ceu))
            num += 1
    return [
        Sailing(k, service, lane, day, day + _transit(scenario, lane), ceu)
        for k, (day, lane, service, ceu) in enumerate(sorted(found))
    ]


def _transit(scenario: Scenario, lane_idx: int) -> timedelta:
    return timedelta(days=scenario.logistics.lanes[lane_idx].transit_days)
