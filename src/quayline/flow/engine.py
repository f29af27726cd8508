"""Run a network: from arrays back to what every section, station and car did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from quayline.flow.deadlock import raise_if_stuck
from quayline.flow.network import Floats, Ints, Network, Paced, Serial, Store
from quayline.flow.pack import packed, table, trace_rows
from quayline.flow.ticks import clipped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from quayline.flow.network import Cars
    from quayline.flow.slots import Passed


@dataclass(frozen=True, eq=False)
class StationStates:
    """Per station (R,): section, name, cars done, and seconds of working time by state, over all its servers.

    A station of a paced section is busy with work while its line runs, is stopped or is blocked; `busy_s` is the
    work done, and the states of the line itself are in `lines`. `queue_s` is car-seconds in the places behind.
    """

    section: list[str]
    name: list[str]
    cars: Ints
    busy_s: Floats
    blocked_s: Floats
    starved_s: Floats
    down_s: Floats
    maintenance_s: Floats
    queue_s: Floats
    overload_s: Floats
    andon_s: Floats
    working_s: Floats
    num_servers: Ints


@dataclass(frozen=True)
class LineStates:
    """Seconds of working time of one paced section: they add up to `working_s`."""

    run_s: float
    overload_s: float
    andon_s: float
    down_s: float
    blocked_s: float
    starved_s: float
    working_s: float


@dataclass(frozen=True, eq=False)
class Totals:
    """What a simulation says of the plant as a whole, however many cars went through it.

    fill: by section, the mean (in working time) and the most cars in the places before it; bay_fill: the
    same for the queue before each kind of bays (`gate/bays`); comebacks: most cars waiting to re-enter.
    escaped: by kind of bays, defects drawn and not found. twins: by sub-line, most finished twins; carriers: least
    that were free; crews: (busy seconds of people, seconds that failures waited).
    """

    stations: StationStates
    lines: dict[str, LineStates]
    fill: dict[str, tuple[float, int]]
    bay_fill: dict[str, tuple[float, int]]
    comebacks: dict[str, int]
    escaped: dict[str, int]
    twins: dict[str, int]
    carriers: dict[str, int]
    crews: dict[str, tuple[float, float]]
    num_events: int


@dataclass(frozen=True, eq=False)
class Outcome(Totals):
    """What a simulation gives that keeps all N cars. S sections.

    enter_s, leave_s: (N, S), first entry into and last departure from each section, inf where there was none
    by the end. num_repairs, repair_s: (N,) visits to bays, and seconds there with the queue before them.
    scrapped_s: (N,) when a car was scrapped, inf where it was not.
    trace_id: (rows, 3) car, station, visit; trace_s: (rows, 3) start, finish, leave.
    """

    enter_s: Floats
    leave_s: Floats
    num_repairs: Ints
    repair_s: Floats
    scrapped_s: Floats
    trace_id: Ints
    trace_s: Floats


def simulate_network(network: Network, cars: Cars, seed: int, end_s: float, trace: tuple[int, int] = (0, 0)) -> Outcome:
    """Simulate `cars` through `network` until `end_s`; `trace` is (first car, number) to trace by station.

    Every car keeps its times: 16 bytes a section. Raises ValueError when the cars or calendars do not fit the network,
    DeadlockError when the plant comes to rest.
    """
    from quayline.flow import _kernels

    num = len(cars.release_s)
    most_rows = trace_rows(network, cars.repair_s, trace) if trace[1] else 0
    net, slots = packed(network, seed, end_s, num, trace, most_rows)
    slots.hand_in(net, cars)
    _kernels.simulate(net)
    totals, every = _closed(network, net), slots.of(net, slice(0, num))
    rows = int(net.plant[0]["trace_rows"])
    return Outcome(
        **vars(totals),
        enter_s=every.enter_s,
        leave_s=every.leave_s,
        num_repairs=every.num_repairs,
        repair_s=every.repair_s,
        scrapped_s=every.scrapped_s,
        trace_id=table(net, "trace_id", 3 * rows).reshape(rows, 3),
        trace_s=table(net, "trace_s", 3 * rows).reshape(rows, 3),
    )


def stream_network(
    network: Network, cars: Iterable[Cars], seed: int, end_s: float, hand_on: Callable[[Passed], None],
    num_slots: int = 4096,
) -> Totals:  # fmt: skip
    """Simulate as `simulate_network` does, to the same bits, in memory that does not grow with the number of cars.

    `cars` are parts of the planned sequence one after the other; no more are asked for than have room. `hand_on` hears
    of the cars that have left, those that leave earlier in earlier calls, and at last of all that are still there.
    There is room for `num_slots` cars at once in the plant and handed in, for twice as many when half is in the plant.
    """
    from quayline.flow import _kernels

    net, slots = packed(network, seed, end_s, num_slots)
    supply = _Supply(cars)
    while True:
        while slots.num_free and (part := supply.at_most(slots.num_free)):
            slots.hand_in(net, part)
        net.plant[0]["more"] = supply.has_more
        if _kernels.simulate(net):
            break
        hand_on(slots.take_out(net))
        if 2 * slots.num_free < slots.num_slots:
            net = slots.widened(net)
    totals = _closed(network, net)
    hand_on(slots.take_out(net))
    hand_on(slots.take_rest(net))
    return totals


class _Supply:
    """Parts of the planned sequence, cut to what there is room for."""

    def __init__(self, parts: Iterable[Cars]):
        self._parts = iter(parts)
        self._left = next(self._parts, None)

    @property
    def has_more(self) -> bool:
        """Whether there are cars that nobody has asked for."""
        return self._left is not None

    def at_most(self, num: int) -> Cars | None:
        """The next cars; None after the last."""
        part = self._left
        if part is None or len(part.release_s) <= num:
            self._left = next(self._parts, None)
            return part
        self._left = part.between(num, len(part.release_s))
        return part.between(0, num)


def _closed(network: Network, net: Any) -> Totals:
    """The totals of a simulation that has come to its end."""
    from quayline.flow import _kernels

    raise_if_stuck(network, net)
    _kernels.close(net)
    end_s = float(net.plant[0]["end_s"])
    totals = [float((c[:, 1] - c[:, 0]).sum()) for c in (clipped(c, end_s) for c in network.calendars)]
    moving = [s for s in network.columns if not isinstance(s, Store)]
    working_s = {s.name: totals[s.calendar] for s in moving}
    bays = [f"{gate}/{bays.name}" for gate, bays in network.all_bays]
    return Totals(
        stations=_stations(moving, net, totals),
        lines={s.name: _line(net.sec[j], totals[s.calendar]) for j, s in enumerate(moving) if isinstance(s, Paced)},
        fill={s.name: _fill(net.sec[j], totals[s.calendar]) for j, s in enumerate(moving)},
        bay_fill={bays[g]: _fill(net.bay[g], working_s[gate]) for g, (gate, _) in enumerate(network.all_bays)},
        comebacks={s.name: int(net.sec[j]["loop_most"]) for j, s in enumerate(moving)},
        escaped={name: int(net.bay[g]["escaped"]) for g, name in enumerate(bays)},
        twins=_named(network.sublines, table(net, "sub_most", len(network.sublines))),
        carriers=_named(network.carriers, table(net, "carrier_least", len(network.carriers))),
        crews=_crews(network, net),
        num_events=int(net.plant[0]["num_events"]),
    )


def _named(things: Any, numbers: Ints) -> dict[str, int]:
    return {thing.name: int(number) for thing, number in zip(things, numbers, strict=True)}


def _crews(network: Network, net: Any) -> dict[str, tuple[float, float]]:
    num = len(network.crews)
    both = zip(table(net, "crew_busy", num), table(net, "crew_wait", num), strict=True)
    return {crew.name: (float(busy), float(waited)) for crew, (busy, waited) in zip(network.crews, both, strict=True)}


def _fill(record: Any, working_s: float) -> tuple[float, int]:
    return float(record["area"]) / working_s, int(record["most"])


def _line(s: Any, working_s: float) -> LineStates:
    return LineStates(
        run_s=float(s["run_total"]),
        overload_s=float(s["overload_total"]),
        andon_s=float(s["andon_total"]),
        down_s=float(s["down_total"]),
        blocked_s=float(s["blocked_total"]),
        starved_s=float(s["starved_total"]),
        working_s=working_s,
    )


def _stations(moving: list[Any], net: Any, totals: list[float]) -> StationStates:
    names = [(s.name, name) for s in moving for name in _station_names(s)]
    sta = net.sta
    columns = {name: sta[f"{name}_total"].copy() for name in ("busy", "blocked", "starved", "down", "maint")}
    queue_s = np.zeros(len(sta))
    working_s = np.zeros(len(sta))
    for j, section in enumerate(moving):
        s = net.sec[j]
        here = slice(int(s["first"]), int(s["first"] + s["num"]))
        working_s[here] = totals[section.calendar] * sta["servers"][here]
        if isinstance(section, Serial):
            queue_s[here.start : here.stop - 1] = sta["wait_total"][here.start + 1 : here.stop]
        else:
            if section.work_s is None:
                columns["busy"][here] = s["run_total"]
            columns["blocked"][here], columns["starved"][here] = s["blocked_total"], s["starved_total"]
            columns["down"][here] = s["down_total"] + s["overload_total"] + s["andon_total"]
        if s["next_num"]:
            queue_s[here.stop - 1] = net.sec[int(table(net, "next", int(s["next_off"]) + 1)[-1])]["area"]
    return StationStates(
        [n[0] for n in names], [n[1] for n in names], sta["cars"].astype(np.int64), columns["busy"],
        columns["blocked"], columns["starved"], columns["down"], columns["maint"], queue_s,
        sta["overload_total"].copy(), sta["andon_total"].copy(), working_s, sta["servers"].astype(np.int64),
    )  # fmt: skip


def _station_names(section: Serial | Paced) -> list[str]:
    if isinstance(section, Serial):
        return [s.name for s in section.stations]
    if section.work_s is None:
        return [section.name]
    return [f"{section.name}-{k + 1}" for k in range(section.num_pitches)]
