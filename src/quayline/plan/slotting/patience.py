"""Orders of a re-plan that come later than their customer waits, since the cars in time are frozen for other orders.

The model serves the orders of a pair first in, first out, with all cars. Frozen cars keep their orders, so an order
that is new, or that a new one goes before, may get a later car than that.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.inputs.earlier import matched
from quayline.plan.slotting.slots import give_slots, production_days

if TYPE_CHECKING:
    import polars as pl

    from quayline.plan.inputs.earlier import Earlier
    from quayline.plan.model.model import Model
    from quayline.scenario.schema import Scenario


def beyond_patience(
    scenario: Scenario, model: Model, x: np.ndarray, orders: pl.DataFrame, earlier: Earlier, step: int = 1
) -> np.ndarray:
    """Orders to give up by (pair, week of delivery) so that fewer wait too long; zeros where none does.

    Of each pair `step` times as many as wait too long from one week of delivery, the most of all its weeks: to give up
    one order brings all behind it forward. New orders are given up first, of these the last one wanted.
    """
    programme = model.build.programme
    slots = give_slots(scenario, programme, model, orders, production_days(programme, model, x), x)
    requested = orders["requested_on"].to_physical().to_numpy()
    days = np.array([max(int(market.patience_days), 6) for market in scenario.markets])
    latest = requested + days[orders["market_idx"].to_numpy()]
    waits = (slots.delivered >= 0) & (slots.delivered > latest) & ~_kept(model, len(latest))
    due, is_new = (requested - programme.calendar.monday) // 7, _is_new(orders, earlier)
    found = np.zeros((len(programme.pairs), programme.num_due), np.int64)
    for pair in np.unique(slots.pair[waits]):
        mine = waits & (slots.pair == pair)
        num = step * int(np.bincount(due[mine]).max())
        served = (slots.pair == pair) & (slots.delivered >= 0) & (due <= due[mine].max()) & ~_kept(model, len(latest))
        chosen = np.flatnonzero(served & is_new)[-num:]
        chosen = chosen if len(chosen) else np.flatnonzero(mine)[:num]
        found[pair] = np.bincount(due[chosen], minlength=programme.num_due)
    return found


def given_up(model: Model, more: np.ndarray) -> Model:
    """The model, before its horizon is frozen, in which `more` orders by (pair, week of delivery) are given up."""
    stand = model.build.programme.stand
    assert stand is not None
    stand = replace(stand, given_up=stand.given_up + more)
    return replace(model, build=replace(model.build, programme=replace(model.build.programme, stand=stand)))


def _kept(model: Model, num_orders: int) -> np.ndarray:
    """Which orders keep the car that they had in a frozen week."""
    stand = model.build.programme.stand
    return stand.week >= 0 if stand is not None else np.zeros(num_orders, bool)


def _is_new(orders: pl.DataFrame, earlier: Earlier) -> np.ndarray:
    is_new: np.ndarray = matched(orders, earlier.plan.orders)["order_id_before"].is_null().to_numpy()
    return is_new
