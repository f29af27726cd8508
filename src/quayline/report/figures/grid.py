"""The plan as a grid by week that the reader pivots: ordered, planned, built, delivered, late, unbuilt."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from quayline.report.figure import Figure, rows_of

if TYPE_CHECKING:
    from datetime import date

    from quayline.report.facts import Facts

_DIMENSIONS = ("model", "variant", "market")


def plan_grid(facts: Facts) -> Figure:
    """A cube of cars by variant, market, measure and week; the page sums it over what the reader leaves out."""
    book = facts.book.with_columns(_is_late(facts).alias("is_late"))
    weeks = _weeks(book)
    cells: list[list[Any]] = []
    for number, (_, day, kept) in enumerate(_MEASURES):
        counted = (
            book.filter(kept).drop_nulls(day)
            .group_by(*_DIMENSIONS, _monday(day).alias("week")).agg(pl.len().cast(pl.Int64).alias("cars"))
            .sort(*_DIMENSIONS, "week")
        )  # fmt: skip
        for key, rows in counted.group_by(*_DIMENSIONS, maintain_order=True):
            first, values = _dense(rows, weeks[0])
            cells.append([*key, number, first, values])
    names = {v.id: v.name for v in facts.scenario.vehicles.variants}
    names |= facts.model_names | {m.id: m.name for m in facts.scenario.markets}
    totals = book.group_by("model", "market").agg(
        *(pl.when(kept).then(pl.col(day)).count().alias(name) for name, day, kept in _MEASURES)
    ).sort("model", "market")  # fmt: skip
    cube = {
        "dimensions": list(_DIMENSIONS), "measures": [name for name, _, _ in _MEASURES], "names": names,
        "weeks": [str(week) for week in weeks], "cells": cells,
    }  # fmt: skip
    return Figure(
        "grid", "The plan, week by week",
        "Choose what to count, what the rows are and how long a period is; a week is its Monday's, and counts in the "
        "month, quarter and year of that day. Ordered and unbuilt cars stand in the week they are wanted.",
        {"pivot": cube}, "cars", "ledger: one row an order", totals.columns, rows_of(totals), 460, shape="wide",
    )  # fmt: skip


_EVERY, _HAS_LINE_OFF = pl.lit(True), pl.col("line_off_at").is_not_null()
_MEASURES: tuple[tuple[str, str, pl.Expr], ...] = (
    ("planned", "planned_build_on", _EVERY),
    ("built", "line_off_at", _EVERY),
    ("ordered", "requested_on", _EVERY),
    ("delivered", "delivered_at", _EVERY),
    ("late", "delivered_at", pl.col("is_late")),
    ("unbuilt", "requested_on", ~_HAS_LINE_OFF),
)
"""What is counted, in the week of which day, of which orders."""


def _is_late(facts: Facts) -> pl.Expr:
    tolerance = {m.id: m.tolerance_days for m in facts.scenario.markets}
    return pl.col("late_days") > pl.col("market").replace_strict(tolerance, return_dtype=pl.Float64)


def _monday(day: str) -> pl.Expr:
    return pl.col(day).cast(pl.Date).dt.truncate("1w")


def _weeks(book: pl.DataFrame) -> list[date]:
    """The Mondays from the first to the last week that anything falls into."""
    days = sorted({day for _, day, _ in _MEASURES})
    ends = book.select(*(_monday(d).min().alias(f"first {d}") for d in days),
                       *(_monday(d).max().alias(f"last {d}") for d in days)).row(0)  # fmt: skip
    found = [week for week in ends if week is not None]
    num = (max(found) - min(found)).days // 7 + 1 if found else 0
    return [min(found) + timedelta(weeks=k) for k in range(num)]


def _dense(rows: pl.DataFrame, origin: date) -> tuple[int, list[int]]:
    """The first week's number and the counts from it on, with zeros in between."""
    numbers = [(week - origin).days // 7 for week in rows["week"]]
    values = [0] * (numbers[-1] - numbers[0] + 1)
    for number, cars in zip(numbers, rows["cars"], strict=True):
        values[number - numbers[0]] = cars
    return numbers[0], values
