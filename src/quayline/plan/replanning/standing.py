"""Re-planning: the frozen part of the model stands; what the plan that stands is worth in a new model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.inputs.orders import day_number
from quayline.plan.inputs.ways import gate_usd
from quayline.plan.search.whole import whole_point

if TYPE_CHECKING:
    from quayline.plan.inputs.pack import Programme
    from quayline.plan.inputs.ways import Way
    from quayline.plan.model.model import Model
    from quayline.records.stages import Plan
    from quayline.scenario.schema import Scenario

_TOLERANCE = 1e-4
_HOLD = 3.0
"""A frozen car that stands earns this many of the highest price, so that none is dropped while it has a way, and as
much again if its order stands."""


def frozen_legs(programme: Programme, way: Way) -> np.ndarray:
    """Which legs of a way sail before the frozen horizon ends."""
    assert programme.stand is not None
    departs = [day_number(programme.sailings[leg.sailing].departs_on) for leg in way.legs]
    return np.array(departs, np.int64) < programme.stand.open_day


def frozen(model: Model) -> Model:
    """The model in which the frozen horizon stands: its cars, bookings, shifts and hours are at most, and as long as
    they have a way to a customer exactly, what they were; rows that speak of nothing else are left out."""
    programme, v = model.build.programme, model.variables
    stand = programme.stand
    assert stand is not None
    weeks = np.arange(stand.frozen_weeks)
    lower, upper, usd, constant_usd = v.lower.copy(), v.upper.copy(), model.usd.copy(), model.constant_usd
    is_frozen = np.zeros(v.num, bool)
    hold_usd = _HOLD * max([float(pair.price_usd.max()) for pair in programme.pairs], default=0.0)
    for k, (_, _, way, one) in enumerate(model.build.ways()):
        legs, sellable = frozen_legs(programme, way), (stand.build - stand.barred)[k, weeks]
        for columns, cars in ((one.build[weeks], sellable), (one.shipped[legs], stand.shipped[k][legs])):
            held = columns[columns >= 0]
            is_frozen[held], upper[held] = True, cars[columns >= 0]
            usd[held] += hold_usd
            constant_usd -= hold_usd * float(cars[columns >= 0].sum())
    left_out = v.own["left out"]
    usd[left_out[left_out >= 0]] = -hold_usd
    for i, (pair, c) in enumerate(zip(programme.pairs, v.pairs, strict=True)):
        wanted = c.lost >= 0
        lower[c.lost[wanted]] = (stand.barred_due + stand.given_up)[i][wanted]
        upper[c.lost[wanted]] = (pair.demand - stand.pegged[i])[wanted]
    for columns in (v.overtime_h[:, weeks], v.weekend[:, weeks], v.shifts[weeks]):
        is_frozen[columns] = True
    modes = stand.modes[programme.calendar.month_of[weeks]]
    for table, value in ((v.overtime_h, stand.overtime_h), (v.weekend, stand.shifts)):
        lower[table[:, weeks]] = upper[table[:, weeks]] = 0.0
        lower[table[modes, weeks]] = upper[table[modes, weeks]] = value[weeks]
    lower[v.shifts[weeks]] = upper[v.shifts[weeks]] = stand.shifts[weeks]
    months = np.unique(programme.calendar.month_of[weeks])
    lower[v.mode[stand.modes[months], months]] = 1.0
    is_frozen[v.mode[:, months]] = is_frozen[v.start[:, months]] = True
    entries = model.matrix.tocoo()
    still_open = np.bincount(entries.row[~is_frozen[entries.col]], minlength=len(model.lower)) > 0
    return replace(
        model, build=replace(model.build, variables=replace(v, lower=lower, upper=upper)), usd=usd,
        constant_usd=constant_usd, lower=np.where(still_open, model.lower, -np.inf),
        upper=np.where(still_open, model.upper, np.inf),
    )  # fmt: skip


def standing_point(model: Model) -> np.ndarray | None:
    """All columns of the plan that stands, or None where it breaks a row or a bound of `model`."""
    programme, v = model.build.programme, model.variables
    stand = programme.stand
    assert stand is not None
    if not stand.can_stand:
        return None
    point = np.zeros(v.num)
    for k, (_, _, _, one) in enumerate(model.build.ways()):
        for columns, cars in ((one.build, stand.same_build[k]), (one.shipped, stand.same_shipped[k])):
            point[columns[columns >= 0]] = cars[columns >= 0]
    for i, (pair, c) in enumerate(zip(programme.pairs, v.pairs, strict=True)):
        point[c.lost[c.lost >= 0]] = (pair.demand - stand.served[i])[c.lost >= 0]
    point[v.mode[stand.modes, np.arange(len(stand.modes))]] = 1.0
    point[v.shifts] = stand.shifts
    x = whole_point(model, point, 0)
    flow = model.matrix @ x
    over = np.maximum(flow - model.upper, model.lower - flow).max(initial=0.0)
    out = np.maximum(x - v.upper, v.lower - x).max(initial=0.0)
    return x if max(over, out) <= _TOLERANCE else None


def contribution_usd(scenario: Scenario, plain: Model, x: np.ndarray) -> float:
    """Contribution of `x` without the price of change, `plain` being the model before its horizon was frozen; cars
    that can no longer be sold have cost what they did at the gate."""
    stand, own = plain.build.programme.stand, plain.variables.own["moved"]
    assert stand is not None
    programme = plain.build.programme
    sunk_usd = sum(
        float(cars.sum()) * gate_usd(scenario, way.plant, scenario.vehicles.variants[programme.pairs[i].variant])
        for (i, way), cars in zip(programme.ways(), stand.barred, strict=True)
    )
    return plain.value_usd(x) + stand.change_usd * float(x[own[own >= 0]].sum()) - sunk_usd


def is_worth_the_same(scenario: Scenario, plain: Model, x: np.ndarray, old: Plan) -> bool:
    """Whether the plan that stands contributes in `plain` what it did when it was made."""
    return abs(contribution_usd(scenario, plain, x) - old.objective_usd) <= 1e-8 * abs(old.objective_usd) + 0.01
