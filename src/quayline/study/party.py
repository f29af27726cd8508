"""What one party of a run may see of it: its own cars, what it pays and receives, and nothing of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from quayline.base.errors import RunError
from quayline.money.agreements import payer_of
from quayline.records.schemas import COST_ELEMENTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from quayline.scenario.schema import Scenario
    from quayline.store.folder import RunFolder

BY_CAR = frozenset({
    "plan.orders", "sequence.cars", "quality.defects", "flow.cars", "flow.standing", "flow.scrapped", "ship.cars",
    "carbon.cars", "money.cars", "ledger.orders",
})  # fmt: skip
"""Tables with a row a car. All others are sums over everybody's cars, or prices and limits of the plan."""
_OF_ALL = {
    "plan.orders": ("reason_text", "binding_idx"),
    "money.cars": ("landed_usd", "margin_usd"),
    "ledger.orders": ("landed_usd", "price_usd", "margin_usd", "reason_text", "binding_idx"),
}
"""Columns that tell of other parties: sums over several payers, and limits with what they are worth to the plan."""


def view(run: RunFolder, party: str) -> Callable[[str, pl.DataFrame], pl.DataFrame | None]:
    """By the name of a table (`stage.table`) and its rows: what `party` may see of it, None where nothing.

    Its cars are those that it orders or sells, built or not, and those that a plant of its own builds. Of their costs
    it sees the elements that it carries by the agreements, the fee where it is brand or maker, price and subsidy where
    it sells. Of the settlement it sees its own rows, as payer or payee. Raises RunError for a party that is none.
    """
    scenario = run.scenario
    if party not in {one.id for one in scenario.parties}:
        raise RunError(f"there is no party {party!r}; expected {', '.join(one.id for one in scenario.parties)}")
    sells = {m.id for m in scenario.vehicles.models if party == m.seller}
    sells |= {model for a in scenario.agreements if a.brand == party for model in a.models}
    owners = {scenario.plant.id: scenario.plant.party, **{one.id: one.party for one in scenario.alternates}}
    plants = [plant for plant, owner in owners.items() if owner == party]
    is_its = pl.col("model").is_in(sells) | pl.col("plant").is_in(plants).fill_null(False)
    book = run.table("ledger", "orders").filter(is_its).select("order_id", "model")

    def seen(name: str, frame: pl.DataFrame) -> pl.DataFrame | None:
        if name == "money.settlement":
            return frame.filter((pl.col("payer") == party) | (pl.col("payee") == party))
        if name not in BY_CAR or not book.height:
            return None
        mine = frame.join(book.select("order_id"), on="order_id", how="semi", maintain_order="left")
        if name == "money.cars":
            mine = _own_money(scenario, party, mine.join(book, on="order_id", maintain_order="left")).drop("model")
        return mine.drop(_OF_ALL.get(name, ()))

    return seen


def _own_money(scenario: Scenario, party: str, cars: pl.DataFrame) -> pl.DataFrame:
    """Amounts that the party neither carries nor gets are null; elements that it carries of no car are left out."""
    carries: dict[str, list[str]] = {f"{element}_usd": [] for element in (*COST_ELEMENTS, "fee", "price", "subsidy")}
    for k, model in enumerate(scenario.vehicles.models):
        for element in COST_ELEMENTS:
            if payer_of(scenario, k, element) == party:
                carries[f"{element}_usd"].append(model.id)
        agreed = [a for a in scenario.agreements if model.id in a.models]
        if agreed and party in (agreed[0].brand, agreed[0].maker):
            carries["fee_usd"].append(model.id)
        if party == model.seller:
            carries["price_usd"].append(model.id)
            carries["subsidy_usd"].append(model.id)
    shown = [
        pl.when(pl.col("model").is_in(models)).then(pl.col(column)).alias(column)
        for column, models in carries.items() if models
    ]  # fmt: skip
    return cars.with_columns(shown).drop(column for column, models in carries.items() if not models)
