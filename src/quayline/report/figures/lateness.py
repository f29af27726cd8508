"""Why orders are late or unbuilt."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from quayline.records.reasons import WORDS
from quayline.report.figure import Figure, axes, rows_of, sideways, stacked

if TYPE_CHECKING:
    from quayline.report.facts import Facts


def reasons(facts: Facts) -> Figure:
    """Orders by the reason that made them late or unbuilt, models under agreement apart from the others."""
    missed = facts.book.filter(pl.col("reason") != "")
    mine = pl.col("model").is_in(facts.focus)
    table = missed.group_by("reason", maintain_order=True).agg(
        mine.sum().alias("focus"), (~mine).sum().alias("others"), pl.col("late_days").mean().alias("mean_late_days")
    ).sort(pl.col("focus") + pl.col("others"), pl.col("reason"), descending=True)  # fmt: skip
    words = [WORDS[r].split(":")[-1].strip() for r in table["reason"]]
    option = sideways(axes(words, "orders"), 420)
    option["series"] = [stacked(facts.focus_name, table["focus"].to_list()),
                        stacked("all other models", table["others"].to_list())]  # fmt: skip
    share = missed.height / max(facts.book.height, 1)
    return Figure(
        "reasons", "Why orders are late or unbuilt",
        f"{missed.height:,} of {facts.book.height:,} orders ({share:.1%}), with those still in the line at the "
        "end and those scrapped; `quayline why RUN ORDER` tells of each.",
        option, "orders", "ledger: the milestone at which an order lost most, or the rule that forbids it",
        ["reason", "focus", "others", "mean_late_days"], rows_of(table), max(220, 34 * table.height + 80), shape="wide",
    )  # fmt: skip
