"""Factors of the activities that a car's bill names, as far as the plan needs them: to the customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quayline.scenario.bill import Activity, Item
    from quayline.scenario.schema import Scenario


def kgco2e(scenario: Scenario, items: Iterable[Item]) -> float:
    """Σ amount × factor of a bill."""
    rows = list(items)
    years = {row.activity.year for row in rows if row.activity.kind == "product"}
    products = {year: _products(scenario, year) for year in years}
    return sum(row.amount * _factor(scenario, row.activity, products) for row in rows)


def grid_kg_per_kwh(scenario: Scenario, country: str, years: np.ndarray) -> np.ndarray:
    """kgCO2e per kWh in a country: straight lines between the years given, constant after the last."""
    rows = sorted((r.year, r.factor_kgco2e_per_kwh) for r in scenario.carbon.grid if r.country == country)
    factors: np.ndarray = np.interp(years, [year for year, _ in rows], [factor for _, factor in rows])
    return factors


def bought_kg_per_kwh(scenario: Scenario, years: np.ndarray, grid: np.ndarray) -> np.ndarray:
    """Market-based: each green power by the latest row begun, the rest at the residual factor, else the grid's."""
    goals = scenario.carbon.plant
    rest = grid if goals.residual_kgco2e_per_kwh is None else np.full(len(years), goals.residual_kgco2e_per_kwh)
    bought = np.zeros(len(years))
    for k, year in enumerate(years.tolist()):
        begun = {r.id: r for r in sorted(goals.green_power, key=lambda r: r.from_year) if r.from_year <= year}
        green = sum(r.share * r.factor_kgco2e_per_kwh for r in begun.values())
        bought[k] = green + (1.0 - sum(r.share for r in begun.values())) * rest[k]
    return bought


def gas_kg_per_kwh(scenario: Scenario, part: str = "direct") -> float:
    """kgCO2e per kWh of gas: burnt (`direct`), or before it reaches the plant (`upstream`)."""
    found = [getattr(f, f"{part}_kgco2e_per_kwh") for f in scenario.carbon.fuels if f.id == "gas"]
    return float(found[0]) if found else 0.0


def _factor(scenario: Scenario, activity: Activity, products: dict[int, dict[str, float]]) -> float:
    kind, name, year = activity
    carbon = scenario.carbon
    if kind == "product":
        return products[year][name]
    if kind == "plant electricity":
        return float(grid_kg_per_kwh(scenario, name, np.array([year]))[0])
    if kind in ("published", "explained"):
        row = next(c for c in carbon.calibrations if f"{c.variant}/{c.group}" == name)
        found = row.total_kgco2e_per_car if kind == "published" else row.computed_kgco2e_per_car
    else:
        found = _given(scenario, kind, name)
    if found is None:
        raise ValueError(f"no factor for {activity}: the rules of the scenario let it pass")
    return float(found)


def _given(scenario: Scenario, kind: str, name: str) -> float | None:
    """A figure that the scenario gives as it is."""
    carbon = scenario.carbon
    if kind in ("truck", "rail", "air", "inbound sea"):
        figure: float | None = getattr(carbon, f"{kind.replace(' ', '_')}_kgco2e_per_tkm")
        return figure
    if kind in ("gas burnt", "gas upstream"):
        return gas_kg_per_kwh(scenario, "direct" if kind == "gas burnt" else "upstream")
    lists: dict[str, tuple[Iterable[Any], str]] = {
        "material": (carbon.materials, "factor_kgco2e_per_kg"), "battery": (carbon.batteries, "factor_kgco2e_per_kwh"),
        "lane": (scenario.logistics.lanes, "emissions_kgco2e_per_tkm"),
        "ship": (carbon.ships, "emissions_kgco2e_per_tkm"),
        "handling": (scenario.logistics.ports, "handling_kgco2e_per_car"),
    }  # fmt: skip
    things, field = lists[kind]
    given: float | None = getattr(_by_id(things, name), field)
    return given


def _by_id(things: Iterable[Any], name: str) -> Any:
    return next(thing for thing in things if thing.id == name)


def _products(scenario: Scenario, year: int) -> dict[str, float]:
    """kgCO2e of a unit of each product in a year: what it emits, and what it takes carries (a dense solve: few)."""
    carbon = scenario.carbon
    grids = sorted({row.of for row in carbon.inputs if row.of.startswith("grid-")})
    place = {name: k for k, name in enumerate([*(p.id for p in carbon.products), *grids])}
    emitted = np.array([p.direct_kgco2e for p in carbon.products] + [
        float(grid_kg_per_kwh(scenario, name.removeprefix("grid-").upper(), np.array([year]))[0]) for name in grids
    ])  # fmt: skip
    taken = np.zeros((len(place), len(place)))
    for row in carbon.inputs:
        taken[place[row.of], place[row.product]] += row.amount
    carried = np.linalg.solve(np.eye(len(place)) - taken.T, emitted)
    return {name: float(carried[k]) for name, k in place.items()}
