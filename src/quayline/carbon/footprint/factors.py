"""The factor of every activity of a bill, with what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.carbon.factors import grid_in, life_mean, market_based
from quayline.carbon.footprint.factor import Factor
from quayline.records.schemas import CARBON

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from quayline.carbon.footprint.products import Products
    from quayline.scenario.bill import Activity
    from quayline.scenario.schema import Figure, Scenario


def factor(scenario: Scenario, activity: Activity, products: Products) -> Factor:
    """The factor of one activity. Raises KeyError for a kind that has none."""
    if activity.kind == "product":
        return products.factor(activity)
    return _KINDS[activity.kind](scenario, activity)


def factor_table(scenario: Scenario, activities: Iterable[Activity], products: Products) -> pl.DataFrame:
    """`carbon.factors`: one row an activity, in their order."""
    figures = {figure.path: figure for figure in scenario.figures}
    rows = []
    for k, activity in enumerate(activities):
        found = factor(scenario, activity, products)
        figure = figures.get(found.path)
        rows.append({
            "factor_idx": k, "activity": activity.kind, "name": activity.name, "year": activity.year or None,
            "unit": found.unit, "kgco2e": found.kgco2e, "market_kgco2e": found.market_kgco2e,
            "biogenic_kgco2e": found.biogenic_kgco2e, "region": found.region,
            "kind": "unstated" if figure is None else "derived" if found.is_computed else figure.kind,
            "source": "" if figure is None else figure.source, "source_year": None if figure is None else figure.year,
            "spread": spread_words(figure), "path": found.path, "is_computed": found.is_computed,
        })  # fmt: skip
    schema = {column.name: column.dtype for column in CARBON["factors"].columns}
    return pl.DataFrame(rows, schema=schema)


def spread_words(figure: Figure | None) -> str:
    """How wide a figure is, in a few words."""
    if figure is None or figure.spread is None:
        return ""
    width = figure.spread
    if width.form == "lognormal":
        return f"lognormal, geometric sd {width.low:.3g}"
    if width.form == "normal":
        return f"normal, sd {width.low:.3g}"
    return f"{width.form}, {width.low:.4g} to {width.high:.4g}"


def _material(scenario: Scenario, activity: Activity) -> Factor:
    row = next(m for m in scenario.carbon.materials if m.id == activity.name)
    assert row.factor_kgco2e_per_kg is not None
    path = f"carbon.materials[{row.id}].factor"
    return Factor("kg", row.factor_kgco2e_per_kg, path, row.region or "", biogenic_kgco2e=row.biogenic_kgco2e_per_kg)


def _credit(scenario: Scenario, activity: Activity) -> Factor:
    row = next(m for m in scenario.carbon.materials if m.id == activity.name)
    assert row.credit_kgco2e_per_kg is not None
    return Factor("kg", row.credit_kgco2e_per_kg, f"carbon.materials[{row.id}].credit", row.region or "")


def _battery(scenario: Scenario, activity: Activity) -> Factor:
    row = next(b for b in scenario.carbon.batteries if b.id == activity.name)
    assert row.factor_kgco2e_per_kwh is not None
    return Factor("kWh", row.factor_kgco2e_per_kwh, f"carbon.batteries[{row.id}].factor", row.origin)


def _published(scenario: Scenario, activity: Activity) -> Factor:
    variant, group = activity.name.split("/")
    row = next(c for c in scenario.carbon.calibrations if (c.variant, c.group) == (variant, group))
    path = f"carbon.calibrations[{variant},{group}]"
    if activity.kind == "published":
        return Factor("car", row.total_kgco2e_per_car, f"{path}.total")
    assert row.computed_kgco2e_per_car is not None
    return Factor("car", row.computed_kgco2e_per_car, f"{path}.computed")


def _elsewhere(scenario: Scenario, activity: Activity) -> Factor:
    plant, variant = activity.name.split("/")
    row = next(p for p in scenario.alternates if p.id == plant)
    build = next(b for b in row.builds if b.variant == variant)
    path = f"alternates[{plant}].builds[{variant},{build.from_}].gate"
    return Factor("car", build.gate_kgco2e_per_car, path, row.place.country)


def _plant_electricity(scenario: Scenario, activity: Activity) -> Factor:
    at_grid, path = grid_in(scenario, activity.name, activity.year)
    bought = market_based(scenario, np.array([activity.year]), np.array([at_grid]))[0]
    return Factor("kWh", at_grid, path, activity.name, market_kgco2e=float(bought))


def _grid_over_life(scenario: Scenario, activity: Activity) -> Factor:
    mean = float(life_mean(scenario, activity.name, activity.year, 1)[0])
    return Factor("kWh", mean, grid_in(scenario, activity.name, activity.year)[1], activity.name, is_computed=True)


def _fuel(fuel: str, part: str) -> Callable[[Scenario, Activity], Factor]:
    def found(scenario: Scenario, activity: Activity) -> Factor:
        row = next(f for f in scenario.carbon.fuels if f.id == fuel)
        return Factor("kWh", getattr(row, f"{part}_kgco2e_per_kwh"), f"carbon.fuels[{fuel}].{part}")

    return found


def _mode(field: str, written: str) -> Callable[[Scenario, Activity], Factor]:
    def found(scenario: Scenario, activity: Activity) -> Factor:
        return Factor("tkm", getattr(scenario.carbon, field), f"carbon.{written}")

    return found


def _lane(scenario: Scenario, activity: Activity) -> Factor:
    row = next(lane for lane in scenario.logistics.lanes if lane.id == activity.name)
    assert row.emissions_kgco2e_per_tkm is not None
    return Factor("tkm", row.emissions_kgco2e_per_tkm, f"logistics.lanes[{row.id}].emissions")


def _ship(scenario: Scenario, activity: Activity) -> Factor:
    row = next(ship for ship in scenario.carbon.ships if ship.id == activity.name)
    return Factor("tkm", row.emissions_kgco2e_per_tkm, f"carbon.ships[{row.id}].emissions")


def _handling(scenario: Scenario, activity: Activity) -> Factor:
    row = next(port for port in scenario.logistics.ports if port.id == activity.name)
    assert row.handling_kgco2e_per_car is not None
    path = f"logistics.ports[{row.id}].handling_emissions"
    return Factor("car", row.handling_kgco2e_per_car, path, row.place.country)


def _of_use(field: str, written: str) -> Callable[[Scenario, Activity], Factor]:
    def found(scenario: Scenario, activity: Activity) -> Factor:
        return Factor("car", getattr(scenario.carbon.use, field), f"carbon.use.{written}")

    return found


_KINDS: dict[str, Callable[[Scenario, Activity], Factor]] = {
    "material": _material, "credit": _credit, "battery": _battery, "published": _published, "explained": _published,
    "elsewhere": _elsewhere, "plant electricity": _plant_electricity, "grid over life": _grid_over_life,
    "gas burnt": _fuel("gas", "direct"), "gas upstream": _fuel("gas", "upstream"),
    "petrol burnt": _fuel("petrol", "direct"), "petrol upstream": _fuel("petrol", "upstream"),
    "truck": _mode("truck_kgco2e_per_tkm", "truck"), "rail": _mode("rail_kgco2e_per_tkm", "rail"),
    "air": _mode("air_kgco2e_per_tkm", "air"), "inbound sea": _mode("inbound_sea_kgco2e_per_tkm", "inbound_sea"),
    "lane": _lane, "ship": _ship, "handling": _handling,
    "upkeep": _of_use("upkeep_kgco2e_per_car", "upkeep"),
    "end of life": _of_use("end_of_life_kgco2e_per_car", "end_of_life"),
}  # fmt: skip
"""How each kind of activity finds its factor; `bill` names the kinds."""
