"""The plant's energy hour by hour and the factors and prices of a year, from the scenario alone, for the check."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from quayline.scenario.working_days import clock_s

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quayline.records.stages import FlowTrace, Pathway, Plan
    from quayline.scenario.schema import Scenario

    Array = NDArray[np.float64]


def way_of(scenario: Scenario) -> Any:
    """The scenario's levers and what they rest on; of any kind, so that the check may ask by name."""
    assert scenario.pathway is not None
    return scenario.pathway


class Facts:
    """What the check asks again and again, by name and year."""

    def __init__(self, scenario: Scenario, plan: Plan, flow: FlowTrace | None, path: Pathway):
        self.scenario, self.plan, self.flow, self.path = scenario, plan, flow, path
        self.levers: list[Any] = list(way_of(scenario).levers)
        self.uses: list[Any] = list(way_of(scenario).uses)
        self._amounts = {tuple(key): value for *key, value in
                         path.amounts.select("grid_path", "lever", "year", "amount").iter_rows()}  # fmt: skip
        self._there = {tuple(key): value for *key, value in
                       path.builds.select("lever", "year", "in_place").iter_rows()}  # fmt: skip
        self._hours = {name[0]: table.sort("hour")["output_share"].to_numpy()
                       for name, table in path.hours.group_by("profile")}  # fmt: skip
        self._work: dict[int, tuple[dict[date, list[list[float]]], float]] = {}
        self._energy: dict[int, dict[tuple[int, str], Array]] = {}

    def amount(self, name: str, lever: str, year: int) -> float:
        """kWh or t of a lever."""
        return float(self._amounts.get((name, lever, year), 0.0))

    def in_place(self, lever: str, year: int) -> float:
        """Units, MW or MWh."""
        return float(self._there.get((lever, year), 0.0))

    def output(self, year: int) -> tuple[Array, Array]:
        """kWh of each hour from own panels and from contracts."""
        found = {"solar": np.zeros(8760), "ppa": np.zeros(8760)}
        for lever in self.levers:
            if lever.kind in found:
                found[lever.kind] += self.in_place(lever.id, year) * 1e3 * self._hours[lever.profile]
        return found["solar"], found["ppa"]

    def load(self, name: str, year: int) -> tuple[Array, float]:
        """kWh of electricity in each hour and of gas in the year, after what levers save and convert."""
        base = self.base(year)
        electricity = sum((hours for (_, carrier), hours in base.items() if carrier == "electricity"), np.zeros(8760))
        gas = sum(float(hours.sum()) for (_, carrier), hours in base.items() if carrier == "gas")
        shops = [shop.id for shop in self.scenario.plant.shops]
        for lever in self.levers:
            if lever.kind not in ("saving", "conversion"):
                continue
            use, kwh = self.use(lever.use), self.amount(name, lever.id, year)
            hours = base[shops.index(use.shop), use.carrier]
            shape = hours / hours.sum() if hours.sum() else hours
            if use.carrier == "gas":
                gas -= kwh
            if lever.kind == "conversion":
                electricity = electricity + kwh * lever.electricity_rate * shape
            elif use.carrier == "electricity":
                electricity = electricity - kwh * shape
        return electricity, gas

    def use(self, name: str) -> Any:
        """The use of that name."""
        return next(use for use in self.uses if use.id == name)

    def use_kwh(self, use: Any, year: int) -> float:
        """What a use takes in a year without levers."""
        shop = [shop.id for shop in self.scenario.plant.shops].index(use.shop)
        return float(use.share * self.base(year)[shop, use.carrier].sum())

    def base(self, year: int) -> dict[tuple[int, str], Array]:
        """kWh of each hour without levers, by shop and carrier."""
        if year not in self._energy:
            self._energy[year] = self._base(year)
        return self._energy[year]

    def _base(self, year: int) -> dict[tuple[int, str], Array]:
        start, end = self.scenario.horizon.start, self.scenario.horizon.end
        source, scale = year, 1.0
        if date(year, 12, 31) > end:
            whole = [y for y in range(start.year, end.year + 1) if start <= date(y, 1, 1) and date(y, 12, 31) <= end]
            source = whole[-1] if whole else end.year
            if not whole:
                num = (end - max(start, date(source, 1, 1))).days + 1
                scale = (date(source, 12, 31) - date(source, 1, 1)).days + 1
                scale /= num
        worked, cars = self._worked(source)
        found = {}
        for k, shop in enumerate(self.scenario.plant.shops):
            hours, days = {day: rows[k] for day, rows in worked.items()}, len(worked)
            total_h = sum(map(sum, hours.values()))
            year_hours = np.array(_laid(hours, source))
            for carrier in ("electricity", "gas"):
                per_car, running, off = (getattr(shop.energy, f"{carrier}_{part}")
                                         for part in ("kwh_per_car", "running_kw", "off_kw"))  # fmt: skip
                worked_on = cars + self._scrapped(source, k)
                whole_kwh = per_car * worked_on + running * total_h + off * (24 * days - total_h)
                rate = running + (per_car * worked_on / total_h if total_h else 0.0)
                raw = rate * year_hours + off * (1 - year_hours)
                found[k, carrier] = whole_kwh * scale * raw / raw.sum() if raw.sum() else raw
        return found

    def _worked(self, year: int) -> tuple[dict[date, list[list[float]]], float]:
        """Part of each hour that each shop works, by day of the horizon in `year`; cars of the year."""
        if year in self._work:
            return self._work[year]
        scenario, start, end = self.scenario, self.scenario.horizon.start, self.scenario.horizon.end
        patterns = {p.id: p.shifts for p in scenario.plant.patterns}
        clock: dict[datetime, float] = {}
        last = datetime.min
        for row in self.plan.days.sort("date").iter_rows(named=True):
            for shift in patterns[scenario.plant.modes[row["mode_idx"]].pattern][: row["num_shifts"]]:
                at = datetime.combine(row["date"], datetime.min.time()) + timedelta(seconds=clock_s(shift.start))
                at = max(at, last)
                span = timedelta(seconds=(clock_s(shift.end) - clock_s(shift.start)) % 86400)
                half = (span - timedelta(hours=shift.break_h)) / 2
                last = at + span + timedelta(hours=row["overtime_h"])
                for begin, until in ((at, at + half), (at + span - half, last)):
                    _fill(clock, begin, until)
        days = [start + timedelta(days=k) for k in range((end - start).days + 1)]
        days = [day for day in days if day.year == year]
        num_shops = len(scenario.plant.shops)
        worked = {
            day: [[clock.get(datetime(day.year, day.month, day.day, h), 0.0) for h in range(24)]] * num_shops
            for day in days
        }
        cars = self._cars(year)
        if self.flow is not None:
            for day, shop, hours_h in self.flow.days.select("date", "shop_idx", "working_h").iter_rows():
                if day in worked and sum(worked[day][shop]) > 0:
                    factor = hours_h / sum(worked[day][shop])
                    worked[day] = [[v * factor for v in row] if s == shop else row for s, row in enumerate(worked[day])]
        self._work[year] = worked, cars
        return worked, cars

    def _scrapped(self, year: int, shop: int) -> int:
        """Cars scrapped in a year, in this shop or behind it."""
        if self.flow is None:
            return 0
        at = self.flow.scrapped["scrapped_at"] - timedelta(milliseconds=1)
        return int(((at.dt.year() == year) & (self.flow.scrapped["shop_idx"] >= shop)).sum())

    def _cars(self, year: int) -> float:
        if self.flow is None:
            return float(self.plan.days.filter(pl.col("date").dt.year() == year)["cars"].sum())
        off = self.flow.cars["line_off_at"] - timedelta(milliseconds=1)
        return float((off.dt.year() == year).sum())


def _fill(clock: dict[datetime, float], begin: datetime, until: datetime) -> None:
    hour = begin.replace(minute=0, second=0, microsecond=0)
    while hour < until:
        inside = min(until, hour + timedelta(hours=1)) - max(begin, hour)
        clock[hour] = clock.get(hour, 0.0) + inside / timedelta(hours=1)
        hour += timedelta(hours=1)


def _laid(hours: dict[date, list[float]], year: int) -> list[float]:
    """24 values a day over 365 days; days that are not known take the mean of their weekday."""
    found: list[float] = []
    mean = {}
    for weekday in range(7):
        rows = [row for day, row in hours.items() if day.weekday() == weekday]
        mean[weekday] = [sum(column) / len(rows) for column in zip(*rows, strict=True)] if rows else [0.0] * 24
    day = date(year, 1, 1)
    while day.year == year:
        if (day.month, day.day) != (2, 29):
            found += hours.get(day, mean[day.weekday()])
        day += timedelta(days=1)
    return found


def _on_line(points: dict[int, float], year: int) -> float:
    """The value of a year: straight between points, constant before and after."""
    before = max((y for y in points if y <= year), default=min(points))
    after = min((y for y in points if y > year), default=None)
    if after is None or year <= before:
        return points[before]
    return points[before] + (points[after] - points[before]) * (year - before) / (after - before)


def grid(scenario: Scenario, name: str, year: int) -> float:
    """The grid's factor on a path."""
    country = scenario.plant.place.country
    own = {r.year: r.factor_kgco2e_per_kwh for r in way_of(scenario).grid_years if r.path == name}
    common = {r.year: r.factor_kgco2e_per_kwh for r in scenario.carbon.grid if r.country == country}
    return _on_line(own or common, year)


def bought_factor(scenario: Scenario, year: int, at_grid: float) -> float:
    """The market-based factor of power from the grid."""
    plant = scenario.carbon.plant
    rest = at_grid if plant.residual_kgco2e_per_kwh is None else plant.residual_kgco2e_per_kwh
    begun = {g.id: g for g in sorted(plant.green_power, key=lambda g: g.from_year) if g.from_year <= year}
    green = sum(g.share * g.factor_kgco2e_per_kwh for g in begun.values())
    return green + rest * (1 - sum(g.share for g in begun.values()))


def price(scenario: Scenario, carrier: str, year: int) -> float:
    """USD of a kWh."""
    rows = {row.year: row.price_usd_per_kwh for row in way_of(scenario).prices if row.carrier == carrier}
    costs = scenario.plant.costs
    now = costs.electricity_usd_per_kwh if carrier == "electricity" else costs.gas_usd_per_kwh
    return _on_line(rows or {year: now}, year)
