"""A linear or mixed integer programme as plain arrays, for questions beside the model itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from scipy.sparse import csr_array

    from quayline.plan.model.model import Model


@dataclass(frozen=True)
class Bounds:
    """The columns: lower <= x <= upper, and which are whole."""

    lower: np.ndarray
    upper: np.ndarray
    integer: np.ndarray

    @property
    def num(self) -> int:
        """Number of columns."""
        return len(self.lower)


@dataclass(frozen=True)
class Program:
    """Maximise usd @ x + constant over the bounds of `variables` and lower <= matrix @ x <= upper."""

    variables: Bounds
    matrix: csr_array
    lower: np.ndarray
    upper: np.ndarray
    usd: np.ndarray
    constant_usd: float


def program_of(model: Model) -> Program:
    """The arrays of `model`."""
    v = model.variables
    bounds = Bounds(v.lower, v.upper, v.integer)
    return Program(bounds, model.matrix, model.lower, model.upper, model.usd, model.constant_usd)
