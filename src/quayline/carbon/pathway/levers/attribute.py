"""Attributes bought by the year beside power from the grid: they change the market-based account and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from quayline.carbon.pathway.model import Model
    from quayline.scenario.pathway import Attribute, Pathway


def add(model: Model, lever: Attribute, way: Pathway) -> None:
    """Takes its kWh off market-based emissions; the hours in which they were made are not asked."""
    case, program = model.case, model.program
    open_ = np.where(case.years >= lever.from_year, np.inf, 0.0)
    bought = program.columns((case.num_paths, case.num_years), upper=open_)
    program.rows([(1.0, bought), (-lever.most_share, model.column["load"])], upper=0.0)
    model.add("attributes", 1.0, bought)
    model.add("market", -case.plain_kt, bought)
    if lever.in_trading:
        model.add("trading", -case.trading_kt, bought)
    model.charge("energy", lever.id, lever.premium_usd_per_kwh, bought)
    model.amount[lever.id] = bought
