"""The plant's way to its targets: what levers take off by year, what is invested, abatement step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from quayline.report.figure import ALARM, INK, MUTED, PALETTE, Figure, axes, line, rows_of, stacked
from quayline.report.pathway import heaviest, lead

if TYPE_CHECKING:
    from quayline.records.stages import Pathway
    from quayline.report.facts import Facts


def _pathway(facts: Facts) -> Pathway | None:
    return facts.run.record("pathway") if facts.run.has("pathway") else None


def path_by_lever(facts: Facts) -> Figure | None:
    """Emissions left and what levers take off, by year on the heaviest path of the grid; its sources in the table.

    Green power and attributes are worth their kWh at the factor of the power that they replace, biogas the difference
    of its own and the gas's; what is saved and converted is the rest, net of the electricity that conversions take.
    """
    path = _pathway(facts)
    if path is None:
        return None
    scenario, name = facts.scenario, heaviest(facts.scenario)
    years = path.years.filter(pl.col("grid_path") == name).sort("year")
    parts = _taken_off(path, name, years, scenario.carbon.plant.basis == "market")
    option = axes([str(year) for year in years["year"]], "ktCO2e")
    scope2 = f"scope2_{scenario.carbon.plant.basis}_kgco2e"
    shown = [("scope 1 left", years["scope1_kgco2e"], PALETTE[0], 1.0),
             (f"scope 2 left ({scenario.carbon.plant.basis}-based)", years[scope2], PALETTE[1], 1.0)]  # fmt: skip
    shown += [(text, kg, PALETTE[k + 2], 0.45) for k, (text, kg) in enumerate(parts.items()) if (kg.abs() > 1e3).any()]
    option["series"] = [
        *(stacked(text, (kg / 1e6).round(2).to_list(), itemStyle={"color": colour, "opacity": pale})
          for text, kg, colour, pale in shown),
        line("target", (years["cap_kgco2e"] / 1e6).round(2).to_list(), ALARM, step="middle"),
        line("location-based", ((years["scope1_kgco2e"] + years["scope2_location_kgco2e"] - years["removed_kgco2e"])
                                / 1e6).round(2).to_list(), INK),
        line("SBTi, 4.2 % a year", (years["sbti_kgco2e"] / 1e6).round(2).to_list(), MUTED),
    ]  # fmt: skip
    sources = path.sources.filter(pl.col("grid_path") == name).drop("grid_path").sort("year", "scope", "source")
    return Figure(
        "pathway", "The cheapest path to the targets", ". ".join(lead(scenario, path)) + ".", option, "ktCO2e a year",
        "pathway: amounts times factors by source in the table; pale is what levers take off. Costs and most levers of "
        "the scenario are assumed", sources.columns, rows_of(sources), digits=2, shape="wide", height_px=400,
    )  # fmt: skip


def _taken_off(path: Pathway, name: str, years: pl.DataFrame, is_market: bool) -> dict[str, pl.Series]:
    """kgCO2e that each kind of lever takes off in each year."""
    table = path.sources.filter(pl.col("grid_path") == name)
    method, source = ("market", "grid without attribute") if is_market else ("location", "electricity drawn")
    mine = table.filter(pl.col("method") == method, pl.col("source") == source).sort("year")
    factor = mine["factor_kgco2e"]
    none = pl.Series([0.0] * years.height)
    gas = table.filter(pl.col("source").str.starts_with("natural gas:"))["factor_kgco2e"].max()
    found = {
        "own panels": years["own_kwh"] * factor,
        "contracts and store": (years["contract_kwh"] + years["stored_kwh"]) * factor if is_market else none,
        "attributes": years["attribute_kwh"] * factor if is_market else none,
        "biogas": years["biogas_kwh"] * (gas if isinstance(gas, float) else 0.0),
    }
    left = years["counted_kgco2e"] + years["removed_kgco2e"]
    rest = years["no_lever_kgco2e"] - left - sum(found.values(), start=none)
    return {"saved and converted": rest, **found, "removals": -years["removed_kgco2e"]}  # below zero: off what is left


def investments(facts: Facts) -> Figure | None:
    """What is spent in which year on which lever."""
    path = _pathway(facts)
    if path is None or not path.builds.height:
        return None
    names = {lever.id: lever.name for lever in facts.scenario.pathway.levers}
    years = sorted(set(path.years["year"]))
    option = axes([str(year) for year in years], "million USD")
    spent = path.builds.filter(pl.col("capital_usd") > 0)
    option["series"] = []
    for lever in dict.fromkeys(spent["lever"]):
        usd = dict(spent.filter(pl.col("lever") == lever).select("year", "capital_usd").iter_rows())
        option["series"].append(stacked(names[lever], [round(usd.get(year, 0.0) / 1e6, 2) for year in years]))
    option["grid"] = {**option["grid"], "top": 84}
    total = float(spent["capital_usd"].sum()) / 1e6
    table = path.builds.filter(pl.col("built") > 1e-3)
    return Figure(
        "investments", "What is invested when",
        f"{total:,.1f} million USD up to {years[-1]}, contracts and what is bought by the year apart.", option,
        "million USD of capital", "pathway: units built times their price in the scenario; the table has contracts too",
        table.columns, rows_of(table), digits=2,
    )  # fmt: skip


def abatement(facts: Facts) -> Figure | None:
    """Cost of a further tonne along the optimum, the whole path solved again at each step."""
    path = _pathway(facts)
    if path is None or path.curve.height < 2:
        return None
    points: list[list[Any]] = []
    before = 0.0
    for row in path.curve.iter_rows(named=True):
        if row["usd_per_t"] is not None:
            usd, kt = round(row["usd_per_t"], 1), row["abated_kgco2e"] / 1e6
            points += [[round(before, 2), usd], [round(kt, 2), usd]]
        before = row["abated_kgco2e"] / 1e6
    option = axes([], "USD a further tonne", "value")
    option["xAxis"] |= {"name": "kt less than without levers, all years", "nameLocation": "middle", "nameGap": 26,
                        "nameTextStyle": {"color": MUTED}}
    del option["xAxis"]["data"]
    option["grid"] = {**option["grid"], "bottom": 26}
    option["series"] = [line("cost of a further tonne", points, PALETTE[3], areaStyle={"opacity": 0.15})]
    first, last = path.curve.row(0, named=True), path.curve.row(-1, named=True)
    words = f"{first['abated_kgco2e'] / 1e6:,.0f} kt pay for themselves"
    words += (f"; the last step to the targets costs {last['usd_per_t']:,.0f} USD a tonne: {last['words']}"
              if last["usd_per_t"] is not None else ", and the targets ask for no more")  # fmt: skip
    return Figure(
        "abatement", "What a further tonne costs along the way",
        f"{words}.", option, "present value over tonnes of all years",
        "pathway: the caps tightened step by step and the whole path solved "
        "again, so that no tonne is counted twice", path.curve.columns, rows_of(path.curve), digits=1,
    )  # fmt: skip
