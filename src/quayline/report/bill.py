"""The bill of a car from a finished run: each amount with its factor, what that makes, and what the figure rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from quayline.records.schemas import FOOTPRINT_STAGES

if TYPE_CHECKING:
    from quayline.report.facts import Facts

BOUNDARIES = ("gate", "port", "customer", "life")
OWN_HOURS = ("plant_electricity", "plant_base", "gas_upstream")
"""Stages in which cars of one class differ."""


def priced(facts: Facts) -> pl.DataFrame:
    """Every row of every class's bill with its factor: amount, unit, factor, kgCO2e a car, cars, and the grounds."""
    factors = facts.run.table("carbon", "factors").drop("unit").rename({"kgco2e": "factor_kgco2e"})
    classes = facts.run.table("carbon", "classes")
    rows = facts.run.table("carbon", "amounts").join(factors, on="factor_idx", how="left", maintain_order="left")
    rows = rows.join(classes.select("class_idx", "variant_idx", "market_idx", "plant_idx", "cars"), on="class_idx",
                     how="left", maintain_order="left")  # fmt: skip
    stage = pl.Series("stage_idx", [FOOTPRINT_STAGES.index(s) for s in rows["stage"]], dtype=pl.Int64)
    return rows.with_columns(stage, kgco2e=pl.col("amount") * pl.col("factor_kgco2e"))


def variant_bill(facts: Facts, variant_idx: int) -> pl.DataFrame:
    """Mean bill of a variant's cars built in this plant: stage, part, activity, amount, unit, factor, kgCO2e, …

    Rows of one activity and part that hold for several years are put together: the factor is their mean.
    """
    rows = priced(facts).filter(pl.col("variant_idx") == variant_idx, pl.col("plant_idx") == 0)
    classes = facts.run.table("carbon", "classes")
    mine = classes.filter(pl.col("variant_idx") == variant_idx, pl.col("plant_idx") == 0)
    return _together(rows, int(mine["cars"].sum()))


def car_bill(facts: Facts, order_id: int) -> pl.DataFrame:
    """The bill of one car; the plant's energy is that of its own hours."""
    car = facts.run.table("carbon", "cars").filter(pl.col("order_id") == order_id)
    rows = priced(facts).filter(pl.col("class_idx") == car["class_idx"][0])
    own = {stage: car[f"{stage}_kgco2e"][0] for stage in OWN_HOURS}
    mean = {stage: float(rows.filter(pl.col("stage") == stage)["kgco2e"].sum()) for stage in OWN_HOURS}
    ratio = {stage: own[stage] / mean[stage] for stage in OWN_HOURS if mean[stage]}
    scale = pl.col("stage").replace_strict(ratio, default=1.0, return_dtype=pl.Float64)
    rows = rows.with_columns(pl.col("amount") * scale, pl.col("kgco2e") * scale, cars=pl.lit(1))
    return _together(rows, 1)


def _together(rows: pl.DataFrame, num_cars: int) -> pl.DataFrame:
    weighed = rows.with_columns(pl.col("amount", "kgco2e") * pl.col("cars") / num_cars)
    keys = ["stage_idx", "stage", "part", "activity", "name", "unit"]
    first = [pl.col(name).first() for name in ("factor_idx", "region", "kind", "source", "spread", "path")]
    made = weighed.group_by(keys, maintain_order=True).agg(
        pl.col("amount", "kgco2e").sum(), *first, pl.col("biogenic_kgco2e").first(), pl.col("is_computed").first()
    )
    factor = pl.when(pl.col("amount") != 0).then(pl.col("kgco2e") / pl.col("amount")).otherwise(0.0)
    return made.with_columns(factor_kgco2e=factor).sort("stage_idx", maintain_order=True)


def quality(bill: pl.DataFrame) -> dict[str, float]:
    """Share of a bill's kgCO2e, without sign, by how its factors are known; `measured` is the primary data share."""
    size = float(bill["kgco2e"].abs().sum())
    sums = bill.group_by("kind").agg(pl.col("kgco2e").abs().sum()).sort("kind")
    return {kind: kgco2e / size if size else 0.0 for kind, kgco2e in sums.iter_rows()}


def calibration_net(bill: pl.DataFrame) -> pl.DataFrame:
    """The bill with `published` and `explained` of a group put into one row: what public factors do not explain."""
    is_net = pl.col("activity").is_in(["published", "explained"])
    parts = bill.filter(is_net)
    if not parts.height:
        return bill
    keep = ("factor_idx", "region", "kind", "source", "spread", "path", "biogenic_kgco2e", "is_computed")
    net = parts.group_by("stage_idx", "stage", "part", maintain_order=True).agg(
        pl.lit("beyond public factors").alias("activity"), pl.col("name").first(), pl.lit("car").alias("unit"),
        pl.lit(1.0).alias("amount"), pl.col("kgco2e").sum(), *(pl.col(name).first() for name in keep),
    ).with_columns(factor_kgco2e=pl.col("kgco2e"))  # fmt: skip
    return pl.concat([bill.filter(~is_net), net.select(bill.columns)]).sort("stage_idx", "part", maintain_order=True)


def words(row: dict[str, Any]) -> str:
    """What a row's activity is, for people."""
    name = "" if row["activity"] == "beyond public factors" else row["name"]
    return f"{row['activity']} {name}".strip()
