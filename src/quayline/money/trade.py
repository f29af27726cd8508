"""What crossing a border costs and brings: duty with quotas, port fees, subsidies, each by its day."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from quayline.base.errors import Fault, ScenarioError
from quayline.money.pack import EPOCH, NEVER, cents, day_number, days_of, prices, years_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quayline.money.pack import Cars, Floats, Ints
    from quayline.scenario.markets import Duty
    from quayline.scenario.schema import Scenario


def duties(scenario: Scenario, cars: Cars) -> Ints:
    """Duty of each car in cents: the rate on the day of import for its origin, times the customs value.

    A car pays when it enters a country other than its plant's; its customs value is a share of the price valid in its
    market on that day (before the first price, the first). Raises ScenarioError for an import before the first rate,
    and for a quota without a rate beyond it.
    """
    rate, day = np.zeros(len(cars.order_id)), np.where(cars.is_imported, days_of(cars.arrived), 0)
    countries = np.array([m.country for m in scenario.markets], dtype=object)[cars.market]
    homes = [scenario.plant.place.country, *(a.place.country for a in scenario.alternates)]
    origins = np.array(homes, dtype=object)[cars.plant]
    for into in sorted(set(countries)):
        for origin in sorted(set(homes) - {into}):
            abroad = np.flatnonzero((countries == into) & (origins == origin) & cars.is_imported)
            if len(abroad):
                place = abroad[np.lexsort((cars.order_id[abroad], cars.arrived[abroad]))]
                rules = [d for d in scenario.trade.duties if (d.into, d.origin) == (into, origin)]
                rate[place] = _rates(scenario, rules, day[place], f"from {origin} into {into}")
    value = np.where(rate > 0, prices(scenario, cars, day, is_first_before=True), 0)
    return cents(rate * scenario.trade.customs_value_share * (value / 100))


def _rates(scenario: Scenario, rules: Sequence[Duty], days: Ints, way: str) -> Floats:
    """The rate of each of the cars imported on `days` (ascending) by one way; a quota takes the first to come."""
    rules = sorted(rules, key=lambda rule: rule.from_)
    starts = np.array([day_number(rule.from_) for rule in rules], np.int64)
    in_force = np.searchsorted(starts, days, side="right") - 1
    if in_force[0] < 0:
        told = f"no duty {way} in force on {EPOCH + timedelta(days=int(days[0]))}, when a car arrives"
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


def port_fees(scenario: Scenario, cars: Cars) -> Ints:
    """Fees in cents on each car discharged in its market's country, by the day of arrival; several add up."""
    fee, day = np.zeros(len(cars.order_id), np.int64), np.where(cars.arrived == NEVER, -1, days_of(cars.arrived))
    countries = np.array([m.country for m in scenario.markets], dtype=object)[cars.market]
    for rule in scenario.trade.port_fees:
        is_met = (countries == rule.into) & cars.is_imported
        is_met &= (day >= day_number(rule.from_)) & (day <= day_number(rule.until))
        fee[is_met] += cents(rule.fee_usd_per_car)
    return fee


def subsidies(scenario: Scenario, cars: Cars, price_cents: Ints, days: Ints) -> list[tuple[str, Ints, Ints]]:
    """(payer, cents of each car, the part that its customer gets by a lower price) for each subsidy.

    A car gets it by its market, propulsion, and list price on the day of sale (`days`, first and last included), if
    that price is below the rule's; several add up.
    """
    propulsions = np.array([m.propulsion for m in scenario.vehicles.models], dtype=object)[cars.model]
    markets = np.array([m.id for m in scenario.markets], dtype=object)[cars.market]
    found = []
    for rule in scenario.trade.subsidies:
        is_met = (markets == rule.market) & (propulsions == rule.propulsion) & (cars.delivered != NEVER)
        is_met &= (days >= day_number(rule.from_)) & (days <= day_number(rule.until))
        is_met &= price_cents < cents(rule.price_below_usd)
        amount = cents(rule.amount_usd_per_car)
        kept = cents(rule.amount_usd_per_car * rule.kept_share)
        found.append((rule.payer, is_met * amount, is_met * (amount - kept)))
    return found
