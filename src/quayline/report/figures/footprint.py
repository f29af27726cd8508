"""The footprint of a car by stage, and the line-up it stands in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from quayline.records.grouping import group_means
from quayline.records.schemas import FOOTPRINT_STAGES
from quayline.report.figure import INK, PALETTE, Figure, axes, rows_of, sideways, stacked

if TYPE_CHECKING:
    from quayline.report.facts import Facts

_OPACITY = {"published": 0.4, "adjusted": 0.4, "simulated": 1.0}


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
        for k, s in enumerate(FOOTPRINT_STAGES) if (cars[f"{s}_kgco2e"] != 0).any()
    ]  # fmt: skip
    customer = cars["customer_kgco2e"].mean()
    gate = cars["gate_kgco2e"].mean()
    lead = (
        f"{gate / 1000:.1f} t to the plant's gate, {customer / 1000:.1f} t to the customer on average. "
        f"{_base_load(facts):.2f} t of the plant for each car built belong to no car."
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
    """Published footprints beside the cars simulated here, with intervals, boundary by boundary."""
    table = facts.run.table("carbon", "line_up")
    others = [v.id for v in facts.scenario.vehicles.variants if v.model not in facts.focus]
    order = {"gate": 0, "port": 1, "customer": 2, "life": 3}
    table = table.filter(~pl.col("id").is_in(others)).with_columns(
        place=pl.col("boundary").replace_strict(order, return_dtype=pl.Int64)
    ).sort("place", "total_kgco2e")  # fmt: skip
    rows = list(table.iter_rows(named=True))
    plant = facts.scenario.plant
    labels = [
        f"{r['car']}, {plant.place.country if r['built_in'] == plant.name else r['built_in']} {r['year']}"
        f"{' *' if r['is_calibrated'] else ''}{' +' if r['kind'] == 'adjusted' else ''}"
        for r in rows
    ]
    colours = {"gate": PALETTE[0], "port": PALETTE[3], "customer": PALETTE[2], "life": PALETTE[5]}
    option = sideways(axes(labels, "tCO2e a car"), 290)
    option["yAxis"]["axisLabel"]["interval"] = 0
    option["series"] = [
        stacked(f"to the {boundary}" if boundary != "life" else "over life", [
            {"value": round(r["total_kgco2e"] / 1000, 1), "itemStyle": {"opacity": _OPACITY[r["kind"]]}}
            if r["boundary"] == boundary else None for r in rows
        ], itemStyle={"color": colours[boundary]}, barMaxWidth=18)
        for boundary in colours if boundary in table["boundary"]
    ]  # fmt: skip
    option["series"].append({
        "name": "90 % interval", "type": "custom", "encode": {"x": [0, 1], "y": 2}, "z": 5, "color": INK,
        "data": [[round(r["low_kgco2e"] / 1000, 2), round(r["high_kgco2e"] / 1000, 2), k] for k, r in enumerate(rows)],
    })  # fmt: skip
    option["origins"] = [_line_up_origin(facts, row) for row in rows]
    shown = table.drop("place")
    return Figure(
        "line-up", "Beside the published line-up", _line_up_lead(facts), option, "tCO2e a car",
        "carbon: published totals as given; + adjusted to another boundary as the table says; own variants as the mean "
        "of their cars; 90 % intervals of paired draws", shown.columns, rows_of(shown),
        max(260, 31 * table.height + 90), digits=1,
    )  # fmt: skip


def _line_up_lead(facts: Facts) -> str:
    """Every claim with how sure it is; how to read the bars."""
    told = []
    for row in facts.run.table("carbon", "claims").iter_rows(named=True):
        claim = facts.run.table("carbon", "claims").filter(pl.col("claim") == row["claim"])
        if row["beside"] and claim["beside"].n_unique() > 1:
            continue  # all together say it
        share = row["lower_share"]
        sure = "not comparable" if share is None else f"{min(max(share, 0.01), 0.99):.0%} of the draws"
        told.append(f"“{row['text']}”, {row['variant']} to the {row['boundary']}: {sure}")
    claims = f"{'; '.join(told)}. " if told else ""
    return (
        f"{claims}Draws are of factors; amounts are taken as certain. Full colour: simulated here; pale: published. "
        "Compare bars of one colour only. * calibrated to published groups of materials: repeats what was published, "
        "proves nothing of it. Click a bar for its source."
    )


def _line_up_origin(facts: Facts, row: dict[str, Any]) -> str:
    """What a bar rests on: the figure's source and place, or the bill that it is the sum of."""
    total = f"{row['car']}: {row['total_kgco2e']:,.0f} kg to the {row['boundary']}"
    if row["kind"] == "simulated":
        return f"{total}, mean of the cars built in {row['built_in']}: every amount and factor is in the flow above"
    at = f"carbon.line_up[{row['id']}]"
    figures = [f for f in facts.scenario.figures if f.path == f"{at}.total"]
    if row["kind"] == "adjusted":
        figures += [f for f in facts.scenario.figures if f.path.startswith(f"{at}.adjustments[{row['boundary']},")]
    return f"{total} = " + "; ".join(f"{f.text} ({f.kind}: {f.source}; {f.file}:{f.line})" for f in figures)
