"""Emission factors by year: the grid of a country, the plant's electricity bought, a car's life in its market."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quayline.scenario.schema import Scenario


def grid(scenario: Scenario, country: str, years: NDArray[np.int64]) -> NDArray[np.float64]:
    """kgCO2e per kWh of `country` in `years`, same shape: straight lines between the years given, constant after.

    The caller has made sure (`needs.require`) that no year lies before the first one given.
    """
    rows = sorted((row.year, row.factor_kgco2e_per_kwh) for row in scenario.carbon.grid if row.country == country)
    return np.interp(years, [year for year, _ in rows], [factor for _, factor in rows])


def grid_in(scenario: Scenario, country: str, year: int) -> tuple[float, str]:
    """kgCO2e per kWh of a country in a year, and where the figure stands that it is, or that its line begins at."""
    given = max(row.year for row in scenario.carbon.grid if row.country == country and row.year <= year)
    return float(grid(scenario, country, np.array([year]))[0]), f"carbon.grid[{country},{given}].factor"


def market_based(scenario: Scenario, years: NDArray[np.int64], location: NDArray[np.float64]) -> NDArray[np.float64]:
    """kgCO2e per kWh of the electricity that the plant buys in `years` (GHG Protocol scope 2, market-based).

    Each green power counts with the row of its latest `from_year`; the rest has the residual factor, or the
    grid's (`location`, same shape) where the scenario gives none.
    """
    plant = scenario.carbon.plant
    factors = location.copy()
    if plant.residual_kgco2e_per_kwh is not None:
        factors[:] = plant.residual_kgco2e_per_kwh
    for k, year in enumerate(years.tolist()):
        rows = sorted((r for r in plant.green_power if r.from_year <= year), key=lambda r: r.from_year)
        latest = {r.id: r for r in rows}.values()
        rest = 1.0 - sum(r.share for r in latest)
        factors[k] = sum(r.share * r.factor_kgco2e_per_kwh for r in latest) + rest * factors[k]
    return factors


@dataclass(frozen=True)
class Electricity:
    """The plant's electricity by year from `first_year`, kgCO2e per kWh: arrays of shape (num_years,)."""

    first_year: int
    location: NDArray[np.float64]
    market: NDArray[np.float64]


def plant_electricity(scenario: Scenario) -> Electricity:
    """Factors for every year of the horizon and of the path after it."""
    years = np.arange(scenario.horizon.start.year, scenario.horizon.plant_until + 1)
    location = grid(scenario, scenario.plant.place.country, years)
    return Electricity(int(years[0]), location, market_based(scenario, years, location))


def life_mean(scenario: Scenario, country: str, first_year: int, num_years: int) -> NDArray[np.float64]:
    """Mean grid factor of `country` over a car's life, for deliveries in `num_years` years from `first_year`.

    The car drives the same distance in each of `life_years` calendar years, the year of delivery first.
    """
    life = scenario.carbon.use.life_years
    each = grid(scenario, country, np.arange(first_year, first_year + num_years + life - 1))
    return np.array([each[k : k + life].mean() for k in range(num_years)])


def gas_upstream(scenario: Scenario) -> float:
    """kgCO2e per kWh of gas before it reaches the plant (scope 3); 0 where the plant burns none."""
    return next((fuel.upstream_kgco2e_per_kwh for fuel in scenario.carbon.fuels if fuel.id == "gas"), 0.0)


def gas_direct(scenario: Scenario) -> float:
    """kgCO2e per kWh of gas burnt in the plant (scope 1); 0 where the plant burns none."""
    return next((fuel.direct_kgco2e_per_kwh for fuel in scenario.carbon.fuels if fuel.id == "gas"), 0.0)
