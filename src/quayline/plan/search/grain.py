"""Which rows of the model go together when it is taken more coarsely (of alike pairs, of the weeks of some months), and
the weeks of its columns and rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quayline.base.random import stream
from quayline.plan.constraints.common import departure_weeks
from quayline.plan.model.variables import working_weeks
from quayline.plan.search.alike import groups_of, lost_of, own_rows_of
from quayline.plan.search.coarse import LEFT_OUT
from quayline.plan.search.rolling import Clock

if TYPE_CHECKING:
    from quayline.plan.model.model import Model
    from quayline.plan.search.coarse import Coarse

FLOWS = frozenset({
    "capacity", "mix limit", "overtime", "weekend shifts", "whole shifts", "shop capacity", "part stock", "port stock",
    "sailing space", "plant yard", "port yard", "over quota", "market balance", "firm", "boxes", "alternate capacity",
})  # fmt: skip
"""Balances and limits of what flows in a week: those of a month are added up."""
STATES = frozenset({
    "part cover", "part store", "supplier", "minimum order", "port places", "discharge yard", "late orders", "patience",
    "stock age",
})  # fmt: skip
"""Limits of what is there at the end of a week: of those of a month the last is kept."""


@dataclass(frozen=True)
class Grain:
    """Of each row the row of its leading alike pair, its pair (-1: between pairs), week (-1: none), and a number for
    what it is about."""

    same: np.ndarray
    pair: np.ndarray
    week: np.ndarray
    about: np.ndarray


def grain_of(model: Model) -> Grain:
    """What is known of the rows of `model`."""
    own = own_rows_of(model)
    same, pair = np.arange(len(model.upper)), np.full(len(model.upper), -1)
    for members in groups_of(model, own):
        for other in members[1:]:
            same[own[other]] = own[members[0]]
    for i, its in enumerate(own):
        pair[its] = i
    return Grain(same, pair, *_weeks(model))


def weekly(model: Model) -> np.ndarray:
    """Group of each row: alike pairs together, of the states those at the ends of months."""
    return _grouped(model, grain_of(model), frozenset(), 1)


def monthly(model: Model, num_months: int = 1, grain: Grain | None = None) -> np.ndarray:
    """Group of each row: alike pairs together, flows by so many months, states at their ends, no steps of the pace.

    `grain`: where it is known already.
    """
    group = _grouped(model, grain or grain_of(model), FLOWS, num_months)
    group[model.rows["pace"]] = LEFT_OUT
    return group


def _grouped(model: Model, grain: Grain, summed: frozenset[str], num_months: int) -> np.ndarray:
    """Groups of rows, each named by one of its rows that is kept."""
    same, pair, week, about = grain.same, grain.pair, grain.week, grain.about
    month = _months(model)[week] // num_months
    group = same.copy()
    for name, rows in model.rows.items():
        mine = np.arange(rows.start, rows.stop)
        mine = mine[(week[mine] >= 0) & (same[mine] == mine)]
        thing = np.where((pair[mine] >= 0) & (name != "port stock"), pair[mine], about[mine])
        if name in summed:
            group[mine] = _first(mine, thing, month[mine])
        elif name in STATES:
            late = np.argsort(-week[mine], kind="stable")
            last = _first(mine[late], thing[late], month[mine][late])
            group[mine[late]] = np.where(last == mine[late], last, LEFT_OUT)
    found: np.ndarray = group[same]
    return found


def _first(rows: np.ndarray, thing: np.ndarray, month: np.ndarray) -> np.ndarray:
    """For each of `rows` the first with the same thing and month."""
    _, number = np.unique(thing, return_inverse=True)
    _, at, of = np.unique(number * (month.max(initial=0) + 1) + month, return_index=True, return_inverse=True)
    first: np.ndarray = rows[at][of]
    return first


def _months(model: Model) -> np.ndarray:
    """Month by week of delivery, going on after the horizon by four weeks."""
    programme = model.build.programme
    month = programme.calendar.month_of
    after = np.arange(max(programme.num_due - len(month), 0))
    return np.concatenate([month, month[-1] + 1 + after // 4])


def clock_of(model: Model, small: Coarse) -> Clock:
    """When the columns and rows of a coarser programme are decided. A month's are of its first week; a column that has
    no time of its own (tonnes of a year) is of the last week of its rows."""
    v, num = model.variables, small.program.variables.num
    its, month_of = _column_weeks(model)[0], model.build.calendar.month_of
    for columns in (v.mode, v.start, *(v.own[name] for name in ("hired", "left", "spare people"))):
        its[columns] = np.searchsorted(month_of, np.arange(columns.shape[-1]))
    week, is_slack, is_lost = np.full(num, -1), np.ones(num, bool), np.zeros(num, bool)
    np.maximum.at(week, small.column, its)
    is_slack[small.column], is_lost[small.column[lost_of(model) > 0]] = False, True
    matrix, never = small.program.matrix.tocoo(), np.iinfo(np.int64).max
    row, last, first = (np.full(matrix.shape[0], value) for value in (-1, -1, never))
    np.maximum.at(last, matrix.row, week[matrix.col])
    dated = (week[matrix.col] >= 0) & ~is_lost[matrix.col]
    np.maximum.at(row, matrix.row[dated], week[matrix.col[dated]])
    np.minimum.at(first, matrix.row[dated], week[matrix.col[dated]])
    np.maximum.at(row, matrix.row, np.where(row[matrix.row] < 0, week[matrix.col], -1))
    row = np.maximum(row, 0)
    loose = week[matrix.col] < 0
    np.maximum.at(week, matrix.col[loose], row[matrix.row[loose]])
    soft = np.zeros(len(row))
    for name, sign in (("patience", -1.0), ("stock age", -1.0), ("quota", -1.0), ("market balance", 1.0)):
        its = small.row[model.rows[name]]
        soft[its[its >= 0]] = sign
    return Clock(week, row, np.minimum(first, row), last, is_slack, soft)


def _column_weeks(model: Model) -> tuple[np.ndarray, np.ndarray]:
    """Week of each column (-1: none) by the clock of what it decides, and a number for its kind (-1: none)."""
    v, build = model.variables, model.build
    weeks, dues = np.arange(build.calendar.num_weeks), np.arange(build.programme.num_due)
    week, kind = np.full(v.num, -1), np.full(v.num, -1)
    parts = [(a, weeks) for a in (*v.overtime_h, *v.weekend, v.shifts)]
    parts += [(a, dues[: len(a)]) for a in (v.trucked, v.plant_yard, v.port_yard)]
    for _, _, way, c in build.ways():
        departs = departure_weeks(build.programme, way.legs)
        parts += [(c.build, weeks), (c.shipped, departs), (c.held, departs), (c.over, departs)]
    parts += [(a, dues) for c in v.pairs for a in (c.stock, c.backlog, c.late, c.lost)]
    parts += [(row, weeks) for a in v.own.values() for row in np.atleast_2d(a) if a.shape[-1] == len(weeks)]
    parts += [(v.own[name], working_weeks(build.programme)[1:]) for name in ("faster", "slower")]
    for number, (columns, its) in enumerate(parts):
        held = columns >= 0
        week[columns[held]], kind[columns[held]] = its[held], number
    return week, kind


def _weeks(model: Model) -> tuple[np.ndarray, np.ndarray]:
    """Of each row the last week of its columns (-1: none has one), and a number for the kinds of columns in it."""
    week, kind = _column_weeks(model)
    kinds, entries = int(kind.max()) + 1, np.diff(model.matrix.indptr)
    row, column = np.repeat(np.arange(len(entries)), entries), model.matrix.indices
    last, way = np.full(len(entries), -1), np.full(len(entries), -1)
    np.maximum.at(last, row, week[column])
    np.maximum.at(way, row, kind[column])
    found_row, found_kind = np.divmod(np.unique(row * (kinds + 1) + kind[column] + 1), kinds + 1)
    # Two rows are about the same things where the sums of these fixed numbers agree; a chance match would only loosen.
    number = stream(1, "plan", "kinds of rows").integers(1, 2**40, kinds + 1)
    about = np.zeros(len(entries), np.int64)
    np.add.at(about, found_row, number[found_kind])
    stock = model.rows["port stock"]
    about[stock] = way[stock]  # that of the cars held, whether or not any become ready for the ship
    return last, about
