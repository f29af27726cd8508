"""The bottleneck by active period, and how it moves.

A work unit is active while it works or is under repair, and inactive while it is blocked or starved. At any moment the
bottleneck is the unit that is active without interruption for longest; it shifts where its period overlaps with the
next (Roser, Nakano & Tanaka 2002, "Shifting bottleneck detection", WSC). The end of a shift interrupts nothing. A
moving line or conveyor is one unit, active while a car enters with every pitch: an empty place is a want of cars.
"""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from quayline.flow.network import Serial, Store
from quayline.flow.window import worked_s

if TYPE_CHECKING:
    from quayline.flow.engine import Outcome
    from quayline.flow.network import Floats, Ints
    from quayline.flow.window import Window

HOUR_S = 3600.0


@dataclass(frozen=True, eq=False)
class Periods:
    """Active periods, by begin: station (P,), from and to by the clock, and length in working time."""

    station: Ints
    from_s: Floats
    to_s: Floats
    length_s: Floats


@dataclass(frozen=True, eq=False)
class Reign:
    """Spans one after another (K,): which station is the bottleneck, and whether it is shifting with another."""

    station: Ints
    from_s: Floats
    to_s: Floats
    is_shifting: Ints


def active_periods(window: Window, outcome: Outcome) -> Periods:
    """The active periods of every unit in a simulation whose cars were traced; of a line its first station stands."""
    parts = []
    calendars, servers = _of_stations(window)
    order = np.lexsort((outcome.trace_s[:, 0], outcome.trace_id[:, 1]))
    station, times = outcome.trace_id[order, 1], outcome.trace_s[order]
    edges = np.searchsorted(station, np.arange(len(servers) + 1))
    for i, num_servers in enumerate(servers):
        mine = times[edges[i] : edges[i + 1]]
        for k in range(num_servers):
            parts.append(_merged(i, mine[k::num_servers], window.network.calendars[calendars[i]]))
    columns = [np.concatenate([part[k] for part in parts]) for k in range(4)]
    first = np.argsort(columns[1], kind="stable")
    return Periods(*(column[first] for column in columns))


def _of_stations(window: Window) -> tuple[list[int], list[int]]:
    """Calendar and servers of each station, as the engine numbers them; no server where the line is one unit."""
    calendars, servers = [], []
    for section in window.network.columns:
        if isinstance(section, Store):
            continue
        if isinstance(section, Serial):
            mine = [station.servers for station in section.stations]
        else:
            mine = [1] + [0] * (section.num_pitches - 1 if section.work_s is not None else 0)
        servers += mine
        calendars += [section.calendar] * len(mine)
    return calendars, servers


def _merged(station: int, times: Floats, calendar: Floats) -> tuple[Ints, Floats, Floats, Floats]:
    """The active periods of one server from (start, finish, leave) of its cars, by start."""
    if not len(times):
        return np.zeros(0, np.int64), np.zeros(0), np.zeros(0), np.zeros(0)
    start_w, finish_w = worked_s(calendar, times[:, 0]), worked_s(calendar, times[:, 1])
    begins = np.flatnonzero(np.append(True, start_w[1:] > finish_w[:-1]))
    ends = np.append(begins[1:], len(times)) - 1
    return (
        np.full(len(begins), station), times[begins, 0], times[ends, 1], finish_w[ends] - start_w[begins],
    )  # fmt: skip


def reign(periods: Periods, from_s: float, to_s: float) -> Reign:
    """Which station is the bottleneck when, between two moments; of equal lengths the one that began first."""
    inside = np.flatnonzero((periods.to_s > from_s) & (periods.from_s < to_s))
    begin = np.maximum(periods.from_s[inside], from_s)
    end = np.minimum(periods.to_s[inside], to_s)
    waiting: list[tuple[float, int]] = []
    spans: list[list[float]] = []  # period, from, to
    moments = np.unique(np.concatenate([begin, end]))
    k = 0
    for now, then in pairwise(moments):
        while k < len(inside) and begin[k] <= now:
            heapq.heappush(waiting, (-float(periods.length_s[inside[k]]), k))
            k += 1
        while waiting and end[waiting[0][1]] <= now:
            heapq.heappop(waiting)
        if not waiting:
            continue
        best = waiting[0][1]
        if spans and spans[-1][0] == best and spans[-1][2] == now:
            spans[-1][2] = then
        else:
            spans.append([best, now, then])
    return _with_shifts(spans, begin, end, periods.station[inside])


def _with_shifts(spans: list[list[float]], begin: Floats, end: Floats, station: Ints) -> Reign:
    """Cuts each span where its period overlaps with that of the span before or behind."""
    rows: list[tuple[int, float, float, int]] = []
    for n, (period, start, stop) in enumerate(spans):
        sole_from, sole_to = start, stop
        if n and end[int(spans[n - 1][0])] > start:
            sole_from = min(stop, end[int(spans[n - 1][0])])
        if n + 1 < len(spans) and begin[int(spans[n + 1][0])] < stop:
            sole_to = max(start, begin[int(spans[n + 1][0])])
        edges = sorted({start, min(sole_from, stop), max(sole_to, start), stop})
        for a, b in pairwise(edges):
            rows.append((int(station[int(period)]), a, b, int(not (sole_from <= a and b <= sole_to))))
    table = np.array(rows, np.float64).reshape(-1, 4)
    return Reign(table[:, 0].astype(np.int64), table[:, 1], table[:, 2], table[:, 3].astype(np.int64))


def shares(found: Reign, calendar: Floats, num_stations: int) -> tuple[Floats, Floats]:
    """By station (R,): share of the working time in which it is the sole bottleneck, and in which it is shifting."""
    spent = worked_s(calendar, found.to_s) - worked_s(calendar, found.from_s)
    whole = float(spent.sum()) or 1.0
    sole = np.bincount(found.station, spent * (1 - found.is_shifting), minlength=num_stations) / whole
    return sole, np.bincount(found.station, spent * found.is_shifting, minlength=num_stations) / whole


def by_slot(found: Reign, calendar: Floats, edges_s: Floats) -> Ints:
    """The station that is the bottleneck for longest in each slot between `edges_s` (E,), -1 without work (E - 1,)."""
    return _longest(np.array([_spent(found, calendar, a, b) for a, b in pairwise(edges_s)]))


def by_hour_of_shift(found: Reign, calendar: Floats, starts_s: Floats) -> Ints:
    """The station that is the bottleneck for longest in each hour since the shift began, over all shifts.

    `starts_s` (K,) are the begins of shifts; a shift lasts until the next begins. -1 for an hour without work; the
    last hour is the last in which any shift works.
    """
    ends_s = np.append(starts_s[1:], found.to_s[-1] if len(found.to_s) else starts_s[-1])
    num_hours = int(np.ceil(max((ends_s - starts_s).max(), 0.0) / HOUR_S))
    totals = np.zeros((num_hours, int(found.station.max(initial=-1)) + 1))
    for start, end in zip(starts_s, ends_s, strict=True):
        for hour, a in enumerate(np.arange(start, end, HOUR_S)):
            totals[hour] += _spent(found, calendar, a, min(a + HOUR_S, end))
    worked = np.flatnonzero(totals.sum(axis=1) > 0)
    return _longest(totals[: worked[-1] + 1]) if len(worked) else np.zeros(0, np.int64)


def _spent(found: Reign, calendar: Floats, from_s: float, to_s: float) -> Floats:
    """Working time between two moments in which each station is the bottleneck (R,)."""
    begin, end = np.maximum(found.from_s, from_s), np.minimum(found.to_s, to_s)
    here = np.flatnonzero(end > begin)
    spent = worked_s(calendar, end[here]) - worked_s(calendar, begin[here])
    totals = np.bincount(found.station[here], spent, minlength=int(found.station.max(initial=-1)) + 1)
    return totals.astype(np.float64, copy=False)


def _longest(totals: Floats) -> Ints:
    """Of each row (slots, R) the station with the most; -1 where none has any."""
    if not totals.size:
        return np.full(len(totals), -1, np.int64)
    return np.where(totals.max(axis=1) > 0, totals.argmax(axis=1), -1)
