"""How much of the load the plant's green power meets, hour by hour: exact values, and planes that bound them above.

What 8,760 hours can match is a concave function of the capacities and of the year's energy. Each solve of the years
asks it at a point and takes back the plane that touches it there (Kelley, 1960); the plane holds everywhere, in every
year.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quayline.carbon.pathway import _kernels

if TYPE_CHECKING:
    from numpy.typing import NDArray

ON_SITE, DIRECT, ALL = range(3)
"""What is matched: on-site panels in the hour; all sources in the hour; the same and what a store shifts."""


@dataclass(frozen=True)
class Hours:
    """`shape`: (patterns, components, 8760) part of a component's energy in each hour; `gwh_per_mw`: (sources, 8760);
    `on_site`: (sources,) which are behind the meter; a store's efficiency there and back, and its hours (0: none)."""

    shape: NDArray[np.float64]
    gwh_per_mw: NDArray[np.float64]
    on_site: NDArray[np.bool_]
    efficiency: float
    store_h: float


@dataclass(frozen=True)
class Plane:
    """matched <= by_energy[pattern] @ components + by_mw @ capacities + by_mwh * store, for all points."""

    what: int
    by_energy: NDArray[np.float64]  # (patterns, components)
    by_mw: NDArray[np.float64]
    by_mwh: float


@dataclass(frozen=True)
class Point:
    """A year: its pattern, GWh of each component, MW of each source, MWh of the store."""

    pattern: int
    energy_gwh: NDArray[np.float64]
    mw: NDArray[np.float64]
    mwh: float


def matched_gwh(hours: Hours, point: Point) -> NDArray[np.float64]:
    """GWh matched in a year: ON_SITE, DIRECT, ALL."""
    on_site, green, load = _hourly(hours, point)
    direct = np.minimum(green, load)
    own, total = float(np.minimum(on_site, load).sum()), float(direct.sum())
    return np.array([own, total, total + _stored(hours, point, green, load)[0]])


def touching(hours: Hours, point: Point, what: int) -> Plane:
    """The plane of `what` that is exact at `point`."""
    on_site, green, load = _hourly(hours, point)
    if what == ON_SITE:
        return plane(hours, what, (on_site < load).astype(np.float64), 0.0)
    if what == DIRECT or not hours.store_h:
        return plane(hours, what, (green < load).astype(np.float64), 0.0)
    _, drawn, level = _stored(hours, point, green, load)
    price, stored = np.zeros_like(load), np.zeros_like(load)
    of_capacity, of_power = _kernels.worth(
        np.maximum(green - load, 0.0), np.maximum(load - green, 0.0), *_size(hours, point), drawn, level, price, stored
    )
    return plane(hours, what, price, (of_capacity + of_power / hours.store_h) / 1e3)


def _hourly(hours: Hours, point: Point) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """GWh of each hour: on-site panels, all sources, load."""
    load = _kernels.mixed(hours.shape[point.pattern], point.energy_gwh)
    on_site = _kernels.mixed(hours.gwh_per_mw, point.mw * hours.on_site)
    return on_site, on_site + _kernels.mixed(hours.gwh_per_mw, point.mw * ~hours.on_site), load


def _size(hours: Hours, point: Point) -> tuple[float, float, float]:
    return point.mwh / 1e3, point.mwh / 1e3 / hours.store_h, hours.efficiency


def _stored(
    hours: Hours, point: Point, green: NDArray[np.float64], load: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """GWh that the store gives back in the year; by hour, and its level."""
    drawn, level = np.zeros_like(load), np.zeros_like(load)
    if not hours.store_h or point.mwh == 0.0:
        return 0.0, drawn, level
    surplus, deficit = np.maximum(green - load, 0.0), np.maximum(load - green, 0.0)
    return float(_kernels.store(surplus, deficit, *_size(hours, point), drawn, level)), drawn, level


def plane(hours: Hours, what: int, price: NDArray[np.float64], by_mwh: float) -> Plane:
    """The plane of hourly prices `price` (0 to 1) of a kWh generated; a kWh of load is then worth 1 less it."""
    by_energy = np.array([_kernels.sums(shape, 1.0 - price) for shape in hours.shape])
    by_mw = _kernels.sums(hours.gwh_per_mw, price)
    return Plane(what, by_energy, np.where(hours.on_site, by_mw, 0.0) if what == ON_SITE else by_mw, by_mwh)


def first_planes(hours: Hours) -> list[Plane]:
    """No more than the load, no more than what is generated (for a store: at best used whole)."""
    num = hours.shape.shape[2]
    found = []
    for what in (ON_SITE, DIRECT, ALL):
        found += [plane(hours, what, np.full(num, price), 0.0) for price in (0.0, 1.0)]
    return found
