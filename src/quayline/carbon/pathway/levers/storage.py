"""A battery behind the meter: it takes green power beyond the load of an hour and gives it back in a later one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quayline.carbon.pathway.model import Model, installed

if TYPE_CHECKING:
    from quayline.scenario.pathway import Pathway, Storage


def add(model: Model, lever: Storage, way: Pathway) -> None:
    """Adds capacity to the one store of the plant; what it shifts is in the hours (`matching`)."""
    (in_place,) = installed(
        model, lever, 1, lever.most_kwh / 1e3, lever.pace_kwh_per_year / 1e3, 1.0, "MWh",
        lever.capital_usd_per_kwh / 1e3, lever.running_usd_per_kwh_year / 1e3, False,
    )  # fmt: skip
    model.capacity["store"] = in_place
