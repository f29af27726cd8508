"""What each product of a system carries, and what is made where for a demand: one sparse factorisation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse.csgraph import connected_components
from scipy.sparse.linalg import splu

from quayline.base.errors import InfeasibleError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from quayline.carbon.system.model import ProductSystem


def factorise(system: ProductSystem) -> Any:
    """SuperLU of the transposed technosphere, which fills far less.

    Power and transport go into nearly everything: as columns, which the transpose makes them, the ordering (COLAMD)
    keeps them for last; as rows they fill the factors, by 14 times as much in a system of 20,000.
    Raises InfeasibleError naming a loop of activities where there is no solution.
    """
    try:
        lu = splu(system.technosphere.T.tocsc())
        is_sound = not only_uses(system) or _all_positive(lu)
    except RuntimeError:
        is_sound = False
    if not is_sound:
        loop = unproductive(system) or ["some demands can be met in no way, or in several"]
        raise InfeasibleError(f"the product system cannot be solved: {', '.join(loop)}")
    return lu


def intensities(system: ProductSystem) -> NDArray[np.float64]:
    """kgCO2e of all that one unit of each product takes, upstream included; shape (num_products, 2), by `ORIGINS`.

    λ of Aᵀλ = b: what an activity makes carries what it emits itself and what it uses carries.
    """
    solved: NDArray[np.float64] = system.lu.solve(np.ascontiguousarray(system.emissions_kgco2e.T))
    return _finite(solved)


def supply(system: ProductSystem, demand: Mapping[str, float]) -> NDArray[np.float64]:
    """Runs of each activity that together deliver `demand` (amounts by product, in its unit): s of A s = f."""
    solved: NDArray[np.float64] = system.lu.solve(demand_vector(system, demand), trans="T")
    return _finite(solved)


def demand_vector(system: ProductSystem, demand: Mapping[str, float]) -> NDArray[np.float64]:
    """Amounts by product in the order of the system. Raises KeyError for a product that is not in it."""
    wanted = np.zeros(len(system.products))
    for product, amount in demand.items():
        wanted[system.product_idx[product]] = amount
    return wanted


def _finite(solved: NDArray[np.float64]) -> NDArray[np.float64]:
    if not np.isfinite(solved).all():
        raise InfeasibleError("the product system cannot be solved: amounts overflow")
    return solved + 0.0  # no negative zeros


def unproductive(system: ProductSystem) -> list[str]:
    """Activities of a loop that uses up as much as it makes, in the order of the system; empty where there is none.

    Without negative uses the system can meet every demand with no activity running backwards if, and only if, it can
    leave one unit of every product (a nonsingular M-matrix: Berman and Plemmons, 1994, theorem 6.2.3, I27). Loops lie
    within strongly connected parts, so each is tried alone. Systems with negative uses or makes are not judged.
    """
    if not only_uses(system):
        return []
    matrix = system.technosphere
    num_parts, part = connected_components(matrix, directed=True, connection="strong")
    for k in np.flatnonzero(np.bincount(part, minlength=num_parts) > 1):
        members = np.flatnonzero(part == k)
        try:
            is_sound = _all_positive(splu(matrix[members][:, members].tocsc()))
        except RuntimeError:
            is_sound = False
        if not is_sound:
            return [system.activities[j] for j in members]
    return []


def only_uses(system: ProductSystem) -> bool:
    """Whether each activity makes its product and only uses others."""
    made = system.technosphere.diagonal()
    return bool((made > 0).all()) and np.count_nonzero(system.technosphere.data > 0) == len(made)


def _all_positive(lu: Any) -> bool:
    """Whether one unit of everything can be left with every activity running forwards."""
    runs = lu.solve(np.ones(lu.shape[0]))
    return bool(np.isfinite(runs).all() and (runs > 0).all())
