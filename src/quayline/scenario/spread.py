"""How wide a figure is, as people write it: `gsd 1.15`, `sd 8 %`, `41 to 89`, `uniform 41 to 89`, `… with NAME`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from quayline.base import units

_FORM = re.compile(r"^(?P<what>.*?)(?:\s+with\s+(?P<group>[a-z0-9][a-z0-9-]*))?$")
_RANGE = re.compile(r"^(?P<uniform>uniform\s+)?(?P<low>\S+)\s+to\s+(?P<high>[^\s]+)(?P<unit>.*)$")


@dataclass(frozen=True)
class Spread:
    """The distribution of a figure.

    `lognormal`: the figure is the median, `low` the geometric standard deviation. `normal`: the figure is the mean,
    `low` the standard deviation. `triangular`: the figure is the mode, from `low` to `high`. `uniform`: as far.
    Figures of the same `group` are drawn at the same quantile; '' leaves that to their source.
    """

    form: Literal["lognormal", "normal", "triangular", "uniform"]
    low: float
    high: float
    group: str = ""


def parse(text: str, value: float, unit: str) -> Spread:
    """The spread `text` of a figure of `value` in `unit`; bounds may leave the figure's unit out.

    Raises UnitError with what was found and what was expected.
    """
    form = _FORM.match(text.strip())
    assert form is not None
    what, group = form["what"].strip(), form["group"] or ""
    if what.startswith("gsd "):
        gsd = units.parse(what.removeprefix("gsd "), "")
        if gsd <= 1 or value == 0:
            raise units.UnitError(f"expected a geometric standard deviation above 1 of a figure not 0, got {text!r}")
        return Spread("lognormal", gsd, gsd, group)
    if what.startswith("sd "):
        share = units.parse(what.removeprefix("sd "), "")
        if share * abs(value) <= 0:
            raise units.UnitError(f"expected a standard deviation above 0 of a figure not 0, got {text!r}")
        return Spread("normal", abs(value) * share, abs(value) * share, group)
    bounds = _RANGE.match(what)
    if bounds is None:
        raise units.UnitError(f"expected a spread such as 'gsd 1.15', 'sd 8 %' or '41 to 89', got {text!r}")
    written = bounds["unit"].strip() or unit
    low, high = (units.parse(f"{bounds[end]} {written}", unit) for end in ("low", "high"))
    is_uniform = bounds["uniform"] is not None
    if low >= high or not low <= value <= high:
        raise units.UnitError(f"expected low to high with the figure between, got {text!r}")
    return Spread("uniform" if is_uniform else "triangular", low, high, group)
