"""Run a network: from arrays back to what every section, station and car did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from quayline.flow.deadlock import raise_if_stuck
from quayline.flow.network import Cars, Floats, Ints, Network, Paced, Serial, Store
from quayline.flow.pack import clipped, packed, table


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
class Outcome:
    """What a simulation gives. N cars, S sections.

    enter_s, leave_s: (N, S), first entry into and last departure from each section, inf where there was none
    by the end. num_repairs, repair_s: (N,) visits to bays, and seconds there with the queue before them.
    fill: by section, the mean (in working time) and the most cars in the places before it; bay_fill: the
    same for the queue before each kind of bays (`gate/bays`); comebacks: most cars waiting to re-enter.
    scrapped_s: (N,) when a car was scrapped, inf where it was not. escaped: by kind of bays, defects drawn and not
    found. twins: by sub-line, most finished twins; carriers: least that were free; crews: (busy seconds of people,
    seconds that failures waited). trace_id: (rows, 3) car, station, visit; trace_s: (rows, 3) start, finish, leave.
    """

    enter_s: Floats
    leave_s: Floats
    num_repairs: Ints
    repair_s: Floats
    stations: StationStates
    lines: dict[str, LineStates]
    fill: dict[str, tuple[float, int]]
    bay_fill: dict[str, tuple[float, int]]
    comebacks: dict[str, int]
    scrapped_s: Floats
    escaped: dict[str, int]
    twins: dict[str, int]
    carriers: dict[str, int]
    crews: dict[str, tuple[float, float]]
    num_events: int
    trace_id: Ints
    trace_s: Floats


def simulate_network(network: Network, cars: Cars, seed: int, end_s: float, trace: tuple[int, int] = (0, 0)) -> Outcome:
    """Simulate `cars` through `network` until `end_s`; `trace` is (first car, number) to trace by station.

    Raises ValueError when the cars or calendars do not fit the network, DeadlockError when the plant comes to rest.
    """
    from quayline.flow import _kernels

    net, last_s = packed(network, cars, seed, end_s, trace)
    num_events = int(_kernels.simulate(net, last_s))
    raise_if_stuck(network, net)
    _kernels.close(net)
    totals = [float((c[:, 1] - c[:, 0]).sum()) for c in (clipped(c, last_s) for c in network.calendars)]
    moving = [s for s in network.columns if not isinstance(s, Store)]
    num, rows, columns = len(cars.release_s), int(net.plant[0]["trace_rows"]), len(network.columns)
    working_s = {s.name: totals[s.calendar] for s in moving}
    bays = [f"{gate}/{bays.name}" for gate, bays in network.all_bays]
    return Outcome(
        enter_s=table(net, "enter_s", num * columns).reshape(num, columns),
        leave_s=table(net, "leave_s", num * columns).reshape(num, columns),
        num_repairs=table(net, "num_repairs", num),
        repair_s=table(net, "repair_total", num),
        stations=_stations(moving, net, totals),
        lines={s.name: _line(net.sec[j], totals[s.calendar]) for j, s in enumerate(moving) if isinstance(s, Paced)},
        fill={s.name: _fill(net.sec[j], totals[s.calendar]) for j, s in enumerate(moving)},
        bay_fill={bays[g]: _fill(net.bay[g], working_s[gate]) for g, (gate, _) in enumerate(network.all_bays)},
        comebacks={s.name: int(net.sec[j]["loop_most"]) for j, s in enumerate(moving)},
        scrapped_s=table(net, "scrapped_s", num),
        escaped={name: int(net.bay[g]["escaped"]) for g, name in enumerate(bays)},
        twins=_named(network.sublines, table(net, "sub_most", len(network.sublines))),
        carriers=_named(network.carriers, table(net, "carrier_least", len(network.carriers))),
        crews=_crews(network, net),
        num_events=num_events,
        trace_id=table(net, "trace_id", 3 * rows).reshape(rows, 3),
        trace_s=table(net, "trace_s", 3 * rows).reshape(rows, 3),
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
