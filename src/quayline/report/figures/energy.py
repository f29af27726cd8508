"""What the plant draws: base loads by hour of the day, and stations by what they do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import polars as pl

from quayline.report.figure import PALETTE, Figure, axes, rows_of, sideways, stacked

if TYPE_CHECKING:
    from quayline.report.facts import Facts

STATES = (
    ("working_kwh", "working", "#1d8a99"), ("failed_kwh", "down", "#d1495b"), ("blocked_kwh", "blocked", "#f2a541"),
    ("idle_kwh", "idle", "#9fb8ad"), ("off_kwh", "off shift", "#c9ced6"),
)  # fmt: skip


def base_load(facts: Facts) -> Figure:
    """Electricity of the shops with or without cars, mean of the horizon's days, by hour."""
    table = facts.run.table("flow", "base_load").sort("shop_idx", "hour")
    hours = list(range(24))
    option = axes([f"{hour}:00" for hour in hours], "kW")
    option["series"] = [
        stacked(shop.name, table.filter(pl.col("shop_idx") == k)["electricity_kw"].round(1).to_list(),
                itemStyle={"color": PALETTE[k % len(PALETTE)]})
        for k, shop in enumerate(facts.scenario.plant.shops)
    ]  # fmt: skip
    all_kw = table.group_by("hour").agg(pl.col("electricity_kw").sum()).sort("hour")["electricity_kw"].to_list()
    least, most = min(all_kw), max(all_kw)
    return Figure(
        "base_load", "Base load by shop and hour",
        f"Without any car the shops draw {least:,.0f} kW at {all_kw.index(least)}:00 and {most:,.0f} kW at "
        f"{all_kw.index(most)}:00, mean of all days, working or not; what each car takes comes on top.",
        option, "kW of electricity", "flow: hours of each shop; plant.shops[].energy",
        table.columns, rows_of(table), digits=1,
    )  # fmt: skip


def energy_by_state(facts: Facts) -> Figure | None:
    """What the stations with given powers draw, by what they do."""
    table = facts.run.table("flow", "energy")
    if table.is_empty():
        return None
    names = [name for name, _, _ in STATES]
    sections = table.group_by("shop_idx", "section", maintain_order=True).agg(pl.col(names).sum() / 1000)
    shops = [shop.name for shop in facts.scenario.plant.shops]
    labels = [f"{shops[row['shop_idx']]} · {row['section']}" for row in sections.iter_rows(named=True)]
    option = sideways(axes(labels, "MWh over the horizon"))
    option["series"] = [
        stacked(text, sections[name].round(2).to_list(), itemStyle={"color": colour}) for name, text, colour in STATES
    ]
    all_kwh = table.select(pl.sum_horizontal(names).sum()).item()
    share = 1 - table["working_kwh"].sum() / all_kwh if all_kwh else 0.0
    return Figure(
        "energy", "What stations draw, by what they do",
        f"{share:.0%} of the {all_kwh / 1000:,.0f} MWh of the stations whose powers are given is drawn while they do "
        "no work. It is part of the energy of their shops, not on top of it.",
        option, "MWh over the horizon", "flow: state of every station over all cars × its powers",
        table.columns, rows_of(table), max(240, 26 * len(labels) + 90), shape="tall",
    )  # fmt: skip
