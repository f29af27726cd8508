"""What each shop could build alone: always fed, nothing behind it. What a plan is told when the line builds less."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from quayline.flow.engine import simulate_network
from quayline.flow.layout import lay_out
from quayline.flow.network import Cars, Network, Pace, Paced, Parallel, Serial, Station, Store
from quayline.flow.shifts import DAY_S
from quayline.flow.ticks import TICKS_PER_S
from quayline.flow.window import worked_s
from quayline.scenario.sections import paced_sections

if TYPE_CHECKING:
    from collections.abc import Callable

    from quayline.flow.layout import Layout
    from quayline.flow.network import Floats, Ints
    from quayline.records.stages import Balance, DaySequence, Plan, QualityLog
    from quayline.scenario.schema import Scenario

_STRETCHES, _STRETCH_CARS = 20, 1000


@dataclass(frozen=True, eq=False)
class ShopRates:
    """Cars an hour of the plant's shifts that each shop could build alone, by (shop, mode), of the mix simulated;
    infinite where nothing was measured (a shop that is a store only).
    `is_paced`, by shop: follows the line speed."""

    jph: Floats
    is_paced: tuple[bool, ...]


def shop_rates(
    scenario: Scenario, plan: Plan, sequence: DaySequence, balance: Balance, quality: QualityLog, seed: int
) -> ShopRates:
    """Each shop simulated alone in each mode: all cars stand before it at once, and it is never blocked at its end.

    Cars are those of the sequence, or twenty stretches of a thousand of them spread evenly over it. The hours are
    those of the plan's shifts, so a shop that works longer than the line builds more in an hour of them. A sub-line
    or a loop of carriers that leads from shop to shop is left out; a repair that leads back to another shop ends here.
    Raises ScenarioError as `simulate` does.
    """
    layout = lay_out(scenario, plan, sequence, balance, quality)
    chosen = _stretches(len(layout.cars.release_s))
    end_s = float(((scenario.horizon.end - scenario.horizon.start).days + 1) * DAY_S)
    speeds = [mode.speed_jph for mode in scenario.plant.modes]
    shares = {one.section.id: one.speed_share for one in paced_sections(scenario.plant)}
    jph = np.full((len(scenario.plant.shops), len(speeds)), np.inf)
    is_paced = []
    for shop in range(len(jph)):
        network = alone(layout, shop)
        is_paced.append(network is not None and any(_is_line(section) for section in network.columns))
        if network is None:
            continue
        for mode, speed in enumerate(speeds):
            if mode and not is_paced[-1]:
                jph[shop, mode] = jph[shop, 0]
                continue
            cars = _cars(layout, network, chosen)
            outcome = simulate_network(_at_speed(network, shares, speed, mode), cars, seed, end_s)
            jph[shop, mode] = _rate(layout, outcome.leave_s[:, network.last_column])
    return ShopRates(jph, tuple(is_paced))


def alone(layout: Layout, shop: int) -> Network | None:
    """The network of one shop without stores at its ends; None where nothing is left. A network begins and ends with a
    section: before or behind lines beside each other stands a station with the work of a tick."""
    whole = layout.network
    sections: list[Any] = [part for part in whole.sections if layout.shop_of[_parts(part)[0].name] == shop]
    while sections and isinstance(sections[-1], Store):
        sections.pop()
    while sections and isinstance(sections[0], Store):
        sections.pop(0)
    if not sections:
        return None
    names = {one.name for part in sections for one in _parts(part)}
    row = [_changed(part, lambda one: _within(one, names)) for part in sections]
    before, behind = (Serial(name, (Station(name, (1 / TICKS_PER_S,) * whole.num_types),), 1, layout.calendar_of[shop])
                      for name in ("(in)", "(out)"))  # fmt: skip
    return Network(
        (*[before] * isinstance(row[0], Parallel), *row, *[behind] * isinstance(row[-1], Parallel)),
        whole.calendars, whole.num_types,
        tuple(line for line in whole.sublines if {line.fork, line.join} <= names),
        tuple(loop for loop in whole.carriers if {loop.load, loop.unload} <= names), whole.crews,
    )  # fmt: skip


def _parts(part: Any) -> list[Any]:
    """The sections of a part of the row."""
    return [one for branch in part.branches for one in branch] if isinstance(part, Parallel) else [part]


def _changed(part: Any, change: Callable[[Any], Any]) -> Any:
    """A part of the row with each of its sections changed."""
    if not isinstance(part, Parallel):
        return change(part)
    return replace(part, branches=tuple(tuple(map(change, branch)) for branch in part.branches))


def _within(section: Any, names: set[str]) -> Any:
    """The section with the repairs that lead back into another shop ending at their bays."""
    if not isinstance(section, Serial):
        return section
    bays = tuple(one if one.rejoin in names else replace(one, rejoin=None) for one in section.bays)
    return replace(section, bays=bays)


def _is_line(section: Any) -> bool:
    return isinstance(section, Paced) and section.work_s is not None


def _at_speed(network: Network, shares: dict[str, float], speed_jph: float, mode: int) -> Network:
    """The network with its moving lines at their shares of one line speed from the beginning."""

    def at_speed(section: Any) -> Any:
        if not _is_line(section):
            return section
        return replace(section, pace=(Pace(0.0, 3600 / (shares[section.name] * speed_jph), mode),))

    return replace(network, sections=tuple(_changed(part, at_speed) for part in network.sections))


def _stretches(num_cars: int) -> Ints:
    """Places of the cars to simulate, in their order."""
    if num_cars <= _STRETCHES * _STRETCH_CARS:
        return np.arange(num_cars)
    starts = np.linspace(0, num_cars - _STRETCH_CARS, _STRETCHES).astype(np.int64)
    places: Ints = np.unique(starts[:, None] + np.arange(_STRETCH_CARS))
    return places


def _cars(layout: Layout, network: Network, chosen: Ints) -> Cars:
    """The chosen cars, all released at once, with their work in the bays of the network."""
    rows = [layout.network.all_bays.index(pair) for pair in _original(layout, network)]
    repair_s = layout.cars.repair_s[rows][:, chosen] if rows else np.zeros((0, len(chosen)))
    return Cars(layout.cars.car_type[chosen], np.zeros(len(chosen)), repair_s)


def _original(layout: Layout, network: Network) -> list[tuple[str, Any]]:
    """The kinds of bays of the whole network that `network` has, in its order."""
    mine = {(gate, bays.name) for gate, bays in network.all_bays}
    return [(gate, bays) for gate, bays in layout.network.all_bays if (gate, bays.name) in mine]


def _rate(layout: Layout, leave_s: Floats) -> float:
    """Cars an hour of the plant's shifts between the first and the last car that left; infinite below two cars."""
    left = np.sort(leave_s[np.isfinite(leave_s)])
    if len(left) < 2:
        return float("inf")
    before = worked_s(layout.network.calendars[0], left[[0, -1]])
    return float((len(left) - 1) * 3600 / (before[1] - before[0]))
