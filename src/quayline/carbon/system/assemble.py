"""Exchanges to a product system: every fault of them at once, each with its place."""

from __future__ import annotations

from collections import defaultdict
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import coo_array

from quayline.base.errors import Fault, InfeasibleError, ScenarioError
from quayline.base.units import UnitError, parse
from quayline.carbon.system.model import ORIGINS, Exchange, ProductSystem
from quayline.carbon.system.solve import unproductive
from quayline.scenario.grammar import nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

ROLES = ("makes", "uses", "emits")
EMITTED_UNIT = "kgCO2e"


def assemble(exchanges: Iterable[Exchange]) -> ProductSystem:
    """The system of these lines: a product's unit is that of the line that makes it, lines for the same thing add up.

    Raises ScenarioError with every fault: an activity that makes nothing, several products or a negative amount, a
    product that two activities make or that nobody makes, units that do not convert, activities that use up in a loop
    all they make.
    """
    rows = tuple(exchanges)
    faults: list[Fault] = []
    makers = _makers(rows, faults)
    if not makers:
        raise ScenarioError(faults)
    products = {row.item: k for k, row in enumerate(makers.values())}
    activity_idx = {name: k for k, name in enumerate(makers)}
    units = [row.unit for row in makers.values()]
    emissions = np.zeros((len(ORIGINS), len(makers)))
    entries: list[tuple[int, int, float]] = []
    for row in rows:
        column = activity_idx.get(row.activity, 0)  # where it makes nothing, which is blamed already
        if row.role == "emits" and row.item in ORIGINS:
            emissions[ORIGINS.index(row.item), column] += _converted(row, EMITTED_UNIT, faults)
        elif row.role == "emits":
            faults.append(_fault(row, f"expected {' or '.join(ORIGINS)} as what is emitted, got {row.item!r}"))
        elif row.item in products:
            amount = _converted(row, units[products[row.item]], faults)
            entries.append((products[row.item], column, amount if row.role == "makes" else -amount))
        elif row.role == "uses":
            faults.append(_fault(row, f"no activity makes {row.item!r}{nearest(row.item, products)}"))
    if faults:
        raise ScenarioError(faults)
    at, to, amounts = zip(*entries, strict=True)
    matrix = coo_array((amounts, (at, to)), shape=(len(makers), len(makers))).tocsc()
    matrix.sum_duplicates()
    for name, row in makers.items():
        net = matrix[activity_idx[name], activity_idx[name]]
        if net <= 0:
            faults.append(_fault(row, f"{name!r} uses up all it makes of {row.item!r}: {net:g} {row.unit} is left"))
    if faults:
        raise ScenarioError(faults)
    system = ProductSystem(tuple(makers), tuple(products), tuple(units), matrix, emissions, rows)
    try:
        _ = system.lu
    except InfeasibleError as unsolved:
        loop = unproductive(system)
        message = f"these use up among themselves all they make: {', '.join(loop)}" if loop else str(unsolved)
        raise ScenarioError([_fault(makers[loop[0]] if loop else rows[0], message)]) from unsolved
    return system


def _makers(rows: tuple[Exchange, ...], faults: list[Fault]) -> dict[str, Exchange]:
    """The line that makes the product of each activity, in their order."""
    made: dict[str, list[Exchange]] = defaultdict(list)
    for row in rows:
        if row.role not in ROLES:
            faults.append(_fault(row, f"expected {', '.join(ROLES)}, got {row.role!r}"))
        if not isfinite(row.amount):
            faults.append(_fault(row, f"expected a finite amount, got {row.amount}"))
        if row.distribution is not None and row.distribution.value != row.amount:
            around = f"its distribution is around {row.distribution.value:g}, the amount is {row.amount:g}"
            faults.append(_fault(row, around))
        made[row.activity] += [row] if row.role == "makes" else []
    if not made:
        raise ScenarioError([Fault("", 0, 0, "", "expected at least one activity, got none")])
    makers: dict[str, Exchange] = {}
    by_product: dict[str, Exchange] = {}
    for activity, lines in made.items():
        if not lines:
            first = next(row for row in rows if row.activity == activity)
            faults.append(_fault(first, f"{activity!r} makes nothing: expected one line with the role 'makes'"))
            continue
        makers[activity] = lines[0]
        for extra in lines[1:]:
            faults.append(
                _fault(extra, f"{activity!r} makes {lines[0].item!r} (line {lines[0].line}) and {extra.item!r}: an "
                "activity makes one product; split it, or let it use a negative amount of the other (substitution)")
            )  # fmt: skip
        if lines[0].amount <= 0:
            faults.append(_fault(lines[0], f"expected to make more than 0, got {lines[0].amount:g} {lines[0].unit}"))
        if (other := by_product.setdefault(lines[0].item, lines[0])) is not lines[0]:
            faults.append(
                _fault(lines[0], f"{other.activity!r} (line {other.line}) makes {other.item!r} too: a product has one "
                "maker; give each its own product and mix them in a third activity")
            )  # fmt: skip
    return makers


def conversion(unit: str, to: str) -> float:
    """What one `unit` is in `to`. Raises UnitError where it is of another dimension."""
    return 1.0 if unit == to else parse(f"1 {unit}", to)


def _converted(row: Exchange, unit: str, faults: list[Fault]) -> float:
    try:
        return row.amount * conversion(row.unit, unit)
    except UnitError:
        faults.append(_fault(row, f"expected {row.item!r} in {unit or 'a plain number'}, got {row.unit!r}"))
        return 0.0


def _fault(row: Exchange, message: str) -> Fault:
    return Fault(row.file, row.line, 1, row.activity, message)
