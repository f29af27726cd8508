"""Checks intensities, supply and contributions of a product system by their definition, line by line."""

from __future__ import annotations

from collections import defaultdict
from math import fsum
from typing import TYPE_CHECKING, Any

from quayline.base.units import parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from quayline.carbon.system.model import ProductSystem
    from quayline.carbon.system.tree import Step

TOLERANCE = 1e-9
ROUNDING = 1e-13  # of the largest balance of a system: what a factorisation may leave where everything is zero
_ORIGINS = ("fossil", "biogenic")


def _off(terms: Sequence[float], slack: float = 1e-21) -> bool:
    """Whether terms that cancel by definition do not."""
    return abs(fsum(terms)) > TOLERANCE * fsum(map(abs, terms)) + slack


def _slack(balances: Sequence[Sequence[float]]) -> float:
    return ROUNDING * max(fsum(map(abs, terms)) for terms in balances)


def matrix_faults(system: ProductSystem) -> Iterator[str]:
    """Every exchange is in the matrices once, in the product's unit, and nothing else is."""
    place = {product: k for k, product in enumerate(system.products)}
    column = {activity: k for k, activity in enumerate(system.activities)}
    technosphere: dict[tuple[int, int], float] = defaultdict(float)
    emitted: dict[tuple[int, int], float] = defaultdict(float)
    for row in system.exchanges:
        if row.role == "emits":
            emitted[_ORIGINS.index(row.item), column[row.activity]] += row.amount * parse(f"1 {row.unit}", "kgCO2e")
        else:
            at, sign = place[row.item], {"makes": 1, "uses": -1}[row.role]
            unit = system.units[at]
            in_unit = row.amount * (1 if row.unit == unit else parse(f"1 {row.unit}", unit))
            technosphere[at, column[row.activity]] += sign * in_unit
    dense = system.technosphere.toarray()
    for found, given, name in ((dense, technosphere, "technosphere"), (system.emissions_kgco2e, emitted, "emissions")):
        stored: set[Any] = set(zip(*(axis.tolist() for axis in found.nonzero()), strict=True))
        for entry in sorted(stored | given.keys()):
            if _off([float(found[entry]), -given.get(entry, 0.0)]):
                yield f"{name} at {entry} is {found[entry]:g}, the exchanges add up to {given.get(entry, 0.0):g}"


def intensity_faults(system: ProductSystem, intensity: NDArray[np.float64]) -> Iterator[str]:
    """What an activity makes carries what it emits and what it uses carries, by origin."""
    columns = _columns(system)
    for k, origin in enumerate(_ORIGINS):
        emitted = system.emissions_kgco2e[k].tolist()
        balances = [
            [*(float(amount * intensity[i, k]) for i, amount in column), -emitted[j]]
            for j, column in enumerate(columns)
        ]
        slack = _slack(balances)
        for activity, terms in zip(system.activities, balances, strict=True):
            if _off(terms, slack):
                yield f"{origin} of {activity} does not balance: {fsum(terms):g} kgCO2e is left"


def supply_faults(system: ProductSystem, demand: Mapping[str, float], runs: NDArray[np.float64]) -> Iterator[str]:
    """All that is made less all that is used is what is demanded."""
    balances: list[list[float]] = [[-demand.get(product, 0.0)] for product in system.products]
    for j, column in enumerate(_columns(system)):
        for i, amount in column:
            balances[i].append(float(amount * runs[j]))
    slack = _slack(balances)
    for product, unit, terms in zip(system.products, system.units, balances, strict=True):
        if _off(terms, slack):
            yield f"{fsum(terms):g} {unit} of {product} more than the {demand.get(product, 0.0):g} demanded"


def step_faults(
    system: ProductSystem, demand: Mapping[str, float], steps: Sequence[Step], intensity: NDArray[np.float64]
) -> Iterator[str]:
    """Each step is an input of its parent in its true amount; each carries what is above it or below it, no more."""
    columns = [dict(column) for column in _columns(system)]
    below: dict[int | None, list[Step]] = defaultdict(list)
    for place, step in enumerate(steps):
        below[step.parent_idx].append(step)
        product, j = system.products[step.product_idx], step.product_idx
        amount, depth = demand.get(product, 0.0), 0
        if step.parent_idx is not None:
            parent = steps[step.parent_idx]
            column = columns[parent.product_idx]
            amount, depth = -column[j] * parent.amount / column[parent.product_idx], parent.depth + 1
        if step.depth != depth or not (step.parent_idx is None or step.parent_idx < place):
            yield f"step {place} ({product}) stands in the wrong place"
        if _off([step.amount, -amount]):
            yield f"step {place} takes {step.amount:g} of {product}, expected {amount:g}"
        for k, origin in enumerate(_ORIGINS):
            if _off([step.carried[k], -float(step.amount * intensity[j, k])]):
                yield f"step {place} ({product}) carries {step.carried[k]:g} kgCO2e {origin}"
            if _off([step.direct[k], -float(step.amount / columns[j][j] * system.emissions_kgco2e[k, j])]):
                yield f"step {place} ({product}) emits {step.direct[k]:g} kgCO2e {origin} itself"
    if {system.products[step.product_idx] for step in below[None]} != {p for p, amount in demand.items() if amount}:
        yield "the roots are not what is demanded"
    yield from _sum_faults(columns, steps, below, intensity)


def _sum_faults(
    columns: Sequence[Mapping[int, float]], steps: Sequence[Step], below: Mapping[int | None, list[Step]],
    intensity: NDArray[np.float64],
) -> Iterator[str]:  # fmt: skip
    slacks = [
        _slack([[amount * float(intensity[i, k]) for i, amount in column.items()] for column in columns])
        for k in range(len(_ORIGINS))
    ]
    for place, step in enumerate(steps):
        children = below.get(place, [])
        runs = abs(step.amount / columns[step.product_idx][step.product_idx])
        for k, origin in enumerate(_ORIGINS):
            parts = [step.direct[k], *(child.carried[k] for child in children), step.beyond[k]]
            if _off([*parts, -step.carried[k]], runs * slacks[k] + 1e-21):
                yield f"{origin} of step {place} is not what lies below it"
        if len({child.product_idx for child in children}) < len(children):
            yield f"step {place} has an input twice"


def _columns(system: ProductSystem) -> list[list[tuple[int, float]]]:
    """For each activity, the products of its column and their amounts."""
    columns: list[list[tuple[int, float]]] = [[] for _ in system.products]
    matrix = system.technosphere.tocoo()
    for i, j, amount in zip(matrix.row.tolist(), matrix.col.tolist(), matrix.data.tolist(), strict=True):
        columns[j].append((i, amount))
    return columns
