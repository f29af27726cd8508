"""Power contracted from a plant elsewhere: all it gives is paid, what is used in its hour counts, the rest is sold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quayline.carbon.pathway.model import Model, installed

if TYPE_CHECKING:
    from quayline.scenario.pathway import Pathway, Ppa


def add(model: Model, lever: Ppa, way: Pathway) -> None:
    """Adds capacity that is paid by its output; market-based it has no emissions, location-based the grid's."""
    (in_place,) = installed(
        model, lever, 1, lever.most_kw / 1e3, lever.pace_kw_per_year / 1e3, 1.0, "MW", 0.0, 0.0, False
    )
    gwh_per_mw = model.case.hours.gwh_per_mw[model.case.source_ids.index(lever.id)].sum()
    model.charge("energy", lever.id, lever.price_usd_per_kwh * gwh_per_mw, in_place)
    model.capacity[lever.id] = in_place
