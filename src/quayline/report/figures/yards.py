"""Stock in the yards against their places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from quayline.report.figure import PALETTE, Figure, axes, line, rows_of, zoomed

if TYPE_CHECKING:
    from quayline.report.facts import Facts


def stock(facts: Facts) -> Figure:
    """The most cars in each yard by month."""
    yards = facts.run.table("ship", "yards").with_columns(pl.col("date").dt.truncate("1mo").alias("month"))
    monthly = yards.pivot("place", index="month", values="cars", aggregate_function="max").sort("month").fill_null(0)
    places = [p for p in monthly.columns if p != "month"]
    names = {p.id: p.name for p in facts.scenario.logistics.ports} | {"plant": f"{facts.scenario.plant.name}, yard"}
    names |= {a.id: f"{a.name}, yard" for a in facts.scenario.alternates}
    option = zoomed(axes([str(m)[:7] for m in monthly["month"]], "cars"))
    option["series"] = [line(names[p], monthly[p].to_list(), PALETTE[k % len(PALETTE)]) for k, p in enumerate(places)]
    tops = yards.drop_nulls("capacity_cars").group_by("place").agg(pl.col("cars").max(), pl.col("capacity_cars").max())
    fullest = max(tops.iter_rows(named=True), key=lambda r: r["cars"] / max(r["capacity_cars"], 1))
    return Figure(
        "yards", "Stock in the yards",
        f"The fullest is {names[fullest['place']]}: {fullest['cars']:,} cars at its peak, "
        f"{fullest['capacity_cars']:,} places.",
        option, "cars, most in the month", "ship: arrivals and departures of each car", ["month", *places],
        rows_of(monthly),
    )  # fmt: skip
