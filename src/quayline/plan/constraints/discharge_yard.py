"""Places in a port of discharge: cars that arrive within its processing time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows, sailing_words, sailings_of
from quayline.plan.model.variables import INF

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def _port_of(build: Build) -> np.ndarray:
    """Port of discharge by sailing."""
    at = {port.id: k for k, port in enumerate(build.scenario.logistics.ports)}
    lanes = build.scenario.logistics.lanes
    return np.array([at[lanes[s.lane_idx].pod] for s in build.programme.sailings], np.int64)


def rows(build: Build) -> Family:
    """One row a sailing."""
    sailings, ports = build.programme.sailings, build.scenario.logistics.ports
    rows, port_of = Rows(len(sailings)), _port_of(build)
    days = np.array([port.processing_days for port in ports])
    places = np.array([port.yard_cars for port in ports], np.float64)
    arrives = np.array([s.arrives_on.toordinal() for s in sailings])
    span = np.maximum(days[port_of], 1)
    for _, _, way, c in build.ways():
        idx = sailings_of(way.legs)
        for port in np.unique(port_of[idx]):
            mine, here = np.flatnonzero(port_of[idx] == port), np.flatnonzero(port_of == port)
            gap = arrives[here][:, None] - arrives[idx[mine]][None, :]
            row, leg = np.nonzero((gap >= 0) & (gap < span[here][:, None]))
            rows.add(here[row], c.shipped[mine[leg]], 1.0)
    return rows.family(-INF, places[port_of])


def _port(build: Build, row: int) -> str:
    return build.scenario.logistics.ports[int(_port_of(build)[row])].id


DISCHARGE_YARD = Constraint(
    name="discharge yard",
    formula="cars arriving at a port within its processing time ≤ places",
    unit="car",
    rows=rows,
    statement=lambda build, row: (f"logistics.ports[{_port(build, row)}].yard_cars",),
    words=lambda build, row: f"places in the port {_port(build, row)} on arrival of {sailing_words(build, row)}",
    is_coupling=True,
)
