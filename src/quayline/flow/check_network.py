"""Checks the outcome of a network by its definition, car by car: none of the engine's code."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from quayline.flow.network import Paced, Parallel, Serial, Store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.flow.engine import Outcome
    from quayline.flow.network import Cars, Floats, Ints, Network, Station

TICK_S = 2.0**-20


def network_faults(network: Network, cars: Cars, outcome: Outcome, end_s: float) -> list[str]:
    """What is wrong with an outcome, in words; empty when nothing is.

    First entries and last departures are known, so rules that need every visit (places, order, retrieval) are
    checked where no car comes back.
    """
    comes_back = any(bays.rejoin for _, bays in network.all_bays)
    ways = _ways(network)
    found = [*_order_of_times(network, ways, cars, outcome, comes_back), *_working(network, outcome, end_s)]
    found += [*_states(network, outcome, end_s), *_trace(network, cars, outcome, end_s)]
    found += [*_carriers(network, outcome), *_twins(network, outcome), *_types(network, cars, outcome)]
    if not comes_back:
        found += [*_branches(network, outcome), *_places(network, ways, outcome), *_retrievals(network, cars, outcome)]
        found += [*_queues(network, ways, outcome), *_kept(network, ways, outcome, end_s)]
    return found


def _ways(network: Network) -> dict[int, list[int]]:
    """The sections out of which cars come into each section but the first, by column."""
    column = {s.name: k for k, s in enumerate(network.columns)}
    chains = [line.sections for line in network.sublines]
    found = {column[line.sections[0].name]: [column[line.fork]] for line in network.sublines}
    for before, behind in itertools.pairwise(network.sections):
        tails = [b[-1] for b in before.branches] if isinstance(before, Parallel) else [before]
        heads = [b[0] for b in behind.branches] if isinstance(behind, Parallel) else [behind]
        found |= {column[head.name]: [column[tail.name] for tail in tails] for head in heads}
        chains += [*before.branches] if isinstance(before, Parallel) else []
    for chain in chains:
        found |= {column[two.name]: [column[one.name]] for one, two in itertools.pairwise(chain)}
    return found


def _left_before(ways: dict[int, list[int]], k: int, outcome: Outcome) -> Floats:
    """When each car left the section before section k; inf for one that did not, or went another way."""
    left: Floats = np.min([outcome.leave_s[:, i] for i in ways[k]], axis=0)
    if _is_branch(ways, k):  # known only of those that have entered it
        left = np.where(np.isfinite(outcome.enter_s[:, k]), left, np.inf)
    return left


def _is_branch(ways: dict[int, list[int]], k: int) -> bool:
    """Whether other sections take cars from the same ones as section k."""
    return sum(feeders == ways[k] for feeders in ways.values()) > 1


def _worked(calendar: Floats, end_s: float, at: Any) -> Any:
    """Working time before `at`."""
    inside = calendar[calendar[:, 0] < end_s]
    starts, ends = inside[:, 0], np.minimum(inside[:, 1], end_s)
    before = np.concatenate([[0.0], np.cumsum(ends - starts)])
    at = np.minimum(at, 2.0**40)
    k = np.searchsorted(ends, at)
    return before[k] + np.clip(at - np.append(starts, np.inf)[k], 0.0, None)


def _order_of_times(
    network: Network, ways: dict[int, list[int]], cars: Cars, outcome: Outcome, comes_back: bool
) -> Iterator[str]:
    enter, leave = outcome.enter_s, outcome.leave_s
    if (enter[:, 0] < cars.release_s - TICK_S).any():
        yield "a car enters before its release"
    if (np.diff(np.where(np.isfinite(enter[:, 0]), enter[:, 0], 1e300)) < 0).any():
        yield "cars enter in another order than planned"
    if (leave < enter).any():
        yield "a car's times go back"
    if np.isfinite(leave[np.isfinite(outcome.scrapped_s), network.last_column]).any():
        yield "a scrapped car is built"
    told = np.flatnonzero(cars.scrap_at >= 0)
    if np.isfinite(leave[told, cars.scrap_at[told]]).any():
        yield "a car leaves the section that scraps it"
    draws = any(getattr(section, "scrap_share", 0.0) for section in network.columns)
    if not draws and np.isfinite(np.delete(outcome.scrapped_s, told)).any():
        yield "a car is scrapped that no section scraps"
    done = np.isfinite(leave[:, network.last_column])
    for k in ways:
        left, known = _left_before(ways, k, outcome), np.isfinite(enter[:, k])
        early = enter[known, k] < left[known]
        if comes_back:
            first = np.min([enter[:, i] for i in ways[k]], axis=0)
            early = enter[known, k] < first[known]
            # A car that has come back and is still inside has left later sections before earlier ones; one that has
            # come back may have gone through another branch at last.
            if not _is_branch(ways, k):
                early = np.append(early, leave[known & done, k] < left[known & done])
        if early.any():
            yield f"a car's times go back before section {network.columns[k].name}"


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


def _places(network: Network, ways: dict[int, list[int]], outcome: Outcome) -> Iterator[str]:
    """No section and no place between sections holds more cars than it can."""
    for k, section in enumerate(network.columns):
        enter, leave = outcome.enter_s[:, k], np.minimum(outcome.leave_s[:, k], outcome.scrapped_s)
        if _most_present(enter, leave) > _capacity(section):
            yield f"section {section.name} holds more cars than it can"
        before = [s for s in (network.columns[i] for i in ways.get(k, [])) if not isinstance(s, Store)]
        if not before or len(before) < len(ways[k]):
            continue
        # Without a place a car on its way holds that of the first station.
        on_way = any(s.transfer_s for s in before)
        if _most_present(_left_before(ways, k, outcome), enter) > (section.places_before or on_way):
            yield f"more cars wait before section {section.name} than there are places"


def _kept(network: Network, ways: dict[int, list[int]], outcome: Outcome, end_s: float) -> Iterator[str]:
    """Who is at work with a place kept behind, and who is in it, are no more than there are places; of traced cars."""
    bases = list(itertools.accumulate(map(_num_stations, network.columns), initial=0))
    for k, i in ((k, i) for k, feeders in ways.items() for i in feeders):
        section, giver = network.columns[k], network.columns[i]
        if isinstance(giver, Store):
            continue
        is_store = isinstance(section, Store)
        places = section.places_before + (section.capacity if isinstance(section, Store) else 0)
        enter_s = outcome.enter_s[:, k + is_store]
        taken_s = np.minimum(enter_s, outcome.scrapped_s)
        begun_s = _begun(giver, bases[i], outcome)
        if _is_branch(ways, k):  # known only of those that have entered it
            begun_s = np.where(np.isfinite(enter_s), begun_s, np.inf)
        there = np.isfinite(begun_s)
        # In working time, where the end of a shift and the start of the next are one moment.
        begun_w, taken_w = (_worked(network.calendars[giver.calendar], end_s, x[there]) for x in (begun_s, taken_s))
        if places and _most_present(begun_w, np.where(np.isfinite(taken_s[there]), taken_w, np.inf)) > places:
            yield f"more cars have a place kept before section {section.name} than there are"


def _begun(section: Store | Paced | Serial, base: int, outcome: Outcome) -> Floats:
    """When each traced car began at the last station of a section that keeps places behind it; inf elsewhere."""
    begun = np.full(len(outcome.enter_s), np.inf)
    if isinstance(section, Serial) and section.blocking == "before" and not section.is_gate:
        rows = outcome.trace_id[:, 1] == base + len(section.stations) - 1
        begun[outcome.trace_id[rows, 0]] = outcome.trace_s[rows, 0]
    return begun


def _num_stations(section: Store | Paced | Serial) -> int:
    """How many numbers of stations a section takes."""
    if isinstance(section, Store):
        return 0
    if isinstance(section, Serial):
        return len(section.stations)
    return section.num_pitches if section.work_s is not None else 1


def _carriers(network: Network, outcome: Outcome) -> Iterator[str]:
    """No more cars between loading and unloading than there are carriers, where no way back leads over both."""
    names = [s.name for s in network.columns]
    ways_back = [(names.index(bays.rejoin), names.index(gate)) for gate, bays in network.all_bays if bays.rejoin]
    for carriers in network.carriers:
        load, unload = names.index(carriers.load), names.index(carriers.unload)
        if any(to <= load and unload < gate for to, gate in ways_back):
            continue
        taken = outcome.enter_s[:, load]
        freed = np.minimum(outcome.leave_s[:, unload], outcome.scrapped_s)
        if _most_present(taken, freed) > carriers.number:
            yield f"more cars on {carriers.name} than there are"


def _twins(network: Network, outcome: Outcome) -> Iterator[str]:
    """A join takes a car only with its finished twin, and these have their places."""
    names = [s.name for s in network.columns]
    for line in network.sublines:
        finished = outcome.leave_s[:, names.index(line.sections[-1].name)]
        joined = outcome.enter_s[:, names.index(line.join)]
        if (np.isfinite(joined) & (joined < finished)).any():
            yield f"section {line.join} takes a car before its twin of {line.name} is finished"
        if _most_present(finished, joined) > line.places:
            yield f"more finished twins of {line.name} than places"


def _branches(network: Network, outcome: Outcome) -> Iterator[str]:
    """A car goes through one branch."""
    for part, went in _went(network, outcome):
        if (went.sum(axis=1) > 1).any():
            yield f"a car went through two branches of {part.name}"


def _types(network: Network, cars: Cars, outcome: Outcome) -> Iterator[str]:
    """Where the type says through which branch a car goes, it goes through no other."""
    for part, went in _went(network, outcome):
        if part.route == "type" and (went & ~np.eye(len(part.branches), dtype=bool)[
            np.array(part.of_type)[cars.car_type]
        ]).any():  # fmt: skip
            yield f"a car went through a branch of {part.name} that is not of its type"


def _went(network: Network, outcome: Outcome) -> Iterator[tuple[Parallel, Any]]:
    """Of each parallel part, which cars went into which branch (N, branches)."""
    names = [s.name for s in network.columns]
    for part in network.sections:
        if isinstance(part, Parallel):
            yield part, np.isfinite(outcome.enter_s[:, [names.index(branch[0].name) for branch in part.branches]])


def _retrievals(network: Network, cars: Cars, outcome: Outcome) -> Iterator[str]:
    """The car taken out of a store breaks the fewest rules of all in it before, and has the lowest position of them."""
    for k, section in enumerate(network.columns):
        if not isinstance(section, Store) or section.lanes:
            continue
        enter, leave = outcome.enter_s[:, k], outcome.leave_s[:, k]
        order = np.argsort(leave, kind="stable")[: int(np.isfinite(leave).sum())]
        if section.rules and (np.diff(leave[order]) == 0).any():
            continue  # which of two was taken first is not known
        for at, car in enumerate(order):
            there = np.flatnonzero((enter < leave[car]) & (leave > leave[car]))
            costs = [(_broken(section, cars.car_type, order[:at], one), int(one)) for one in (*there, car)]
            if min(costs) != costs[-1]:
                yield f"store {section.name} gives car {car} before car {min(costs)[1]}"


def _broken(store: Store, car_type: Ints, taken: Ints, car: int) -> int:
    """How many rules taking `car` after `taken` breaks."""
    num = 0
    for rule in store.rules:
        last = taken[max(len(taken) - rule.within + 1, 0) :]
        num += car_type[car] in rule.types and sum(t in rule.types for t in car_type[last]) >= rule.most
    return num


def _queues(network: Network, ways: dict[int, list[int]], outcome: Outcome) -> Iterator[str]:
    """Cars leave sections without bays, and wait between sections, in the order in which they came."""
    for k, section in enumerate(network.columns):
        if isinstance(section, Store):
            continue
        is_gate = isinstance(section, Serial) and (section.bays or section.scrap_share)
        gone_s = np.minimum(outcome.leave_s[:, k], outcome.scrapped_s)
        if not is_gate and _swaps(outcome.enter_s[:, k], gone_s):
            yield f"cars overtake in section {section.name}"
        if k in ways and not any(isinstance(network.columns[i], Store) for i in ways[k]):
            left, enter = _left_before(ways, k, outcome), outcome.enter_s[:, k]
            known = np.isfinite(enter) if len(ways[k]) > 1 else np.ones(len(enter), bool)
            if _swaps(left[known], enter[known]):
                yield f"cars overtake before section {section.name}"


def _swaps(first: Floats, then: Floats) -> bool:
    """Whether two cars come in one order and go in the other."""
    order = np.lexsort((then, first))
    later = then[order]
    known = later[np.isfinite(first[order])]
    return bool((np.diff(np.where(np.isfinite(known), known, 1e300)) < 0).any())


def _trace(network: Network, cars: Cars, outcome: Outcome, end_s: float) -> Iterator[str]:
    """At every unpaced station: work in order, each server holding one car, begun as soon as there are a car and a
    server, and no less than its constant work."""
    base = 0
    for column, section in enumerate(network.columns):
        if isinstance(section, Store):
            continue
        stations = section.stations if isinstance(section, Serial) else ()
        first = outcome.trace_id[outcome.trace_id[:, 1] == base]
        entered_s = np.where(first[:, 2] == 0, outcome.enter_s[first[:, 0], column], np.nan)
        came = _worked(network.calendars[section.calendar], end_s, entered_s)
        for k, station in enumerate(stations):
            rows = outcome.trace_id[:, 1] == base + k
            car, times = outcome.trace_id[rows, 0], outcome.trace_s[rows]
            # In working time, where the end of a shift and the start of the next are one moment.
            start, finish, leave = _worked(network.calendars[section.calendar], end_s, times).T
            if (finish < start).any() or (leave < finish).any():
                yield f"station {station.name}: times go back"
            if (start[station.servers :] < leave[: -station.servers]).any() or (np.diff(leave) < 0).any():
                yield f"station {station.name}: more cars than servers, or out of order"
            if isinstance(section, Serial) and _begins_at_once(section, station):
                num = min(len(came), len(start))
                free = np.append(np.zeros(station.servers), leave)[:num]
                if (np.abs(start[:num] - np.maximum(came[:num], free)) > 2 * TICK_S).any():
                    yield f"station {station.name}: a car and a server wait for each other"
            came = leave + station.transfer_s
            is_plain = section.at_shift_end == "pause" and station.learning is None
            if station.spread.kind == "constant" and station.failures is None and is_plain:
                done = np.isfinite(times[:, 1])
                spent = finish[done] - start[done]
                work = np.array(station.work_s)[cars.car_type[car[done]]]
                if (np.abs(spent - work) > 2 * TICK_S).any():
                    yield f"station {station.name}: other work than given"
        base += _num_stations(section)


def _begins_at_once(section: Serial, station: Station) -> bool:
    """Whether work on a car begins with its arrival or when a server is free, and nothing else counts."""
    fails_by_clock = station.failures is not None and station.failures.by == "time"
    waits = fails_by_clock or station.maintenance is not None or section.blocking == "before"
    return section.at_shift_end == "pause" and not waits
