"""Duty by the day of import, with quotas that run out in order of arrival."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from quayline.base.errors import Fault, ScenarioError
from quayline.money.pack import EPOCH, NEVER, cents, day_number, days_of, years_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quayline.money.pack import Cars, Floats, Ints
    from quayline.scenario.markets import Duty
    from quayline.scenario.schema import Scenario


def duties(scenario: Scenario, cars: Cars, price_cents: Ints) -> Ints:
    """Duty of each car in cents: rate on the day of arrival at the port of discharge times the customs value.

    A car pays when it enters a country other than the plant's. Raises ScenarioError for an arrival before the first
    rate, and for a quota without a rate beyond it.
    """
    origin = scenario.plant.place.country
    rate = np.zeros(len(cars.order_id))
    countries = np.array([m.country for m in scenario.markets], dtype=object)
    for country in sorted(set(countries) - {origin}):
        abroad = np.flatnonzero((countries[cars.market] == country) & (cars.arrived != NEVER))
        if len(abroad):
            order = np.lexsort((cars.order_id[abroad], cars.arrived[abroad]))
            place = abroad[order]
            rules = [d for d in scenario.trade.duties if d.into == country and d.origin == origin]
            rate[place] = _rates(scenario, rules, days_of(cars.arrived[place]), country)
    return cents(rate * scenario.trade.customs_value_share * (price_cents / 100))


def _rates(scenario: Scenario, rules: Sequence[Duty], days: Ints, country: str) -> Floats:
    """The rate of each of the cars imported on `days` (ascending) into one country."""
    rules = sorted(rules, key=lambda rule: rule.from_)
    starts = np.array([day_number(rule.from_) for rule in rules], np.int64)
    in_force = np.searchsorted(starts, days, side="right") - 1
    if in_force[0] < 0:
        told = f"no duty into {country} in force on {EPOCH + timedelta(days=int(days[0]))}, when a car arrives"
        raise ScenarioError([Fault(scenario.name, 0, 0, "trade.duties", told)])
    rate = np.array([rule.rate for rule in rules])[in_force]
    years = years_of(days)
    for k, rule in enumerate(rules):
        if rule.quota_cars is None:
            continue
        if rule.over_quota_rate is None:
            told = f"{rule.id} has a quota but no over_quota_rate"
            raise ScenarioError([Fault(scenario.name, 0, 0, "trade.duties", told)])
        for year in np.unique(years[in_force == k]):
            mine = np.flatnonzero((in_force == k) & (years == year))
            rate[mine[rule.quota_cars :]] = rule.over_quota_rate
    return rate
