"""Hand-made plants for the tests of the path: a load, a few levers, nothing that is not said here."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from tests.carbon.made import starter, with_carbon, with_horizon

from quayline.carbon.pathway.load import HOURS, Load
from quayline.carbon.pathway.params import PathwayParams
from quayline.carbon.pathway.solve import path_of
from quayline.scenario.pathway import Pathway as Way

if TYPE_CHECKING:
    from quayline.records.stages import Pathway
    from quayline.scenario.schema import Scenario

SUN = [{"month": m, "level": level} for m, level in enumerate(
    ("50 %", "52 %", "54 %", "57 %", "60 %", "63 %", "66 %", "65 %", "61 %", "56 %", "51 %", "48 %"), 1
)]  # fmt: skip
SAVING = {"kind": "saving", "name": "Saving", "use": "ovens", "from_year": 2030, "saved_share": "20 %",
          "capital": "1 MUSD", "running": "0 USD/year", "life_years": 10}  # fmt: skip
CONVERSION = {"kind": "conversion", "name": "Conversion", "use": "ovens", "from_year": 2030, "units": 2,
              "units_per_year": 2, "unit_share": "50 %", "electricity_rate": "50 %", "capital": "1 MUSD",
              "running": "0 USD/year", "life_years": 10}  # fmt: skip
BIOGAS = {"kind": "biogas", "name": "Biogas", "from_year": 2030, "price": "0.15 USD/kWh", "direct": "0 kgCO2e/kWh",
          "upstream": "0.02 kgCO2e/kWh", "most": "5e6 kWh/year", "growth": "5e6 kWh/year"}  # fmt: skip
SOLAR = {"kind": "solar", "name": "Panels", "site": "roof", "profile": "sun", "from_year": 2030,
         "capital": "800 USD/kW", "running": "10 USD/kW/year", "pace": "5 MW/year", "life_years": 20}  # fmt: skip
PPA = {"kind": "ppa", "name": "Contract", "profile": "sun", "from_year": 2030, "price": "0.11 USD/kWh",
       "most": "20 MW", "pace": "20 MW/year", "life_years": 10}  # fmt: skip
STORAGE = {"kind": "storage", "name": "Battery", "from_year": 2030, "capital": "150 USD/kWh",
           "running": "1 USD/kWh/year", "efficiency_share": "90 %", "hours": 4, "most": "40 MWh",
           "pace": "40 MWh/year", "life_years": 10}  # fmt: skip
ATTRIBUTE = {"kind": "attribute", "name": "Certificates", "from_year": 2030, "premium": "0.02 USD/kWh",
             "most_share": "100 %", "in_trading": False}  # fmt: skip
REMOVAL = {"kind": "removal", "name": "Removal", "from_year": 2030, "price": "400 USD/tCO2e", "most_share": "10 %"}


def lever(one: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """A lever with its kind as its id unless `id` says otherwise."""
    return {"id": one["kind"], **one, **changes}


@cache
def _base() -> Scenario:
    return with_horizon(starter(), plant_until=2032)


def plant(levers: list[dict[str, Any]], reduction: float = 0.5, **changes: Any) -> Scenario:
    """The starter with decisions from 2030 to 2032, one target in 2031, one path of the grid, and `levers`."""
    scenario = _base()
    goals = scenario.carbon.plant.model_copy(update={
        "base_year": 2025, "base_kgco2e": 4e6, "basis": changes.pop("basis", "market"), "green_power": [],
        "residual_kgco2e_per_kwh": None,
        "targets": [type(scenario.carbon.plant.targets[0])(
            year=changes.pop("target_year", 2031), reduction_share=reduction, name="the target")],
    })  # fmt: skip
    way = Way.model_validate({
        "from_year": 2030, "years_after": 0, "discount_share": "5 %", "surplus": "0.03 USD/kWh",
        "uses": [{"id": "ovens", "name": "Ovens", "shop": "paint", "carrier": "gas", "share": "100 %"}],
        "prices": [{"carrier": "electricity", "year": 2030, "price": "0.12 USD/kWh"},
                   {"carrier": "gas", "year": 2030, "price": "0.05 USD/kWh"}],
        "grid_paths": [{"id": "one", "name": "one", "weight_share": "100 %"}],
        "grid_years": [{"path": "one", "year": 2030, "factor": "0.3 kgCO2e/kWh"}],
        "sites": [{"id": "roof", "name": "Roof", "area": "100000 m^2", "power": "100 W/m^2"}],
        "profiles": [{"id": "sun", "kind": "sun", "yield_share": "15 %", "months": SUN}],
        "levers": levers, **changes,
    })  # fmt: skip
    return with_carbon(scenario, plant=goals).model_copy(update={"pathway": way})


def load(electricity_gwh: float = 4.0, gas_gwh: float = 8.0, num_years: int = 3) -> Load:
    """All in the paint shop: electricity from 6 to 22, gas around the clock."""
    years = np.arange(2030, 2030 + num_years)
    kwh = np.zeros((num_years, 3, 2))
    kwh[:, 1] = electricity_gwh * 1e6, gas_gwh * 1e6
    shape = np.zeros((1, 3, 2, HOURS))
    day = np.zeros(24)
    day[6:22] = 1.0
    shape[0, 1, 0] = np.tile(day, 365) / (365 * 16)
    shape[0, 1, 1] = 1.0 / HOURS
    return Load(years, np.full(num_years, 1000.0), kwh, shape, np.zeros(num_years, np.int64))


def solved(scenario: Scenario, given: Load | None = None, **params: Any) -> Pathway:
    """Its path, without curve and what stands beside unless asked for."""
    settings = PathwayParams(**{"curve_steps": 0, "gap_share": 1e-6, **params})
    return path_of(scenario, given or load(), settings)
