"""The plant's path in words and small tables, for the command line and the report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from quayline.records.stages import Pathway


@dataclass(frozen=True)
class Part:
    """A table of the answer."""

    title: str
    columns: list[str]
    rows: list[list[Any]]
    digits: int = 0


@dataclass(frozen=True)
class Told:
    """The answer: sentences, then tables."""

    lead: list[str]
    parts: list[Part]


def tell(scenario: Any, path: Pathway, grid_path: str | None = None) -> Told:
    """What `path` says, its years on one path of the grid (default: the one of most weight)."""
    name = grid_path or heaviest(scenario)
    names = {lever.id: lever.name for lever in scenario.pathway.levers}
    parts = [_years(scenario, path, name), _investments(path, names), _targets(path), _curve(path),
             _levers(path, names), _closing(path, names)]  # fmt: skip
    return Told(lead(scenario, path), parts)


def heaviest(scenario: Any) -> str:
    """The path of the grid with the most weight."""
    return str(max(scenario.pathway.grid_paths, key=lambda one: one.weight_share).id)


def lead(scenario: Any, path: Pathway) -> list[str]:
    """The answer in sentences: what it costs, which targets are met by what, what missing costs, what is left."""
    basis = scenario.carbon.plant.basis
    extra = (path.present_usd - path.no_lever_usd) / 1e6
    words = [
        f"{basis}-based, on {len(scenario.pathway.grid_paths)} paths of the grid: "
        f"{abs(extra):,.1f} million USD {'more' if extra >= 0 else 'less'} than without levers "
        f"(present value of {path.present_usd / 1e6:,.1f} with all energy, proven within {path.gap:.2%})"
    ]
    for row in path.targets.iter_rows(named=True):
        words.append(f"{row['name']}: {_verdict(row, basis)}")
    last = path.years.filter(pl.col("year") == path.years["year"].max()).sort("removed_kgco2e")[-1].row(0, named=True)
    left = last["counted_kgco2e"] + last["removed_kgco2e"]
    if last["removed_kgco2e"] > 1:
        removed = last["removed_kgco2e"] / 1e6
        words.append(f"left in {last['year']}: {left / 1e6:,.1f} kt, of which carbon removed for good neutralises "
                     f"{removed:,.1f} kt")  # fmt: skip
    if path.lost_usd is not None and path.lost_short_kgco2e is not None:
        missed = path.lost_short_kgco2e / 1e6
        words.append(f"a year lost for all levers costs {path.lost_usd / 1e6:,.1f} million USD"
                     + (f" and misses targets by {missed:,.1f} kt more" if missed > 1e-3 else ""))  # fmt: skip
    return words


def _verdict(row: dict[str, Any], basis: str) -> str:
    """Whether and by what a target is met."""
    cap, kt = row["cap_kgco2e"], 1e6
    if not row["is_met"]:
        return f"missed by {row['short_kgco2e'] / kt:,.2f} kt in {row['year']}: no choice of levers meets it"
    words = f"met on every path, {row['tight_usd_per_t']:,.0f} USD for the last tonne of {row['year']}"
    if row["is_met_by_certificates"]:
        over = (row["no_certificate_kgco2e"] - cap) / kt
        words += f"; by certificates: without attributes bought apart from power it is {over:,.1f} kt above"
    if basis == "market" and not row["is_met_location"]:
        words += f"; location-based it is not met ({row['location_kgco2e'] / kt:,.1f} kt against {cap / kt:,.1f})"
    if row["later_usd"] is not None:
        words += f"; a year later would save {row['later_usd'] / 1e6:,.1f} million USD"
    return words


def _years(scenario: Any, path: Pathway, name: str) -> Part:
    keys = ("no_lever_kgco2e", "scope1_kgco2e", "scope2_market_kgco2e", "scope2_location_kgco2e", "removed_kgco2e",
            "counted_kgco2e", "cap_kgco2e", "sbti_kgco2e")  # fmt: skip
    rows = [
        [str(row["year"]), *(None if row[key] is None else row[key] / 1e6 for key in keys),
         (row["own_kwh"] + row["contract_kwh"] + row["stored_kwh"]) / 1e6, row["attribute_kwh"] / 1e6,
         row["biogas_kwh"] / 1e6, row["tight_usd_per_t"], row["cost_usd"] / 1e6]
        for row in path.years.filter(pl.col("grid_path") == name).sort("year").iter_rows(named=True)
    ]  # fmt: skip
    named = next(one.name for one in scenario.pathway.grid_paths if one.id == name)
    columns = ["kt CO2e", "no lever", "scope 1", "2 market", "2 location", "removed", "counts", "target", "SBTi 4.2 %",
               "green GWh", "attributes GWh", "biogas GWh", "USD/t", "cost MUSD"]  # fmt: skip
    return Part(f"The path on {named}", columns, rows, 1)


def _investments(path: Pathway, names: dict[str, str]) -> Part:
    rows: list[list[Any]] = []
    for lever in path.levers["lever"]:
        mine = path.builds.filter((pl.col("lever") == lever) & (pl.col("built") > 1e-3)).sort("year")
        if mine.height:
            unit = mine["unit"][0]
            when = ", ".join(f"{year}: {built:.3g}" for year, built in mine.select("year", "built").iter_rows())
            rows.append([names[lever], f"{when} {unit}", float(mine["capital_usd"].sum()) / 1e6])
    return Part("Investments", ["lever", "built", "capital MUSD"], rows, 1)


def _targets(path: Pathway) -> Part:
    rows = [
        [row["name"], *(row[key] / 1e6 for key in ("cap_kgco2e", "market_kgco2e", "location_kgco2e",
                                                  "no_certificate_kgco2e", "short_kgco2e")), row["tight_usd_per_t"],
         None if row["later_usd"] is None else row["later_usd"] / 1e6]
        for row in path.targets.iter_rows(named=True)
    ]  # fmt: skip
    columns = ["target, kt on the worst path", "most", "market", "location", "no certificates", "missed by", "USD/t",
               "a year later MUSD"]  # fmt: skip
    if path.lost_usd is None:  # not asked what a year later would bring
        columns, rows = columns[:-1], [row[:-1] for row in rows]
    return Part("Targets", columns, rows, 1)


def _curve(path: Pathway) -> Part:
    rows = [
        [f"{row['tightened_share']:.0%}: {row['words'] or 'as before'}", row["abated_kgco2e"] / 1e6,
         row["extra_usd"] / 1e6, row["usd_per_t"]]
        for row in path.curve.iter_rows(named=True)
        if row["words"] or row["usd_per_t"] is not None
    ]  # fmt: skip
    columns = ["of the way: what comes in or grows", "kt less, all years", "extra MUSD", "USD a further tonne"]
    return Part("Abatement along the optimum, solved again at each step", columns, rows, 1)


def _levers(path: Pathway, names: dict[str, str]) -> Part:
    asked = path.levers.filter(pl.col("without_usd").is_not_null())
    rows = [
        [names[row["lever"]], row["alone_kgco2e"] / 1e6, row["alone_usd_per_t"], row["without_usd"] / 1e6,
         row["without_short_kgco2e"] / 1e6]
        for row in asked.iter_rows(named=True)
    ]  # fmt: skip
    columns = ["lever used", "alone kt", "alone USD/t", "without it MUSD", "and missed by kt"]
    return Part("Each lever alone, and the path without it", columns, rows, 1)


def _closing(path: Pathway, names: dict[str, str]) -> Part:
    rows = [[names[lever], limit, closed / 1e6] for lever, limit, closed in path.closing.iter_rows()]
    return Part("What would close the gap, each limit lifted alone", ["lever", "limit", "kt"], rows, 2)
