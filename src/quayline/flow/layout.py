"""The plant of a scenario as a network, and the cars of a sequence as its cars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from quayline.base.errors import Fault, ScenarioError
from quayline.flow.network import Bays, Cars, Failures, Network, Pace, Paced, Serial, Spread, Station, Store
from quayline.flow.shifts import day_numbers, working_intervals

if TYPE_CHECKING:
    from quayline.flow.network import Floats, Ints
    from quayline.records.stages import Balance, DaySequence, Plan, QualityLog
    from quayline.scenario.plant import ConveyorSection, GateSection, PacedSection, Reliability, SerialSection
    from quayline.scenario.schema import Scenario


@dataclass(frozen=True, eq=False)
class Layout:
    """A network with its cars (in planned sequence), and what leads from there back to the scenario.

    `shop_of` gives the place in plant.shops by section; `order_id` (N,); `build_on` dates (N,).
    """

    network: Network
    cars: Cars
    shop_of: dict[str, int]
    order_id: Ints
    build_on: pl.Series


@dataclass(frozen=True)
class _Kinds:
    """The kinds of cars that differ in work: variant and options of each, (T,), and the kind of each car (N,)."""

    variant_idx: Ints
    options: Ints
    of_car: Ints


def lay_out(scenario: Scenario, plan: Plan, sequence: DaySequence, balance: Balance, quality: QualityLog) -> Layout:
    """The network and the cars; raises ScenarioError where the plant's sections cannot follow each other."""
    rows = sequence.cars.sort("position").join(
        plan.orders.select("order_id", "variant_idx", "options"), on="order_id", how="left", maintain_order="left"
    )
    kinds = _kinds(rows)
    intervals, starts = working_intervals(scenario, plan)
    sections: list[Any] = []
    shop_of: dict[str, int] = {}
    places = 1
    for shop_idx, shop in enumerate(scenario.plant.shops):
        for section in shop.sections:
            shop_of[section.id] = shop_idx
            if section.kind == "serial":
                sections.append(_serial(scenario, section, shop.id, kinds, places))
            elif section.kind == "gate":
                sections.append(_gate(scenario, section, shop.id, kinds, places))
            elif section.kind == "paced":
                sections.append(_paced(scenario, plan, balance, section, kinds, places))
            elif section.kind == "conveyor":
                sections.append(_conveyor(section, places))
            else:
                sections.append(Store(section.id, section.capacity, section.access_s, places))
            places = _places_behind(section)
    try:
        network = Network(tuple(sections), (intervals,), len(kinds.variant_idx))
    except ValueError as fault:
        raise ScenarioError([Fault(scenario.name, 0, 0, "plant.shops", str(fault))]) from fault
    cars = Cars(kinds.of_car, _release(scenario, plan, rows, starts), _repairs(network, rows, quality))
    return Layout(network, cars, shop_of, rows["order_id"].to_numpy().astype(np.int64), rows["build_on"])


def _kinds(rows: pl.DataFrame) -> _Kinds:
    both = rows["variant_idx"].to_numpy().astype(np.int64) << 32 | rows["options"].to_numpy().astype(np.int64)
    if not len(both):
        return _Kinds(np.zeros(1, np.int64), np.zeros(1, np.int64), both)
    codes, of_car = np.unique(both, return_inverse=True)
    return _Kinds(codes >> 32, codes & 0xFFFFFFFF, of_car.astype(np.int64))


def _places_behind(section: Any) -> int:
    """Places between a section and the next: behind its last station and behind itself."""
    if section.kind == "store":
        return 0
    return int(section.buffer_after) + (int(section.stations[-1].buffer) if section.kind == "serial" else 0)


def _spread(share: float) -> Spread:
    return Spread("lognormal", share) if share > 0 else Spread()


def _failures(reliability: Reliability) -> Failures | None:
    if reliability.mtbf_h == 0 or reliability.mttr_s == 0:
        return None
    return Failures(reliability.mtbf_h * 3600, reliability.mttr_s)


def _pace_factors(scenario: Scenario, shop: str, kinds: _Kinds) -> Floats:
    """By kind (T,): work time over the cycle in the serial sections of a shop."""
    models = {model.id: {pace.shop: pace.factor for pace in model.pace} for model in scenario.vehicles.models}
    by_variant = [models[variant.model].get(shop, 1.0) for variant in scenario.vehicles.variants]
    factors: Floats = np.array(by_variant)[kinds.variant_idx]
    return factors


def _serial(scenario: Scenario, section: SerialSection, shop: str, kinds: _Kinds, places: int) -> Serial:
    factors = _pace_factors(scenario, shop, kinds)
    spread, failures = _spread(section.spread_share), _failures(section.reliability)
    stations = [
        Station(
            f"{station.id}-{k + 1}" if station.repeat > 1 else station.id,
            tuple(station.cycle_s * factors), station.servers, station.buffer, spread, failures,
        )
        for station in section.stations
        for k in range(station.repeat)
    ]  # fmt: skip
    return Serial(section.id, tuple(stations), places)


def _gate(scenario: Scenario, section: GateSection, shop: str, kinds: _Kinds, places: int) -> Serial:
    work_s = tuple(section.cycle_s * _pace_factors(scenario, shop, kinds))
    look = Station(section.id, work_s, section.servers, 0, _spread(section.spread_share))
    bays = tuple(Bays(repair.id, repair.bays, repair.rejoin) for repair in section.repairs)
    return Serial(section.id, (look,), places, bays=bays)


def _paced(
    scenario: Scenario, plan: Plan, balance: Balance, section: PacedSection, kinds: _Kinds, places: int
) -> Paced:
    modes = scenario.plant.modes
    days = day_numbers(scenario, plan)
    mode_of = plan.days["mode_idx"].to_numpy()
    new = np.flatnonzero(np.diff(mode_of, prepend=-1))
    # Before its first production day the plant does not work: the first pace may begin with the horizon.
    pace = tuple(
        Pace(float(days[k]) * 86400 if k else 0.0, 3600 / modes[mode_of[k]].speed_jph, int(mode_of[k])) for k in new
    )
    by_mode = np.stack([_paced_work(scenario, balance, section.id, m, kinds) for m in range(len(modes))])
    work_s = np.repeat(by_mode[:, None, :], section.num_stations, axis=1)
    return Paced(
        section.id, section.num_stations, pace, work_s, _spread(section.spread_share), section.drift_share,
        section.andon_share, section.andon_s, _failures(section.reliability), places,
    )  # fmt: skip


def _paced_work(scenario: Scenario, balance: Balance, section: str, mode_idx: int, kinds: _Kinds) -> Floats:
    """Work in seconds of each kind of car (T,) at each station of a paced section in a mode.

    The balance counts options at their take rate; a car that has one brings the rest, a car without one
    less, spread over the people of the section.
    """
    here = (pl.col("mode_idx") == mode_idx) & (pl.col("section") == section)
    row = balance.sections.filter(here)
    loads = balance.loads.filter(here).sort("variant_idx")["load_share"].to_numpy()
    work_s: Floats = loads[kinds.variant_idx] * row["takt_s"].item()
    models = {model.id: {take.id: take.share for take in model.options} for model in scenario.vehicles.models}
    for bit, option in enumerate(scenario.vehicles.options):
        if option.section == section and row["people"].item():
            take = np.array([models[v.model].get(option.id, 0.0) for v in scenario.vehicles.variants])
            surplus = (kinds.options >> bit & 1) - take[kinds.variant_idx]
            work_s = work_s + surplus * option.extra_s / row["people"].item()
    if (work_s < 0).any():
        raise ScenarioError([Fault(
            scenario.name, 0, 0, "vehicles.options", f"the options fitted in {section!r} take more work at their "
            "take rates than a whole car: without them a car would have less than none",
        )])  # fmt: skip
    return work_s


def _conveyor(section: ConveyorSection, places: int) -> Paced:
    pace = (Pace(0.0, section.pitch_s),)
    return Paced(section.id, section.places, pace, failures=_failures(section.reliability), places_before=places)


def _release(scenario: Scenario, plan: Plan, rows: pl.DataFrame, starts: Floats) -> Floats:
    """A car may enter from the start of its production day on (N,)."""
    day_of = (rows["build_on"] - scenario.horizon.start).dt.total_days().to_numpy()
    days = day_numbers(scenario, plan)
    at = np.searchsorted(days, day_of)
    missing = (at == len(days)) | (days[np.minimum(at, len(days) - 1)] != day_of)
    if missing.any():
        raise ValueError(f"{int(missing.sum())} cars of the sequence have a build day that the plan does not work")
    release: Floats = starts[at]
    return release


def _repairs(network: Network, rows: pl.DataFrame, quality: QualityLog) -> Floats:
    """Work of repair by kind of bays and car (G, N): the sum over the car's defects caught there."""
    kinds = {(gate, bays.name): g for g, (gate, bays) in enumerate(network.all_bays)}
    repair_s = np.zeros((len(kinds), rows.height))
    orders = rows["order_id"].to_numpy()
    place_of = np.full(int(orders.max(initial=0)) + 1, -1)
    place_of[orders] = np.arange(rows.height)
    caught = quality.defects.filter(pl.col("gate") != "")
    for (gate, repair), part in caught.group_by(["gate", "repair"], maintain_order=True):
        places = place_of[part["order_id"].to_numpy()]
        np.add.at(repair_s[kinds[str(gate), str(repair)]], places, part["repair_s"].to_numpy())
    return repair_s
