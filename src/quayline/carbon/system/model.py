"""A product system: activities that feed each other, as a sparse matrix, and what each of them emits itself."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csc_array

    from quayline.carbon.uncertainty.distributions import Distribution

ORIGINS = ("fossil", "biogenic")  # the rows of emissions and intensities

Role = Literal["makes", "uses", "emits"]


@dataclass(frozen=True)
class Exchange:
    """One line of an activity: what one run of it makes, uses or emits, and what the figure rests on.

    `item` is a product, or `fossil` or `biogenic` of what it emits. A negative use is a substitution: it saves the
    making of the product elsewhere. `distribution` is of the amount, in `unit`.
    """

    activity: str
    role: Role
    item: str
    amount: float
    unit: str
    source: str = ""
    kind: str = ""
    year: int | None = None
    region: str = ""
    distribution: Distribution | None = None
    file: str = ""
    line: int = 0


@dataclass(frozen=True, eq=False)
class ProductSystem:
    """Activity j makes product j, so the system is square.

    `technosphere` (num, num), sparse by column: what one run of activity j makes (> 0) or uses (< 0) of product i, in
    `units[i]`. `emissions_kgco2e` (2, num): what one run of activity j emits itself, by `ORIGINS`. `exchanges` are the
    lines that it was assembled from, where it was. The form is that of Heijungs and Suh (2002).
    Raises ValueError where shapes do not fit, a figure is not finite, a name stands twice or an activity makes none
    of its own product. A product made in a negative amount is the service of taking a waste, as ecoinvent has it.
    """

    activities: tuple[str, ...]
    products: tuple[str, ...]
    units: tuple[str, ...]
    technosphere: csc_array
    emissions_kgco2e: NDArray[np.float64]
    exchanges: tuple[Exchange, ...] = ()

    def __post_init__(self) -> None:
        num = len(self.products)
        if len(self.activities) != num or len(self.units) != num or self.technosphere.shape != (num, num):
            raise ValueError(f"{num} products need as many activities and units and a square technosphere")
        if self.emissions_kgco2e.shape != (len(ORIGINS), num):
            raise ValueError(f"emissions have the shape {self.emissions_kgco2e.shape}, expected {(len(ORIGINS), num)}")
        for names in (self.activities, self.products):
            if len(set(names)) != num:
                raise ValueError(f"{sorted({name for name in names if names.count(name) > 1})} stand twice")
        if not (np.isfinite(self.technosphere.data).all() and np.isfinite(self.emissions_kgco2e).all()):
            raise ValueError("an amount is not finite")
        idle = np.flatnonzero(self.technosphere.diagonal() == 0)
        if len(idle):
            raise ValueError(f"activities make none of their product: {[self.activities[j] for j in idle[:5]]}")

    @cached_property
    def product_idx(self) -> dict[str, int]:
        """The place of each product."""
        return {product: k for k, product in enumerate(self.products)}

    @cached_property
    def lu(self) -> Any:
        """The transposed technosphere, factorised (SuperLU). Raises InfeasibleError, see `factorise`."""
        from quayline.carbon.system.solve import factorise

        return factorise(self)
