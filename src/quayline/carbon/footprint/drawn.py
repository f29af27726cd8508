"""Values of all factors in each draw: what shares a source or a group moves together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.base.units import parse
from quayline.carbon.footprint.factors import factor
from quayline.carbon.footprint.products import distribution
from quayline.carbon.system import drawn_intensities
from quayline.carbon.uncertainty import draws
from quayline.scenario import bill

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from quayline.carbon.footprint.products import Products
    from quayline.scenario.bill import Activity
    from quayline.scenario.schema import Scenario


def drawn(
    scenario: Scenario, activities: Sequence[Activity], products: Products, num_draws: int, seed: int
) -> NDArray[np.float64]:
    """kgCO2e of one unit of each activity, shape (num_draws, num_activities).

    A grid's mean over years, or on the line between two, moves as the figure that it begins with. What was computed
    where a group was calibrated moves as that group's amounts and factors do: as shipped, a calibrated group is its
    published total in every draw, whatever public factors say.
    """
    values = np.empty((num_draws, len(activities)))
    plain = {k: a for k, a in enumerate(activities) if a.kind not in ("product", "explained")}
    nominal = {k: factor(scenario, activity, products) for k, activity in plain.items()}
    moved = moves(scenario, [found.path for found in nominal.values()], num_draws, seed)
    for k, found in nominal.items():
        values[:, k] = found.kgco2e * moved[found.path]
    _products(activities, products, values, seed)
    for k, activity in enumerate(activities):
        if activity.kind == "explained":
            values[:, k] = _explained(scenario, activity, products, num_draws, seed)
    return values


def moves(scenario: Scenario, paths: Sequence[str], num_draws: int, seed: int) -> dict[str, NDArray[np.float64]]:
    """What the figure at each path is multiplied by in each draw, shape (num_draws,); 1 where it has no spread."""
    figures = {figure.path: figure for figure in scenario.figures}
    wide = {path: figures[path] for path in paths if path in figures and figures[path].spread is not None}
    value = {path: parse(figure.text, figure.unit) for path, figure in wide.items()}
    table = draws({path: distribution(figure, value[path]) for path, figure in wide.items()}, num_draws, seed)
    found = {path: table[:, k] / value[path] for k, path in enumerate(wide)}
    return {path: found[path] if path in found else np.ones(num_draws) for path in paths}


def _products(
    activities: Sequence[Activity], products: Products, values: NDArray[np.float64], seed: int
) -> None:
    """Fills the columns of products, one product system a year."""
    for year in sorted({a.year for a in activities if a.kind == "product"}):
        mine = [k for k, a in enumerate(activities) if a.kind == "product" and a.year == year]
        names = [activities[k].name for k in mine]
        values[:, mine] = drawn_intensities(products.system(year), names, len(values), seed)[:, :, 0]


def _explained(
    scenario: Scenario, activity: Activity, products: Products, num_draws: int, seed: int
) -> NDArray[np.float64]:
    """The figure `computed` of a calibration, moved by the factors that it was computed with."""
    name, group = activity.name.split("/")
    variant = next(v for v in scenario.vehicles.variants if v.id == name)
    items = list(bill.bought(scenario, variant, group, scenario.horizon.start.year))
    then = factor(scenario, activity, products).kgco2e
    if not items:
        return np.full(num_draws, then)
    amounts = np.array([item.amount for item in items])
    now = sum(item.amount * factor(scenario, item.activity, products).kgco2e for item in items)
    values = drawn(scenario, [item.activity for item in items], products, num_draws, seed)
    moved: NDArray[np.float64] = (values * amounts).sum(axis=1)
    return moved + (then - now)
