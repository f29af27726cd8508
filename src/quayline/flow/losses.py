"""What became of the cars that the line's speed alone would build, and where those stand that were not built."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quayline.flow.network import Paced
from quayline.flow.window import worked_s

if TYPE_CHECKING:
    from quayline.flow.engine import Totals
    from quayline.flow.network import Ints, Network
    from quayline.flow.slots import Passed
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


class Whereabouts:
    """Hears of cars, each once, as `stream_network` hands them on: who left which section, where the others stand.

    left: (S,) cars that have left each section. standing: by section of the row, the cars that entered it last and are
    neither off the line nor scrapped.
    """

    def __init__(self, network: Network):
        self._names = [section.name for section in network.columns[: network.last_column + 1]]
        self.left = np.zeros(len(network.columns), np.int64)
        self.standing = np.zeros(len(self._names), np.int64)
        self.num_scrapped = 0

    def __call__(self, cars: Passed) -> None:
        row = len(self._names)
        self.left += np.isfinite(cars.leave_s).sum(axis=0)
        is_scrapped = np.isfinite(cars.scrapped_s)
        self.num_scrapped += int(is_scrapped.sum())
        entered = np.isfinite(cars.enter_s[~np.isfinite(cars.leave_s[:, row - 1]) & ~is_scrapped, :row])
        inside = entered[entered.any(axis=1)]
        self.standing += np.bincount(row - 1 - inside[:, ::-1].argmax(axis=1), minlength=row)

    def table(self, num_cars: int) -> dict[str, int]:
        """How many of all cars stand where; `(not begun)`: in front of the plant, of which some were never heard of;
        `(scrapped)`: at no place any more."""
        begun = int(self.standing.sum()) + int(self.left[len(self._names) - 1]) + self.num_scrapped
        names = ["(not begun)", *self._names, "(scrapped)"]
        numbers = [num_cars - begun, *self.standing.tolist(), self.num_scrapped]
        return {name: num for name, num in zip(names, numbers, strict=True) if num}


def losses(window: Window, totals: Totals, left: Ints) -> list[Losses]:
    """The losses of every moving line, in the order of the plant; `left` (S,) cars have left each section."""
    found = []
    for k, section in enumerate(window.network.columns):
        if not isinstance(section, Paced) or section.work_s is None:
            continue
        line, cars = totals.lines[section.name], int(left[k])
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
