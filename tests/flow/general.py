"""Random small plants over the whole of docs/flow.md, each from one seed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from quayline.flow.network import (
    Bays,
    Carriers,
    Cars,
    Crew,
    Failures,
    Learning,
    Maintenance,
    Network,
    Pace,
    Paced,
    Parallel,
    Ratio,
    Serial,
    Spread,
    Station,
    Store,
    Subline,
)
from quayline.flow.network_rules import scrapping

if TYPE_CHECKING:
    from collections.abc import Sequence

END_S = 2.0**19
ENDLESS_S = 2.0**32


@dataclass(frozen=True)
class Menu:
    """What times, laws and shares the parts of a plant are drawn from."""

    spreads: tuple[Spread, ...]
    work_s: tuple[float, ...]
    mtbf_s: tuple[float, ...]
    mttr_s: tuple[float, ...]
    way_s: tuple[float, ...]
    takt_s: tuple[float, ...]
    pace_from_s: tuple[float, ...]
    later_takt_s: float
    takt_shares: tuple[float, ...]
    andon_share: tuple[float, ...]
    learning: tuple[Learning, ...]
    maintenance: tuple[Maintenance, ...]
    access_s: tuple[float, ...]
    bay_s: float
    repair_s: tuple[float, ...]
    release_s: tuple[float, ...]
    gap_s: tuple[float, ...]
    shift_s: tuple[float, ...]


AT_ODDS = Menu(
    spreads=(
        Spread(), Spread(), Spread("exponential"), Spread("lognormal", 0.4), Spread("gamma", 0.6), Spread("gamma", 1.4),
        Spread("weibull", values=(1.7,)), Spread("uniform", values=(0.5, 1.5)),
        Spread("triangular", values=(0.7, 0.9, 1.4)), Spread("empirical", values=(0.5, 1.0, 1.5)),
    ),
    work_s=(1.0, 20.0, 33.3, 60.0, 61.7), mtbf_s=(150.0, 400.0), mttr_s=(40.0, 90.0), way_s=(0.0, 0.0, 12.5),
    takt_s=(30.0, 60.0, 66.6, 240.0), pace_from_s=(500.0, 2000.0), later_takt_s=45.0,
    takt_shares=(0.0, 0.8, 0.95, 1.0, 1.3), andon_share=(0.0, 0.05),
    learning=(
        Learning("power", 2.0, 10.0), Learning("exponential", 1.8, 6.0, types=(0,)),
        Learning("table", rows=((1, 1.6), (4, 1.25), (9, 1.0))),
    ),
    maintenance=(Maintenance(200.0, 75.0), Maintenance(60.0, 20.5)), access_s=(0.0, 15.0, 90.0), bay_s=80.0,
    repair_s=(30.0, 75.5, 240.0), release_s=(0.0, 0.0, 350.25, 1200.0, 3000.0), gap_s=(0.0, 60.0, 300.0, 1000.5),
    shift_s=(120.0, 500.0, 1120.5, 3000.0),
)  # fmt: skip
# Every time a multiple of 20 s and none drawn: much happens at one instant.
IN_STEP = Menu(
    spreads=(Spread(),), work_s=(20.0, 40.0, 60.0), mtbf_s=(40.0, 120.0), mttr_s=(20.0, 60.0), way_s=(0.0, 0.0, 20.0),
    takt_s=(40.0, 60.0, 80.0), pace_from_s=(500.0, 2000.0), later_takt_s=40.0, takt_shares=(0.0, 0.5, 1.0, 1.5),
    andon_share=(0.0,), learning=(Learning("table", rows=((1, 2.0), (4, 1.0))),),
    maintenance=(Maintenance(120.0, 40.0), Maintenance(60.0, 20.0)), access_s=(0.0, 20.0, 60.0), bay_s=40.0,
    repair_s=(20.0, 40.0, 80.0), release_s=(0.0, 0.0, 360.0, 1200.0), gap_s=(0.0, 60.0, 300.0, 1000.0),
    shift_s=(120.0, 240.0, 500.0, 1120.0),
)  # fmt: skip


class Draw:
    """Draws the parts of one plant; whatever several parts must agree on stands here."""

    def __init__(self, seed: int):
        self.rng = np.random.default_rng(seed)
        self.menu = IN_STEP if self.chance(0.3) else AT_ODDS
        self.num_types = self.number(1, 3)
        self.crews = tuple(Crew(f"crew{k}", self.one_of(1, 1, 2)) for k in range(self.number(0, 2)))

    def number(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return int(self.rng.integers(low, high + 1))

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def one_of(self, *options: Any) -> Any:
        return options[self.number(0, len(options) - 1)]

    def calendar(self, is_endless: bool) -> Any:
        """Shifts with gaps; the last one without an end if `is_endless`."""
        num = self.number(0 if is_endless else 4, 12)
        gaps = self.rng.choice(self.menu.gap_s, num)
        lengths = self.rng.choice(self.menu.shift_s, num)
        shifts = np.cumsum(np.array([gaps, lengths]).T.ravel()).reshape(-1, 2)
        if not is_endless:
            return shifts
        start = shifts[-1, 1] + 100.0 if num else 0.0
        return np.vstack([shifts, [start, ENDLESS_S]])

    def failures(self, is_finish: bool) -> Failures | None:
        if self.chance(0.5):
            return None
        menu = self.menu
        found = Failures(
            self.one_of(*menu.mtbf_s), self.one_of(*menu.mttr_s), self.one_of(*menu.spreads),
            self.one_of(*menu.spreads), self.one_of("operation", "time"), None, self.one_of(None, *menu.learning),
        )  # fmt: skip
        if self.crews and not is_finish and self.chance(0.8):
            return replace(found, crew=self.one_of(*self.crews).name)
        return found

    def station(self, name: str, is_finish: bool) -> Station:
        menu, servers = self.menu, self.one_of(1, 1, 2, 3)
        work_s = tuple(self.one_of(*menu.work_s) for _ in range(self.num_types))
        return Station(
            name, work_s, servers, self.number(0, 2), self.one_of(*menu.spreads), self.failures(is_finish),
            self.one_of(*menu.way_s), self.one_of(None, None, *menu.learning),
            self.one_of(None, None, *menu.maintenance),
        )  # fmt: skip

    def serial(self, name: str, rejoin: Sequence[str] | None = None) -> Serial:
        """A serial section; a gate with `rejoin`, the sections to which its bays may send back."""
        is_finish = self.chance(0.33)
        stations = tuple(self.station(f"{name}-{k}", is_finish) for k in range(self.number(1, 3)))
        num_bays = self.number(0, 2) if rejoin is not None else 0
        bays = tuple(self.bays(f"{name}-bays-{k}", (None, name, *(rejoin or ()))) for k in range(num_bays))
        scrap_share = self.one_of(0.0, 0.1) if rejoin is not None else 0.0
        return Serial(
            name, stations, self.number(0, 3), self.number(0, 1), bays, "finish" if is_finish else "pause",
            self.one_of("after", "after", "before"), self.one_of(None, None, 1, 2), scrap_share,
        )  # fmt: skip

    def bays(self, name: str, rejoin: Sequence[str | None]) -> Bays:
        share = self.one_of(0.0, 0.3)
        return Bays(
            name, self.number(1, 2), self.one_of(*rejoin), self.one_of(None, None, 0, 1, 2), share,
            self.one_of(1.0, 0.6), self.menu.bay_s if share else 0.0, self.one_of(*self.menu.spreads),
        )  # fmt: skip

    def paced(self, name: str) -> Paced:
        menu, pitches, is_finish = self.menu, self.number(1, 4), self.chance(0.33)
        takt_s = self.one_of(*menu.takt_s)
        pace = (Pace(0.0, takt_s, 0), Pace(self.one_of(*menu.pace_from_s), menu.later_takt_s, 1))
        work_s = None
        if self.chance(0.6):
            work_s = takt_s * self.rng.choice(menu.takt_shares, (2, pitches, self.num_types))
        return Paced(
            name, pitches, pace, work_s, self.one_of(*menu.spreads), self.one_of(0.0, 0.1, 0.5),
            self.one_of(*menu.andon_share), 40.0, self.failures(is_finish), self.number(1, 3), self.number(0, 1),
            "finish" if is_finish else "pause", self.one_of(None, None, 1, 2), self.one_of(*menu.way_s),
            self.one_of(None, None, *menu.learning),
        )  # fmt: skip

    def store(self, name: str) -> Store:
        lanes = self.one_of(0, 1, 2, 3)
        rules = tuple(
            Ratio((self.number(0, self.num_types - 1),), *self.one_of((1, 2), (1, 3), (2, 3)))
            for _ in range(self.number(0, 2))
        )
        capacity = max(lanes, 1) * self.number(1, 3)
        return Store(name, capacity, self.one_of(*self.menu.access_s), self.number(0, 2), lanes, rules)

    def parallel(self, name: str) -> Parallel:
        branches = []
        for b in range(self.number(2, 3)):
            sections: list[Serial | Paced] = []
            for k in range(self.number(1, 2)):
                own = f"{name}-{b}-{k}"
                section = self.paced(own) if self.chance(0.4) else self.serial(own, [s.name for s in sections])
                sections.append(fitting(section, sections[-1]) if sections else with_place(section))
            branches.append(tuple(sections))
        route = self.one_of("type", "turn", "room")
        by_type = tuple(self.number(0, len(branches) - 1) for _ in range(self.num_types))
        return Parallel(name, tuple(branches), route, by_type if route == "type" else ())

    def row(self) -> tuple[Any, ...]:
        """Two to five parts, with stores between some."""
        row: list[Any] = []
        stages: list[str] = []  # sections that bays may send back to
        num = self.number(2, 5)
        for k in range(num):
            may_branch = 0 < k < num - 1 and not isinstance(row[-1], Parallel)
            kind = self.one_of("serial", "paced", "gate", "gate", *["parallel"] * may_branch)
            if kind == "parallel":
                row.append(self.parallel(f"s{k}"))
                continue
            if row and not isinstance(row[-1], Parallel) and self.chance(0.35):
                row[-1] = without_way(row[-1])
                row.append(self.store(f"store{k}"))
            if kind == "paced":
                section: Serial | Paced = self.paced(f"s{k}")
            else:
                section = self.serial(f"s{k}", stages[-2:] if kind == "gate" else None)
            row.append(fitting(section, row[-1] if row else None))
            stages.append(section.name)
        return tuple(row)

    def sublines(self, names: Sequence[str]) -> tuple[Subline, ...]:
        found = []
        for k in range(self.one_of(0, 0, 1, 2) if len(names) > 1 else 0):
            own = f"sub{k}-0"
            first = with_place(self.paced(own) if self.chance(0.4) else self.serial(own))
            more = [fitting(self.serial(f"sub{k}-1"), first)] if self.chance(0.5) else []
            fork = self.number(0, len(names) - 2)
            join = names[self.number(fork + 1, len(names) - 1)]
            found.append(Subline(f"sub{k}", (first, *more), names[fork], join, self.number(1, 3)))
        return tuple(found)

    def carriers(self, names: Sequence[str]) -> tuple[Carriers, ...]:
        found = []
        for k in range(self.one_of(0, 0, 1, 2)):
            load = self.number(0, len(names) - 1)
            unload = names[self.number(load, len(names) - 1)]
            found.append(Carriers(f"skids{k}", self.number(1, 5), names[load], unload, self.one_of(0.0, 30.0)))
        return tuple(found)

    def network(self) -> Network:
        """A row with what may lie beside it: of sub-lines, carriers and ways back as much as goes together."""
        row, is_endless = self.row(), self.chance(0.8)
        hours = (self.calendar(is_endless), self.calendar(is_endless))
        names = [part.name for part in row if isinstance(part, Serial | Paced)]
        sublines, carriers = self.sublines(names), self.carriers(names)
        joins = {line.join for line in sublines}
        joined = tuple(with_place(part) if part.name in joins else part for part in row)
        for own, beside in ((joined, sublines), (row, ())):
            for parts in (own, tuple(map(without_ways_back, own))):
                for loops in (carriers, ()):
                    try:
                        return Network(parts, hours, self.num_types, beside, loops, self.crews)
                    except ValueError:
                        continue
        raise AssertionError("a plain row must be a network")

    def cars(self, network: Network) -> Cars:
        num = self.one_of(1, 8, 15, 25)
        release_s = np.sort(self.rng.choice(self.menu.release_s, num))
        shape = (len(network.all_bays), num)
        repair_s = np.where(self.rng.random(shape) < 0.3, self.rng.choice(self.menu.repair_s, shape), 0.0)
        scrap_at = np.where(self.rng.random(num) < 0.1, self.rng.choice([-1, *scrapping(network)], num), -1)
        return Cars(self.rng.integers(0, self.num_types, num), release_s, repair_s, scrap_at)


def plant(seed: int) -> tuple[Network, Cars]:
    """A network and its cars."""
    draw = Draw(seed)
    network = draw.network()
    return network, draw.cars(network)


def fitting(section: Any, before: Any) -> Any:
    """The section with a place before it where it must have one, and no limit that asks for one."""
    if before is None or isinstance(before, Store) or section.places_before:
        return section
    if isinstance(before, Parallel) or (before.calendar, before.at_shift_end) != (
        section.calendar,
        section.at_shift_end,
    ):
        return with_place(section)
    return replace(section, comeback_places=None)


def with_place(section: Any) -> Any:
    return replace(section, places_before=max(section.places_before, 1))


def without_way(section: Serial | Paced) -> Serial | Paced:
    """The section without a way behind it."""
    if isinstance(section, Paced):
        return replace(section, transfer_s=0.0)
    return replace(section, stations=(*section.stations[:-1], replace(section.stations[-1], transfer_s=0.0)))


def without_ways_back(part: Any) -> Any:
    """The part with bays that lead on and without scrap, so that it may lie between fork and join."""
    if not isinstance(part, Serial):
        return part
    return replace(part, scrap_share=0.0, bays=tuple(replace(bays, rejoin=None) for bays in part.bays))
