"""Selectors that select, long-lead parts, firm orders, futures."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.scenario.rules.common import Found, Path
    from quayline.scenario.schema import Scenario
    from quayline.scenario.vehicles import Selector


def selectors(s: Scenario) -> Iterator[tuple[Path, Selector]]:
    """(path, selector) of everything that selects cars."""
    for i, limit in enumerate(s.vehicles.mix_limits):
        yield ("vehicles", "mix_limits", i, "cars"), limit.cars
    for i, rule in enumerate(s.vehicles.sequence.ratios):
        yield ("vehicles", "sequence", "ratios", i, "cars"), rule.cars
    for i, part in enumerate(s.parts):
        yield ("parts", i, "cars"), part.cars


def selecting(s: Scenario) -> Found:
    """A selector names something."""
    for path, cars in selectors(s):
        if not (cars.propulsion or cars.models or cars.variants or cars.options):
            yield path, "selects no car: name propulsion, models, variants or options"


def parts(s: Scenario) -> Found:
    """A part's opening stock and smallest call-off fit into its store, its freeze into its lead time, its minimum
    order into what the supplier sends; parts go with variants, not with options."""
    for i, part in enumerate(s.parts):
        at: Path = ("parts", i)
        if part.opening_stock > part.store_units:
            yield (*at, "opening_stock"), f"does not fit into a store of {part.store_units} places"
        if part.minimum_order > part.store_units:
            yield (*at, "minimum_order"), f"does not fit into a store of {part.store_units} places"
        if part.frozen_days > part.lead_days:
            yield (*at, "frozen"), f"{part.frozen_days:g} days are more than the lead time of {part.lead_days:g}"
        for k, row in enumerate(part.supply):
            if 0 < row.units_per_week < part.minimum_order:
                yield (*at, "supply", k, "units_per_week"), f"is less than the minimum order of {part.minimum_order}"
        if part.cars.options:
            yield (*at, "cars", "options"), "a part goes with propulsion, models or variants; options are not planned"


def firm_orders(s: Scenario) -> Found:
    """Firm orders are part of the cars wanted, and losing one costs something."""
    markets = {market.id: (i, market) for i, market in enumerate(s.markets)}
    told = set()
    for i, row in enumerate(s.demand):
        if row.firm_cars > row.cars:
            yield ("demand", i, "firm_cars"), f"more than the {row.cars} cars wanted"
        at, market = markets.get(row.market, (0, None))
        if row.firm_cars and market and market.firm_loss_usd_per_car is None and market.id not in told:
            told.add(market.id)
            yield ("markets", at), "has firm orders and needs firm_loss, what losing one costs"


def futures(s: Scenario) -> Found:
    """The probabilities of the futures add up to one."""
    total = sum(future.probability for future in s.futures)
    if s.futures and abs(total - 1) > 1e-6:
        yield ("futures",), f"probabilities add up to {total:.4g}, expected 100 %"
