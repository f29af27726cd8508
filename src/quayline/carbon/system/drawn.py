"""Intensities of a product system whose amounts are uncertain: factorised once, one small system a draw."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from quayline.base.errors import Fault, InfeasibleError, ScenarioError
from quayline.carbon.system.assemble import EMITTED_UNIT, conversion
from quayline.carbon.system.model import ORIGINS
from quayline.carbon.system.solve import only_uses
from quayline.carbon.uncertainty.distributions import draws

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from quayline.carbon.system.model import Exchange, ProductSystem
    from quayline.carbon.uncertainty.distributions import Distribution

MOST_NUMBERS = 4_000_000  # held at once in each array of a chunk of draws


class _Changes(NamedTuple):
    """What uncertain exchanges change in each draw.

    `activity_idx` (num_changed,): the activities with an uncertain line. Of each line that makes or uses: `at`, the
    place of its activity among them, `row`, its product, and in `amounts` (num_draws, num_lines) the change of the
    technosphere. `emitted` (num_draws, num_changed, 3): the change of what they emit, by `ORIGINS`; the third is 0.
    """

    activity_idx: NDArray[np.int64]
    at: NDArray[np.int64]
    row: NDArray[np.int64]
    amounts: NDArray[np.float64]
    emitted: NDArray[np.float64]


def drawn_intensities(system: ProductSystem, products: Sequence[str], num_draws: int, seed: int) -> NDArray[np.float64]:
    """kgCO2e of one unit of these products in each draw, shape (num_draws, num_products, 2), by `ORIGINS`.

    Only the columns with uncertain lines are solved again, by the identity of Woodbury (1950): λ of (A + Δ)ᵀλ = b + δ
    is that of the system as it stands, plus what its columns pass on of an emission that makes up for Δ. Draws are
    those of `draws`: lines of a group move with the factors of that group outside the system.
    Raises KeyError for a product that is not in the system; ScenarioError where an amount made or used changes its
    sign; InfeasibleError where a draw has no solution, or one in which activities run backwards.
    """
    wanted = np.array([system.product_idx[product] for product in products], dtype=np.int64)
    changes = _changes(system, num_draws, seed)
    num, num_changed = len(system.products), len(changes.activity_idx)
    # A third kind of emission, 1 from each run of everything, is positive everywhere unless something runs backwards.
    whole = system.lu.solve(np.column_stack([system.emissions_kgco2e.T, np.ones(num)]))
    unit = np.zeros((num, num_changed))
    unit[changes.activity_idx, np.arange(num_changed)] = 1
    passed = system.lu.solve(unit)  # on to each product, of 1 emitted by a run of a changed activity
    drawn = np.empty((num_draws, len(wanted), len(ORIGINS)))
    size = max(1, MOST_NUMBERS // (num_changed**2 + num + 1))
    for start in range(0, num_draws, size):
        chunk = slice(start, start + size)
        net = _net_emitted(changes, chunk, whole, passed)
        drawn[chunk] = whole[wanted, :2] + np.einsum("dko,nk->dno", net[..., :2], passed[wanted])
        if only_uses(system) and not (whole[:, 2] + np.einsum("dk,nk->dn", net[..., 2], passed) > 0).all():
            raise InfeasibleError("in a draw, activities of the product system use up all they make among themselves")
    return drawn


def _net_emitted(
    changes: _Changes, chunk: slice, whole: NDArray[np.float64], passed: NDArray[np.float64]
) -> NDArray[np.float64]:
    """What the changed activities would emit more in the system as it stands, for its intensities to be the draw's."""
    emitted, amounts = changes.emitted[chunk], changes.amounts[chunk]
    at_rows = whole[changes.row] + np.einsum("dko,ek->deo", emitted, passed[changes.row])
    small = np.broadcast_to(np.eye(emitted.shape[1]), (len(emitted), *2 * emitted.shape[1:2])).copy()
    right = np.zeros_like(emitted)
    for line, (at, row) in enumerate(zip(changes.at, changes.row, strict=True)):
        small[:, at] += amounts[:, line, None] * passed[row]
        right[:, at] += amounts[:, line, None] * at_rows[:, line]
    try:
        return emitted - np.linalg.solve(small, right)
    except np.linalg.LinAlgError as singular:
        raise InfeasibleError("in a draw, the product system cannot be solved") from singular


def _changes(system: ProductSystem, num_draws: int, seed: int) -> _Changes:
    named = _named(system.exchanges)
    values = draws({name: distribution for name, (_, distribution) in named.items()}, num_draws, seed)
    column = {activity: j for j, activity in enumerate(system.activities)}
    activity_idx = np.unique(np.array([column[row.activity] for row, _ in named.values()], dtype=np.int64))
    emitted = np.zeros((num_draws, len(activity_idx), len(ORIGINS) + 1))
    at, rows, amounts, faults = [], [], [], []
    for (row, _), drawn in zip(named.values(), values.T, strict=True):
        place = int(np.searchsorted(activity_idx, column[row.activity]))
        change = drawn - row.amount
        if row.role == "emits":
            emitted[:, place, ORIGINS.index(row.item)] += change * conversion(row.unit, EMITTED_UNIT)
            continue
        if (np.sign(drawn) != np.sign(row.amount)).any():
            message = (
                f"{row.item!r} of {row.amount:g} {row.unit} changes its sign in a draw: choose another distribution"
            )
            faults.append(Fault(row.file, row.line, 1, row.activity, message))
        product_idx = system.product_idx[row.item]
        at.append(place)
        rows.append(product_idx)
        sign = 1 if row.role == "makes" else -1
        amounts.append(sign * change * conversion(row.unit, system.units[product_idx]))
    if faults:
        raise ScenarioError(faults)
    changed = np.array(amounts).T if amounts else np.empty((num_draws, 0))
    return _Changes(activity_idx, np.array(at, dtype=np.int64), np.array(rows, dtype=np.int64), changed, emitted)


def _named(exchanges: Sequence[Exchange]) -> dict[str, tuple[Exchange, Distribution]]:
    """The uncertain lines, each by a name that other lines do not change."""
    named: dict[str, tuple[Exchange, Distribution]] = {}
    for row in exchanges:
        if row.distribution is None or row.distribution.form == "fixed":
            continue
        name, number = f"{row.activity}: {row.role} {row.item}", 1
        while (full := f"{name} ({number})" if number > 1 else name) in named:
            number += 1
        named[full] = (row, row.distribution)
    return named
