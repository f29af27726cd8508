"""The tables of a path, from the columns of its model and the hours of its years."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from quayline.carbon.pathway.beside import is_used
from quayline.records.schemas import PATHWAY

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from numpy.typing import NDArray

    from quayline.carbon.pathway.beside import Lift, Worth
    from quayline.carbon.pathway.curve import Step
    from quayline.carbon.pathway.desk import Answer
    from quayline.carbon.pathway.load import Load
    from quayline.carbon.pathway.pack import Case
    from quayline.scenario.schema import Scenario

    Array = NDArray[np.float64]

SBTI_SHARE = 0.042
"""Linear annual reduction of the absolute contraction approach for 1.5 degrees (SBTi corporate near-term criteria)."""
_SAME_KG = 1.0


def _table(name: str, rows: Iterable[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame([*rows], schema={column.name: column.dtype for column in PATHWAY[name].columns})


def target_years(scenario: Scenario, case: Case) -> list[int]:
    """Years of the targets that lie in the years of decisions, ascending."""
    return sorted(target.year for target in scenario.carbon.plant.targets if target.year in case.years)


class _Flows:
    """Energy and emissions of a path by path of the grid and year, with its hours exact; GWh and kt."""

    def __init__(self, answer: Answer):
        case, self.answer = answer.model.case, answer
        self.load = answer.of("load")
        self.own, direct, every = answer.matched_gwh()
        self.contract, self.stored = direct - self.own, every - direct
        self.plain = self.load - every
        self.attribute = self._bought("attributes")
        self.biogas = self._bought("biogas")
        self.gas = answer.of("gas")
        lost = self.stored * (1.0 / case.hours.efficiency - 1.0)
        self.drawn = self.load - self.own + lost
        green = np.zeros(case.num_years)
        for k, name in enumerate(case.source_ids):
            if name in answer.model.capacity:
                green += answer.x[answer.model.capacity[name]] * case.hours.gwh_per_mw[k].sum()
        self.surplus = green[None, :] - direct - self.stored / case.hours.efficiency
        self.scope1, self.upstream, self.removed = (answer.of(n) for n in ("scope1", "upstream", "removed"))
        self.location = case.grid_kt * self.drawn
        self.market = case.plain_kt * (self.plain - self.attribute)

    def _bought(self, balance: str) -> Array:
        shape = self.load.shape
        return sum((self.answer.x[columns] for _, columns in self.answer.model.of(balance)), np.zeros(shape))


def year_table(scenario: Scenario, load: Load, nothing: Answer, best: Answer) -> pl.DataFrame:
    """`pathway.years`."""
    case, flows, goals = best.model.case, _Flows(best), scenario.carbon.plant
    counted = flows.scope1 + (flows.market if case.counts_market else flows.location) - flows.removed
    certified = case.plain_kt * flows.attribute if case.counts_market else np.zeros_like(counted)
    cost = _yearly(best)
    rows = []
    for p, name in enumerate(case.path_names):
        for y, year in enumerate(case.years.tolist()):
            sbti = max(0.0, 1.0 - SBTI_SHARE * (year - goals.base_year)) * goals.base_kgco2e
            energy = {
                "electricity_kwh": flows.load, "own_kwh": flows.own, "contract_kwh": flows.contract,
                "stored_kwh": flows.stored, "plain_kwh": flows.plain, "attribute_kwh": flows.attribute,
                "surplus_kwh": flows.surplus, "gas_kwh": flows.gas, "biogas_kwh": flows.biogas,
                "scope1_kgco2e": flows.scope1, "scope2_location_kgco2e": flows.location,
                "scope2_market_kgco2e": flows.market, "upstream_kgco2e": flows.upstream,
                "removed_kgco2e": flows.removed, "counted_kgco2e": counted, "no_lever_kgco2e": nothing.counted_kt(),
                "no_certificate_kgco2e": counted + certified, "cost_usd": cost,
            }  # fmt: skip
            cap = best.model.caps_kt[y]
            rows.append({
                "grid_path": name, "year": year, "cars": float(load.cars[y]),
                **{key: float(value[p, y]) * 1e6 for key, value in energy.items()},
                "cap_kgco2e": float(cap) * 1e6 if np.isfinite(cap) else None,
                "short_kgco2e": float(best.short_kt[y]) * 1e6 if best.is_short else 0.0, "sbti_kgco2e": sbti,
                "tight_usd_per_t": float(best.tight_musd[y] / case.discount[y]) * 1e3,
            })  # fmt: skip
    return _table("years", rows)


def source_table(scenario: Scenario, best: Answer) -> pl.DataFrame:
    """`pathway.sources`: amounts and factors of what is emitted, bought and removed."""
    case, flows, model = best.model.case, _Flows(best), best.model
    bought = {lever.id: lever for lever in scenario.pathway.levers} if scenario.pathway else {}
    rows: list[dict[str, Any]] = []
    for p, path in enumerate(case.path_names):
        for y, year in enumerate(case.years.tolist()):

            # B023: called in this very turn of the loops only.
            def add(scope: int, source: str, method: str, gwh: float, factor: float, unit: str = "kWh") -> None:
                rows.append({
                    "grid_path": path, "year": year, "scope": scope, "source": source, "method": method,  # noqa: B023
                    "amount": gwh * (1e6 if unit == "kWh" else 1e3), "unit": unit, "factor_kgco2e": factor,
                    "kgco2e": gwh * factor * (1e6 if unit == "kWh" else 1e3),
                })  # fmt: skip

            fossil = float(flows.gas[p, y] - flows.biogas[p, y])
            for use in case.uses:
                if use.carrier == "gas":
                    used = float(best.of(f"gas {use.id}")[p, y])
                    share = used / max(float(flows.gas[p, y]), 1e-12)
                    add(1, f"natural gas: {use.name}", "", fossil * share, case.gas_kt)
            add(3, "natural gas before it is burnt", "", fossil, case.gas_upstream_kt)
            for name, columns in model.amount.items():
                lever, amount = bought[name], best.x[columns]
                if lever.kind == "biogas":
                    add(1, lever.name, "", float(amount[p, y]), lever.direct_kgco2e_per_kwh)
                    add(3, f"{lever.name}, before it is burnt", "", float(amount[p, y]), lever.upstream_kgco2e_per_kwh)
                elif lever.kind == "attribute":
                    add(2, f"grid with {lever.name}", "market", float(amount[p, y]), 0.0)
                elif lever.kind == "removal":
                    add(0, lever.name, "", float(amount[p, y]), -1e3, "t")
            add(2, "electricity drawn", "location", float(flows.drawn[p, y]), float(case.grid_kt[p, y]))
            plain = float(flows.plain[p, y] - flows.attribute[p, y])
            add(2, "grid without attribute", "market", plain, float(case.plain_kt[p, y]))
            contract = float(flows.contract[p, y] + flows.stored[p, y])
            add(2, "contracts and store, in their hours", "market", contract, 0.0)
    return _table("sources", rows)


def build_table(best: Answer) -> pl.DataFrame:
    """`pathway.builds`: the list of investments, a row for each year in which a lever is there."""
    rows = []
    for name, built in best.model.built.items():
        new, there = best.x[built.built].sum(axis=0), best.x[built.in_place].sum(axis=0)
        for y, year in enumerate(best.model.case.years.tolist()):
            if there[y] > 1e-6 or new[y] > 1e-6:
                rows.append({
                    "lever": name, "year": year, "built": float(new[y]), "in_place": float(there[y]),
                    "unit": built.unit, "capital_usd": float(new[y]) * built.capital_musd * 1e6,
                })  # fmt: skip
    return _table("builds", rows)


def amount_table(best: Answer) -> pl.DataFrame:
    """`pathway.amounts`."""
    case, rows = best.model.case, []
    for name, columns in best.model.amount.items():
        value = best.x[columns]
        value = value.sum(axis=0) if value.ndim == 3 else np.broadcast_to(value, (case.num_paths, case.num_years))
        is_removal = any(columns is removed for _, removed in best.model.of("removed"))
        for p, path in enumerate(case.path_names):
            for y, year in enumerate(case.years.tolist()):
                rows.append({
                    "grid_path": path, "lever": name, "year": year, "unit": "t" if is_removal else "kWh",
                    "amount": float(value[p, y]) * (1e3 if is_removal else 1e6),
                })  # fmt: skip
    return _table("amounts", rows)


def cost_table(best: Answer) -> pl.DataFrame:
    """`pathway.costs`, the free allocation taken off the allowances."""
    case = best.model.case
    sums: dict[tuple[str, str], Array] = {}
    for charge in best.model.charges:
        value = np.broadcast_to(np.asarray(charge.musd, float) * best.x[charge.columns], best.of("load").shape)
        key = (charge.item, charge.lever)
        sums[key] = sums[key] + value if key in sums else value
    sums["allowances", ""] = sums["allowances", ""] - case.allowance_musd * case.free_kt
    return _table("costs", [
        {"grid_path": path, "year": int(year), "item": item, "lever": lever, "usd": float(value[p, y]) * 1e6}
        for (item, lever), value in sums.items()
        for p, path in enumerate(case.path_names) for y, year in enumerate(case.years)
    ])  # fmt: skip


def _yearly(answer: Answer) -> Array:
    """Cost of each path and year, millions of USD."""
    case, total = answer.model.case, np.zeros(answer.of("load").shape)
    for charge in answer.model.charges:
        total += np.asarray(charge.musd, float) * answer.x[charge.columns]
    return total - case.allowance_musd * case.free_kt


def target_table(scenario: Scenario, best: Answer, later: dict[int, Answer]) -> pl.DataFrame:
    """`pathway.targets`: a row for each target of a year of decisions."""
    case, flows = best.model.case, _Flows(best)
    named = {target.year: target.name for target in scenario.carbon.plant.targets}
    rows = []
    for year in target_years(scenario, case):
        y = int(np.flatnonzero(case.years == year)[0])
        gross = flows.scope1[:, y] - flows.removed[:, y]
        market, location = (float((gross + part[:, y]).max()) * 1e6 for part in (flows.market, flows.location))
        counted = market if case.counts_market else location
        bare = gross + (case.plain_kt * flows.plain if case.counts_market else flows.location)[:, y]
        cap, bare_kg = float(case.cap_kt[y]) * 1e6, float(bare.max()) * 1e6
        allowed = cap + _SAME_KG + 1e-6 * scenario.carbon.plant.base_kgco2e
        rows.append({
            "year": year, "name": named[year], "cap_kgco2e": cap,
            "short_kgco2e": float(best.short_kt[y]) * 1e6 if best.is_short else 0.0,
            "market_kgco2e": market, "location_kgco2e": location, "no_certificate_kgco2e": bare_kg,
            "is_met": counted <= allowed, "is_met_location": location <= allowed,
            "is_met_by_certificates": counted <= allowed < bare_kg,
            "tight_usd_per_t": float(best.tight_musd[y] / case.discount[y]) * 1e3,
            "later_usd": (best.musd - later[year].musd) * 1e6 if year in later else None,
        })  # fmt: skip
    return _table("targets", rows)


def curve_table(steps: Sequence[Step], nothing: Answer, levers: Sequence[Any]) -> pl.DataFrame:
    """`pathway.curve`."""
    rows: list[dict[str, Any]] = []
    for k, step in enumerate(steps):
        abated = (nothing.expected_kt() - step.answer.expected_kt()) * 1e6
        extra = (step.answer.musd - nothing.musd) * 1e6
        before = (rows[-1]["abated_kgco2e"], rows[-1]["extra_usd"]) if rows else (0.0, 0.0)
        tonnes = (abated - before[0]) / 1e3
        rows.append({
            "step": k, "tightened_share": step.tightened_share, "abated_kgco2e": abated, "extra_usd": extra,
            "usd_per_t": (extra - before[1]) / tonnes if tonnes > 1.0 else None,
            "words": _grown(levers, steps[k - 1].answer if k else nothing, step.answer),
        })  # fmt: skip
    return _table("curve", rows)


def _grown(levers: Sequence[Any], before: Answer, after: Answer) -> str:
    """The levers of which there is more, those that came in first."""
    words: list[tuple[bool, str]] = []
    for lever in levers:
        new, old = _size(after, lever.id), _size(before, lever.id)
        if new > old * 1.01 + 1e-3:
            words.append((old > 1e-3, lever.name + (" (more)" if old > 1e-3 else "")))
    return "; ".join(text for _, text in sorted(words, key=lambda word: word[0]))


def _size(answer: Answer, name: str) -> float:
    """Years times what is in place, or all that is bought, expected."""
    model = answer.model
    if name in model.built:
        return float(answer.x[model.built[name].in_place].sum())
    if name not in model.amount:
        return 0.0
    return float(np.sum(model.case.weights[:, None] * answer.x[model.amount[name]]))


def lever_table(levers: Sequence[Any], nothing: Answer, best: Answer, worths: dict[str, Worth]) -> pl.DataFrame:
    """`pathway.levers`."""
    rows = []
    for lever in levers:
        built = best.model.built.get(lever.id)
        by_year = best.x[built.built].sum(axis=0) if built else best.x[best.model.amount[lever.id]].max(axis=0)
        first = np.flatnonzero(by_year > 1e-6)
        row: dict[str, Any] = {
            "lever": lever.id, "kind": lever.kind, "is_used": is_used(best, lever.id),
            "first_year": int(best.model.case.years[first[0]]) if len(first) else None,
            "capital_usd": float(by_year.sum()) * built.capital_musd * 1e6 if built else 0.0,
        }  # fmt: skip
        worth = worths.get(lever.id)
        if worth is not None and worth.alone is not None and worth.without is not None:
            cut = (nothing.expected_kt() - worth.alone.expected_kt()) * 1e6
            more = float((worth.without.short_kt - best.short_kt).sum())
            row |= {
                "alone_kgco2e": cut,
                "alone_usd_per_t": (worth.alone.musd - nothing.musd) * 1e9 / cut if cut > 1e3 else None,
                "without_usd": (worth.without.musd - best.musd) * 1e6,
                "without_short_kgco2e": max(0.0, more) * 1e6 if worth.without.is_short else 0.0,
            }  # fmt: skip
        rows.append(row)
    return _table("levers", rows)


def closing_table(lifts: Sequence[Lift]) -> pl.DataFrame:
    """`pathway.closing`."""
    return _table("closing", [
        {"lever": lift.lever, "limit": lift.limit, "closed_kgco2e": lift.closed_kt * 1e6} for lift in lifts
    ])  # fmt: skip


def hour_table(scenario: Scenario, case: Case) -> pl.DataFrame:
    """`pathway.hours`: the sun and wind that levers of the scenario use."""
    assert scenario.pathway is not None
    profile_of = {lever.id: lever.profile for lever in scenario.pathway.levers if lever.kind in ("solar", "ppa")}
    used = {profile_of[name]: case.hours.gwh_per_mw[k] * 1e3 for k, name in enumerate(case.source_ids)}
    schema = {column.name: column.dtype for column in PATHWAY["hours"].columns}
    tables = [
        pl.DataFrame({"profile": [name] * len(output), "hour": range(len(output)), "output_share": output}, schema)
        for name, output in used.items()
    ]
    return pl.concat([_table("hours", []), *tables])
