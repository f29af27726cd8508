"""A day of the line to be played again: how many cars are in each section and behind it, minute by minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.flow.network import Paced, Serial, Store
from quayline.flow.shifts import DAY_S
from quayline.records.schemas import FLOW

if TYPE_CHECKING:
    from quayline.flow.engine import Outcome
    from quayline.flow.layout import Layout
    from quayline.flow.network import Floats, Ints, Network, Section

STEP_MIN = 2


def section_table(layout: Layout) -> pl.DataFrame:
    """The sections of the row as they stand: cars that fit in, on stations and in bays, and behind before the next
    (null: no limit)."""
    columns = layout.network.columns[: layout.network.last_column + 1]
    return pl.DataFrame({
        "shop_idx": [layout.shop_of[s.name] for s in columns],
        "section": [s.name for s in columns],
        "kind": [_kind(s) for s in columns],
        "places_inside": [_inside(s) for s in columns],
        "places_behind": _behind(layout.network),
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


def _behind(network: Network) -> list[int | None]:
    """Places before what follows each part of the row; behind the last there is no limit."""
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
    return found


def replay_table(layout: Layout, outcome: Outcome) -> pl.DataFrame:
    """The day with most cars off the line, every `STEP_MIN` minutes: (minute of the day, section, inside, behind).

    A car counts where it is first entering or has gone last: in a section (its bays and way back with it) until it
    has left it for good, then behind it. Twins on sub-lines do not count.
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
    names = [s.name for s in layout.network.columns[row]]
    return pl.DataFrame({
        "day": np.full(counts[:, 0].size, day), "minute": np.repeat(minutes, len(names)),
        "section": np.tile(np.array(names), len(minutes)), "inside_cars": counts[:, 0].ravel(),
        "behind_cars": counts[:, 1].ravel(),
    }).cast({c.name: c.dtype for c in FLOW["replay"].columns})  # fmt: skip


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
