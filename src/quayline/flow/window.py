"""Some of a plant's cars in a stretch of time: as they are planned, or all waiting in front of the line."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from quayline.flow.engine import simulate_network
from quayline.flow.shifts import DAY_S

if TYPE_CHECKING:
    from datetime import date

    from quayline.flow.engine import Outcome
    from quayline.flow.layout import Layout
    from quayline.flow.network import Cars, Floats, Ints, Network


@dataclass(frozen=True, eq=False)
class Window:
    """Cars `first` … of a layout's sequence through its network, from `start_s` until `end_s`; it begins empty."""

    network: Network
    cars: Cars
    first: int
    start_s: float
    end_s: float

    def simulated(self, seed: int, num_traced: int = 0) -> Outcome:
        """The window's simulation; the first `num_traced` cars are traced by station."""
        return simulate_network(self.network, self.cars, seed, self.end_s, (0, num_traced))

    def left_s(self, outcome: Outcome) -> Floats:
        """When each car left the plant (N,); inf for one that did not."""
        return outcome.leave_s[:, self.network.last_column]

    @property
    def calendar(self) -> Floats:
        """Working intervals of the last section (K, 2)."""
        last = self.network.columns[self.network.last_column]
        return self.network.calendars[getattr(last, "calendar", 0)]


def planned(layout: Layout, from_s: float, to_s: float) -> Window:
    """The cars released in [from_s, to_s), each when it is planned; raises ValueError when there is none, or when they
    are no stretch of the sequence."""
    release_s = layout.cars.release_s
    chosen = np.flatnonzero((release_s >= from_s) & (release_s < to_s))
    if not len(chosen):
        raise ValueError("no car is released in that time")
    if chosen[-1] - chosen[0] + 1 != len(chosen):
        raise ValueError("the cars released in that time do not follow each other one after the other")
    cars = _some(layout.cars, chosen, release_s[chosen])
    return Window(_cut(layout.network, from_s, to_s), cars, int(chosen[0]), from_s, to_s)


def waiting(layout: Layout, from_s: float, num_cars: int) -> Window:
    """The first `num_cars` cars planned from `from_s` on, all waiting in front from then: what the line can do.

    It lasts until the end of the calendar, so that a slow line finishes them too. Raises ValueError without a car.
    """
    chosen = np.flatnonzero(layout.cars.release_s >= from_s)[:num_cars]
    if not len(chosen):
        raise ValueError("no car is released from then on")
    end_s = max(float(c[-1, 1]) for c in layout.network.calendars)
    cars = _some(layout.cars, chosen, np.full(len(chosen), from_s))
    return Window(_cut(layout.network, from_s, end_s), cars, int(chosen[0]), from_s, end_s)


def _some(cars: Cars, chosen: Ints, release_s: Floats) -> Cars:
    repair_s = np.ascontiguousarray(cars.repair_s[:, chosen])
    scrap_at = cars.scrap_at[chosen] if cars.scrap_at.size else cars.scrap_at
    return replace(cars, car_type=cars.car_type[chosen], release_s=release_s, repair_s=repair_s, scrap_at=scrap_at)


def _cut(network: Network, from_s: float, to_s: float) -> Network:
    """The network with the working time of [from_s, to_s) alone."""
    inside = [c[(c[:, 1] > from_s) & (c[:, 0] < to_s)].clip(from_s, to_s) for c in network.calendars]
    if not all(map(len, inside)):
        raise ValueError("the plant does not work in that time")
    return replace(network, calendars=tuple(inside))


def seconds_of(day: date, start: date) -> float:
    """Seconds from the horizon's start to the beginning of `day`."""
    return float((day - start).days * DAY_S)


def worked_s(calendar: Floats, time_s: Floats) -> Floats:
    """Working time of a calendar (K, 2) before each of `time_s`."""
    starts, ends = calendar[:, 0], calendar[:, 1]
    before = np.concatenate([[0.0], np.cumsum(ends - starts)])
    k = np.searchsorted(ends, time_s)
    inside: Floats = before[k] + np.clip(time_s - np.append(starts, np.inf)[k], 0.0, None)
    return inside
