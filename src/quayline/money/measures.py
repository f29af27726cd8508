"""Figures of money: landed cost by element and market, margin of each party, what a year costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from quayline.records.schemas import COST_ELEMENTS

if TYPE_CHECKING:
    from quayline.records.stages import FlowTrace, MoneyAccount, Plan
    from quayline.scenario.schema import Scenario


def by_market(scenario: Scenario, plan: Plan, flow: FlowTrace, account: MoneyAccount) -> pl.DataFrame:
    """Mean of each element, fee, landed cost, price and margin in USD a car, by market, variant and year of line-off.

    Columns: market, variant, year, cars, then the columns of money.cars. Cars that no ship takes are left out: their
    cost has no end yet.
    """
    markets = pl.Series([m.id for m in scenario.markets], dtype=pl.String)
    variants = pl.Series([v.id for v in scenario.vehicles.variants], dtype=pl.String)
    keys = plan.orders.select(
        "order_id",
        markets.gather(plan.orders["market_idx"].cast(pl.UInt32)).alias("market"),
        variants.gather(plan.orders["variant_idx"].cast(pl.UInt32)).alias("variant"),
    )
    years = flow.cars.select("order_id", pl.col("line_off_at").dt.year().alias("year"))
    rows = account.cars.filter(pl.col("price_usd") > 0).join(keys, on="order_id").join(years, on="order_id")
    amounts = [name for name in account.cars.columns if name != "order_id"]
    return (
        rows.group_by("market", "variant", "year")
        .agg(pl.len().alias("cars"), *(pl.col(name).mean() for name in amounts))
        .sort("market", "variant", "year")
    )


def by_element(account: MoneyAccount) -> pl.DataFrame:
    """Total USD of each element over all cars, in the order of the journey: element, usd."""
    totals = [float(account.cars[f"{element}_usd"].sum()) for element in COST_ELEMENTS]
    return pl.DataFrame({"element": COST_ELEMENTS, "usd": totals})


def by_party(account: MoneyAccount) -> pl.DataFrame:
    """What each party received, paid and kept in each year: year, party, received_usd, paid_usd, net_usd.

    The nets of a year add up to nought.
    """
    rows = account.settlement.with_columns(pl.col("month").dt.year().alias("year"))
    received = rows.select("year", party="payee", received_usd="usd", paid_usd=pl.lit(0.0))
    paid = rows.select("year", party="payer", received_usd=pl.lit(0.0), paid_usd="usd")
    sums = pl.concat([received, paid]).group_by("year", "party").agg(
        pl.col("received_usd").sum().round(2), pl.col("paid_usd").sum().round(2)
    )  # fmt: skip
    net = (pl.col("received_usd") - pl.col("paid_usd")).round(2).alias("net_usd")
    return sums.with_columns(net).sort("year", "party")


def matrix(account: MoneyAccount) -> pl.DataFrame:
    """What each payer paid each payee over the run: payer, payee, usd, to the cent."""
    cents = (pl.col("usd") * 100).round().cast(pl.Int64).sum() / 100
    return account.settlement.group_by("payer", "payee").agg(cents.alias("usd")).sort("payer", "payee")
