"""What levers on the car save, and what a tonne costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from quayline.report.figure import PALETTE, Figure, axes, rows_of, sideways, stacked

if TYPE_CHECKING:
    from quayline.report.facts import Facts


def car_levers(facts: Facts) -> Figure:
    """Savings of each lever for the variant in focus that most of them change, with intervals."""
    variants = facts.scenario.vehicles.variants
    mine = [k for k, variant in enumerate(variants) if variant.model in facts.focus]
    table = facts.run.table("carbon", "levers").filter(pl.col("variant_idx").is_in(mine))
    most = table.group_by("variant_idx").len().sort(["len", "variant_idx"], descending=[True, False])
    shown = table.filter(pl.col("variant_idx") == (most["variant_idx"][0] if most.height else -1))
    shown = shown.sort("saved_kgco2e", descending=True)
    rows = list(shown.iter_rows(named=True))
    option = sideways(axes([row["name"] for row in rows], "tCO2e a car"), 230)
    option["series"] = [
        stacked("saved a car", [round(row["saved_kgco2e"] / 1000, 3) for row in rows],
                itemStyle={"color": PALETTE[4]}, barMaxWidth=18),
        {"name": "90 % interval", "type": "custom", "encode": {"x": [0, 1], "y": 2}, "z": 5,
         "data": [[round(row["low_kgco2e"] / 1000, 3), round(row["high_kgco2e"] / 1000, 3), k]
                  for k, row in enumerate(rows)]},
    ]  # fmt: skip
    option["origins"] = [_origin(facts, row["lever"], row["cost_usd"], row["cost_usd_per_t"]) for row in rows]
    name = variants[rows[0]["variant_idx"]].name if rows else facts.focus_name
    known = [row for row in rows if row["cost_usd_per_t"] is not None]
    prices = [f"{row['name']} {row['cost_usd_per_t']:,.0f}" for row in known]
    lead = f"Each alone, to the {facts.scenario.carbon.boundary}. USD a tonne: {'; '.join(prices)}." if prices else (
        "Each alone; no cost of a lever is known." if rows else "The scenario names no lever on the car."
    )  # fmt: skip
    table = table.with_columns(pl.Series("variant", [variants[k].id for k in table["variant_idx"]], dtype=pl.String))
    return Figure(
        "levers", f"Levers on {name}", lead, option, "tCO2e a car",
        "carbon: the bill with and without the lever, at public factors; costs as the scenario gives them",
        table.columns, rows_of(table), max(220, 34 * len(rows) + 90), digits=2,
    )  # fmt: skip


def _origin(facts: Facts, lever: str, cost_usd: float | None, usd_per_t: float | None) -> str:
    """Cost and every figure of a lever with its grounds."""
    figures = [f for f in facts.scenario.figures if f.path.startswith(f"carbon.levers[{lever}]")]
    cost = "cost not known" if cost_usd is None else f"{cost_usd:,.0f} USD a car"
    tonne = "" if usd_per_t is None else f", {usd_per_t:,.0f} USD a tonne"
    return f"{cost}{tonne}. " + "; ".join(f"{f.path.split('.')[-1]} {f.text} ({f.kind}: {f.source})" for f in figures)
