"""Checks a path by the scenario's definitions: every hour, lever, tonne and dollar, with none of the engine's code."""

from __future__ import annotations

from math import isclose
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from quayline.carbon.pathway import check_levers, check_load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from quayline.records.stages import FlowTrace, Pathway, Plan
    from quayline.scenario.schema import Scenario

TOLERANCE = 2e-6
"""Of the load or of the base year: hours and years agree to 1e-6 of the load in the engine."""
_SBTI = 0.042


def faults(scenario: Scenario, plan: Plan, flow: FlowTrace | None, path: Pathway, gap_share: float) -> list[str]:
    """Everything in `path` that does not follow from the scenario and the records; empty when right."""
    levers = {lever.id for lever in check_load.way_of(scenario).levers}
    facts = check_load.Facts(scenario, plan, flow, path)
    found = [*check_levers.faults(scenario, facts, path)]
    for row in path.years.iter_rows(named=True):
        found += [*_energy(scenario, facts, path, row), *_tonnes(scenario, path, row), *_money(scenario, path, row)]
    found += [*_sources(path), *_targets(scenario, path), *_present(scenario, path, gap_share)]
    unknown = set(path.levers["lever"]) ^ levers
    return found + ([f"levers {sorted(unknown)} are not those of the scenario"] if unknown else [])


def _energy(scenario: Scenario, facts: check_load.Facts, path: Pathway, row: dict[str, Any]) -> Iterator[str]:
    """The balance of each hour: own panels, contracts, the store, and the grid for the rest."""
    name, year = row["grid_path"], row["year"]
    load, gas_kwh = facts.load(name, year)
    own, others = facts.output(year)
    direct = np.minimum(own + others, load)
    at_site = np.minimum(own, load)
    store = next((lever for lever in check_load.way_of(scenario).levers if lever.kind == "storage"), None)
    stored_kwh, taken_kwh = 0.0, 0.0
    if store is not None:
        stored_kwh, taken_kwh = _store(own + others - load, facts.in_place(store.id, year) * 1e3, store)
    biogas = sum(facts.amount(name, lever.id, year) for lever in facts.levers if lever.kind == "biogas")
    attribute = sum(facts.amount(name, lever.id, year) for lever in facts.levers if lever.kind == "attribute")
    expected = {
        "electricity_kwh": load.sum(), "own_kwh": at_site.sum(), "contract_kwh": (direct - at_site).sum(),
        "stored_kwh": stored_kwh, "plain_kwh": load.sum() - direct.sum() - stored_kwh,
        "surplus_kwh": (own + others).sum() - direct.sum() - taken_kwh, "gas_kwh": gas_kwh, "biogas_kwh": biogas,
        "attribute_kwh": attribute,
    }  # fmt: skip
    slack = TOLERANCE * (load.sum() + gas_kwh)
    for column, value in expected.items():
        if abs(row[column] - value) > slack:
            yield f"{column} of {year} on {name} is {row[column]:.6g}, by its hours {value:.6g}"
    if attribute > row["plain_kwh"] + slack:
        yield f"more attributes than power from the grid in {year} on {name}"
    if biogas > gas_kwh + slack:
        yield f"more biogas than gas in {year} on {name}"


def _store(surplus: NDArray[np.float64], capacity_kwh: float, store: Any) -> tuple[float, float]:
    """kWh given back in the year and taken from the surplus, by filling and emptying as soon as there is cause."""
    level, given, taken = 0.0, 0.0, 0.0
    power = capacity_kwh / store.hours
    for beyond in surplus.tolist():
        if beyond > 0:
            put = min(beyond, power, (capacity_kwh - level) / store.efficiency_share)
            level, taken = level + put * store.efficiency_share, taken + put
        else:
            back = min(-beyond, power, level)
            level, given = level - back, given + back
    return given, taken


def _tonnes(scenario: Scenario, path: Pathway, row: dict[str, Any]) -> Iterator[str]:
    """Scopes by amount times factor, what counts, and the cap that holds."""
    goals, year, name = scenario.carbon.plant, row["year"], row["grid_path"]
    gas = next((f for f in scenario.carbon.fuels if f.id == "gas"), None)
    direct, upstream = (gas.direct_kgco2e_per_kwh, gas.upstream_kgco2e_per_kwh) if gas else (0.0, 0.0)
    fossil = row["gas_kwh"] - row["biogas_kwh"]
    bought = [(lever, _amount(path, name, lever.id, year)) for lever in check_load.way_of(scenario).levers
              if lever.kind in ("biogas", "removal")]  # fmt: skip
    grid = check_load.grid(scenario, name, year)
    plain = check_load.bought_factor(scenario, year, grid)
    store = next((lever for lever in check_load.way_of(scenario).levers if lever.kind == "storage"), None)
    lost = row["stored_kwh"] * (1 / store.efficiency_share - 1) if store else 0.0
    scope1 = fossil * direct + sum(a * x.direct_kgco2e_per_kwh for x, a in bought if x.kind == "biogas")
    ahead = fossil * upstream + sum(a * x.upstream_kgco2e_per_kwh for x, a in bought if x.kind == "biogas")
    location = (row["electricity_kwh"] - row["own_kwh"] + lost) * grid
    market = (row["plain_kwh"] - row["attribute_kwh"]) * plain
    removed = sum(a * 1000 for x, a in bought if x.kind == "removal")
    counted = scope1 - removed + (market if goals.basis == "market" else location)
    caps = [target for target in goals.targets if target.year <= year]
    cap = None if not caps else goals.base_kgco2e * (1 - max(caps, key=lambda t: t.year).reduction_share)
    for column, value in {
        "scope1_kgco2e": scope1, "upstream_kgco2e": ahead, "scope2_location_kgco2e": location,
        "scope2_market_kgco2e": market, "removed_kgco2e": removed, "counted_kgco2e": counted,
        "sbti_kgco2e": max(0.0, goals.base_kgco2e * (1 - _SBTI * (year - goals.base_year))),
    }.items():  # fmt: skip
        if abs(row[column] - value) > TOLERANCE * goals.base_kgco2e:
            yield f"{column} of {year} on {name} is {row[column]:.6g}, by definition {value:.6g}"
    if (cap is None) != (row["cap_kgco2e"] is None) or (cap is not None and not isclose(cap, row["cap_kgco2e"])):
        yield f"the cap of {year} is {row['cap_kgco2e']}, by definition {cap}"
    if cap is not None and counted > cap + row["short_kgco2e"] + 4 * TOLERANCE * goals.base_kgco2e:
        yield f"{counted:.6g} kgCO2e count in {year} on {name}, above {cap:.6g} and the shortfall stated"


def _amount(path: Pathway, name: str, lever: str, year: int) -> float:
    rows = path.amounts.filter(pl.col("grid_path") == name, pl.col("lever") == lever, pl.col("year") == year)
    return float(rows["amount"].sum())


def _money(scenario: Scenario, path: Pathway, row: dict[str, Any]) -> Iterator[str]:
    """Every cost of a year from amounts and prices."""
    way, year, name = check_load.way_of(scenario), row["year"], row["grid_path"]
    costs = path.costs.filter(pl.col("grid_path") == name, pl.col("year") == year)
    stated = {(item, lever): usd for item, lever, usd in costs.select("item", "lever", "usd").iter_rows() if usd}
    right = {
        ("electricity", ""): row["plain_kwh"] * check_load.price(scenario, "electricity", year),
        ("gas", ""): row["gas_kwh"] * check_load.price(scenario, "gas", year),
        ("surplus", ""): -row["surplus_kwh"] * way.surplus_usd_per_kwh,
        ("allowances", ""): check_levers.allowances_usd(scenario, path, row),
        **check_levers.costs_usd(scenario, path, name, year),
    }
    slack = 4 * TOLERANCE * (abs(row["cost_usd"]) + right["electricity", ""] + 1.0)
    for key in sorted(set(stated) | set(right)):
        if abs(stated.get(key, 0.0) - right.get(key, 0.0)) > slack:
            words = " of ".join(filter(None, key))
            told, due = stated.get(key, 0.0), right.get(key, 0.0)
            yield f"{words} in {year} on {name} is {told:.6g} USD, by definition {due:.6g}"
    if abs(row["cost_usd"] - sum(right.values())) > 4 * slack:
        yield f"the cost of {year} on {name} is {row['cost_usd']:.6g} USD, its parts make {sum(right.values()):.6g}"


def _sources(path: Pathway) -> Iterator[str]:
    """Each source is amount times factor, and they make the scopes of their year."""
    table = path.sources
    product = pl.col("amount") * pl.col("factor_kgco2e")
    off = table.filter((product - pl.col("kgco2e")).abs() > 1e-6 + 1e-9 * product.abs())
    if off.height:
        yield f"{off.height} sources are not amount times factor"
    sums = table.group_by("grid_path", "year", "scope", "method").agg(pl.col("kgco2e").sum())
    made = {tuple(key): total for *key, total in sums.iter_rows()}
    for row in path.years.iter_rows(named=True):
        for scope, method, column in ((1, "", "scope1_kgco2e"), (2, "location", "scope2_location_kgco2e"),
                                      (2, "market", "scope2_market_kgco2e"), (3, "", "upstream_kgco2e")):  # fmt: skip
            total = made.get((row["grid_path"], row["year"], scope, method), 0.0)
            if not isclose(total, row[column], rel_tol=1e-6, abs_tol=100.0):
                where = f"{row['year']} on {row['grid_path']}"
                yield f"sources of {column} in {where} make {total:.6g}, not {row[column]:.6g}"


def _targets(scenario: Scenario, path: Pathway) -> Iterator[str]:
    """What is said of each target follows from the years."""
    goals, slack = scenario.carbon.plant, 1.0 + TOLERANCE * scenario.carbon.plant.base_kgco2e
    expected = sorted(t.year for t in goals.targets if t.year in set(path.years["year"]))
    if path.targets["year"].to_list() != expected:
        yield f"targets of {path.targets['year'].to_list()} are told, expected {expected}"
        return
    for row in path.targets.iter_rows(named=True):
        mine = path.years.filter(pl.col("year") == row["year"])
        net = mine["scope1_kgco2e"] - mine["removed_kgco2e"]
        for column, part in (("market_kgco2e", "scope2_market_kgco2e"), ("location_kgco2e", "scope2_location_kgco2e")):
            worst = max((net + mine[part]).to_list())
            if abs(row[column] - worst) > slack:
                yield f"{column} of the target of {row['year']} is {row[column]:.6g}, its years say {worst:.6g}"
        is_met = max(mine["counted_kgco2e"].to_list()) <= row["cap_kgco2e"] + slack
        bare = max(mine["no_certificate_kgco2e"].to_list()) <= row["cap_kgco2e"] + slack
        if (row["is_met"], row["is_met_by_certificates"]) != (is_met, is_met and not bare):
            yield f"whether the target of {row['year']} is met, and by what, is not as its years say"


def _present(scenario: Scenario, path: Pathway, gap_share: float) -> Iterator[str]:
    """The present value is that of the years, and the bound is near."""
    way = check_load.way_of(scenario)
    last, total = scenario.horizon.plant_until, 0.0
    weight = {p.id: p.weight_share for p in way.grid_paths}
    for row in path.years.iter_rows(named=True):
        ahead = way.years_after if row["year"] == last else 0
        for k in range(row["year"] - way.from_year, row["year"] - way.from_year + ahead + 1):
            total += weight[row["grid_path"]] * row["cost_usd"] / (1 + way.discount_share) ** k
    if not isclose(total, path.present_usd, rel_tol=10 * TOLERANCE, abs_tol=1.0):
        yield f"the present value is {path.present_usd:.8g} USD, that of its years {total:.8g}"
    if path.bound_usd > path.present_usd + 1.0 + 1e-6 * abs(path.present_usd):
        yield f"the bound {path.bound_usd:.8g} is above the present value {path.present_usd:.8g}"
    if path.present_usd - path.bound_usd > gap_share * abs(path.present_usd) + 1.0:
        yield f"the gap {path.gap:.3%} is above {gap_share:.3%}"
