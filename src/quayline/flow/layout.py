"""The plant of a scenario as a network, and the cars of a sequence as its cars."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from quayline.base.errors import Fault, ScenarioError
from quayline.flow.layout_sections import Builder, Kinds
from quayline.flow.network import Carriers, Cars, Crew, Network, Parallel, Subline
from quayline.flow.shifts import day_numbers, shop_intervals, working_intervals

if TYPE_CHECKING:
    from quayline.flow.engine import Outcome
    from quayline.flow.network import Floats, Ints
    from quayline.records.stages import Balance, DaySequence, Plan, QualityLog
    from quayline.scenario.schema import Scenario


@dataclass(frozen=True, eq=False)
class Layout:
    """A network with its cars (in planned sequence), and what leads from there back to the scenario.

    `shop_of` gives the place in plant.shops by section (of a sub-line: that of its join); `calendar_of` the calendar
    of the network by shop; `order_id` (N,); `build_on` dates (N,).
    """

    network: Network
    cars: Cars
    shop_of: dict[str, int]
    calendar_of: list[int]
    order_id: Ints
    build_on: pl.Series

    def ends(self, shop_idx: int) -> tuple[list[int], list[int]]:
        """The columns through which cars come into a shop of the row, and those through which they leave it."""
        column = {section.name: k for k, section in enumerate(self.network.columns)}
        ways = [part.branches if isinstance(part, Parallel) else ((part,),) for part in self.network.sections]
        mine = [way for way in ways if self.shop_of[way[0][0].name] == shop_idx]
        return [column[row[0].name] for row in mine[0]], [column[row[-1].name] for row in mine[-1]]

    def into_s(self, shop_idx: int, outcome: Outcome) -> Floats:
        """When each car first came into a shop (N,); inf for one that has not."""
        first_s: Floats = outcome.enter_s[:, self.ends(shop_idx)[0]].min(axis=1)
        return first_s

    def out_of_s(self, shop_idx: int, outcome: Outcome) -> Floats:
        """When each car last left a shop (N,); inf for one that has not."""
        left_s = outcome.leave_s[:, self.ends(shop_idx)[1]]
        known = np.isfinite(left_s)
        last_s: Floats = np.where(known.any(axis=1), np.where(known, left_s, -np.inf).max(axis=1), np.inf)
        return last_s


def lay_out(scenario: Scenario, plan: Plan, sequence: DaySequence, balance: Balance, quality: QualityLog) -> Layout:
    """The network and the cars; raises ScenarioError where the plant's sections cannot follow each other."""
    rows = sequence.cars.sort("position").join(
        plan.orders.select("order_id", "variant_idx", "options"), on="order_id", how="left", maintain_order="left"
    )
    kinds = Kinds.of(rows)
    _, starts = working_intervals(scenario, plan)
    intervals, calendar_of = shop_intervals(scenario, plan)
    builder = Builder(scenario, plan, balance, kinds)
    sections, shop_of = _row(scenario, builder, calendar_of)
    plant = scenario.plant
    try:
        network = Network(
            tuple(sections), intervals, len(kinds.variant_idx),
            tuple(_subline(builder, line, shop_of, calendar_of) for line in plant.sublines),
            tuple(Carriers(c.id, c.number, c.load, c.unload, c.return_s) for c in plant.carriers),
            tuple(Crew(crew.id, crew.people) for crew in plant.repair_crews),
        )  # fmt: skip
    except ValueError as fault:
        faults = [Fault(scenario.name, 0, 0, "plant", words) for words in str(fault).splitlines()]
        raise ScenarioError(faults) from fault
    order_id = rows["order_id"].to_numpy().astype(np.int64)
    cars = Cars(kinds.of_car, _release(scenario, plan, rows, starts))
    cars = with_defects(network, cars, order_id, quality.defects)
    return Layout(network, cars, shop_of, calendar_of, order_id, rows["build_on"])


def with_defects(network: Network, cars: Cars, order_id: Ints, defects: pl.DataFrame) -> Cars:
    """Cars of the orders `order_id` (N,) with what their `defects` (rows of QualityLog's, of these cars alone) ask for:
    repair work by kind of bays, and the gate that scraps a car."""
    by_id = np.argsort(order_id)
    place = by_id[np.searchsorted(order_id, defects["order_id"].to_numpy(), sorter=by_id)]
    placed = defects.select("gate", "repair", "repair_s", "fate", place=place)
    return replace(cars, repair_s=_repairs(network, len(order_id), placed),
                   scrap_at=_scrap_at(network, len(order_id), placed))  # fmt: skip


def _row(scenario: Scenario, builder: Builder, calendar_of: list[int]) -> tuple[list[Any], dict[str, int]]:
    """The row of sections, and the shop of each."""
    sections: list[Any] = []
    shop_of: dict[str, int] = {}
    places = 1
    for shop_idx, shop in enumerate(scenario.plant.shops):
        for section in shop.sections:
            common: dict[str, Any] = {"places_before": places, "calendar": calendar_of[shop_idx]}
            if section.kind != "store":
                common["at_shift_end"] = shop.hours.at_shift_end if shop.hours else "pause"
            if section.kind == "parallel":
                sections.append(_parallel(builder, section, shop.id, common))
                shop_of |= {part.id: shop_idx for branch in section.branches for part in branch.sections}
            else:
                shop_of[section.id] = shop_idx
                sections.append(builder.section(section, shop.id, common))
            places = _places_behind(section)
    return sections, shop_of


def _parallel(builder: Builder, block: Any, shop: str, common: dict[str, Any]) -> Parallel:
    """Lines beside each other; those by model take every kind of car of theirs."""
    rows = []
    for branch in block.branches:
        places, row = common["places_before"], []
        for section in branch.sections:
            row.append(builder.section(section, shop, common | {"places_before": places}))
            places = _places_behind(section)
        rows.append(tuple(row))
    of_model = {model: k for k, branch in enumerate(block.branches) for model in branch.models}
    by_type = tuple(of_model[model] for model in builder.models()) if block.route == "model" else ()
    return Parallel(block.id, tuple(rows), "type" if by_type else block.route, by_type)


def _subline(builder: Builder, line: Any, shop_of: dict[str, int], calendar_of: list[int]) -> Subline:
    """A sub-line, which works the hours of the shop that it joins."""
    sections, places = [], line.buffer_before
    for section in line.sections:
        shop_of[section.id] = shop_of[line.join]
        common = {"places_before": places, "calendar": calendar_of[shop_of[line.join]]}
        sections.append(builder.section(section, "", common))
        places = _places_behind(section)
    return Subline(line.id, tuple(sections), line.fork, line.join, line.places)


def _places_behind(section: Any) -> int:
    """Places between a section and the next: behind its last station and behind itself."""
    if section.kind == "store":
        return 0
    return int(section.buffer_after) + (int(section.stations[-1].buffer) if section.kind == "serial" else 0)


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


def _repairs(network: Network, num_cars: int, defects: pl.DataFrame) -> Floats:
    """Work of repair by kind of bays and car (G, N): the sum over the car's defects repaired there; at each of the
    gates beside each other, of which the car passes one."""
    kinds = {(gate, bays.name): g for g, (gate, bays) in enumerate(network.all_bays)}
    repair_s = np.zeros((len(kinds), num_cars))
    repaired = defects.filter(pl.col("fate") == "repaired")
    for (gate, repair), part in repaired.group_by(["gate", "repair"], maintain_order=True):
        for name in str(gate).split(" or "):
            np.add.at(repair_s[kinds[name, str(repair)]], part["place"].to_numpy(), part["repair_s"].to_numpy())
    return repair_s


def _scrap_at(network: Network, num_cars: int, defects: pl.DataFrame) -> Ints:
    """The number of the gate that scraps each car (N,), -1 for none."""
    columns = {section.name: k for k, section in enumerate(network.columns)}
    scrap_at = np.full(num_cars, -1)
    scrapped = defects.filter(pl.col("fate") == "scrap").select("place", "gate").unique()
    scrap_at[scrapped["place"].to_numpy()] = [columns[gate] for gate in scrapped["gate"]]
    return scrap_at
