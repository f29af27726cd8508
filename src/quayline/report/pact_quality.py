"""How good the data behind a declared footprint are: primary share and ratings, from the bill of its cars."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from quayline.records.schemas import FOOTPRINT_STAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quayline.base.pact import ProductFootprint
    from quayline.report.facts import Facts

TO_GATE = FOOTPRINT_STAGES[: FOOTPRINT_STAGES.index("elsewhere") + 1]
OF_KIND = {"measured": 1, "published": 2, "derived": 3, "assumed": 4, "unstated": 5}
AGES = ((3, 1), (6, 2), (10, 3), (15, 4))
"""Years that a source is older than the cars by less than, and the rating of that."""
OLDEST = 5


@dataclass(frozen=True)
class Quality:
    """Part of the total from primary data, from 0 to 1, and ratings from 1 (best) to 5."""

    primary_share: float
    technological: float
    geographical: float
    temporal: float


def gate_bills(facts: Facts) -> dict[tuple[str, str, int], pl.DataFrame]:
    """The bill to the gate of each class of cars (variant, plant, year): a row an amount, `kgco2e` the mean a car."""
    run, scenario = facts.run, facts.scenario
    classes = run.table("carbon", "classes").select("class_idx", "variant_idx", "plant_idx", "year", "cars")
    factors = run.table("carbon", "factors").rename({"year": "factor_year", "kgco2e": "factor_kgco2e"})
    rows = (
        run.table("carbon", "amounts").filter(pl.col("stage").is_in(TO_GATE))
        .join(classes, on="class_idx", how="left", maintain_order="left")
        .join(factors.drop("unit"), on="factor_idx", how="left", maintain_order="left")
        .with_columns(total_kgco2e=pl.col("amount") * pl.col("factor_kgco2e") * pl.col("cars"))
    )  # fmt: skip
    num_cars = classes.group_by("variant_idx", "plant_idx", "year").agg(pl.col("cars").sum().alias("class_cars"))
    rows = rows.join(num_cars, on=["variant_idx", "plant_idx", "year"], how="left", maintain_order="left")
    rows = rows.with_columns(kgco2e=pl.col("total_kgco2e") / pl.col("class_cars"))
    variants = [variant.id for variant in scenario.vehicles.variants]
    plants = [plant.id for plant in (scenario.plant, *scenario.alternates)]
    parts = rows.partition_by("variant_idx", "plant_idx", "year", as_dict=True, maintain_order=True)
    return {(variants[int(v)], plants[int(p)], int(year)): part for (v, p, year), part in parts.items()}


def biogenic_of(bill: pl.DataFrame) -> float | None:
    """Net biogenic kgCO2e of a bill (uptake below 0) of the factors that tell it; None where none does."""
    told = bill.filter(pl.col("biogenic_kgco2e").is_not_null())
    per_car = told["amount"] * told["biogenic_kgco2e"] * told["cars"] / told["class_cars"]
    return float(per_car.to_numpy().sum()) if told.height else None


def quality_of(bill: pl.DataFrame, year: int, suppliers: Mapping[str, ProductFootprint]) -> Quality:
    """The quality of a bill of cars built in `year`; rows weigh by their kgCO2e, without sign.

    Primary is what a factor says that is measured, and of a supplier's footprint (by its source, in `suppliers`) the
    share that the supplier calls primary. Ratings follow the pedigree matrix (Weidema and Wesnaes, Journal of Cleaner
    Production 4, 1996) as far as kind, region and year of a factor tell; a supplier's own ratings stand.
    """
    rows = [_row(row, year, suppliers.get(row["source"])) for row in bill.iter_rows(named=True)]
    weights = np.abs(bill["kgco2e"].to_numpy())
    if not weights.sum():
        return Quality(0.0, OLDEST, OLDEST, OLDEST)
    means = (np.array(rows) * weights[:, None]).sum(axis=0) / weights.sum()
    return Quality(*map(float, means))


def _row(row: dict[str, Any], year: int, supplier: ProductFootprint | None) -> tuple[float, float, float, float]:
    """Primary share and the three ratings of one row."""
    primary = 1.0 if row["kind"] == "measured" else 0.0
    technological, geographical, temporal = float(OF_KIND[row["kind"]]), float(_place(row)), float(_age(row, year))
    if supplier is not None:
        primary = float(supplier.pcf.primary_data_share or 0) / 100
        if supplier.pcf.dqi is not None:
            dqi = supplier.pcf.dqi
            technological, geographical = float(dqi.technological_dqr), float(dqi.geographical_dqr)
            temporal = float(dqi.temporal_dqr)
    return primary, technological, geographical, temporal


def _place(row: dict[str, Any]) -> int:
    """1: of the country itself; 2: a mean of the world; 3: a total published of the car as another plant builds it."""
    if row["activity"] in ("published", "explained"):
        return 3
    return 1 if row["region"] else 2


def _age(row: dict[str, Any], year: int) -> int:
    if row["source_year"] is None:
        return OLDEST
    return next((rating for limit, rating in AGES if abs(year - row["source_year"]) < limit), OLDEST)
