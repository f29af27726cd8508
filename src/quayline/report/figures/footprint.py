"""The footprint of a car by stage, and the line-up it stands in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from quayline.records.grouping import group_means
from quayline.records.schemas import FOOTPRINT_STAGES
from quayline.report.figure import INK, PALETTE, Figure, axes, rows_of, sideways, stacked

if TYPE_CHECKING:
    from quayline.report.facts import Facts

_OPACITY = {"published": 0.4, "simulated": 1.0}


def footprint_by_stage(facts: Facts) -> Figure:
    """Mean footprint by stage for each variant in focus and market, cradle to grave."""
    cars = facts.carbon.filter(pl.col("model").is_in(facts.focus), pl.col("delivered_at").is_not_null())
    kinds = (*FOOTPRINT_STAGES, "gate", "port", "customer", "life")
    means = group_means(cars, ["variant", "market"], [f"{kind}_kgco2e" for kind in kinds])
    variants = {v.id: v.name for v in facts.scenario.vehicles.variants}
    markets = {m.id: m.name for m in facts.scenario.markets}
    labels = [f"{variants[r['variant']]}, {markets[r['market']]}" for r in means.iter_rows(named=True)]
    option = sideways(axes(labels, "tCO2e a car"))
    option["series"] = [
        stacked(s.replace("_", " "), (means[f"{s}_kgco2e"] / 1000).round(2).to_list(),
                itemStyle={"color": PALETTE[k % len(PALETTE)]})
        for k, s in enumerate(FOOTPRINT_STAGES) if s != "elsewhere" or cars["elsewhere_kgco2e"].sum()
    ]  # fmt: skip
    customer = cars["customer_kgco2e"].mean()
    gate = cars["gate_kgco2e"].mean()
    lead = (
        f"{gate / 1000:.1f} t to the plant's gate, {customer / 1000:.1f} t to the customer on average. The plant's "
        f"base loads belong to no car: {_base_load(facts):.2f} t for each car built if they were shared out."
        if isinstance(gate, float) and isinstance(customer, float) else "No car of these models reaches a customer."
    )  # fmt: skip
    return Figure(
        "footprint", f"Footprint of {facts.focus_name} by stage", lead, option, "tCO2e a car",
        f"carbon: GWP100 of {facts.scenario.carbon.gwp}; materials as calibrated in `carbon/groups`",
        means.columns, rows_of(means), max(260, 44 * means.height + 120), digits=2,
    )  # fmt: skip


def _base_load(facts: Facts) -> float:
    """Tonnes of the plant that belong to no car, over the cars built."""
    plant = facts.run.table("carbon", "plant")
    built = facts.summary["groups"]["all"]["cars_built"]
    return float(plant["nobody_kgco2e"].sum() / 1000 / max(built, 1))


def line_up(facts: Facts) -> Figure:
    """Published footprints of the brand beside the cars simulated here, each with its boundary."""
    table = facts.run.table("carbon", "line_up")
    others = [v.name for v in facts.scenario.vehicles.variants if v.model not in facts.focus]
    table = table.filter(~pl.col("car").is_in(others)).sort("total_kgco2e")
    plant = facts.scenario.plant
    labels = [
        f"{r['car']}, {plant.place.country if r['built_in'] == plant.name else r['built_in']} {r['year']}"
        f"{' *' if r['is_calibrated'] else ''}"
        for r in table.iter_rows(named=True)
    ]
    colours = {"gate": PALETTE[0], "port": PALETTE[3], "customer": PALETTE[2], "life": PALETTE[5]}
    option = sideways(axes(labels, "tCO2e a car"), 290)
    option["series"] = [
        stacked(f"to the {boundary}" if boundary != "life" else "over life", [
            {"value": round(r["total_kgco2e"] / 1000, 1), "itemStyle": {"opacity": _OPACITY[r["kind"]]}}
            if r["boundary"] == boundary else None for r in table.iter_rows(named=True)
        ], itemStyle={"color": colours[boundary]}, barMaxWidth=18,
            label={"show": True, "position": "right", "color": INK})
        for boundary in colours if boundary in table["boundary"]
    ]  # fmt: skip
    return Figure(
        "line-up", "Beside the published line-up",
        "Full colour: simulated here; pale: published. Only bars of one colour share a boundary. The simulated ones "
        f"leave out the plant's base loads ({_base_load(facts):.2f} t a car). * calibrated to published groups of "
        "materials: repeats what was published and proves nothing of it.",
        option, "tCO2e a car", "carbon: published totals as given; own variants as the mean of their cars",
        table.columns, rows_of(table), max(260, 30 * table.height + 70), digits=1,
    )  # fmt: skip
