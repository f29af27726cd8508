"""Checks the outcome of a network by its definition, car by car: none of the engine's code."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from quayline.flow.network import Paced, Serial, Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.flow.engine import Outcome
    from quayline.flow.network import Cars, Floats, Network

TICK_S = 2.0**-20


def network_faults(network: Network, cars: Cars, outcome: Outcome, end_s: float) -> list[str]:
    """What is wrong with an outcome, in words; empty when nothing is.

    First entries and last departures are known, so rules that need every visit (places, order, retrieval) are
    checked where no car comes back.
    """
    comes_back = any(bays.rejoin for _, bays in network.all_bays)
    found = [*_order_of_times(network, cars, outcome), *_working(network, outcome, end_s)]
    found += [*_states(network, outcome, end_s), *_trace(network, cars, outcome, end_s)]
    if not comes_back:
        found += [*_places(network, outcome), *_retrievals(network, outcome), *_queues(network, outcome)]
    return found


def _worked(calendar: Floats, end_s: float, at: Any) -> Any:
    """Working time before `at`."""
    inside = calendar[calendar[:, 0] < end_s]
    starts, ends = inside[:, 0], np.minimum(inside[:, 1], end_s)
    before = np.concatenate([[0.0], np.cumsum(ends - starts)])
    at = np.minimum(at, 2.0**40)
    k = np.searchsorted(ends, at)
    return before[k] + np.clip(at - np.append(starts, np.inf)[k], 0.0, None)


def _order_of_times(network: Network, cars: Cars, outcome: Outcome) -> Iterator[str]:
    enter, leave = outcome.enter_s, outcome.leave_s
    if (enter[:, 0] < cars.release_s - TICK_S).any():
        yield "a car enters before its release"
    if (np.diff(np.where(np.isfinite(enter[:, 0]), enter[:, 0], 1e300)) < 0).any():
        yield "cars enter in another order than planned"
    # A car that has come back and is still inside has left later sections before earlier ones.
    done = leave[np.isfinite(leave[:, -1])]
    if (leave < enter).any() or (done[:, 1:] < done[:, :-1]).any() or (enter[:, 1:] < enter[:, :-1]).any():
        yield "a car's times go back"


def _working(network: Network, outcome: Outcome, end_s: float) -> Iterator[str]:
    """Every section takes and gives cars in its working time only."""
    for k, section in enumerate(network.columns):
        if isinstance(section, Store):
            continue
        calendar = network.calendars[section.calendar]
        for name, times in (("takes", outcome.enter_s[:, k]), ("gives", outcome.leave_s[:, k])):
            at = times[np.isfinite(times)]
            j = np.searchsorted(calendar[:, 1] + TICK_S, at)
            if (np.append(calendar[:, 0], np.inf)[j] > at + TICK_S).any() or (at > end_s).any():
                yield f"section {section.name} {name} a car outside its working time"


def _states(network: Network, outcome: Outcome, end_s: float) -> Iterator[str]:
    """States add up to working time, to the last bit: all durations are multiples of the tick."""
    s = outcome.stations
    paced = {x.name for x in network.columns if isinstance(x, Paced) and x.work_s is not None}
    for r, section in enumerate(s.section):
        if section not in paced:
            total = s.busy_s[r] + s.blocked_s[r] + s.starved_s[r] + s.down_s[r] + s.maintenance_s[r]
            if total != s.working_s[r] or min(s.busy_s[r], s.blocked_s[r], s.starved_s[r], s.down_s[r]) < 0:
                yield f"station {s.name[r]}: states add up to {total} s of {s.working_s[r]} s"
    for name, line in outcome.lines.items():
        states = (line.run_s, line.overload_s, line.andon_s, line.down_s, line.blocked_s, line.starved_s)
        if sum(states) != line.working_s or min(states) < 0:
            yield f"section {name}: states {states} of {line.working_s} s"


def _capacity(section: Store | Paced | Serial) -> float:
    """Most cars in a section at once; with repair bays there is no bound, as their queue has none."""
    if isinstance(section, Store):
        return section.capacity
    if isinstance(section, Paced):
        return section.num_pitches
    if section.bays:
        return np.inf
    stations = section.stations
    return sum(s.servers for s in stations) + sum(s.buffer for s in stations[:-1])


def _most_present(enter: Floats, leave: Floats) -> int:
    """Most cars between two moments of each; who leaves makes room for who enters at the same time."""
    times = np.concatenate([leave, enter])
    change = np.concatenate([np.full(len(leave), -1), np.full(len(enter), 1)])
    known = np.isfinite(times) & ~np.concatenate([np.isinf(leave) & np.isinf(enter)] * 2)
    order = np.argsort(times[known], kind="stable")
    return int(np.cumsum(change[known][order]).max(initial=0))


def _places(network: Network, outcome: Outcome) -> Iterator[str]:
    """No section and no place between sections holds more cars than it can."""
    for k, section in enumerate(network.columns):
        if _most_present(outcome.enter_s[:, k], outcome.leave_s[:, k]) > _capacity(section):
            yield f"section {section.name} holds more cars than it can"
        if k and _most_present(outcome.leave_s[:, k - 1], outcome.enter_s[:, k]) > section.places_before:
            before = network.columns[k - 1]
            if not isinstance(before, Store):
                yield f"more cars wait before section {section.name} than there are places"


def _retrievals(network: Network, outcome: Outcome) -> Iterator[str]:
    """The car taken out of a store has the lowest planned position of those that were in it before."""
    for k, section in enumerate(network.columns):
        if isinstance(section, Store):
            enter, leave = outcome.enter_s[:, k], outcome.leave_s[:, k]
            for car in np.flatnonzero(np.isfinite(leave)):
                earlier = (enter[:car] < leave[car]) & (leave[:car] > leave[car])
                if earlier.any():
                    yield f"store {section.name} gives car {car} before car {int(np.argmax(earlier))}"


def _queues(network: Network, outcome: Outcome) -> Iterator[str]:
    """Cars leave sections without bays, and wait between sections, in the order in which they came."""
    for k, section in enumerate(network.columns):
        if isinstance(section, Store):
            continue
        if not (isinstance(section, Serial) and section.bays) and _swaps(outcome.enter_s[:, k], outcome.leave_s[:, k]):
            yield f"cars overtake in section {section.name}"
        before = network.columns[k - 1] if k else None
        if k and not isinstance(before, Store) and _swaps(outcome.leave_s[:, k - 1], outcome.enter_s[:, k]):
            yield f"cars overtake before section {section.name}"


def _swaps(first: Floats, then: Floats) -> bool:
    """Whether two cars come in one order and go in the other."""
    order = np.lexsort((then, first))
    later = then[order]
    known = later[np.isfinite(first[order])]
    return bool((np.diff(np.where(np.isfinite(known), known, 1e300)) < 0).any())


def _trace(network: Network, cars: Cars, outcome: Outcome, end_s: float) -> Iterator[str]:
    """At every unpaced station: work in order, each server holding one car, and no less than its constant work."""
    base = 0
    for section in network.columns:
        if isinstance(section, Store):
            continue
        stations = section.stations if isinstance(section, Serial) else ()
        for k, station in enumerate(stations):
            rows = outcome.trace_id[:, 1] == base + k
            car, times = outcome.trace_id[rows, 0], outcome.trace_s[rows]
            # In working time, where the end of a shift and the start of the next are one moment.
            start, finish, leave = _worked(network.calendars[section.calendar], end_s, times).T
            if (finish < start).any() or (leave < finish).any():
                yield f"station {station.name}: times go back"
            if (start[station.servers :] < leave[: -station.servers]).any() or (np.diff(leave) < 0).any():
                yield f"station {station.name}: more cars than servers, or out of order"
            if station.spread.kind == "constant" and station.failures is None:
                done = np.isfinite(times[:, 1])
                spent = finish[done] - start[done]
                work = np.array(station.work_s)[cars.car_type[car[done]]]
                if (np.abs(spent - work) > 2 * TICK_S).any():
                    yield f"station {station.name}: other work than given"
        base += len(stations) or (
            section.num_pitches if isinstance(section, Paced) and section.work_s is not None else 1
        )
