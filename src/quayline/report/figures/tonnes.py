"""Where the tonnes of a car come from: a flow that opens from stages to parts, activities and what is behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from quayline.report.bill import calibration_net, variant_bill, words
from quayline.report.figure import PALETTE, Figure, rows_of

if TYPE_CHECKING:
    from quayline.report.facts import Facts

_PHASES = {
    "materials": ("materials",), "battery": ("battery",), "inbound": ("inbound",),
    "plant": ("plant_electricity", "plant_gas", "gas_upstream", "plant_base"), "elsewhere": ("elsewhere",),
    "way to the customer": ("truck", "handling", "sea", "inland"), "use": ("use",),
    "upkeep and end of life": ("upkeep", "end_of_life", "credit"),
}  # fmt: skip
_LEAST_T = 0.0005
"""Parts below half a kilogram are left out of the drawing."""


def tonnes(facts: Facts) -> Figure:
    """One tree for each variant in focus that was built here, over its life; the table has every row of the bills."""
    variants = facts.scenario.vehicles.variants
    classes = facts.run.table("carbon", "classes").filter(pl.col("plant_idx") == 0)
    built = [k for k in classes["variant_idx"].unique().sort() if variants[k].model in facts.focus]
    trees, tables = [], []
    for k in built:
        bill = calibration_net(variant_bill(facts, k))
        trees.append({"label": variants[k].name, "parts": _Tree(facts, variants[k].name, bill).parts})
        tables.append(_table(variants[k].id, bill))
    table = pl.concat(tables) if tables else _table("", variant_bill(facts, 0).clear())
    below = float(table.filter(pl.col("kgco2e") < 0)["kgco2e"].sum()) / 1000 / max(len(built), 1)
    taken = f" Credits and what lies below public factors ({below:,.2f} t a car) cannot flow: see the table."
    return Figure(
        "tonnes", f"Where the tonnes of {facts.focus_name} come from",
        "Tonnes a car over its life, means of the cars built here. Click a part to open it, down to the kilowatt-hours "
        f"of a smelter, and to see what its figure rests on.{taken if below < 0 else ''}",
        {"trees": trees}, "tCO2e a car", "carbon: amounts times factors; depth of the products behind them",
        table.columns, rows_of(table), 520, digits=2, shape="wide",
    )  # fmt: skip


def _table(variant: str, bill: pl.DataFrame) -> pl.DataFrame:
    shown = bill.select(pl.lit(variant).alias("variant"), "stage", "part", "activity", "name", "amount", "unit",
                        "factor_kgco2e", "kgco2e", "kind", "spread", "source", "path")  # fmt: skip
    return shown.with_columns(pl.col("factor_kgco2e", "kgco2e", "amount").round(4))


class _Tree:
    """Parts with their parents, the car first."""

    def __init__(self, facts: Facts, name: str, bill: pl.DataFrame):
        self.depth = facts.run.table("carbon", "depth")
        self.parts: list[dict[str, Any]] = []
        rows = [row for row in bill.iter_rows(named=True) if row["kgco2e"] / 1000 >= _LEAST_T]
        car = self._add(None, name, sum(row["kgco2e"] for row in rows), PALETTE[0], "")
        for k, (phase, stages) in enumerate(_PHASES.items(), start=1):
            mine = [row for row in rows if row["stage"] in stages]
            at = self._add(car, phase, sum(row["kgco2e"] for row in mine), PALETTE[k], "") if mine else car
            for stage in stages:
                self._stage(at, stage, [row for row in mine if row["stage"] == stage], len(stages) > 1, PALETTE[k])

    def _stage(self, at: int, stage: str, rows: list[dict[str, Any]], is_named: bool, colour: str) -> None:
        if rows and is_named:
            at = self._add(at, stage.replace("_", " "), sum(row["kgco2e"] for row in rows), colour, "")
        for part in dict.fromkeys(row["part"] for row in rows):
            mine = [row for row in rows if row["part"] == part]
            place = at
            if len(mine) > 1:
                place = self._add(at, part, sum(row["kgco2e"] for row in mine), colour, "")
            for row in mine:
                named = self.depth.filter(pl.col("factor_idx") == row["factor_idx"])["name"]
                label = named[0] if row["activity"] == "product" else words(row)
                label = label if len(mine) > 1 else f"{part}: {label}"
                leaf = self._add(place, label, row["kgco2e"], colour, _origin(row))
                self._behind(leaf, row, colour)

    def _behind(self, leaf: int, row: dict[str, Any], colour: str) -> None:
        """What making the product takes, each part as its share of the row."""
        steps = list(self.depth.filter(pl.col("factor_idx") == row["factor_idx"]).iter_rows(named=True))
        if row["activity"] != "product" or len(steps) < 2:
            return
        scale = row["kgco2e"] / steps[0]["kgco2e"]
        place = {0: leaf}
        for step in steps:
            amount = step["amount"] * row["amount"]
            if step["parent_idx"] is not None:
                label = f"{step['name']}, {amount:,.0f} {step['unit']}"
                origin = f"{step['name']}: {step['amount']:,.4g} {step['unit']} for one {row['unit']} of {row['name']}"
                kgco2e = step["kgco2e"] * scale
                place[step["step_idx"]] = self._add(place[step["parent_idx"]], label, kgco2e, colour, origin)
            opened = [s for s in steps if s["parent_idx"] == step["step_idx"]]
            own = (step["direct_kgco2e"] + step["beyond_kgco2e"]) * scale
            if opened and own / 1000 >= _LEAST_T:
                self._add(place[step["step_idx"]], f"its own: {step['name']}", own, colour,
                          f"carbon.products[{step['product']}].direct")  # fmt: skip

    def _add(self, parent: int | None, name: str, kgco2e: float, colour: str, origin: str) -> int:
        depth = 0 if parent is None else self.parts[parent]["depth"] + 1
        self.parts.append({"id": len(self.parts), "parent": parent, "name": name, "t": round(kgco2e / 1000, 4),
                           "depth": depth, "colour": colour, "origin": origin})  # fmt: skip
        return len(self.parts) - 1


def _origin(row: dict[str, Any]) -> str:
    spread = f"; {row['spread']}" if row["spread"] else ""
    return (
        f"{row['amount']:,.5g} {row['unit']} × {row['factor_kgco2e']:,.5g} kgCO2e/{row['unit']} = "
        f"{row['kgco2e']:,.1f} kg. {row['kind']}: {row['source'] or 'no source'}{spread} — {row['path']}"
    )
