"""What dated tables of the scenario say on a day: price, duty, model year, admissibility."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quayline.base.errors import InfeasibleError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from quayline.scenario.markets import Admissibility, Duty, Market
    from quayline.scenario.schema import Scenario
    from quayline.scenario.vehicles import Model, Variant


@dataclass(frozen=True)
class PriceList:
    """Prices by (market, variant), each ascending by date."""

    rows: dict[tuple[str, str], list[tuple[date, float]]]

    def usd(self, market: str, variant: str, day: date) -> float:
        """The price valid on `day`; before the first row, the first."""
        rows = self.rows[market, variant]
        valid = [usd for from_, usd in rows if from_ <= day]
        return valid[-1] if valid else rows[0][1]


def price_list(scenario: Scenario) -> PriceList:
    """The prices of `scenario`."""
    rows: dict[tuple[str, str], list[tuple[date, float]]] = {}
    for row in sorted(scenario.prices, key=lambda p: p.from_):
        rows.setdefault((row.market, row.variant), []).append((row.from_, row.price_usd_per_car))
    return PriceList(rows)


def duty_on(scenario: Scenario, market: Market, day: date, origin: str) -> Duty | None:
    """The duty on cars from the country `origin` imported into that of `market` on `day`; None within the country.

    Raises InfeasibleError where no row covers the day.
    """
    if market.country == origin:
        return None
    rows = [d for d in scenario.trade.duties if d.into == market.country and d.origin == origin and d.from_ <= day]
    if not rows:
        raise InfeasibleError(
            f"trade.duties has no rate from {origin} into {market.country} on {day}, when cars for market "
            f"{market.id!r} arrive"
        )
    return max(rows, key=lambda d: d.from_)


def kept_subsidy_usd(scenario: Scenario, market: Market, model: Model, day: date, price_usd: float) -> float:
    """What the seller keeps of the subsidies on a car of `model` sold in `market` on `day` at `price_usd`."""
    return sum(
        row.kept_share * row.amount_usd_per_car
        for row in scenario.trade.subsidies
        if row.market == market.id and row.propulsion == model.propulsion
        and row.from_ <= day <= row.until and price_usd < row.price_below_usd
    )  # fmt: skip


def port_fee_usd(scenario: Scenario, country: str, day: date) -> float:
    """The fees on a car discharged in `country` on `day`."""
    fees = scenario.trade.port_fees
    return sum(row.fee_usd_per_car for row in fees if row.into == country and row.from_ <= day <= row.until)


def model_year_on(model: Model, day: date) -> int:
    """The model year of a car built on `day`; before the model's first, the first."""
    begun = [row.model_year for row in model.model_years if row.from_ <= day]
    return begun[-1] if begun else model.model_years[0].model_year


def bars(scenario: Scenario, market: Market, model: Model) -> Iterable[Admissibility]:
    """The rules that bar model years of `model` in `market`."""
    return (r for r in scenario.trade.admissibility if r.country == market.country and r.brand == model.brand)


def selected_share(scenario: Scenario, model: Model, variant: Variant, limit_at: int) -> float:
    """The expected share of cars of `variant` that the selector of mix limit number `limit_at` selects."""
    cars = scenario.vehicles.mix_limits[limit_at].cars
    if model.propulsion in cars.propulsion or model.id in cars.models or variant.id in cars.variants:
        return 1.0
    without = 1.0
    for take in model.options:
        without *= 1.0 - take.share if take.id in cars.options else 1.0
    return 1.0 - without
