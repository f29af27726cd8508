"""The tables by car of the compiled simulation: cars are handed in, those that have left are taken out.

A car's slot is free again when it has left the plant, so that the tables need hold no more cars than are in it at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from quayline.flow import _kernels_net as net
from quayline.flow.network_rules import scrapping
from quayline.flow.ticks import on_grid

if TYPE_CHECKING:
    from quayline.flow.network import Cars, Floats, Ints, Network

BLANK: dict[str, float] = {
    "number": -1, "car_type": 0, "next_car": -1, "loops": 0, "num_repairs": 0, "twins": 0, "queue": -1,
    "scrap_at": -1,
    "release_s": 0.0, "repair_s": 0.0, "repair_total": 0.0, "sent_s": 0.0, "way_w": 0.0, "scrapped_s": np.inf,
    "enter_s": np.inf, "leave_s": np.inf,
}  # fmt: skip
"""The tables by car, and what an empty slot holds."""


@dataclass(frozen=True, eq=False)
class Passed:
    """Cars that have left, or what is known of those inside at the end. n cars, S sections, K kinds of bays.

    number, car_type, num_repairs: (n,); release_s, repair_s, scrapped_s: (n,); enter_s, leave_s: (n, S).
    """

    number: Ints
    car_type: Ints
    release_s: Floats
    enter_s: Floats
    leave_s: Floats
    num_repairs: Ints
    repair_s: Floats
    scrapped_s: Floats


class Slots:
    """Looks after the tables by car of one simulation."""

    def __init__(self, network: Network, has_way: bool, num_slots: int):
        self.network, self.num_slots = network, num_slots
        lines, columns = 1 + len(network.sublines), len(network.columns)
        self._shape: dict[str, tuple[int, int]] = dict.fromkeys(BLANK, (1, 1))
        # Before and after the slot: every sub-line has links of its own, every kind of bays its repairs.
        self._shape |= {
            "next_car": (lines, 1), "loops": (lines, 1), "way_w": (lines if has_way else 0, 1),
            "repair_s": (len(network.all_bays), 1), "enter_s": (1, columns), "leave_s": (1, columns),
        }  # fmt: skip
        self.num_handed, self.may_scrap = 0, [-1, *scrapping(network)]
        self._taken = np.zeros(num_slots, bool)

    def blank(self) -> dict[str, tuple[int, float]]:
        """Size and number of every table, without a car."""
        sizes = {name: before * self.num_slots * after for name, (before, after) in self._shape.items()}
        return {name: (sizes[name], number) for name, number in BLANK.items()}

    def _of(self, arrays: net.Net, name: str) -> Any:
        """A table by slot, not copied: (before, slots, after)."""
        before, after = self._shape[name]
        start = int(arrays.plant[0][name])
        block = arrays.i if name in net.INTS else arrays.f
        return block[start : start + before * self.num_slots * after].reshape(before, self.num_slots, after)

    @property
    def num_free(self) -> int:
        """Cars that can be handed in."""
        return int((~self._taken).sum())

    def hand_in(self, arrays: net.Net, cars: Cars) -> None:
        """Put the next cars of the planned sequence in front of the plant, at most `num_free`.

        Raises ValueError when they do not fit the network.
        """
        num, kinds = len(cars.release_s), len(self.network.all_bays)
        repair_s = on_grid(cars.repair_s) if cars.repair_s.size else np.zeros((kinds, num))
        if len(cars.car_type) != num or repair_s.shape != (kinds, num):
            raise ValueError(f"{num} releases, {len(cars.car_type)} types, repairs {repair_s.shape}")
        if num and (cars.car_type.min() < 0 or cars.car_type.max() >= self.network.num_types or (repair_s < 0).any()):
            raise ValueError("a car of no known type, or a repair below zero")
        scrap_at = cars.scrap_at if cars.scrap_at.size else np.full(num, -1)
        if scrap_at.shape != (num,) or not np.isin(scrap_at, self.may_scrap).all():
            found = sorted(set(scrap_at.tolist()))
            raise ValueError(f"{num} cars scrapped at sections {found}, expected only {self.may_scrap}")
        slots = np.flatnonzero(~self._taken)[:num]
        self._taken[slots] = True
        numbers = self.num_handed + np.arange(num)
        given = {"number": numbers, "car_type": cars.car_type, "release_s": on_grid(cars.release_s),
                 "scrap_at": scrap_at}  # fmt: skip
        for name, values in given.items():
            self._of(arrays, name)[0, slots, 0] = values
        self._of(arrays, "repair_s")[:, slots, 0] = repair_s
        self._of(arrays, "queue")[0, numbers % self.num_slots, 0] = slots
        self.num_handed += num
        arrays.plant[0]["num_cars"] = self.num_handed

    def take_out(self, arrays: net.Net) -> Passed:
        """The cars that have left the plant since the last time, by number; their slots are free."""
        left_s = self._of(arrays, "leave_s")[0, :, self.network.last_column]
        is_out = np.isfinite(left_s) | np.isfinite(self._of(arrays, "scrapped_s")[0, :, 0])
        slots = np.flatnonzero(is_out)
        passed = self.of(arrays, slots[np.argsort(self._of(arrays, "number")[0, slots, 0])])
        self._taken[slots] = False
        for name, number in BLANK.items():
            if name != "queue":
                self._of(arrays, name)[:, slots] = number
        return passed

    def take_rest(self, arrays: net.Net) -> Passed:
        """All cars that are still there, by number."""
        slots = np.flatnonzero(self._taken)
        return self.of(arrays, slots[np.argsort(self._of(arrays, "number")[0, slots, 0])])

    def of(self, arrays: net.Net, slots: Ints | slice) -> Passed:
        """What the tables say of some cars."""
        names = ("number", "car_type", "release_s", "num_repairs", "repair_total", "scrapped_s")
        number, car_type, release_s, num_repairs, repair_s, scrapped_s = (
            self._of(arrays, name)[0, slots, 0] for name in names
        )
        enter_s, leave_s = self._of(arrays, "enter_s")[0, slots], self._of(arrays, "leave_s")[0, slots]
        return Passed(number, car_type, release_s, enter_s, leave_s, num_repairs, repair_s, scrapped_s)

    def widened(self, arrays: net.Net) -> net.Net:
        """The same simulation with twice as many slots; all cars that were handed in must be under way."""
        wider = Slots(self.network, self._shape["way_w"][0] > 0, 2 * self.num_slots)
        plant = arrays.plant.copy()
        blocks = []
        for names, block in ((net.INTS, arrays.i), (net.FLOATS, arrays.f)):
            starts = [int(arrays.plant[0][name]) for name in names] + [len(block)]
            parts, at = [], 0
            for k, name in enumerate(names):
                part = block[starts[k] : starts[k + 1]]
                if name in BLANK:
                    before, after = self._shape[name]
                    wide = np.full((before, wider.num_slots, after), BLANK[name], block.dtype)
                    wide[:, : self.num_slots] = part.reshape(before, self.num_slots, after)
                    part = wide.ravel()
                plant[0][name] = at
                at += len(part)
                parts.append(part)
            blocks.append(np.concatenate(parts))
        arrays.sec["base"] *= 2
        plant["num_slots"] = wider.num_slots
        self._taken = np.append(self._taken, np.zeros(self.num_slots, bool))
        self.num_slots = wider.num_slots
        return arrays._replace(plant=plant, i=blocks[0], f=blocks[1])
