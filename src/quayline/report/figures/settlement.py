"""What each party received and paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from quayline.report.figure import Figure, axes, rows_of, sideways, stacked

if TYPE_CHECKING:
    from quayline.report.facts import Facts


def settlement(facts: Facts) -> Figure:
    """Received and paid by party over the run; paid equals received over all parties, to the cent."""
    settled = facts.run.table("money", "settlement")
    usd = (pl.col("usd") * 100).round().cast(pl.Int64).sum() / 100  # whole cents add up alike in any order
    paid = settled.group_by(pl.col("payer").alias("party")).agg(usd.alias("paid"))
    received = settled.group_by(pl.col("payee").alias("party")).agg(usd.alias("received"))
    table = paid.join(received, on="party", how="full", coalesce=True).fill_null(0.0).with_columns(
        (pl.col("received") - pl.col("paid")).alias("net")
    ).sort(pl.col("paid") + pl.col("received"), pl.col("party"), descending=True)  # fmt: skip
    names = {p.id: p.name for p in facts.scenario.parties}
    option = sideways(axes([names.get(p, p) for p in table["party"]], "million USD"))
    option["series"] = [
        stacked("received", (table["received"] / 1e6).round(1).to_list(), itemStyle={"color": "#1d8a99"}),
        stacked("paid", (-table["paid"] / 1e6).round(1).to_list(), itemStyle={"color": "#d1495b"}),
    ]
    items = settled.group_by("payer", "payee", "item").agg(pl.col("cars").sum(), usd.alias("usd"))
    total = float(settled["usd"].sum())
    imputed = float(settled.filter(pl.col("item").is_in(["stock", "lateness"]))["usd"].sum())
    return Figure(
        "settlement", "Who owes whom",
        f"{total / 1e9:,.2f} billion USD between {table.height} parties, of it {imputed / 1e6:,.0f} million imputed "
        "cost of stock and lateness that nobody invoices; paid equals received.",
        option, "million USD over the run", "money: every payment by month, payer, payee and element",
        items.columns, rows_of(items.sort("payer", "payee", "item")), max(260, 30 * table.height + 90), digits=1,
        shape="wide",
    )  # fmt: skip
