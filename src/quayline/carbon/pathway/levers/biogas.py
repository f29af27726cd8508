"""Gas from biomass in the place of natural gas, bought by the year as the supply grows."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from quayline.carbon.pathway.model import Model
    from quayline.scenario.pathway import Biogas, Pathway


def add(model: Model, lever: Biogas, way: Pathway) -> None:
    """Replaces gas kWh by kWh: its emissions and price stand for those of the gas."""
    case = model.case
    grown = lever.growth_kwh_per_year * (case.years - lever.from_year + 1)
    most = np.where(case.years >= lever.from_year, np.minimum(grown, lever.most_kwh_per_year), 0.0) / 1e6
    bought = model.program.columns((case.num_paths, case.num_years), upper=most)
    less = lever.direct_kgco2e_per_kwh - case.gas_kt
    model.add("biogas", 1.0, bought)
    model.add("scope1", less, bought)
    model.add("trading", less, bought)
    model.add("upstream", lever.upstream_kgco2e_per_kwh - case.gas_upstream_kt, bought)
    model.charge("energy", lever.id, lever.price_usd_per_kwh - case.gas_musd, bought)
    model.amount[lever.id] = bought
