"""The objective: what each decision costs. Contribution of all parties together, in USD, to be maximised."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.inputs.ways import HOME

if TYPE_CHECKING:
    from quayline.plan.inputs.pack import Programme
    from quayline.plan.inputs.ways import Way
    from quayline.plan.model.variables import Variables, WayColumns
    from quayline.scenario.markets import Market
    from quayline.scenario.schema import Scenario


def revenue_usd(programme: Programme) -> float:
    """What all orders would pay: the constant of the objective."""
    return float(sum(float(np.sum(pair.demand * pair.price_usd)) for pair in programme.pairs))


def contribution(scenario: Scenario, programme: Programme, v: Variables) -> np.ndarray:
    """Contribution of one unit of each core column, USD; costs are negative. Families bring the cost of their own."""
    usd, plant, calendar = np.zeros(v.num), scenario.plant, programme.calendar
    for pair, c in zip(programme.pairs, v.pairs, strict=True):
        market = scenario.markets[pair.market]
        for way, columns in zip(pair.ways, c.ways, strict=True):
            _way(usd, scenario, programme, way, columns, market)
        # A car for a road market waits for its day in the plant's yard, a shipped one in its market.
        at_plant_usd = plant.export.yard_usd_per_car_day if market.lane is None else 0.0
        _put(usd, c.stock, np.full(len(c.stock), -7 * (market.stock_usd_per_car_day + at_plant_usd)))
        _put(usd, c.late, np.full(len(c.late), -market.lateness_usd_per_car_week))
        _put(usd, c.lost, -pair.price_usd)
    factor = plant.overtime.premium_factor
    for m, line_usd in enumerate(programme.line_usd_per_h):
        paid_h = np.bincount(calendar.month_of, calendar.normal_h[m] + calendar.paid_stop_h[m], len(calendar.months))
        usd[v.mode[m]] = -line_usd * paid_h
        usd[v.start[m]] = -plant.change.cost_usd
        usd[v.overtime_h[m]] = -line_usd * factor
        usd[v.weekend[m]] = -line_usd * factor * calendar.shift_h[m]
    return usd


def _way(
    usd: np.ndarray, scenario: Scenario, programme: Programme, way: Way, c: WayColumns, market: Market
) -> None:
    yard_usd = scenario.plant.export.yard_usd_per_car_day
    if way.plant != HOME:
        yard_usd = scenario.alternates[way.plant - 1].yard_usd_per_car_day
    _put(usd, c.build, -way.build_usd)
    _put(usd, c.shipped, -np.array([leg.usd for leg in way.legs]))
    _put(usd, c.over, -np.array([leg.over_usd for leg in way.legs]))
    departs = [programme.sailings[leg.sailing].departs_on.toordinal() for leg in way.legs]
    days = np.diff(np.array([*departs, *departs[-1:]]))
    _put(usd, c.held, -(yard_usd + market.stock_usd_per_car_day) * days)


def _put(usd: np.ndarray, columns: np.ndarray, value: np.ndarray) -> None:
    held = columns >= 0
    usd[columns[held]] = value[held]
