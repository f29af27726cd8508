"""Firm orders: which they are, that they are served first, and what losing one costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl
import pytest
from tests.plan.conftest import replace
from tests.plan.test_solve import EXACT, ROUNDED, made

from quayline.plan.inputs.orders import draw_orders

if TYPE_CHECKING:
    from quayline.plan.params import PlanParams
    from quayline.scenario.schema import Scenario


def scarce(small: Scenario, firm_cars: int, loss: float = 4000.0) -> Scenario:
    """Far more wanted than the line can build; `firm_cars` of the 4,000 of each month are sold already."""
    rows = [d.model_copy(update={"cars": 4000, "firm_cars": firm_cars}) for d in small.demand]
    markets = [m.model_copy(update={"firm_loss_usd_per_car": loss}) for m in small.markets]
    return replace(small, demand=rows, markets=markets)


def test_firm_orders_are_spread_and_first_of_their_day(small: Scenario) -> None:
    orders = draw_orders(scarce(small, 1000), 1)
    day = pl.col("requested_on").dt.truncate("1mo")
    months = orders.group_by(day).agg(pl.len(), pl.col("is_firm").sum().alias("firm"))
    assert (months["firm"] / months["len"] - 0.25).abs().max() < 0.01
    steps = orders.select(pl.col("is_firm").cast(pl.Int8).diff().over("requested_on"))["is_firm"].drop_nulls()
    assert steps.max() <= 0
    bare = draw_orders(replace(small, demand=[d.model_copy(update={"cars": 4000}) for d in small.demand]), 1)
    assert not bare["is_firm"].any()
    assert bare["requested_on"].equals(orders["requested_on"])


@pytest.mark.parametrize("params", [EXACT, ROUNDED], ids=["exact", "rounded"])
def test_firm_orders_are_served_before_forecast_ones(small: Scenario, params: PlanParams) -> None:
    """In no week of delivery is a firm order lost while a forecast one is served; fewer are lost than of the others."""
    orders = made(scarce(small, 1000), params).orders
    week = pl.col("requested_on").dt.truncate("1w").alias("week")
    served = pl.col("planned_build_on").is_not_null()
    weeks = orders.group_by(week).agg(
        (pl.col("is_firm") & ~served).sum().alias("firm_lost"), (~pl.col("is_firm") & served).sum().alias("served")
    )  # fmt: skip
    assert not ((weeks["firm_lost"] > 0) & (weeks["served"] > 0)).any()
    share = orders.group_by("is_firm").agg(served.mean()).sort("is_firm")["planned_build_on"]
    assert share[1] > share[0] + 0.3


def test_a_lost_firm_order_costs_its_loss(small: Scenario) -> None:
    """All orders firm: each one lost costs the loss; the check proves the objective by the orders."""
    free, dear = made(scarce(small, 4000, 0.0), EXACT), made(scarce(small, 4000, 100.0), EXACT)
    lost = int(dear.orders["planned_build_on"].is_null().sum())
    assert lost > 1000
    assert free.objective_usd - dear.objective_usd == pytest.approx(100.0 * lost, rel=1e-6)
