"""A stretch of a run's time under other seeds: its cars with defects of their own, streamed through its plant."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quayline.flow.headline import headline
from quayline.flow.layout import with_defects
from quayline.flow.solve import assembly_columns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.flow.layout import Layout
    from quayline.flow.network import Cars
    from quayline.flow.window import Window
    from quayline.quality.solve import Draws

PART = 16_384
"""Cars whose defects are drawn at a time."""


@dataclass(frozen=True, eq=False)
class Replication:
    """A window of a layout's cars, and who draws their defects."""

    layout: Layout
    window: Window
    draws: Draws

    def headline(self, seed: int) -> dict[str, float]:
        """The headline figures under a seed: its own defects, work times and breakdowns."""
        return headline(self.window, seed, assembly_columns(self.layout), self._parts(seed))

    def _parts(self, seed: int) -> Iterator[Cars]:
        cars, before = self.window.cars, self.window.first
        for first in range(0, len(cars.release_s), PART):
            part = cars.between(first, first + PART)
            here = slice(before + first, before + first + len(part.release_s))
            defects = self.draws.between(here.start, here.stop, seed)
            yield with_defects(self.window.network, part, self.layout.order_id[here], defects)
