"""A day of the line to be played again: how many cars are in each section and behind it, minute by minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.flow.network import Paced, Parallel, Serial, Store
from quayline.flow.shifts import DAY_S
from quayline.records.schemas import FLOW

if TYPE_CHECKING:
    from quayline.flow.engine import Outcome
    from quayline.flow.layout import Layout
    from quayline.flow.network import Floats, Ints, Network, Section, Subline

    Bools = np.ndarray[tuple[int], np.dtype[np.bool_]]

STEP_MIN = 2


def section_table(layout: Layout) -> pl.DataFrame:
    """The sections as they stand, on the row and its branches, then on the sub-lines: cars that fit in, on stations and
    in bays, and behind before the next (null: no limit)."""
    columns, beside = layout.network.columns, _beside(layout.network)
    return pl.DataFrame({
        "shop_idx": [layout.shop_of[s.name] for s in columns],
        "section": [s.name for s in columns],
        "kind": [_kind(s) for s in columns],
        "places_inside": [_inside(s) for s in columns],
        "places_behind": _behind(layout.network),
        **{name: [one[k] for one in beside] for k, name in enumerate(("beside", "branch", "fork", "join"))},
    }, schema={c.name: c.dtype for c in FLOW["sections"].columns})  # fmt: skip


def _kind(section: Section) -> str:
    if isinstance(section, Store):
        return "store"
    if isinstance(section, Paced):
        return "conveyor" if section.work_s is None else "moving line"
    return "gate" if section.bays else "stations"


def _inside(section: Section) -> int:
    if isinstance(section, Store):
        return section.capacity
    if isinstance(section, Paced):
        return section.num_pitches
    on_stations = sum(s.servers + s.buffer for s in section.stations) - section.stations[-1].buffer
    return on_stations + sum(bays.places for bays in section.bays)


def _beside(network: Network) -> list[tuple[str, int, str, str]]:
    """(branches or sub-line, which of the branches, fork, join) of each section."""
    found: list[tuple[str, int, str, str]] = []
    for part in network.sections:
        if isinstance(part, Parallel):
            found += [(part.name, k, "", "") for k, branch in enumerate(part.branches) for _ in branch]
        else:
            found.append(("", 0, "", ""))
    return found + [(line.name, 0, line.fork, line.join) for line in network.sublines for _ in line.sections]


def _behind(network: Network) -> list[int | None]:
    """Places before what follows each section; behind the last of the row there is no limit."""
    found: list[int | None] = []
    row = network.sections
    for at, part in enumerate(row):
        branches = [[part]] if isinstance(part, Serial | Paced | Store) else [list(b) for b in part.branches]
        following = row[at + 1] if at + 1 < len(row) else None
        for branch in branches:
            found += [section.places_before for section in branch[1:]]
            if following is None:
                found.append(None)
            elif isinstance(following, Serial | Paced | Store):
                found.append(0 if isinstance(part, Store) else following.places_before)
            else:
                found.append(sum(b[0].places_before for b in following.branches))
    for line in network.sublines:
        found += [section.places_before for section in line.sections[1:]]
        found.append(line.places)
    return found


def replay_table(layout: Layout, outcome: Outcome) -> pl.DataFrame:
    """The day with most cars off the line, every `STEP_MIN` minutes: (minute of the day, section, inside, behind).

    A car counts where it is first entering or has gone last: in a section (its bays and way back with it) until it
    has left it for good, then behind it. What is built on a sub-line counts there, until the join takes it.
    """
    row = slice(0, layout.network.last_column + 1)
    enter_s, leave_s = outcome.enter_s[:, row], outcome.leave_s[:, row]
    left_s = leave_s[:, -1]
    day = _busiest_day(left_s)
    begin = day * DAY_S
    here = (enter_s[:, 0] < begin + DAY_S) & (left_s > begin) & ~(outcome.scrapped_s <= begin)
    minutes = np.arange(0, 24 * 60, STEP_MIN)
    counts = np.array([
        _standing(enter_s[here], leave_s[here], outcome.scrapped_s[here], begin + 60.0 * minute) for minute in minutes
    ])  # fmt: skip
    network, now_s = layout.network, np.asarray(begin + 60.0 * minutes, np.float64)
    aside = [_on_subline(network, line, outcome, here, now_s) for line in network.sublines]
    counts = np.concatenate([counts, *aside], axis=2)
    names = [s.name for s in layout.network.columns]
    return pl.DataFrame({
        "day": np.full(counts[:, 0].size, day), "minute": np.repeat(minutes, len(names)),
        "section": np.tile(np.array(names), len(minutes)), "inside_cars": counts[:, 0].ravel(),
        "behind_cars": counts[:, 1].ravel(),
    }).cast({c.name: c.dtype for c in FLOW["replay"].columns})  # fmt: skip


def _on_subline(network: Network, line: Subline, outcome: Outcome, here: Bools, now_s: Floats) -> Ints:
    """What stands inside and behind each section of a sub-line at some moments (moments, 2, sections)."""
    names = [s.name for s in network.columns]
    at = [names.index(s.name) for s in line.sections]
    enter_s, leave_s = outcome.enter_s[here][:, at], outcome.leave_s[here][:, at]
    next_s = np.column_stack([enter_s[:, 1:], outcome.enter_s[here, names.index(line.join)]])
    inside = [((enter_s <= now) & (leave_s > now)).sum(axis=0) for now in now_s]
    behind = [((leave_s <= now) & (next_s > now)).sum(axis=0) for now in now_s]
    found: Ints = np.stack([np.array(inside), np.array(behind)], axis=1)
    return found


def _busiest_day(left_s: Floats) -> int:
    built = left_s[np.isfinite(left_s)]
    return int(np.argmax(np.bincount((built // DAY_S).astype(np.int64)))) if len(built) else 0


def _standing(enter_s: Floats, leave_s: Floats, scrapped_s: Floats, now_s: float) -> Ints:
    """Cars inside and behind each section at a moment (2, sections)."""
    num = enter_s.shape[1]
    entered = enter_s <= now_s
    there = entered.any(axis=1) & (leave_s[:, -1] > now_s) & (scrapped_s > now_s)
    last = num - 1 - entered[there][:, ::-1].argmax(axis=1)
    is_behind = leave_s[there][np.arange(len(last)), last] <= now_s
    found: Ints = np.array([
        np.bincount(last[~is_behind], minlength=num), np.bincount(last[is_behind], minlength=num)
    ])  # fmt: skip
    return found
