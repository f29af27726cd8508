"""Panels of the plant's own, on what nobody else holds of a site; what they give in an hour beyond the load is sold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.carbon.pathway.model import Model, installed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quayline.scenario.pathway import Pathway, Site, Solar


def add(model: Model, lever: Solar, way: Pathway) -> None:
    """Adds capacity; several levers on one site share it."""
    site = next(site for site in way.sites if site.id == lever.site)
    free = free_mw(site, model.case.years)
    (in_place,) = installed(
        model, lever, 1, float(free.max()), lever.pace_kw_per_year / 1e3, 1.0, "MW",
        lever.capital_usd_per_kw / 1e3, lever.running_usd_per_kw_year / 1e3, False,
    )  # fmt: skip
    model.add(f"site {site.id}", 1.0, in_place)
    model.program.rows([(1.0, column) for _, column in model.of(f"site {site.id}")], upper=free)
    model.capacity[lever.id] = in_place


def free_mw(site: Site, years: NDArray[np.int64]) -> NDArray[np.float64]:
    """What can stand on the area that no tenant holds, by year."""
    taken = np.zeros(len(years))
    for tenant in site.tenants:
        taken += tenant.area_m2 * (True if tenant.until_year is None else years <= tenant.until_year)
    return (site.area_m2 - taken) * site.power_w_per_m2 / 1e6
