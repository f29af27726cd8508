"""CO2: what cars carry to their customers, at its price; and the most that the plant may emit in a year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.constraints.common import Block, Constraint, Rows, at, mode_paths
from quayline.plan.inputs.tonnes import tonnes
from quayline.plan.inputs.years import year_shares
from quayline.plan.model.variables import INF

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.plan.constraints.common import Build, Family


def carried(build: Build) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """By way its columns of cars built by week, and (year, week) the tonnes that one car carries to its customer."""
    table, (_, shares) = tonnes(build.scenario), year_shares(build.calendar)
    for _, pair, way, columns in build.ways():
        car_kg = table.car_kg(pair.market, pair.variant, way.plant, way.lane)
        yield columns.build, shares * np.nan_to_num(car_kg)[:, None] / 1000


def columns(build: Build) -> tuple[Block, ...]:
    """Tonnes carried by the cars of each year at the price of the year; none where the scenario has no price."""
    prices = sorted(build.scenario.carbon.prices, key=lambda row: row.from_year)
    years = year_shares(build.calendar)[0] if prices else np.zeros(0, np.int64)
    begun = [[row.price_usd_per_t for row in prices if row.from_year <= year] for year in years.tolist()]
    usd = np.array([-row[-1] if row else 0.0 for row in begun])
    return (Block("co2", np.full(len(years), INF), usd),)


def co2_carried(build: Build) -> Family:
    """One row a year, where the scenario has a price."""
    co2 = build.variables.own["co2"]
    rows, year = Rows(len(co2)), np.arange(len(co2))
    rows.add(year, co2, -1.0)
    if len(co2):
        for built, car_t in carried(build):
            rows.add(year[:, None], built[None, :], car_t)
    return rows.family(0.0, 0.0)


def complete(build: Build, _point: np.ndarray, out: np.ndarray) -> None:
    """Tonnes follow from the cars."""
    co2 = build.variables.own["co2"]
    if len(co2):
        out[co2] = sum(np.sum(car_t * at(out, built)[None, :], axis=1) for built, car_t in carried(build))


def base_t(build: Build, year: int) -> tuple[float, float]:
    """Tonnes of the plant's base loads in a year with no hour worked, and what one hour worked adds."""
    table, (years, _) = tonnes(build.scenario), year_shares(build.calendar)
    electricity, gas = table.kg_per_kwh[int(np.searchsorted(years, year))] / 1000
    energies = [shop.energy for shop in build.scenario.plant.shops]
    off = sum(e.electricity_off_kw * electricity + e.gas_off_kw * gas for e in energies)
    on = sum(e.electricity_running_kw * electricity + e.gas_running_kw * gas for e in energies)
    days = sum((week.last - week.first).days + 1 for week in build.calendar.weeks if week.first.year == year)
    days += sum((w.last.year == year) * w.last.timetuple().tm_yday for w in build.calendar.weeks if w.first.year < year)
    days -= sum(w.last.timetuple().tm_yday for w in build.calendar.weeks if w.first.year == year < w.last.year)
    return 24.0 * days * off, on - off


def capped(build: Build) -> list[tuple[int, float]]:
    """(year, most tonnes) of the caps within the horizon."""
    years = year_shares(build.calendar)[0].tolist()
    return [(cap.year, cap.most_kgco2e / 1000) for cap in build.scenario.carbon.caps if cap.year in years]


def co2_cap(build: Build) -> Family:
    """One row a capped year: energy of the cars and of the hours worked; base loads of all hours are on the right."""
    caps, v, calendar = capped(build), build.variables, build.calendar
    rows, upper = Rows(len(caps)), np.zeros(len(caps))
    for k, (year, most_t) in enumerate(caps):
        years, shares = year_shares(calendar)
        share = shares[int(np.searchsorted(years, year))]
        car_t = tonnes(build.scenario).plant_kg[int(np.searchsorted(years, year))] / 1000
        fixed_t, hour_t = base_t(build, year)
        for _, _, _, c in build.home_ways():
            rows.add(k, c.build, share * car_t)
        for m in range(len(v.mode)):
            rows.add(k, v.mode[m][calendar.month_of], hour_t * share * calendar.normal_h[m])
            rows.add(k, v.overtime_h[m], hour_t * share)
            rows.add(k, v.weekend[m], hour_t * share * calendar.shift_h[m])
        upper[k] = most_t - fixed_t
    return rows.family(-INF, upper)


def _cap_paths(build: Build, row: int) -> tuple[str, ...]:
    return f"carbon.caps[{capped(build)[row][0]}].most", *mode_paths(build, "speed")


CO2_CARRIED = Constraint(
    name="co2 carried",
    formula="Σ kg[p,year] x[p,w] of a year / 1000 = co2[year], up to the customer; at the year's price",
    unit="tCO2e",
    rows=co2_carried,
    statement=lambda build, row: ("carbon.prices",),
    words=lambda build, row: f"the CO2 that the cars of {year_shares(build.calendar)[0][row]} carry",
    columns=columns,
    complete=complete,
)
CO2_CAP = Constraint(
    name="co2 cap",
    formula="scope 1 and 2 of the cars and of the hours worked in a year ≤ cap − base loads of its other hours",
    unit="tCO2e",
    rows=co2_cap,
    statement=_cap_paths,
    words=lambda build, row: f"the plant's CO2 cap of {capped(build)[row][0]}",
    is_coupling=True,
)
