"""The check of a plan, its reasons: limits that are used up and worth something, named by the orders they keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.records.stages import Plan

_USD = 0.5
"""Slack of a worth against its price: the solver's tolerance on objectives of thousands of millions."""


def reason_faults(plan: Plan) -> Iterator[str]:
    """What is wrong with the reasons of `plan`. By concavity a limit's worth never passes its shadow price."""
    limits = plan.binding
    if limits["binding_idx"].to_list() != list(range(limits.height)):
        yield "binding_idx does not count from 0"
    wrong = {
        "is worth more than its shadow price": pl.col("marginal_usd") > pl.col("dual_usd") * (1 + 1e-6) + _USD,
        "is worth nothing": pl.col("marginal_usd") <= 0,
        "is used beyond what there is": pl.col("used_share") > 1 + 1e-6,
        "ends before it begins": pl.col("to_on") < pl.col("from_on"),
    }
    for text, rule in wrong.items():
        for row in limits.filter(rule).head(3).iter_rows(named=True):
            yield f"limit {row['binding_idx']}, {row['words']}, {text}"
    orders = plan.orders.join(limits.select("binding_idx", "words"), on="binding_idx", how="left")
    told = {
        "has a reason without words, or words without a reason":
            (pl.col("reason") == "") != (pl.col("reason_text") == ""),
        "names a limit that is not listed": pl.col("binding_idx").is_not_null() & pl.col("words").is_null(),
        "does not name its limit in words": ~pl.col("reason_text").str.contains(pl.col("words"), literal=True),
    }  # fmt: skip
    for text, rule in told.items():
        rows = orders.filter(rule)
        if rows.height:
            yield f"order {rows['order_id'][0]} {text}, and {rows.height - 1} more"
