"""Carbon removed for good and bought by the tonne: the last lever, for at most a share of the base year's emissions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from quayline.carbon.pathway.model import Model
    from quayline.scenario.pathway import Pathway, Removal


def add(model: Model, lever: Removal, way: Pathway) -> None:
    """Counts against the targets, not against scope 1 and 2, which stay as emitted."""
    case = model.case
    most = np.where(case.years >= lever.from_year, lever.most_share * case.base_kt, 0.0)
    bought = model.program.columns((case.num_paths, case.num_years), upper=most)
    model.add("removed", 1.0, bought)
    model.charge("energy", lever.id, lever.price_usd_per_t / 1e3, bought)
    model.amount[lever.id] = bought
