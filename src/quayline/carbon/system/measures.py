"""What the products of a system carry, with intervals and one beside another: figures for people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quayline.carbon.system.drawn import drawn_intensities
from quayline.carbon.system.solve import intensities
from quayline.carbon.uncertainty.solve import Interval, LowerShare, interval, lower_share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quayline.carbon.system.model import ProductSystem


@dataclass(frozen=True)
class Carried:
    """kgCO2e that one `unit` of a product carries; `drawn` is of the sum of both, None where nothing is uncertain."""

    product: str
    unit: str
    fossil_kgco2e: float
    biogenic_kgco2e: float
    drawn: Interval | None


def carried(system: ProductSystem, products: Sequence[str], num_draws: int, seed: int) -> list[Carried]:
    """What each of `products` carries. Raises KeyError for one that is not in the system."""
    found, at = intensities(system), [system.product_idx[product] for product in products]
    widths: list[Interval | None] = [None] * len(at)
    if any(row.distribution is not None for row in system.exchanges):
        values = drawn_intensities(system, products, num_draws, seed).sum(axis=2)
        widths = [interval(values[:, k]) for k in range(len(at))]
    return [
        Carried(product, system.units[k], float(found[k, 0]), float(found[k, 1]), width)
        for product, k, width in zip(products, at, widths, strict=True)
    ]


def compared(system: ProductSystem, one: str, other: str, num_draws: int, seed: int) -> tuple[Interval, LowerShare]:
    """What a unit of `other` carries more than one of `one`, and how often `one` is the lower, draw by draw."""
    values = drawn_intensities(system, [one, other], num_draws, seed).sum(axis=2)
    return interval(values[:, 1] - values[:, 0]), lower_share(values[:, 0], values[:, 1])
