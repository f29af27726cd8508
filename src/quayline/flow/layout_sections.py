"""Sections of a scenario as sections of a network."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from quayline.base.errors import Fault, ScenarioError
from quayline.flow.elements import CONSTANT
from quayline.flow.network import (
    Bays,
    Failures,
    Learning,
    Maintenance,
    Pace,
    Paced,
    Ratio,
    Serial,
    Spread,
    Station,
    Store,
)
from quayline.flow.shifts import day_numbers
from quayline.scenario.sections import paced_sections

if TYPE_CHECKING:
    from collections.abc import Callable

    from quayline.flow.network import Floats, Ints
    from quayline.records.stages import Balance, Plan
    from quayline.scenario import plant as written
    from quayline.scenario.schema import Scenario
    from quayline.scenario.sections import Placed
    from quayline.scenario.tasks import Assembly


@dataclass(frozen=True)
class Kinds:
    """The kinds of cars that differ in work: variant and options of each, (T,), and the kind of each car (N,)."""

    variant_idx: Ints
    options: Ints
    of_car: Ints

    @classmethod
    def of(cls, rows: pl.DataFrame) -> Kinds:
        """The kinds of the cars in `rows`."""
        both = rows["variant_idx"].to_numpy().astype(np.int64) << 32 | rows["options"].to_numpy().astype(np.int64)
        if not len(both):
            return cls(np.zeros(1, np.int64), np.zeros(1, np.int64), both)
        codes, of_car = np.unique(both, return_inverse=True)
        return cls(codes >> 32, codes & 0xFFFFFFFF, of_car.astype(np.int64))


@dataclass(frozen=True)
class Builder:
    """Builds sections of a network from what the scenario says of them."""

    scenario: Scenario
    plan: Plan
    balance: Balance
    kinds: Kinds

    @cached_property
    def _paced_at(self) -> dict[str, Placed]:
        """Where each moving line stands."""
        return {one.section.id: one for one in paced_sections(self.scenario.plant)}

    def section(self, section: Any, shop: str, common: dict[str, Any]) -> Any:
        """One section of the row, in `shop` ("": of a sub-line); `common` are places before it and its hours."""
        if section.kind == "store":
            rules = tuple(self._ratio(rule) for rule in section.rules)
            places = common["places_before"]
            return Store(section.id, section.capacity, section.access_s, places, section.lanes, rules)
        build: dict[str, Callable[[Any, str, dict[str, Any]], Serial | Paced]]
        build = {"serial": self._serial, "gate": self._gate, "paced": self._paced, "conveyor": self._conveyor}
        return build[section.kind](section, shop, common)

    def models(self) -> list[str]:
        """The model of each kind of cars."""
        return [self.scenario.vehicles.variants[v].model for v in self.kinds.variant_idx]

    def _pace_factors(self, shop: str) -> Floats:
        """By kind (T,): work time over the cycle in the serial sections of a shop."""
        models = {model.id: {p.shop: p.factor for p in model.pace} for model in self.scenario.vehicles.models}
        factors: Floats = np.array([models[model].get(shop, 1.0) for model in self.models()])
        return factors

    def _learning(self, learning: written.Learning | None) -> Learning | None:
        if learning is None:
            return None
        types = tuple(t for t, model in enumerate(self.models()) if model in learning.models)
        rows = tuple((row.from_car, row.factor) for row in learning.rows)
        return Learning(
            learning.kind, learning.first_factor, float(learning.mature_cars), rows, types if learning.models else None
        )

    def _failures(self, reliability: written.Reliability | None) -> Failures | None:
        if reliability is None or reliability.mtbf_h == 0 or reliability.mttr_s == 0:
            return None
        return Failures(
            reliability.mtbf_h * 3600, reliability.mttr_s, _scatter(reliability.repair), _scatter(reliability.up),
            reliability.by, reliability.crew, self._learning(reliability.learning),
        )  # fmt: skip

    def _serial(self, section: written.SerialSection, shop: str, common: dict[str, Any]) -> Serial:
        factors = self._pace_factors(shop)
        failures, learning = self._failures(section.reliability), self._learning(section.learning)
        stations = [
            Station(
                name, tuple(station.cycle_s * factors + self._extra_s(station)), station.servers, station.buffer,
                _scatter(station.scatter) if station.scatter else _spread(section), failures, station.transfer_s,
                learning, _maintenance(station.maintenance),
            )
            for station in section.stations
            for name in station_names(station)
        ]  # fmt: skip
        return Serial(
            section.id, tuple(stations), blocking=section.blocking, comeback_places=section.comeback_places, **common
        )

    def _gate(self, section: written.GateSection, shop: str, common: dict[str, Any]) -> Serial:
        work_s = tuple(section.cycle_s * self._pace_factors(shop))
        look = Station(
            section.id, work_s, section.servers, 0, _spread(section), self._failures(section.reliability),
            section.transfer_s, self._learning(section.learning), _maintenance(section.maintenance),
        )  # fmt: skip
        bays = tuple(Bays(repair.id, repair.bays, repair.rejoin, repair.waiting) for repair in section.repairs)
        return Serial(section.id, (look,), bays=bays, comeback_places=section.comeback_places, **common)

    def _extra_s(self, station: written.Station) -> Floats:
        """By kind (T,): work beyond the cycle for options and variants."""
        options = [option.id for option in self.scenario.vehicles.options]
        variants = [variant.id for variant in self.scenario.vehicles.variants]
        extra_s = np.zeros(len(self.kinds.options))
        for extra in station.extra:
            if extra.option is not None:
                extra_s += extra.time_s * (self.kinds.options >> options.index(extra.option) & 1)
            else:
                extra_s += extra.time_s * (self.kinds.variant_idx == variants.index(str(extra.variant)))
        return extra_s

    def _conveyor(self, section: written.ConveyorSection, _: str, common: dict[str, Any]) -> Paced:
        pace = (Pace(0.0, section.pitch_s),)
        return Paced(
            section.id, section.places, pace, failures=self._failures(section.reliability),
            comeback_places=section.comeback_places, transfer_s=section.transfer_s, **common,
        )  # fmt: skip

    def _paced(self, section: written.PacedSection, _: str, common: dict[str, Any]) -> Paced:
        modes = self.scenario.plant.modes
        days = day_numbers(self.scenario, self.plan)
        mode_of = self.plan.days["mode_idx"].to_numpy()
        new = np.flatnonzero(np.diff(mode_of, prepend=-1))
        # Before its first production day the plant does not work: the first pace may begin with the horizon.
        speeds = [self._paced_at[section.id].speed_share * mode.speed_jph for mode in modes]
        pace = tuple(
            Pace(float(days[k]) * 86400 if k else 0.0, 3600 / speeds[mode_of[k]], int(mode_of[k])) for k in new
        )
        by_mode = np.stack([self._paced_work(section.id, m) for m in range(len(modes))])
        work_s = np.repeat(by_mode[:, None, :], section.num_stations, axis=1)
        for assembly in self.scenario.assembly:
            if assembly.section == section.id:
                work_s = np.stack([self._task_work(assembly, m, section.num_stations) for m in range(len(modes))])
        return Paced(
            section.id, section.num_stations, pace, work_s, _spread(section), section.drift_share,
            section.andon_share, section.andon_s, self._failures(section.reliability),
            comeback_places=section.comeback_places, learning=self._learning(section.learning),
            transfer_s=section.transfer_s, **common,
        )  # fmt: skip

    def _paced_work(self, section: str, mode_idx: int) -> Floats:
        """Work in seconds of each kind of car (T,) at each station of a paced section in a mode; 0 of those that do
        not go there.

        The balance counts options at their take rate; a car that has one brings the rest, a car without one
        less, spread over the people of the section.
        """
        here = (pl.col("mode_idx") == mode_idx) & (pl.col("section") == section)
        row, vehicles, kinds = self.balance.sections.filter(here), self.scenario.vehicles, self.kinds
        loads = self.balance.loads.filter(here).sort("variant_idx")["load_share"].to_numpy()
        work_s: Floats = loads[kinds.variant_idx] * row["takt_s"].item()
        models = {model.id: {take.id: take.share for take in model.options} for model in vehicles.models}
        for bit, option in enumerate(vehicles.options):
            if section in option.sections and row["people"].item():
                take = np.array([models[v.model].get(option.id, 0.0) for v in vehicles.variants])
                surplus = (kinds.options >> bit & 1) - take[kinds.variant_idx]
                work_s = work_s + surplus * option.extra_s / row["people"].item()
        work_s = np.where([self._paced_at[section].passes(model) > 0 for model in self.models()], work_s, 0.0)
        if (work_s < 0).any():
            raise ScenarioError([Fault(
                self.scenario.name, 0, 0, "vehicles.options", f"the options fitted in {section!r} take more work at "
                "their take rates than a whole car: without them a car would have less than none",
            )])  # fmt: skip
        return work_s

    def _task_work(self, assembly: Assembly, mode_idx: int, num_stations: int) -> Floats:
        """Work in seconds at each station of each kind of car (S, T) in a mode: that of the tasks assigned there."""
        rows = self.balance.tasks.filter((pl.col("mode_idx") == mode_idx) & (pl.col("section") == assembly.section))
        station = dict(rows.select("task", "station").iter_rows())
        special = {(row.task, row.model): row.time_s for row in assembly.times}
        options = [option.id for option in self.scenario.vehicles.options]
        work_s = np.zeros((num_stations, len(self.kinds.options)))
        for task in assembly.tasks:
            time_s = np.array([special.get((task.id, model), task.time_s) for model in self.models()])
            if task.option is not None:
                time_s = time_s * (self.kinds.options >> options.index(task.option) & 1)
            work_s[station[task.id] - 1] += time_s
        return work_s

    def _ratio(self, rule: written.RatioRule) -> Ratio:
        """The kinds of cars that a rule of the store counts."""
        options = [option.id for option in self.scenario.vehicles.options]
        if rule.model is not None:
            types = [t for t, model in enumerate(self.models()) if model == rule.model]
        else:
            bit = options.index(str(rule.option))
            types = np.flatnonzero(self.kinds.options >> bit & 1).tolist()
        # No such car in the programme: the rule counts nothing.
        return Ratio(tuple(types) or (-1,), rule.most, rule.within)


def station_names(station: written.Station) -> list[str]:
    """The names of a station's places in the network: numbered where it stands for several in a row."""
    return [f"{station.id}-{k + 1}" for k in range(station.repeat)] if station.repeat > 1 else [station.id]


def _spread(section: written.SerialSection | written.PacedSection | written.GateSection) -> Spread:
    """How work in a section scatters."""
    if section.scatter is not None:
        return _scatter(section.scatter)
    return Spread("lognormal", section.spread_share) if section.spread_share else CONSTANT


def _scatter(scatter: written.Scatter | None) -> Spread:
    if scatter is None:
        return Spread("exponential")
    mean = math.fsum(scatter.values) / len(scatter.values) if scatter.values else 1.0
    values = tuple(value / mean for value in scatter.values)
    return Spread(scatter.kind, scatter.cv or 0.0, (scatter.shape,) if scatter.shape else values)


def _maintenance(maintenance: written.Maintenance | None) -> Maintenance | None:
    return Maintenance(maintenance.every_h * 3600, maintenance.duration_s) if maintenance else None
