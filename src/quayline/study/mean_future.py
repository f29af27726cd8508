"""The mean-value future: demand, prices and duties averaged over futures, all else as in the most probable one."""

from __future__ import annotations

from itertools import groupby
from math import floor
from typing import TYPE_CHECKING, Any, TypeVar

from quayline.scenario.fields import Thing

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from quayline.scenario.markets import Demand
    from quayline.scenario.schema import Scenario

Row = TypeVar("Row", bound=Thing)


def mean_future(scenarios: list[Scenario], probabilities: list[float]) -> Scenario:
    """The scenario that a planner would take who plans for one future: the mean of what can be averaged.

    Monthly demand is averaged and rounded on its running sum; a price or duty rate is on each day the mean of those
    valid on it. Where only some futures have a row yet, the mean is over those. Ships, rules of sale, quotas and the
    plant are those of the most probable future, the first of equals.
    """
    likely = scenarios[max(range(len(scenarios)), key=lambda k: (probabilities[k], -k))]
    duties = [scenario.trade.duties for scenario in scenarios]
    prices = [scenario.prices for scenario in scenarios]
    trade = likely.trade.model_copy(update={
        "duties": _dated(duties, probabilities, lambda row: (row.into, row.origin), "rate")
    })  # fmt: skip
    return likely.model_copy(update={
        "demand": _demand(scenarios, probabilities), "trade": trade,
        "prices": _dated(prices, probabilities, lambda row: (row.market, row.variant), "price_usd_per_car"),
    })  # fmt: skip


def _demand(scenarios: list[Scenario], probabilities: list[float]) -> list[Demand]:
    mean: dict[tuple[str, str, str], list[float]] = {}
    example: dict[tuple[str, str, str], Demand] = {}
    for scenario, p in zip(scenarios, probabilities, strict=True):
        for row in scenario.demand:
            key = row.market, row.variant, row.month
            example.setdefault(key, row)
            sums = mean.setdefault(key, [0.0, 0.0])
            sums[0] += p * row.cars
            sums[1] += p * row.firm_cars
    rows = []
    for _, keys in groupby(sorted(mean), key=lambda key: key[:2]):
        total = firm = 0.0
        for key in keys:
            cars = floor(total + mean[key][0] + 0.5) - floor(total + 0.5)
            firm_cars = floor(firm + mean[key][1] + 0.5) - floor(firm + 0.5)
            total, firm = total + mean[key][0], firm + mean[key][1]
            rows.append(example[key].model_copy(update={"cars": cars, "firm_cars": min(firm_cars, cars)}))
    return rows


def _dated(tables: list[list[Row]], probabilities: list[float], key: Callable[[Any], Any], field: str) -> list[Row]:
    """The rows of dated tables with `field` averaged on every date at which one of them changes."""
    rows = []
    for name in sorted({key(row) for table in tables for row in table}):
        own = [sorted((row for row in table if key(row) == name), key=_from) for table in tables]
        for day in sorted({_from(row) for table in own for row in table}):
            until = [[row for row in table if _from(row) <= day] for table in own]
            begun = [(p, table[-1]) for p, table in zip(probabilities, until, strict=True) if table]
            likely = max(begun, key=lambda one: one[0])[1]
            mean = sum(p * getattr(row, field) for p, row in begun) / sum(p for p, _ in begun)
            rows.append(likely.model_copy(update={"from_": day, field: mean}))
    return rows


def _from(row: Any) -> date:
    day: date = row.from_
    return day
