"""A schedule of line modes as a person reads it: from which month which mode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quayline.plan.inputs.weeks import make_calendar

if TYPE_CHECKING:
    import numpy as np

    from quayline.scenario.schema import Scenario


@dataclass(frozen=True)
class Settled:
    """From a month on the line works in a mode."""

    month: str
    mode: str


def settled(scenario: Scenario, schedule: np.ndarray) -> list[Settled]:
    """The months of `schedule` (mode by month) in which the mode changes, the first month among them."""
    months = [f"{year}-{month:02}" for year, month in make_calendar(scenario).months]
    modes = [scenario.plant.modes[mode].id for mode in schedule.tolist()]
    return [
        Settled(month, mode)
        for k, (month, mode) in enumerate(zip(months, modes, strict=True))
        if k == 0 or mode != modes[k - 1]
    ]


def in_words(modes: list[Settled]) -> str:
    """'two-shifts from 2027-01, three-shifts from 2028-03'."""
    return ", ".join(f"{one.mode} from {one.month}" for one in modes)
