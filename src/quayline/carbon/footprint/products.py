"""The products behind materials and cells as a product system, one for each year, as grids change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from quayline.carbon.factors import grid_in
from quayline.carbon.footprint.factor import Factor
from quayline.carbon.system import Exchange, ProductSystem, assemble, intensities
from quayline.carbon.uncertainty import Distribution

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from quayline.carbon.system.model import Role
    from quayline.scenario.bill import Activity
    from quayline.scenario.schema import Figure, Scenario

GRID = "grid-"
"""A product of this prefix is a kWh from the grid of the country whose letters follow."""


@dataclass
class Products:
    """What a unit of each product carries, solved once for each year that is asked for."""

    scenario: Scenario
    systems: dict[int, ProductSystem] = field(default_factory=dict)
    carried: dict[int, NDArray[np.float64]] = field(default_factory=dict)

    def system(self, year: int) -> ProductSystem:
        """The system with the grids of `year`. Raises ScenarioError with every fault of it."""
        if year not in self.systems:
            self.systems[year] = assemble(exchanges(self.scenario, year))
        return self.systems[year]

    def factor(self, activity: Activity) -> Factor:
        """kgCO2e of one unit of a product in a year, everything upstream included."""
        year = activity.year
        if year not in self.carried:
            self.carried[year] = intensities(self.system(year))
        row = next(p for p in self.scenario.carbon.products if p.id == activity.name)
        fossil, biogenic = self.carried[year][self.system(year).product_idx[row.id]].tolist()
        known = row.biogenic_kgco2e is not None
        path = f"carbon.products[{row.id}].direct"
        takes = any(taken.product == row.id for taken in self.scenario.carbon.inputs)
        return Factor(row.unit, fossil, path, row.region or "", biogenic_kgco2e=biogenic if known else None,
                      is_computed=takes)  # fmt: skip


def exchanges(scenario: Scenario, year: int) -> list[Exchange]:
    """The lines of all products and of the grids that they take from in `year`."""
    carbon, figures = scenario.carbon, {figure.path: figure for figure in scenario.figures}
    rows = []
    for product in carbon.products:
        rows.append(Exchange(product.id, "makes", product.id, 1.0, product.unit, region=product.region or ""))
        at = f"carbon.products[{product.id}]"
        rows.append(_line(figures, product.id, "emits", "fossil", product.direct_kgco2e, "kgCO2e", f"{at}.direct"))
        if product.biogenic_kgco2e is not None:
            path = f"{at}.biogenic"
            rows.append(_line(figures, product.id, "emits", "biogenic", product.biogenic_kgco2e, "kgCO2e", path))
    for taken in carbon.inputs:
        path = f"carbon.inputs[{taken.product},{taken.of}].amount"
        rows.append(_line(figures, taken.product, "uses", taken.of, taken.amount, taken.unit, path))
    for name in sorted({taken.of for taken in carbon.inputs if taken.of.startswith(GRID)}):
        kg, path = grid_in(scenario, name.removeprefix(GRID).upper(), year)
        rows.append(Exchange(name, "makes", name, 1.0, "kWh"))
        rows.append(_line(figures, name, "emits", "fossil", kg, "kgCO2e", path))
    return rows


def _line(
    figures: dict[str, Figure], activity: str, role: Role, item: str, amount: float, unit: str, path: str
) -> Exchange:
    figure = figures.get(path)
    if figure is None:
        return Exchange(activity, role, item, amount, unit)
    return Exchange(
        activity, role, item, amount, unit, figure.source, figure.kind, figure.year,
        distribution=distribution(figure, amount), file=figure.file, line=figure.line,
    )  # fmt: skip


def distribution(figure: Figure | None, value: float) -> Distribution:
    """How a figure is drawn; the source's words bind figures together where no group is named."""
    if figure is None or figure.spread is None:
        return Distribution("fixed", value)
    width, group = figure.spread, figure.spread.group or figure.source
    if width.form in ("lognormal", "normal"):
        return Distribution(width.form, value, spread=width.low, group=group)
    return Distribution(width.form, value, low=width.low, high=width.high, group=group)
