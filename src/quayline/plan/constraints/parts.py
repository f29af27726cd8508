"""Long-lead parts: the stock of each week, call-offs within what suppliers send, places of the store. Five families."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.completion.calloffs import FREE, call_off, stopgap, supply_of
from quayline.plan.constraints.common import Block, Constraint, Rows, week_words
from quayline.plan.model.variables import INF, home_cars

if TYPE_CHECKING:
    from quayline.plan.completion.calloffs import Supply
    from quayline.plan.constraints.common import Build, Family


def supplies(build: Build) -> tuple[Supply, ...]:
    """The supply of every part over the weeks of the plan; in a re-plan, what was called off by its day stands."""
    weeks = [(week.first, week.last) for week in build.calendar.weeks]
    stand, start = build.programme.stand, build.scenario.horizon.start
    on, called = (max(stand.on, start), stand.called) if stand else (start, {})
    return tuple(supply_of(part, weeks, on, called.get(part.id, {})) for part in build.scenario.parts)


def units_of(build: Build, part_at: int) -> np.ndarray:
    """Units of a part in one car, by pair."""
    scenario, part = build.scenario, build.scenario.parts[part_at]
    models, variants, cars = scenario.vehicles.models, scenario.vehicles.variants, part.cars
    return np.array([
        part.units_per_car * int(
            models[pair.model].propulsion in cars.propulsion or models[pair.model].id in cars.models
            or variants[pair.variant].id in cars.variants
        )
        for pair in build.programme.pairs
    ], np.int64)  # fmt: skip


def columns(build: Build) -> tuple[Block, ...]:
    """Units received and whether there is a call-off, where one may arrive; stock at the end of the week."""
    found = supplies(build)
    shape = (len(found), build.calendar.num_weeks)
    fixed = np.array([s.fixed for s in found], np.int64).reshape(shape)
    most = np.array([s.most for s in found], np.float64).reshape(shape)
    least = np.array([s.least for s in found], np.int64).reshape(-1, 1)
    free = (fixed == FREE) & (most >= least)
    exists = free | (fixed > 0)
    order_usd = np.array([s.part.order_usd for s in found]).reshape(-1, 1)
    days = np.array([s.days for s in found], np.float64).reshape(shape)
    holding = np.array([s.part.holding_usd_per_day for s in found]).reshape(-1, 1)
    units = np.where(exists, np.where(free, most, fixed), np.nan)
    return (
        Block("received", units, 0.0, False, np.where(free, 0.0, fixed)),
        Block("called off", np.where(exists, 1.0, np.nan), np.broadcast_to(-order_usd, shape), True,
              np.where(free, 0.0, 1.0)),
        Block("part stock", np.full(shape, INF), -holding * days, False, -INF),
    )  # fmt: skip


def part_stock(build: Build) -> Family:
    """One row a part and week."""
    v = build.variables
    stock, received = v.own["part stock"], v.own["received"]
    rows, row = Rows(stock.size), np.arange(stock.size).reshape(stock.shape)
    rows.add(row, stock, 1.0)
    rows.add(row[:, 1:], stock[:, :-1], -1.0)
    rows.add(row, received, -1.0)
    for k in range(len(stock)):
        units = units_of(build, k)
        for i, _, _, c in build.home_ways():
            if units[i]:
                rows.add(row[k], c.build, float(units[i]))
    right = np.zeros(stock.shape)
    right[:, 0] = [part.opening_stock for part in build.scenario.parts]
    return rows.family(right.ravel(), right.ravel())


def part_cover(build: Build) -> Family:
    """One row a part and week."""
    stock = build.variables.own["part stock"]
    rows = Rows(stock.size)
    rows.add(np.arange(stock.size), stock.ravel(), -1.0)
    return rows.family(-INF, 0.0)


def part_store(build: Build) -> Family:
    """One row a part and week."""
    stock, received = build.variables.own["part stock"], build.variables.own["received"]
    rows, row = Rows(stock.size), np.arange(stock.size).reshape(stock.shape)
    rows.add(row[:, 1:], stock[:, :-1], 1.0)
    rows.add(row, received, 1.0)
    places = np.array([float(part.store_units) for part in build.scenario.parts]).reshape(-1, 1)
    upper = np.broadcast_to(places, stock.shape).copy()
    upper[:, 0] -= [part.opening_stock for part in build.scenario.parts]
    return rows.family(-INF, upper.ravel())


def supplier(build: Build) -> Family:
    """One row a part and week."""
    return _size(build, np.array([s.most for s in supplies(build)], np.float64), 1.0)


def minimum_order(build: Build) -> Family:
    """One row a part and week."""
    least = [np.full(build.calendar.num_weeks, float(s.least)) for s in supplies(build)]
    return _size(build, np.array(least), -1.0)


def _size(build: Build, units: np.ndarray, sign: float) -> Family:
    """sign (received - units x called off) <= 0 where a call-off may still be chosen."""
    v = build.variables
    received, called = v.own["received"], v.own["called off"]
    fixed = np.array([s.fixed for s in supplies(build)], np.int64).reshape(received.shape)
    rows, row = Rows(received.size), np.arange(received.size).reshape(received.shape)
    free = np.where(fixed == FREE, 1, -1)
    rows.add(row, np.where(free > 0, received, -1), sign)
    rows.add(row, np.where(free > 0, called, -1), -sign * units.reshape(received.shape))
    return rows.family(-INF, 0.0)


def complete(build: Build, _point: np.ndarray, out: np.ndarray) -> None:
    """The cheapest call-offs for the cars; where none keeps store and stock, those that pass their rows least."""
    v = build.variables
    for k, supply in enumerate(supplies(build)):
        need = needs(build, out, k)
        arrived = call_off(need, supply)
        if arrived is None:
            arrived = stopgap(need, supply)
        columns = v.own["received"][k]
        held = columns >= 0
        out[columns[held]] = arrived[held]
        out[v.own["called off"][k][held]] = arrived[held] > 0
        out[v.own["part stock"][k]] = supply.part.opening_stock + np.cumsum(arrived - need)


def needs(build: Build, x: np.ndarray, part_at: int) -> np.ndarray:
    """Units of a part that the whole cars of `x` take, by week."""
    cars = home_cars(build.programme, build.variables, x)
    need: np.ndarray = np.sum(units_of(build, part_at)[:, None] * cars, axis=0)
    return np.round(need).astype(np.int64)


def _part(build: Build, row: int, field: str) -> str:
    return f"parts[{build.scenario.parts[row // build.calendar.num_weeks].id}].{field}"


def _words(build: Build, row: int, text: str) -> str:
    part_at, week = divmod(row, build.calendar.num_weeks)
    return f"{text} of {build.scenario.parts[part_at].name} in {week_words(build, week)}"


PART_STOCK = Constraint(
    name="part stock",
    formula="I[a,w] = I[a,w−1] + r[a,w] − Σp units[a,p] x[p,w]; I before the first week is the opening stock",
    unit="unit",
    rows=part_stock,
    statement=lambda build, row: (_part(build, row, "opening_stock"), _part(build, row, "units_per_car")),
    words=lambda build, row: _words(build, row, "the stock"),
    columns=columns,
    complete=complete,
    is_supply=True,
)
PART_COVER = Constraint(
    name="part cover",
    formula="I[a,w] ≥ 0; r[a,w] exists from the first week that a call-off of the day of planning reaches",
    unit="unit",
    rows=part_cover,
    statement=lambda build, row: tuple(_part(build, row, f) for f in ("opening_stock", "lead_time", "supply")),
    words=lambda build, row: _words(build, row, "the supply"),
    is_coupling=True,
)
PART_STORE = Constraint(
    name="part store",
    formula="I[a,w−1] + r[a,w] ≤ places of the store",
    unit="unit",
    rows=part_store,
    statement=lambda build, row: (_part(build, row, "store_units"),),
    words=lambda build, row: _words(build, row, "the store"),
    is_coupling=True,
)
SUPPLIER = Constraint(
    name="supplier",
    formula="r[a,w] ≤ most[a,w] c[a,w], c 0/1; most is what the supplier sends in the week that it leaves",
    unit="unit",
    rows=supplier,
    statement=lambda build, row: (_part(build, row, "supply"),),
    words=lambda build, row: _words(build, row, "what the supplier sends"),
)
MINIMUM_ORDER = Constraint(
    name="minimum order",
    formula="r[a,w] ≥ minimum order[a] c[a,w]",
    unit="unit",
    rows=minimum_order,
    statement=lambda build, row: (_part(build, row, "minimum_order"),),
    words=lambda build, row: _words(build, row, "the minimum order"),
)
