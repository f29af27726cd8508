"""Equal units that meet a use of gas with electricity: ovens, regenerative thermal oxidisers, heat pumps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.carbon.pathway.model import Model, installed

if TYPE_CHECKING:
    from quayline.scenario.pathway import Conversion, Pathway


def add(model: Model, lever: Conversion, way: Pathway) -> None:
    """A unit meets at most its share of what savings leave of the use, and may stand still on a path of the grid.

    A saving is taken to lie evenly over all units, so that half the ovens converted save half of it in electricity.
    """
    case, use, program = model.case, model.use(lever.use), model.program
    in_place = installed(
        model, lever, lever.units, 1, lever.units_per_year, lever.unit_share, "unit", lever.capital_usd / 1e6,
        lever.running_usd_per_year / 1e6, True,
    )  # fmt: skip
    met = program.columns((lever.units, case.num_paths, case.num_years))
    saved = [(lever.unit_share, column) for _, column in model.of(f"saved {use.id}")]
    for u in range(lever.units):
        program.rows([(1.0, met[u]), (-lever.unit_share * use.gwh, in_place[u])], upper=0.0)
        program.rows([(1.0, met[u]), *saved], upper=lever.unit_share * use.gwh)
        model.add(f"converted {use.id}", 1.0, met[u])
        model.add(f"electricity {use.profile_idx}", lever.electricity_rate, met[u])
    model.amount[lever.id] = np.asarray(met)
