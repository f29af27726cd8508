"""The answer of the model in whole columns, and where it puts each order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from highspy import HighsBasis

    from quayline.plan.model.model import Solution

_OPTIMAL_GAP = 1e-6
STOPPED = "; stopped by a limit of the search"


def gap_of(objective_usd: float, bound_usd: float) -> float:
    """The gap to the bound, relative to the objective."""
    return max(bound_usd - objective_usd, 0.0) / max(abs(objective_usd), 1.0)


def told(gap: float, is_stopped: bool) -> str:
    """A gap in words, and whether a limit of the search ended it."""
    words = "optimal" if gap <= _OPTIMAL_GAP else f"within {gap:.3%} of the best possible"
    return words + (STOPPED if is_stopped else "")


@dataclass(frozen=True)
class Answer:
    """Whole columns with their objective and bound, the worth of one more car by week, whether a limit of the search
    ended it, and the basis of the relaxation that the columns were rounded from; or, where the whole relaxation is too
    large to be solved, the point and the multipliers of the rows that its windows found (`priced`)."""

    x: np.ndarray
    objective_usd: float
    bound_usd: float
    marginal_usd: np.ndarray
    is_stopped: bool
    basis: HighsBasis | None
    priced: Solution | None = None

    @property
    def gap(self) -> float:
        """Relative to the objective, as HiGHS has it."""
        return gap_of(self.objective_usd, self.bound_usd)

    @property
    def status(self) -> str:
        """How good the plan is proven to be, in words."""
        return told(self.gap, self.is_stopped)


@dataclass(frozen=True)
class Slots:
    """By order: pair, way, week, day number, place of the leg in its way, sailing, day of delivery; -1 for none."""

    pair: np.ndarray
    way: np.ndarray
    week: np.ndarray
    day: np.ndarray
    leg: np.ndarray
    sailing: np.ndarray
    delivered: np.ndarray
