"""Agreement minimums: cars built under an agreement in a calendar year, or the shortfall is paid for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Block, Constraint, Rows
from quayline.plan.inputs.years import year_shares
from quayline.plan.model.variables import INF, home_cars

if TYPE_CHECKING:
    from quayline.plan.constraints.common import Build, Family


def columns(build: Build) -> tuple[Block, ...]:
    """Cars short of each minimum, at the agreement's fee."""
    minimums = build.programme.minimums
    cars = np.array([float(row[2]) for row in minimums])
    return (Block("shortfall", cars, -np.array([row[3] for row in minimums])),)


def _stranded(build: Build, year: int, mine: tuple[int, ...]) -> float:
    """Cars built in a re-plan's past that can no longer be sold: they count."""
    cars = build.programme.stranded()[list(mine)].sum(axis=0)
    return float(np.sum(cars * _share(build, year)))


def _share(build: Build, year: int) -> np.ndarray:
    """By week, the part of its cars that count in `year`."""
    years, shares = year_shares(build.calendar)
    share: np.ndarray = shares[int(np.searchsorted(years, year))]
    return share


def rows(build: Build) -> Family:
    """One row an agreement and year; a week across a year's end is split by working days."""
    v, minimums = build.variables, build.programme.minimums
    rows = Rows(len(minimums))
    for k, (_, year, _, _, mine) in enumerate(minimums):
        rows.add(k, v.own["shortfall"][k : k + 1], 1.0)
        for i, _, _, c in build.home_ways():
            if i in mine:
                rows.add(k, np.where(_share(build, year) > 0, c.build, -1), _share(build, year))
    right = [cars - _stranded(build, year, mine) for _, year, cars, _, mine in minimums]
    return rows.family(np.array(right, np.float64), INF)


def complete(build: Build, _point: np.ndarray, out: np.ndarray) -> None:
    """The shortfall follows from the cars."""
    v, built = build.variables, home_cars(build.programme, build.variables, out)
    for k, (_, year, cars, _, mine) in enumerate(build.programme.minimums):
        made = np.sum(built[list(mine)].sum(axis=0) * _share(build, year))
        out[v.own["shortfall"][k]] = max(cars - float(made) - _stranded(build, year, mine), 0.0)


def statement(build: Build, row: int) -> tuple[str, ...]:
    """The minimum and its fee."""
    agreement, year = build.programme.minimums[row][:2]
    path = f"agreements[{agreement}]"
    return f"{path}.minimums[{year}].cars", f"{path}.shortfall_fee"


MINIMUM = Constraint(
    name="minimum",
    formula="Σ share[year,w] x of an agreement + f ≥ minimum; share = part of the week's working days in the year",
    unit="car",
    rows=rows,
    statement=statement,
    words=lambda build, row: "the minimum of {} in {}".format(*build.programme.minimums[row][:2]),
    columns=columns,
    complete=complete,
)
