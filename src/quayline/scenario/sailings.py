"""The sailings of a scenario, from its services, in order of departure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from quayline.scenario.markets import Lane, Service
    from quayline.scenario.schema import Scenario
    from quayline.scenario.vehicles import Model

Unit = Literal["ceu", "m3", "boxes"]


@dataclass(frozen=True)
class Sailing:
    """One departure on one lane: its place in the list of all, service, lane (index), days and space.

    Sailings with the same `voyage` are one ship that calls at several ports: they share its space, and its charter
    is paid once. `unit` is what the space is counted in: ceu, m3 or boxes.
    """

    sailing_idx: int
    service: str
    lane_idx: int
    departs_on: date
    arrives_on: date
    voyage: int
    capacity: float
    unit: Unit
    charter_usd: float | None


def sailings(scenario: Scenario) -> list[Sailing]:
    """All sailings, ordered by departure, then lane, then service; arrival is departure plus transit."""
    lanes = {lane.id: k for k, lane in enumerate(scenario.logistics.lanes)}
    found: list[tuple[date, int, str, int]] = []
    for at, service in enumerate(scenario.logistics.services):
        num, skipped = 0, set(service.skips)
        while (day := service.first + timedelta(days=int(num * service.every_days))) <= service.until:
            if day not in skipped:
                found += [(day, lanes[lane], service.id, at) for lane in (service.lane, *service.calls)]
            num += 1
    voyages: dict[tuple[date, str], int] = {}
    rows = []
    for k, (day, lane, name, at) in enumerate(sorted(found)):
        service = scenario.logistics.services[at]
        capacity, unit = space(service)
        voyage = voyages.setdefault((day, name), len(voyages))
        arrives = day + timedelta(days=scenario.logistics.lanes[lane].transit_days)
        rows.append(Sailing(k, name, lane, day, arrives, voyage, capacity, unit, service.charter_usd))
    return rows


def space(service: Service) -> tuple[float, Unit]:
    """The space on each sailing of `service`, and its unit."""
    given: list[tuple[float | None, Unit]] = [
        (service.capacity_ceu, "ceu"), (service.capacity_m3, "m3"), (service.capacity_boxes, "boxes"),
    ]  # fmt: skip
    return next((float(size), unit) for size, unit in given if size is not None)


def taken(model: Model, lane: Lane, unit: Unit) -> float:
    """The space that one car of `model` takes on `lane`; a part of a box where several cars share one."""
    if unit == "boxes":
        assert lane.box is not None, f"lane {lane.id} has services in boxes but no box"
        return 1.0 / lane.box.cars_per_box
    return model.ceu if unit == "ceu" else model.volume_m3


def freight_usd(model: Model, lane: Lane) -> float:
    """What one car of `model` pays on `lane`, port to port: its volume's rate, or its part of a box."""
    if lane.box is not None:
        return lane.box.freight_usd / lane.box.cars_per_box
    assert lane.freight_usd_per_m3 is not None, f"lane {lane.id} has neither a freight rate nor a box"
    return model.volume_m3 * lane.freight_usd_per_m3
