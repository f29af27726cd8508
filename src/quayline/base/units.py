"""Quantities as people write them ('80 s', '45 /h', '15 %') to plain floats in one canonical unit."""

from __future__ import annotations

import hashlib
import math
import os
import re
from functools import cache
from pathlib import Path
from typing import Any

_NUMBER = re.compile(r"^\s*([+-]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*$")

# No names with underscores, no long digit runs: a unit, never an expression that computes.
_UNIT = re.compile(r"^(?!.*\*\*)(?!.*\d{4})[A-Za-z0-9 */^().%]{0,40}$")

# The field's own units, beside those that pint knows.
_DEFINITIONS = """
USD = [currency]
kUSD = 1000 * USD
MUSD = 1e6 * USD
car = [vehicle] = cars
CEU = [car_equivalent]
kgCO2e = [carbon]
gCO2e = 1e-3 * kgCO2e
tCO2e = 1000 * kgCO2e
person = [person] = people
tkm = tonne * kilometer
percent = 0.01
point = percent = points
""".strip().splitlines()


class UnitError(ValueError):
    """A quantity that cannot be read in the unit expected."""


def _cache_folder(pint_file: str) -> Path | None:
    """Where pint keeps its definitions read: a folder of this very pint, none where the package cannot be written to.

    What it keeps names the files that it was read from: in the folder that all environments of a user share (pint's
    ":auto:") it breaks when the environment that wrote it goes.
    """
    home = Path(__file__).parents[1] / "__pycache__"
    if not os.access(home if home.is_dir() else home.parent, os.W_OK):
        return None
    return home / f"units-{hashlib.sha256(pint_file.encode()).hexdigest()[:12]}"


@cache
def _registry() -> Any:
    import pint

    registry: Any = pint.UnitRegistry(cache_folder=_cache_folder(pint.__file__), on_redefinition="ignore")
    for line in _DEFINITIONS:
        registry.define(line)
    return registry


@cache
def _factor(unit: str, canonical: str) -> float:
    """What one `unit` is in `canonical`; raises UnitError when it is no unit or of another dimension."""
    import tokenize

    import pint

    if not _UNIT.match(unit):
        raise UnitError(f"{unit!r} is no unit")
    registry = _registry()
    try:
        one = registry.Quantity(1.0, "") * registry.parse_expression(_expression(unit))
        wanted = registry.Quantity(1.0, "") * registry.parse_expression(_expression(canonical))
        return float((one / wanted).to("").magnitude)
    except (pint.PintError, tokenize.TokenError, AttributeError, TypeError, ArithmeticError) as fault:
        raise UnitError(str(fault)) from fault


def _expression(unit: str) -> str:
    """`/h` means 1/h, nothing means a plain number, % is a hundredth."""
    unit = unit.replace("%", "percent").strip() or "dimensionless"
    return f"1 {unit}" if unit.startswith("/") else unit


def parse(text: object, canonical: str) -> float:
    """The quantity `text` as a float in `canonical` (a unit such as 's', 'USD/car', '' for a ratio).

    A bare number is accepted only where the canonical unit is dimensionless.
    Raises UnitError with what was found and what was expected.
    """
    expected = f"a quantity in {canonical}" if canonical else "a plain number or a percentage"
    if isinstance(text, bool) or not isinstance(text, str | int | float):
        raise UnitError(f"expected {expected}, got {text!r}")
    if isinstance(text, int | float):
        if canonical:
            raise UnitError(f"expected {expected}, got {text!r} without a unit")
        value, unit = float(text), ""
    else:
        match = _NUMBER.match(text)
        if match is None:
            raise UnitError(f"expected {expected}, got {text!r}")
        value, unit = float(match[1].replace("_", "")), match[2]
    try:
        result = value * _factor(unit, canonical)
    except UnitError as fault:
        raise UnitError(f"expected {expected}, got {text!r}") from fault
    if not math.isfinite(result):
        raise UnitError(f"expected {expected} that is finite, got {text!r}")
    return result
