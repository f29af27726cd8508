"""Distributions of factors, and dependent draws from them: factors of one group move together."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, log
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from scipy.special import ndtri

from quayline.base.random import stream

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

Form = Literal["fixed", "triangular", "uniform", "normal", "lognormal"]
FORMS: tuple[str, ...] = get_args(Form)

_NEEDS = {"fixed": (), "triangular": ("low", "high"), "uniform": ("low", "high"), "normal": ("spread",),
          "lognormal": ("spread",)}  # fmt: skip


@dataclass(frozen=True)
class Distribution:
    """How a figure may lie around its `value`, which is what counts where nothing is drawn.

    `fixed`: always the value. `triangular`: between `low` and `high`, the value its mode. `uniform`: between `low` and
    `high`; the value lies between them. `normal`: the value its mean, `spread` its standard deviation. `lognormal`:
    the value its median, `spread` the geometric standard deviation (> 1); a negative value mirrors it.
    Factors of one `group` (one source, one method) take the same quantile in each draw; '' stands alone.
    Raises ValueError for figures that do not fit the form.
    """

    form: Form
    value: float
    low: float | None = None
    high: float | None = None
    spread: float | None = None
    group: str = ""

    def __post_init__(self) -> None:
        if self.form not in FORMS:
            raise ValueError(f"expected {', '.join(FORMS)} as distribution, got {self.form!r}")
        given = [name for name in ("low", "high", "spread") if getattr(self, name) is not None]
        if sorted(given) != sorted(_NEEDS[self.form]):
            needs = " and ".join(_NEEDS[self.form]) or "none of low, high, spread"
            raise ValueError(f"{self.form} needs {needs}, got {', '.join(given) or 'none'}")
        if not all(isfinite(getattr(self, name)) for name in ("value", *given)):
            raise ValueError(f"{self.form} needs finite figures")
        if self.low is not None and self.high is not None and not self.low <= self.value <= self.high:
            raise ValueError(f"{self.form} needs low <= value <= high, got {self.low:g}, {self.value:g}, {self.high:g}")
        if self.low is not None and self.low == self.high:
            raise ValueError(f"{self.form} needs low < high, got {self.low:g} for both: write fixed")
        if self.form == "normal" and self.spread is not None and self.spread <= 0:
            raise ValueError(f"normal needs a standard deviation above 0, got {self.spread:g}")
        if self.form == "lognormal" and ((self.spread is not None and self.spread <= 1) or self.value == 0):
            raise ValueError(f"lognormal needs a value other than 0 and a geometric spread above 1, got {self.value:g}"
                             f" and {self.spread:g}")  # fmt: skip

    def at(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        """The quantiles at `share` (0 < share < 1), same shape."""
        if self.low is not None and self.high is not None:
            low, width = self.low, self.high - self.low
            if self.form == "uniform":
                return low + width * share
            rise = (self.value - low) / width
            up = low + width * np.sqrt(rise * share)
            down = self.high - width * np.sqrt((1 - rise) * (1 - share))
            return np.where(share < rise, up, down)
        if self.spread is None:
            return np.full_like(share, self.value)
        normal: NDArray[np.float64] = ndtri(share)
        if self.form == "normal":
            return self.value + self.spread * normal
        # A mirrored one still rises with the share, as all others do: groups move the same way.
        grown: NDArray[np.float64] = np.exp((log(self.spread) if self.value > 0 else -log(self.spread)) * normal)
        return self.value * grown


def draws(factors: Mapping[str, Distribution], num_draws: int, seed: int) -> NDArray[np.float64]:
    """Values of the factors, shape (num_draws, num_factors), columns in their order.

    Each group, and each factor without one, has its own stream named by it: adding a factor changes no other, and the
    first draws of many are the draws of few.
    """
    if num_draws < 1:
        raise ValueError(f"num_draws is {num_draws}, expected at least 1")
    values = np.empty((num_draws, len(factors)))
    shares: dict[tuple[str, str], NDArray[np.float64]] = {}
    for k, (name, factor) in enumerate(factors.items()):
        if factor.form == "fixed":
            values[:, k] = factor.value
            continue
        mover = ("group", factor.group) if factor.group else ("factor", name)
        if mover not in shares:
            drawn = stream(seed, "carbon", "uncertainty", *mover).random(num_draws)
            shares[mover] = np.maximum(drawn, 2.0**-54)  # at 0, which has that chance, a quantile may be infinite
        values[:, k] = factor.at(shares[mover])
    return values
