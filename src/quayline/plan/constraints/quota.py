"""Quotas: cars imported in a calendar year at a duty's rate; those beyond pay the higher rate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Constraint, Rows
from quayline.plan.model.variables import INF

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def rows(build: Build) -> Family:
    """One row a duty and year of import."""
    programme = build.programme
    rows = Rows(len(programme.quotas))
    for _, _, way, c in build.ways():
        numbers = np.array([leg.quota for leg in way.legs], np.int64)
        under = numbers >= 0
        rows.add(numbers[under], c.shipped[under], 1.0)
        rows.add(numbers[under], c.over[under], -1.0)
    return rows.family(-INF, np.array([float(cars) for _, _, cars in programme.quotas]))


def complete(build: Build, _point: np.ndarray, out: np.ndarray) -> None:
    """Cars beyond each quota are those for which the higher rate costs least."""
    for number, (_, _, quota_cars) in enumerate(build.programme.quotas):
        legs = sorted(
            (leg.over_usd, int(c.over[k]), int(c.shipped[k]))
            for _, _, way, c in build.ways()
            for k, leg in enumerate(way.legs)
            if leg.quota == number and c.over[k] >= 0
        )
        excess = sum(out[shipped] for _, _, shipped in legs) - quota_cars
        for _, over, shipped in legs:
            out[over] = min(max(excess, 0.0), out[shipped])
            excess -= out[over]


def statement(build: Build, row: int) -> tuple[str, ...]:
    """The quota and the rate beyond it."""
    path = f"trade.duties[{build.programme.quotas[row][0]}]"
    return f"{path}.quota_cars", f"{path}.over_quota_rate"


QUOTA = Constraint(
    name="quota",
    formula="Σ y − Σ v of a duty with quota and a calendar year of import ≤ quota",
    unit="car",
    rows=rows,
    statement=statement,
    words=lambda build, row: "the quota of {} in {}".format(*build.programme.quotas[row][:2]),
    complete=complete,
    is_coupling=True,
)
