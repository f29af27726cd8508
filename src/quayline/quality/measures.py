"""Figures of quality: defects per unit, first time through, escapes, and control charts by month."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from quayline.records.stages import QualityLog

_COUNTS = ("cars", "defects", "caught", "escaped", "gone", "clean_cars", "scrapped_cars", "expected_defects")


def by_month(log: QualityLog, model_idx: int | None = None) -> pl.DataFrame:
    """One row a month, of one model or of all.

    Columns: month, cars, defects, caught, escaped, gone, clean_cars, scrapped_cars, expected_defects; `dpu` (defects
    made per car), `expected_dpu` of the learning curves, `ftt_share` (first time through: cars without a repair),
    `escapes_per_100` (PP100: defects that reach customers per 100 cars).
    """
    rows = log.months if model_idx is None else log.months.filter(pl.col("model_idx") == model_idx)
    return _ratios(rows.group_by("month").agg(pl.col(_COUNTS).sum()).sort("month"))


def overall(log: QualityLog, model_idx: int | None = None) -> dict[str, float]:
    """The columns of `by_month` over the whole horizon; empty without cars."""
    rows = log.months if model_idx is None else log.months.filter(pl.col("model_idx") == model_idx)
    if rows.is_empty():
        return {}
    return _ratios(rows.select(pl.col(_COUNTS).sum())).row(0, named=True)


def _ratios(sums: pl.DataFrame) -> pl.DataFrame:
    cars = pl.col("cars")
    return sums.with_columns(
        dpu=pl.col("defects") / cars,
        expected_dpu=pl.col("expected_defects") / cars,
        ftt_share=pl.col("clean_cars") / cars,
        escapes_per_100=100 * pl.col("escaped") / (cars - pl.col("scrapped_cars")),
    )


def u_chart(months: pl.DataFrame, what: str = "defects") -> pl.DataFrame:
    """Control chart of defects per car for months of different volume.

    `months` has columns month, cars and the count `what` (defects, caught or escaped), from a run or measured
    in a plant. Columns: month, value, centre, lcl, ucl, is_out. Centre u = all defects over all cars; limits
    u ± 3 sqrt(u / cars), none below zero (Montgomery, Statistical Quality Control, 7th ed., section 7.3.2).
    """
    centre = int(months[what].sum()) / int(months["cars"].sum()) if months.height else 0.0
    width = 3 * (centre / pl.col("cars")).sqrt()
    return _chart(months, pl.col(what) / pl.col("cars"), centre, centre + width, centre - width)


def p_chart(months: pl.DataFrame) -> pl.DataFrame:
    """Control chart of the share of cars that needed a repair; `months` has columns month, cars, clean_cars.

    Columns as `u_chart`. Centre p = all such cars over all cars; limits p ± 3 sqrt(p (1 - p) / cars), within
    0 and 1 (Montgomery, section 7.2.2).
    """
    centre = 1 - int(months["clean_cars"].sum()) / int(months["cars"].sum()) if months.height else 0.0
    width = 3 * (centre * (1 - centre) / pl.col("cars")).sqrt()
    value = 1 - pl.col("clean_cars") / pl.col("cars")
    return _chart(months, value, centre, pl.min_horizontal(centre + width, 1.0), centre - width)


def _chart(months: pl.DataFrame, value: pl.Expr, centre: float, ucl: pl.Expr, lcl: pl.Expr) -> pl.DataFrame:
    chart = months.sort("month").select(
        "month",
        value.alias("value"),
        pl.lit(centre, pl.Float64).alias("centre"),
        pl.max_horizontal(lcl, 0.0).alias("lcl"),
        ucl.alias("ucl"),
    )
    return chart.with_columns(is_out=(pl.col("value") > pl.col("ucl")) | (pl.col("value") < pl.col("lcl")))
