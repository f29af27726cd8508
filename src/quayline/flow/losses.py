"""What became of the cars that the line's speed alone would build, and where those stand that were not built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quayline.flow.network import Paced
from quayline.flow.window import worked_s

if TYPE_CHECKING:
    from quayline.flow.engine import Outcome
    from quayline.flow.window import Window


@dataclass(frozen=True)
class Losses:
    """Of one moving line, in cars at its speed: `paced` = all others added up.

    `empty`: cycles in which an empty place came, and the time in which the line stood empty.
    """

    section: str
    paced: float
    failures: float
    andon: float
    overload: float
    blocked: float
    empty: float
    cars: int


def losses(window: Window, outcome: Outcome) -> list[Losses]:
    """The losses of every moving line, in the order of the plant."""
    found = []
    for k, section in enumerate(window.network.columns):
        if not isinstance(section, Paced) or section.work_s is None:
            continue
        line, cars = outcome.lines[section.name], int(np.isfinite(outcome.leave_s[:, k]).sum())
        paced = _paced_cars(window, section)
        down, andon, overload, blocked = (
            x * paced / line.working_s for x in (line.down_s, line.andon_s, line.overload_s, line.blocked_s)
        )
        empty = paced - (down + andon + overload + blocked) - cars
        found.append(Losses(section.name, paced, down, andon, overload, blocked, empty, cars))
    return found


def _paced_cars(window: Window, section: Paced) -> float:
    """Cars that the speed alone would build in the window's working time."""
    calendar = window.network.calendars[section.calendar]
    steps = sorted(section.pace, key=lambda step: step.from_s)
    edges = worked_s(calendar, np.minimum([*(step.from_s for step in steps), window.end_s], window.end_s))
    lengths = np.diff(edges)
    return float((lengths / np.array([step.takt_s for step in steps])).sum())


def standing(window: Window, outcome: Outcome) -> dict[str, int]:
    """How many cars that are not off the line stand where at the end; `(not begun)`: in front of it; `(scrapped)`:
    at no place any more."""
    row = slice(0, window.network.last_column + 1)
    left = ~np.isfinite(window.left_s(outcome)) & ~np.isfinite(outcome.scrapped_s)
    entered = np.isfinite(outcome.enter_s[left, row])
    last = np.where(entered.any(axis=1), entered.shape[1] - 1 - entered[:, ::-1].argmax(axis=1), -1)
    names = ["(not begun)", *(section.name for section in window.network.columns[row])]
    found = {names[k]: int(n) for k, n in enumerate(np.bincount(last + 1, minlength=len(names))) if n}
    if num := int(np.isfinite(outcome.scrapped_s).sum()):
        found["(scrapped)"] = num
    return found
