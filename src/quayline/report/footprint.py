"""The footprint's answer for the command line: means, bill, line-up, claims, levers, and what they rest on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from quayline.base.errors import RunError
from quayline.records.grouping import group_means
from quayline.report.answers import Answer
from quayline.report.bill import calibration_net, car_bill, quality, variant_bill, words

if TYPE_CHECKING:
    from quayline.report.facts import Facts

_PARTS = {
    "materials": ("materials",), "battery": ("battery",), "inbound": ("inbound",),
    "plant": ("plant_gas", "gas_upstream", "plant_electricity", "plant_base"), "elsewhere": ("elsewhere",),
    "voyage, inland": ("truck", "handling", "sea", "inland"), "use, upkeep": ("use", "upkeep"),
    "end of life": ("end_of_life", "credit"),
    "to gate": ("gate",), "to customer": ("customer",), "over life": ("life",),
}  # fmt: skip


def means(facts: Facts) -> Answer:
    """Mean footprint of each variant in focus and market, by part of its life."""
    cars = facts.carbon.filter(pl.col("model").is_in(facts.focus))
    stages = sorted({stage for part in _PARTS.values() for stage in part})
    table = group_means(cars, ["variant", "market"], [f"{stage}_kgco2e" for stage in stages])
    shown = {name: part for name, part in _PARTS.items()
             if name != "elsewhere" or float(cars["elsewhere_kgco2e"].sum())}  # fmt: skip
    rows = [
        [f"{row['variant']}, {row['market']}", row["cars"],
         *(sum(row[f"{stage}_kgco2e"] for stage in part) for part in shown.values())]
        for row in table.iter_rows(named=True)
    ]  # fmt: skip
    others = sorted(set(facts.carbon["variant"]) - set(cars["variant"]))
    lead = head(facts) + (f"\nnot shown, see --variant: {', '.join(others)}" if others else "")
    return Answer("Footprint, kgCO2e a car", lead, ["variant, market", "cars", *shown], rows)


def head(facts: Facts) -> str:
    """Declared unit, functional unit, boundary, set of potentials, cut-offs and base load in two lines."""
    carbon = facts.scenario.carbon
    shared = {"none": "on no car", "shop-day": "on the cars there that day", "year": "on all cars of a year alike"}
    left_out = "; ".join(carbon.cut_offs) or "nothing stated"
    return (
        f"declared unit: one car to the {carbon.boundary}; functional unit: {carbon.use.life_km:,.0f} km in "
        f"{carbon.use.life_years} years; GWP100 of {carbon.gwp}; electricity location-based; end of life by "
        f"{carbon.use.end_of_life_by}\nbase loads of the plant: {shared[carbon.base_load]}; left out: {left_out}"
    )


def chosen_variant(facts: Facts) -> int:
    """The variant in focus with most cars built here; RunError where none was built."""
    models = [v.model for v in facts.scenario.vehicles.variants]
    classes = facts.run.table("carbon", "classes").filter(pl.col("plant_idx") == 0)
    cars: dict[int, int] = {}
    for variant, num in classes.select("variant_idx", "cars").iter_rows():
        if models[variant] in facts.focus:
            cars[variant] = cars.get(variant, 0) + num
    if not cars:
        raise RunError("no car of the models in focus was built in this plant")
    return max(sorted(cars), key=lambda variant: cars[variant])


def bill(facts: Facts, variant_idx: int | None, order_id: int | None) -> Answer:
    """Each amount, its factor, what they make, and where the factor is from; of one car, or of a variant's mean."""
    if order_id is not None:
        rows, what = car_bill(facts, order_id), f"car {order_id}"
    else:
        at = chosen_variant(facts) if variant_idx is None else variant_idx
        rows = variant_bill(facts, at)
        what = f"{facts.scenario.vehicles.variants[at].name}, mean of the cars built here"
    total = float(rows["kgco2e"].sum())
    net = [row for row in _shops_together(calibration_net(rows)).iter_rows(named=True) if abs(row["kgco2e"]) > 0.5]
    number = {path: k for k, path in enumerate(dict.fromkeys(row["path"] for row in net), start=1)}
    shown = [
        [f"{row['stage'].replace('_', ' ')}: {row['part']}", f"{_plain(row['amount'])} {row['unit']}", words(row),
         _plain(row["factor_kgco2e"]), row["kgco2e"], f"{row['kgco2e'] / total:.1%}", row["kind"],
         str(number[row["path"]])]
        for row in net
    ]  # fmt: skip
    known = ", ".join(f"{share:.0%} {kind}" for kind, share in quality(rows).items())
    lead = (
        f"{total:,.0f} kgCO2e over life; by factor {known}; primary data {quality(rows).get('measured', 0):.0%}. "
        "'beyond public factors' is what a published total holds more than amount times factor: calibrated, proves "
        "nothing"
    )
    figures = {figure.path: f" = {figure.text}: {figure.source}" for figure in facts.scenario.figures}
    sources = [f"[{k}] {path}{figures.get(path, '')}" for path, k in number.items()]
    columns = ["stage: part", "amount", "activity", "factor", "kgCO2e", "share", "kind", "source"]
    return Answer(f"Bill of {what}", "\n".join([lead, *sources]), columns, shown)


def _shops_together(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of the plant's shops that share an activity as one."""
    part = pl.when(pl.col("stage").str.contains("plant|gas")).then(pl.lit("shops")).otherwise("part").alias("part")
    keys = ["stage", "part", "activity", "name", "unit", "kind", "path"]
    sums = rows.with_columns(part).group_by(keys, maintain_order=True).agg(pl.col("amount", "kgco2e").sum())
    factor = pl.when(pl.col("amount") != 0).then(pl.col("kgco2e") / pl.col("amount")).otherwise(0.0)
    return sums.with_columns(factor_kgco2e=factor)


def line_up(facts: Facts, names: list[str]) -> Answer:
    """The cars named of the line-up, and the own variants in focus, boundary by boundary."""
    table = facts.run.table("carbon", "line_up")
    unknown = sorted(set(names) - set(table["id"]))
    if unknown:
        raise RunError(f"no car in the line-up is called {', '.join(map(repr, unknown))}; there are "
                       f"{', '.join(table.filter(pl.col('kind') == 'published')['id'])}")  # fmt: skip
    own = [v.id for v in facts.scenario.vehicles.variants if v.model in facts.focus]
    rows = [
        [f"{row['car']}, {row['built_in']} {row['year']}{' *' if row['is_calibrated'] else ''}", row["boundary"],
         row["total_kgco2e"], row["low_kgco2e"], row["high_kgco2e"], row["kind"], row["note"]]
        for row in table.sort("boundary", "total_kgco2e").iter_rows(named=True)
        if row["id"] in own or (row["kind"] != "simulated" and (not names or row["id"] in names))
    ]  # fmt: skip
    lead = "compare at one boundary only; * calibrated to published totals; 5 % of draws are below low, 5 % above high"
    columns = ["car", "boundary", "kgCO2e", "low", "high", "kind", "adjusted by"]
    return Answer("Line-up, kgCO2e a car", lead, columns, rows)


def claims(facts: Facts) -> Answer:
    """How sure each claim is."""
    table = facts.run.table("carbon", "claims")
    rows = [
        [f"{row['variant']}: {row['text']}", row["beside"] or "all of them", row["boundary"],
         f"{row['own_kgco2e']:,.0f}", _or_dash(row["other_kgco2e"]),
         "not comparable" if row["lower_share"] is None
         else _share(row["lower_share"], row["standard_error"]), row["electricity"],
         f"{row['own_market_kgco2e']:,.0f}"]
        for row in table.iter_rows(named=True)
    ]  # fmt: skip
    lead = (
        "share of paired draws in which the car is lower, with its Monte Carlo standard error: of factors alone,"
        "\namounts taken as certain, published cars without a common source as independent; own is location-based, the "
        "other's\nelectricity as named; own market: with the plant's contracts"
    )
    columns = ["claim", "beside", "boundary", "own kg", "other kg", "lower in", "other's electricity", "own market kg"]
    return Answer("Claims", lead if rows else "no claim in this scenario", columns, rows)


def levers(facts: Facts, variant_idx: int | None = None) -> Answer:
    """What each lever saves a car of a variant (none: that in focus with most cars), and what a tonne costs."""
    at = chosen_variant(facts) if variant_idx is None else variant_idx
    table = facts.run.table("carbon", "levers").filter(pl.col("variant_idx") == at)
    rows = [
        [row["name"], row["saved_kgco2e"], row["low_kgco2e"], row["high_kgco2e"], row["life_kgco2e"], row["cost_usd"],
         row["cost_usd_per_t"]]
        for row in table.sort("saved_kgco2e", descending=True).iter_rows(named=True)
    ]  # fmt: skip
    boundary = facts.scenario.carbon.boundary
    columns = ["lever", f"saved to {boundary} kg", "low", "high", "over life kg", "USD a car", "USD a tonne"]
    name = facts.scenario.vehicles.variants[at].name
    largest = facts.run.table("carbon", "classes").filter(pl.col("class_idx").is_in(table["class_idx"].implode()))
    markets = ", ".join(facts.scenario.markets[k].name for k in largest["market_idx"].unique().sort())
    lead = f"each alone, for the variant's largest class of cars ({markets}); – : cost not known"
    return Answer(f"Levers on {name}", lead if rows else f"no lever of this scenario changes {name}", columns, rows)


def _plain(value: float) -> str:
    """Four figures, and never an exponent."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.4g}"


def _share(share: float, error: float) -> str:
    """A share of draws; never nothing or all, which no number of draws shows."""
    if share in (0.0, 1.0):
        return f"under {error:.1%}" if share == 0.0 else f"over {1 - error:.1%}"
    return f"{share:.1%} ± {error:.1%}"


def _or_dash(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def as_json(facts: Facts, variant_idx: int | None, order_id: int | None) -> dict[str, Any]:
    """All of it as plain data."""
    if order_id is not None:
        rows = car_bill(facts, order_id)
    else:
        rows = variant_bill(facts, chosen_variant(facts) if variant_idx is None else variant_idx)
    tables = {name: facts.run.table("carbon", name).to_dicts() for name in ("line_up", "claims", "levers")}
    answer = means(facts)
    return {
        "run": str(facts.run.path), "head": head(facts), "columns": answer.columns, "rows": answer.rows,
        "bill": rows.drop("stage_idx").to_dicts(), "data_quality": quality(rows), **tables,
    }  # fmt: skip
