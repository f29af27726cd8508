"""Promises for new orders from a finished run, and for people the words around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quayline.base.errors import RunError
from quayline.plan.promising.promise import Book, Promise
from quayline.scenario.grammar import nearest

if TYPE_CHECKING:
    from datetime import date

    from quayline.store.folder import RunFolder


def open_book(run: RunFolder) -> Book:
    """The promises that `run` can make: reads its plan, line and ships once."""
    return Book(run.scenario, run.record("plan"), run.record("flow"), run.record("ship"))


def promises(book: Book, market: str, variant: str, on: date | None = None, num_cars: int = 1) -> list[Promise]:
    """Promises for `num_cars` orders of a variant for a market, placed one after the other on `on` (none: the first
    day of the horizon). Raises RunError for names that the scenario does not have and days outside its horizon."""
    scenario = book.scenario
    market_at = _place("market", market, [m.id for m in scenario.markets])
    variant_at = _place("variant", variant, [v.id for v in scenario.vehicles.variants])
    if not any((p.market, p.variant) == (market, variant) for p in scenario.prices):
        raise RunError(f"{variant} has no price in {market}: it is not sold there")
    horizon = scenario.horizon
    day = on or horizon.start
    if not horizon.start <= day <= horizon.end:
        raise RunError(f"the run knows {horizon.start} to {horizon.end}, not {day}")
    return [book.promise(market_at, variant_at, day) for _ in range(num_cars)]


def _place(what: str, name: str, names: list[str]) -> int:
    if name not in names:
        raise RunError(f"there is no {what} {name!r}, expected one of {', '.join(names)}{nearest(name, names)}")
    return names.index(name)
