"""From a point of the relaxation to whole cars, and every other column recomputed from them.

Within a pair all flows are compared as cumulative numbers: shipped <= ready, delivered >= accepted less the patience
window, and so on. Rounding every cumulative number c of a pair to floor(c + offset) keeps each of these, because the
rounding never decreases (for two-way tables: Cox, 1987, "A constructive procedure for unbiased controlled rounding").
What couples pairs (line hours, ships, yards) may then be passed by less than the number of pairs; those rows are
tightened by the excess and the relaxation solved again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.variables import working_weeks

if TYPE_CHECKING:
    from quayline.plan.model import Model
    from quayline.plan.pack import Pair, Programme
    from quayline.plan.variables import PairColumns

_GRID = 10_000


def whole_point(programme: Programme, model: Model, x: np.ndarray, turn: int, places: int) -> np.ndarray:
    """All columns with whole cars near `x`, whose modes and weekend shifts are whole already.

    `turn` turns the offsets of the pairs; `places` are those of the port of loading. Rows may be violated.
    """
    v, num = model.variables, len(programme.pairs)
    out = np.zeros(v.num)
    out[v.mode] = np.round(x[v.mode])
    before = np.concatenate([model.opening[:, None], out[v.mode][:, :-1]], axis=1)
    out[v.start] = np.maximum(out[v.mode] - before, 0.0)
    out[v.shifts] = np.round(x[v.shifts])
    for i, (pair, columns) in enumerate(zip(programme.pairs, v.pairs, strict=True)):
        offset = (((i + turn) % num) * _GRID // num + 0.5) / _GRID
        _pair(pair, columns, x, out, offset)
    _hours(programme, model, out)
    _yards(programme, model, out, places)
    _quotas(programme, model, out)
    for k, (_, year, cars, _, mine) in enumerate(programme.minimums):
        weeks = programme.calendar.year_of == year
        built = sum(float(_at(out, v.pairs[i].build)[weeks].sum()) for i in mine)
        out[v.shortfall[k]] = max(cars - built, 0.0)
    _pace(programme, model, out)
    return out


def _at(x: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Values of columns; 0 where there is no column."""
    return np.where(columns >= 0, x[columns], 0.0)


def _put(out: np.ndarray, columns: np.ndarray, value: np.ndarray) -> None:
    held = columns >= 0
    out[columns[held]] = value[held]


def _steps(x: np.ndarray, offset: float) -> np.ndarray:
    """Whole steps whose sums are floor(sum of x + offset)."""
    total = np.round(np.maximum.accumulate(np.cumsum(x)) * _GRID) / _GRID if len(x) else np.zeros(0)
    return np.diff(np.floor(total + offset), prepend=0.0)


def _pair(pair: Pair, c: PairColumns, x: np.ndarray, out: np.ndarray, offset: float) -> None:
    num_due = len(pair.demand)
    built = _steps(_at(x, c.build), offset)
    accepted = _steps(pair.demand - _at(x, c.lost), offset)
    _put(out, c.build, built)
    _put(out, c.lost, pair.demand - accepted)
    if pair.legs:
        shipped = _steps(_at(x, c.shipped), offset)
        ready = np.bincount(pair.reach[pair.reach >= 0], built[pair.reach >= 0], len(pair.legs))
        _put(out, c.shipped, shipped)
        _put(out, c.held, np.cumsum(ready) - np.cumsum(shipped))
        delivered = np.bincount([leg.delivered for leg in pair.legs], shipped, num_due)
    else:
        delivered = np.bincount(pair.reach[pair.reach >= 0], built[pair.reach >= 0], num_due)
    net = np.cumsum(delivered) - np.cumsum(accepted)
    backlog = np.maximum(-net, 0.0)
    total = np.concatenate([[0.0], np.cumsum(accepted)])
    week = np.arange(num_due)
    recent = total[week + 1] - total[np.maximum(week + 1 - pair.tolerance, 0)]
    _put(out, c.stock, np.maximum(net, 0.0))
    _put(out, c.backlog, backlog)
    _put(out, c.late, np.maximum(backlog - recent, 0.0))


def _hours(programme: Programme, model: Model, out: np.ndarray) -> None:
    """Overtime just as long as the cars of the week need, and the weekend shifts in the mode that is worked."""
    calendar, v = programme.calendar, model.variables
    mode_of = out[v.mode].argmax(axis=0)[calendar.month_of]
    week = np.arange(calendar.num_weeks)
    shifts = out[v.shifts]
    cars = np.array([_at(out, c.build) for c in v.pairs]).reshape(len(v.pairs), calendar.num_weeks)
    need_h = cars.sum(axis=0) / programme.rate_jph[mode_of]
    for k, jph in enumerate(programme.mix_jph):
        need_h = np.maximum(need_h, np.sum(programme.mix[k][:, None] * cars, axis=0) / jph)
    own_h = calendar.normal_h[mode_of, week] + shifts * calendar.shift_h[mode_of]
    most_h = calendar.overtime_h[mode_of, week]
    out[v.overtime_h[mode_of, week]] = np.clip(need_h - own_h, 0.0, most_h)
    out[v.weekend[mode_of, week]] = shifts


def _pace(programme: Programme, model: Model, out: np.ndarray) -> None:
    """Steps of the pace between working weeks."""
    v, weeks = model.variables, working_weeks(programme)
    built = np.sum([_at(out, c.build)[weeks] for c in v.pairs], axis=0)
    step = np.diff(built / np.array([len(programme.calendar.weeks[w].workdays) for w in weeks]))
    out[v.faster], out[v.slower] = np.maximum(step, 0.0), np.maximum(-step, 0.0)


def _yards(programme: Programme, model: Model, out: np.ndarray, places: int) -> None:
    """Trucks as early as the port's places and the fleet allow; this keeps the plant's yard as empty as can be."""
    v = model.variables
    num = len(v.trucked)
    if not num:
        return
    built, sailed = np.zeros(num), np.zeros(num)
    for pair, c in zip(programme.pairs, v.pairs, strict=True):
        if pair.legs:
            built[: programme.calendar.num_weeks] += _at(out, c.build)
            departs = [programme.calendar.week_of(programme.sailings[leg.sailing].departs_on) for leg in pair.legs]
            sailed += np.bincount(departs, _at(out, c.shipped), num)
    plant, port = 0.0, 0.0
    for week in range(num):
        moved = max(min(plant + built[week], model.variables.upper[v.trucked[week]], places - port), 0.0)
        plant, port = plant + built[week] - moved, port + moved - sailed[week]
        out[v.trucked[week]], out[v.plant_yard[week]], out[v.port_yard[week]] = moved, plant, port


def _quotas(programme: Programme, model: Model, out: np.ndarray) -> None:
    """Cars beyond each quota are those for which the higher rate costs least."""
    for number, (_, _, quota_cars) in enumerate(programme.quotas):
        legs = sorted(
            (leg.over_usd, int(c.over[k]), int(c.shipped[k]))
            for pair, c in zip(programme.pairs, model.variables.pairs, strict=True)
            for k, leg in enumerate(pair.legs)
            if leg.quota == number and c.over[k] >= 0
        )
        excess = sum(out[shipped] for _, _, shipped in legs) - quota_cars
        for _, over, shipped in legs:
            out[over] = min(max(excess, 0.0), out[shipped])
            excess -= out[over]
