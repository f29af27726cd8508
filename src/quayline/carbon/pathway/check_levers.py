"""What each lever may do and what it costs, from the scenario and the tables of a path, for the check."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl

from quayline.carbon.pathway import check_load

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.records.stages import Pathway
    from quayline.scenario.schema import Scenario

_SMALL = 1e-5
_MW = 1e-3


def faults(scenario: Scenario, facts: check_load.Facts, path: Pathway) -> Iterator[str]:
    """Levers before their year, beyond their limits or life, or against each other."""
    years = sorted(set(path.years["year"]))
    for lever in facts.levers:
        built = {y: b for y, b in path.builds.filter(pl.col("lever") == lever.id).select("year", "built").iter_rows()}
        for year in years:
            there = sum(b for y, b in built.items() if y <= year < y + getattr(lever, "life_years", 0))
            if abs(there - facts.in_place(lever.id, year)) > _SMALL:
                yield f"{facts.in_place(lever.id, year):g} of {lever.id} in {year}, built and alive are {there:g}"
            if built.get(year, 0.0) > _SMALL and year < lever.from_year:
                yield f"{lever.id} is built in {year}, before {lever.from_year}"
            yield from _sizes(scenario, facts, lever, year, built.get(year, 0.0))
            yield from _amounts(scenario, facts, path, lever, year)
            yield from _relations(scenario, facts, lever, year)
    for year in years:
        yield from _uses(facts, path, year)
        for site in check_load.way_of(scenario).sites:
            taken = sum(t.area_m2 for t in site.tenants if t.until_year is None or year <= t.until_year)
            on_it = sum(facts.in_place(x.id, year) for x in facts.levers if x.kind == "solar" and x.site == site.id)
            if on_it > (site.area_m2 - taken) * site.power_w_per_m2 / 1e6 + _SMALL:
                yield f"{on_it:g} MW on {site.id} in {year}, more than its free area holds"


def _sizes(scenario: Scenario, facts: check_load.Facts, lever: Any, year: int, built: float) -> Iterator[str]:
    most, pace = _most(lever)
    there = facts.in_place(lever.id, year)
    if there > most + _SMALL or built > pace + _SMALL:
        yield f"{lever.id} in {year}: {built:g} built and {there:g} in place, at most {pace:g} and {most:g}"
    if lever.kind in ("saving", "conversion") and abs(built - round(built)) > _SMALL:
        yield f"{built:g} units of {lever.id} are built in {year}"


def _most(lever: Any) -> tuple[float, float]:
    """The most in place, and built in one year, in the unit of the builds."""
    if lever.kind == "saving":
        return 1.0, 1.0
    if lever.kind == "conversion":
        return lever.units, lever.units_per_year
    if lever.kind == "solar":  # what is in place is bound by the site
        return float("inf"), lever.pace_kw_per_year * _MW
    if lever.kind == "ppa":
        return lever.most_kw * _MW, lever.pace_kw_per_year * _MW
    if lever.kind == "storage":
        return lever.most_kwh * _MW, lever.pace_kwh_per_year * _MW
    return 0.0, 0.0


def _amounts(scenario: Scenario, facts: check_load.Facts, path: Pathway, lever: Any, year: int) -> Iterator[str]:
    """kWh and tonnes of a lever within what it can do."""
    if lever.kind in ("solar", "ppa", "storage"):
        return
    for row in path.years.filter(pl.col("year") == year).select("grid_path", "electricity_kwh").iter_rows(named=True):
        name, amount = row["grid_path"], facts.amount(row["grid_path"], lever.id, year)
        most = _most_of_use(facts, lever, name, year) if lever.kind in ("saving", "conversion") else 0.0
        if year >= lever.from_year and lever.kind == "biogas":
            most = min(lever.most_kwh_per_year, lever.growth_kwh_per_year * (year - lever.from_year + 1))
        elif year >= lever.from_year and lever.kind == "attribute":
            most = lever.most_share * row["electricity_kwh"]
        elif year >= lever.from_year and lever.kind == "removal":
            most = lever.most_share * scenario.carbon.plant.base_kgco2e / 1000
        slack = _SMALL * (row["electricity_kwh"] + 1.0)
        if not -slack <= amount <= most + slack:
            yield f"{lever.id} in {year} on {name}: {amount:.6g}, at most {most:.6g}"


def _most_of_use(facts: check_load.Facts, lever: Any, name: str, year: int) -> float:
    """What a saving or conversion can act on: savings one after the other, conversions on what they all leave."""
    left = facts.use_kwh(facts.use(lever.use), year)
    for other in facts.levers:
        if other is lever and lever.kind == "saving":
            break
        if other.kind == "saving" and other.use == lever.use:
            left -= facts.amount(name, other.id, year)
    share = lever.saved_share if lever.kind == "saving" else lever.unit_share
    return float(left * share * facts.in_place(lever.id, year))


def _uses(facts: check_load.Facts, path: Pathway, year: int) -> Iterator[str]:
    """No use is met more than once."""
    for use in facts.uses:
        for name in set(path.years["grid_path"]):
            total = sum(facts.amount(name, x.id, year) for x in facts.levers if getattr(x, "use", None) == use.id)
            if total > facts.use_kwh(use, year) * (1 + _SMALL) + 1.0:
                yield f"levers on {use.id} in {year} on {name} meet more than there is"


def _relations(scenario: Scenario, facts: check_load.Facts, lever: Any, year: int) -> Iterator[str]:
    """`needs` and `excludes` by the share of full size."""

    def share(one: Any) -> float:
        most = _most(one)[0]
        if one.kind == "solar":
            site = next(s for s in check_load.way_of(scenario).sites if s.id == one.site)
            years = range(check_load.way_of(scenario).from_year, scenario.horizon.plant_until + 1)
            free = [site.area_m2 - sum(t.area_m2 for t in site.tenants if t.until_year is None or y <= t.until_year)
                    for y in years]  # fmt: skip
            most = max(free) * site.power_w_per_m2 / 1e6
        return facts.in_place(one.id, year) / most if most else 0.0

    others = {other.id: other for other in facts.levers}
    for name in lever.needs:
        if share(lever) > share(others[name]) + _SMALL:
            yield f"{lever.id} in {year} needs {name}, of which there is less"
    for name in lever.excludes:
        if share(lever) + share(others[name]) > 1 + _SMALL:
            yield f"{lever.id} and {name} in {year} take each other's place"


def costs_usd(scenario: Scenario, path: Pathway, name: str, year: int) -> dict[tuple[str, str], float]:
    """What each lever costs in a year, by item."""
    way = check_load.way_of(scenario)
    found: dict[tuple[str, str], float] = {}
    there = dict(path.builds.filter(pl.col("year") == year).select("lever", "in_place").iter_rows())
    amounts = dict(path.amounts.filter(pl.col("year") == year, pl.col("grid_path") == name)
                   .select("lever", "amount").iter_rows())  # fmt: skip
    for lever in way.levers:
        amount, units = amounts.get(lever.id, 0.0), there.get(lever.id, 0.0)
        if lever.kind in ("saving", "conversion"):
            capital, running = lever.capital_usd, lever.running_usd_per_year
        elif lever.kind == "solar":
            capital, running = lever.capital_usd_per_kw * 1e3, lever.running_usd_per_kw_year * 1e3
        elif lever.kind == "storage":
            capital, running = lever.capital_usd_per_kwh * 1e3, lever.running_usd_per_kwh_year * 1e3
        else:
            found["energy", lever.id] = _bought_usd(scenario, path, lever, amount, units, year)
            continue
        rate, life = way.discount_share, lever.life_years
        yearly = capital / life if rate == 0 else capital * rate / (1 - (1 + rate) ** -life)
        found["capital", lever.id], found["running", lever.id] = yearly * units, running * units
    return found


def _bought_usd(scenario: Scenario, path: Pathway, lever: Any, amount: float, units: float, year: int) -> float:
    if lever.kind == "ppa":
        output = float(path.hours.filter(pl.col("profile") == lever.profile)["output_share"].sum())
        return units * 1e3 * output * float(lever.price_usd_per_kwh)
    if lever.kind == "biogas":
        return amount * (float(lever.price_usd_per_kwh) - check_load.price(scenario, "gas", year))
    return amount * float(lever.premium_usd_per_kwh if lever.kind == "attribute" else lever.price_usd_per_t)


def allowances_usd(scenario: Scenario, path: Pathway, row: dict[str, Any]) -> float:
    """Allowances of a year less the free ones, at the system's own factor of electricity."""
    way = check_load.way_of(scenario)
    if way.trading is None:
        return 0.0
    trading, gas = way.trading, next((f for f in scenario.carbon.fuels if f.id == "gas"), None)
    begun = [p for p in trading.prices if p.from_year <= row["year"]]
    usd_per_t = max(begun, key=lambda p: p.from_year).price_usd_per_t if begun else 0.0
    amounts = dict(path.amounts.filter(pl.col("year") == row["year"], pl.col("grid_path") == row["grid_path"])
                   .select("lever", "amount").iter_rows())  # fmt: skip
    recognised = sum(amounts.get(x.id, 0.0) for x in way.levers if x.kind == "attribute" and x.in_trading)
    kg = (row["plain_kwh"] - recognised) * trading.electricity_kgco2e_per_kwh
    kg += (row["gas_kwh"] - row["biogas_kwh"]) * (gas.direct_kgco2e_per_kwh if gas else 0.0)
    kg += sum(amounts.get(x.id, 0.0) * x.direct_kgco2e_per_kwh for x in way.levers if x.kind == "biogas")
    return float((kg - trading.allocation_kgco2e * trading.free_share) / 1e3 * usd_per_t)
