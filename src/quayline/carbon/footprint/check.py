"""Checks footprints by the definitions of the scenario: classes, amounts, factors, cars, mass balance."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from quayline.carbon.footprint import check_definition as by
from quayline.carbon.footprint.check_definition import TOLERANCE, differ
from quayline.records.schemas import FOOTPRINT_STAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.records.stages import CarbonAccount, FlowTrace, Plan, Shipments
    from quayline.scenario.schema import Scenario

BOUNDARIES = {"gate": 8, "port": 11, "customer": 12, "life": 16}
"""How many of the stages, in their order, each boundary holds."""
OWN = ("plant_electricity", "plant_base", "gas_upstream")
"""Stages that the hours of each car decide."""
SAMPLE = 40
"""Cars, evenly spread, whose hours are gone through one by one."""
_KEYS = ["variant_idx", "market_idx", "plant_idx", "lane_idx", "year", "delivery_year"]


def faults(scenario: Scenario, plan: Plan, flow: FlowTrace, ship: Shipments, account: CarbonAccount) -> Iterator[str]:
    """Everything in cars, classes, amounts, factors and groups that does not follow from scenario and records."""
    yield from _sum_faults(plan, flow, account)
    yield from _class_faults(scenario, plan, flow, ship, account)
    yield from _amount_faults(scenario, account)
    yield from _factor_faults(scenario, account)
    yield from _hour_faults(scenario, flow, account)
    yield from _group_faults(scenario, account)


def _sum_faults(plan: Plan, flow: FlowTrace, account: CarbonAccount) -> Iterator[str]:
    """Every built car once; each boundary is the sum of its stages."""
    cars = account.cars
    built = [*flow.cars["order_id"], *plan.orders.filter(pl.col("plant_idx") > 0)["order_id"]]
    if sorted(cars["order_id"]) != sorted(built):
        yield f"{cars.height} cars with a footprint are not the {len(built)} that were built"
    for boundary, num in BOUNDARIES.items():
        total = pl.sum_horizontal(f"{stage}_kgco2e" for stage in FOOTPRINT_STAGES[:num])
        off = (total - pl.col(f"{boundary}_kgco2e")).abs() > TOLERANCE * (1 + total.abs())
        if wrong := cars.filter(off).height:
            yield f"{boundary} is not the sum of its stages for {wrong} cars"


def _class_faults(
    scenario: Scenario, plan: Plan, flow: FlowTrace, ship: Shipments, account: CarbonAccount
) -> Iterator[str]:
    """Each car is in the class of its keys, each class holds as many as it says, and its stages are as defined."""
    lane_of = ship.sailings.select("sailing_idx", sailed_idx="lane_idx")
    noon = pl.col("planned_build_on").cast(pl.Datetime("ms")) + pl.duration(hours=12)
    off = pl.when(pl.col("plant_idx") == 0).then("line_off_at").otherwise(noon)
    delivered = pl.col("delivered_at").dt.year().fill_null(scenario.horizon.end.year)
    cars = (
        plan.orders.join(flow.cars.select("order_id", "line_off_at"), on="order_id", how="left")
        .with_columns(year=(off - pl.duration(milliseconds=1)).dt.year())
        .join(ship.cars.select("order_id", "sailing_idx", delivery_year=delivered), on="order_id")
        .join(lane_of, on="sailing_idx", how="left")
        .with_columns(lane_idx=pl.coalesce("sailed_idx", "lane_idx"))
        .select("order_id", pl.col(_KEYS).cast(pl.Int64))
        .join(account.cars, on="order_id")
    )
    said = account.classes.select("class_idx", pl.col(_KEYS).cast(pl.Int64), "cars")
    if cars.join(said, on=["class_idx", *_KEYS], nulls_equal=True).height != account.cars.height:
        yield "some cars are in a class whose variant, market, plant, lane or years are not theirs"
    fixed = [f"{stage}_kgco2e" for stage in FOOTPRINT_STAGES if stage not in OWN]
    kinds = cars.group_by("class_idx").agg(
        pl.len().alias("num"), pl.col(fixed).min(), pl.col(fixed).max().name.suffix("_most")
    )
    rows = said.join(kinds, on="class_idx", how="full", coalesce=True).sort("class_idx")
    scrapped = _scrapped(scenario, plan, flow)
    for row in rows.iter_rows(named=True):
        if row["num"] is None or row["num"] != row["cars"]:
            yield f"class {row['class_idx']} says {row['cars']} cars, {row['num']} are in it"
            continue
        right = by.stages(scenario, row)
        if row["plant_idx"] == 0:
            for stage in ("materials", "battery", "inbound"):
                right[stage] *= 1 + scrapped.get(row["variant_idx"], 0.0)
        for name in fixed:
            value = right[name.removesuffix("_kgco2e")]
            if differ(row[name], value) or differ(row[f"{name}_most"], value):
                yield (
                    f"{name} of class {row['class_idx']}: {row[name]:.6g} to {row[f'{name}_most']:.6g}, by "
                    f"definition {value:.6g}"
                )


def _scrapped(scenario: Scenario, plan: Plan, flow: FlowTrace) -> dict[int, float]:
    """By variant, the part of a scrapped car's materials that each built car bears."""
    variant = dict(plan.orders.select("order_id", "variant_idx").iter_rows())
    built = Counter(variant[order] for order in flow.cars["order_id"])
    lost: dict[int, float] = defaultdict(float)
    for order, gate in flow.scrapped.select("order_id", "gate").iter_rows():
        (row,) = (row for row in scenario.quality.scrapping if row.gate == gate)
        lost[variant[order]] += row.materials_share
    return {k: cars / built[k] for k, cars in lost.items() if built[k]}


def _amount_faults(scenario: Scenario, account: CarbonAccount) -> Iterator[str]:
    """Amount times factor of each class, stage by stage, is the mean of its cars."""
    priced = account.amounts.join(account.factors.select("factor_idx", "kgco2e", "unit"), on="factor_idx", how="left")
    if num := priced.filter(pl.col("unit").ne_missing(pl.col("unit_right"))).height:
        yield f"{num} amounts are in another unit than their factor"
    sums = priced.group_by("class_idx", "stage").agg((pl.col("amount") * pl.col("kgco2e")).sum().alias("kgco2e"))
    stated = {(row[0], row[1]): row[2] for row in sums.iter_rows()}
    means = account.cars.group_by("class_idx").agg(pl.col(f"{stage}_kgco2e").mean() for stage in FOOTPRINT_STAGES)
    for row in means.sort("class_idx").iter_rows(named=True):
        for stage in FOOTPRINT_STAGES:
            value = stated.get((row["class_idx"], stage), 0.0)
            if differ(value, row[f"{stage}_kgco2e"]):
                yield (
                    f"amounts times factors of {stage} in class {row['class_idx']} make {value:.6g}, its cars carry "
                    f"{row[f'{stage}_kgco2e']:.6g}"
                )


def _factor_faults(scenario: Scenario, account: CarbonAccount) -> Iterator[str]:
    """Factors that depend on a year or on others, by definition; market-based and biogenic parts beside them."""
    for row in account.factors.iter_rows(named=True):
        kind, name, year = row["activity"], row["name"], row["year"]
        right: dict[str, float | None] = {"market_kgco2e": None, "biogenic_kgco2e": None}
        if kind == "plant electricity":
            right["kgco2e"] = by.grid(scenario, name, year)
            right["market_kgco2e"] = by.bought(scenario, year, by.grid(scenario, name, year))
        elif kind == "grid over life":
            years = range(year, year + scenario.carbon.use.life_years)
            right["kgco2e"] = sum(by.grid(scenario, name, y) for y in years) / len(years)
        elif kind == "product":
            (made,) = (p for p in scenario.carbon.products if p.id == name)
            right["kgco2e"] = by.product(scenario, name, year)
            if made.biogenic_kgco2e is not None:
                right["biogenic_kgco2e"] = by.product(scenario, name, year, "biogenic")
        elif kind == "material":
            (material,) = (m for m in scenario.carbon.materials if m.id == name)
            right |= {"kgco2e": material.factor_kgco2e_per_kg, "biogenic_kgco2e": material.biogenic_kgco2e_per_kg}
        for column, value in right.items():
            if (row[column] is None) != (value is None) or (value is not None and differ(row[column], value)):
                yield f"{column} of {kind} {name} {year or ''} is {row[column]}, by definition {value}"


def _hour_faults(scenario: Scenario, flow: FlowTrace, account: CarbonAccount) -> Iterator[str]:
    """The plant's energy of a sample of cars, hour by hour; cars of other plants have none."""
    names = [f"{stage}_kgco2e" for stage in (*OWN, "plant_electricity_market", "plant_base_market")]
    away = account.cars.join(flow.cars, on="order_id", how="anti")
    if away.filter(pl.sum_horizontal(pl.col(name).abs() for name in names) > 0).height:
        yield "cars of other plants carry this plant's energy"
    cars = flow.cars.join(account.cars.select("order_id", *names), on="order_id", maintain_order="left")
    base = _BaseLoads(scenario, flow)
    step = max(1, cars.height // SAMPLE)
    for at in sorted({*range(0, cars.height, step), cars.height - 1} & set(range(cars.height))):
        car = cars.row(at, named=True)
        right = _in_plant(scenario, car, base)
        for name in names:
            if differ(car[name], right[name]):
                yield f"{name} of car {car['order_id']} is {car[name]:.6g}, by definition {right[name]:.6g}"


def _in_plant(scenario: Scenario, car: dict[str, Any], base: _BaseLoads) -> dict[str, float]:
    """The stages that a car's hours decide."""
    carbon, country = scenario.carbon, scenario.plant.place.country
    year = (car["line_off_at"] - timedelta(milliseconds=1)).year
    at_grid = by.grid(scenario, country, year)
    market = by.bought(scenario, year, at_grid)
    ratios = {(r.month, r.hour): r.ratio for r in carbon.grid_hours if r.country == country}
    direct, upstream = by.fuel(scenario, "gas")
    found: dict[str, float] = defaultdict(float)
    for at, shop in enumerate(scenario.plant.shops):
        kwh, ratio = shop.energy.electricity_kwh_per_car, 1.0
        if ratios:
            ratio = _mean_ratio(ratios, car[f"in_{shop.id}"], car[f"out_{shop.id}"])
        base_kwh, base_gas_kwh = base.of(car, at, year)
        found["plant_electricity_kgco2e"] += kwh * ratio * at_grid
        found["plant_electricity_market_kgco2e"] += kwh * market
        found["plant_base_kgco2e"] += base_kwh * at_grid + base_gas_kwh * direct
        found["plant_base_market_kgco2e"] += base_kwh * market + base_gas_kwh * direct
        found["gas_upstream_kgco2e"] += (shop.energy.gas_kwh_per_car + base_gas_kwh) * upstream
    return found


def _mean_ratio(ratios: dict[tuple[int, int], float], came: datetime, left: datetime) -> float:
    """Mean over the time between, each piece of an hour with the ratio of its hour."""
    if came == left:
        return ratios[came.month, came.hour]
    total, at = 0.0, came
    while at < left:
        end = min(left, at.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1))
        total += ratios[at.month, at.hour] * (end - at).total_seconds()
        at = end
    return total / (left - came).total_seconds()


class _BaseLoads:
    """A car's part of the base loads by the rule of the scenario."""

    def __init__(self, scenario: Scenario, flow: FlowTrace):
        self.scenario, self.flow = scenario, flow
        self.rule = scenario.carbon.base_load
        self.worked = {(day, shop): hours for day, shop, hours in
                       flow.days.select("date", "shop_idx", "working_h").iter_rows()}  # fmt: skip
        years = (flow.cars["line_off_at"] - timedelta(milliseconds=1)).dt.year()
        self.num_cars = dict(years.value_counts().iter_rows())
        self.present: dict[tuple[str, datetime], float] = {}
        self.by_year: dict[tuple[int, int], tuple[float, float]] = {}

    def of(self, car: dict[str, Any], shop_at: int, year: int) -> tuple[float, float]:
        """kWh of electricity and gas."""
        if self.rule == "none":
            return 0.0, 0.0
        if self.rule == "year":
            if (year, shop_at) not in self.by_year:
                horizon = self.scenario.horizon
                days = [horizon.start + timedelta(days=k) for k in range((horizon.end - horizon.start).days + 1)]
                loads = [self._day(day, shop_at) for day in days if day.year == year]
                self.by_year[year, shop_at] = sum(x for x, _ in loads), sum(x for _, x in loads)
            electricity_kwh, gas_kwh = self.by_year[year, shop_at]
            return electricity_kwh / self.num_cars[year], gas_kwh / self.num_cars[year]
        shop = self.scenario.plant.shops[shop_at].id
        came, left = car[f"in_{shop}"], car[f"out_{shop}"]
        total = [0.0, 0.0]
        day = datetime.combine(came.date(), datetime.min.time())
        while day < left:
            end = day + timedelta(days=1)
            mine = (min(left, end) - max(came, day)).total_seconds()
            if mine > 0:
                for k, kwh in enumerate(self._day(day.date(), shop_at)):
                    total[k] += kwh * mine / self._present_s(shop, day)
            day = end
        return total[0], total[1]

    def _day(self, day: Any, shop_at: int) -> tuple[float, float]:
        load, worked_h = self.scenario.plant.shops[shop_at].energy, self.worked.get((day, shop_at), 0.0)
        return (load.electricity_running_kw * worked_h + load.electricity_off_kw * (24 - worked_h),
                load.gas_running_kw * worked_h + load.gas_off_kw * (24 - worked_h))  # fmt: skip

    def _present_s(self, shop: str, day: datetime) -> float:
        """Seconds that all cars spent in a shop on a day."""
        if (shop, day) not in self.present:
            came, left = pl.col(f"in_{shop}"), pl.col(f"out_{shop}")
            end = pl.lit(day + timedelta(days=1)).cast(pl.Datetime("ms"))
            begin = pl.lit(day).cast(pl.Datetime("ms"))
            spent = pl.min_horizontal(left, end) - pl.max_horizontal(came, begin)
            there = self.flow.cars.filter(came < end, left > begin).select(spent.dt.total_milliseconds().sum())
            self.present[shop, day] = there.item() / 1000
        return self.present[shop, day]


def _group_faults(scenario: Scenario, account: CarbonAccount) -> Iterator[str]:
    """Bought = in the car + scrap; each group amount times factor; calibrated as the scenario says."""
    groups, variants = account.groups, scenario.vehicles.variants
    published = {(c.variant, c.group) for c in scenario.carbon.calibrations}
    scrap = {m.id: m.scrap_rate for m in scenario.carbon.materials}
    year = scenario.horizon.start.year
    held: dict[tuple[str, str], float] = defaultdict(float)
    for use in scenario.carbon.material_use:
        held[use.variant, use.material] += use.mass_kg
    held |= {(v.id, "battery"): v.battery_kwh for v in variants if v.battery is not None}
    wanted = set(held) | published
    if {(variants[k].id, group) for k, group in groups.select("variant_idx", "group").iter_rows()} != wanted:
        yield "the groups are not those of the scenario's amounts and published totals"
    for row in groups.iter_rows(named=True):
        variant, group = variants[row["variant_idx"]], row["group"]
        in_car = held[variant.id, group]
        then = next((c for c in scenario.carbon.calibrations if (c.variant, c.group) == (variant.id, group)), None)
        now = by.computed(scenario, variant, group, year)
        used = now
        if then is not None:
            since = now - then.computed_kgco2e_per_car if then.computed_kgco2e_per_car is not None else 0.0
            used = then.total_kgco2e_per_car + since
        right = {
            "in_car": in_car, "scrap": in_car * scrap.get(group, 0.0), "amount": row["in_car"] + row["scrap"],
            "computed_kgco2e": now, "used_kgco2e": used, "factor_kgco2e": now / row["amount"] if row["amount"] else 0.0,
        }  # fmt: skip
        for name, value in right.items():
            if differ(row[name], value):
                yield f"{name} of {group} in {variant.id} is {row[name]:.6g}, by definition {value:.6g}"
        if row["is_calibrated"] != (then is not None):
            yield f"{group} of {variant.id} is {'' if row['is_calibrated'] else 'not '}marked as calibrated"
