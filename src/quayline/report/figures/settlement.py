"""What each party received and paid."""

from __future__ import annotations

import polars as pl

from quayline.report.facts import Facts
from quayline.report.figure import Figure, axes, rows_of, sideways, stacked


def settlement(facts: Facts) -> Figure:
    """Received and paid by party over the run; paid equals received over all parties, to the cent."""
    settled = facts.run.table("money", "settlement")
    paid = settled.group_by("payer").agg(pl.col("usd").sum().alias("paid")).rename({"payer": "party"})
    received = settled.group_by("payee").agg(pl.col("usd").sum().alias("received")).rename({"payee": "party"})
    table = paid.join(received, on="party", how="full", coalesce=True).fill_null(0.0).with_columns(
        (pl.col("received") - pl.col("paid")).alias("net")
    ).sort(pl.col("paid") + pl.col("received"), descending=True)  # fmt: skip
    names = {p.id: p.name for p in facts.scenario.parties}
    option = sideways(axes([names.get(p, p) for p in table["party"]], "million USD"))
    option["series"] = [
        stacked("received", (table["received"] / 1e6).round(1).to_list(), itemStyle={"color": "#1d8a99"}),
        stacked("paid", (-table["paid"] / 1e6).round(1).to_list(), itemStyle={"color": "#d1495b"}),
    ]
    items = settled.group_by("payer", "payee", "item").agg(pl.col("cars").sum(), pl.col("usd").sum().round(2))
    total = float(settled["usd"].sum())
    return Figure(
        "settlement", "Who owes whom",
        f"{total / 1e9:,.2f} billion USD change hands between {table.height} parties; paid equals received.",
        option, "million USD over the run", "money: every payment by month, payer, payee and element",
        items.columns, rows_of(items.sort("payer", "payee", "item")), max(260, 22 * table.height + 90), digits=1,
        shape="wide",
    )  # fmt: skip
