"""The check of a plan, the line: days and hours, modes, capacity, mix limits, ramps, dates of models."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import polars as pl

from quayline.scenario.working_days import is_closed, shift_h, working_days

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from quayline.records.stages import Plan
    from quayline.scenario.plant import ParallelSection, Section
    from quayline.scenario.schema import Scenario

_HOUR = 1e-6


def line_faults(scenario: Scenario, plan: Plan) -> Iterator[str]:
    """Every rule of the line that the plan breaks."""
    yield from _days(scenario, plan)
    yield from _hours(scenario, plan)
    yield from _paid_stops(scenario, plan)
    yield from _modes(scenario, plan)
    yield from _capacity(scenario, plan)
    yield from _shops(scenario, plan)
    yield from _measured_shops(scenario, plan)
    yield from _on_line(scenario, plan)
    yield from _ramps(scenario, plan)


def _days(scenario: Scenario, plan: Plan) -> Iterator[str]:
    plant = scenario.plant
    normal = working_days(plant, scenario.horizon.start, scenario.horizon.end)
    listed = plan.days.filter(~pl.col("is_weekend"))["date"].to_list()
    if listed != normal:
        yield "the normal production days are not the working days of the calendar"
    for day in plan.days.filter(pl.col("is_weekend"))["date"].to_list():
        if day in set(normal) or is_closed(plant, day):
            yield f"weekend shifts on {day}, which is a working day or closed"
    if plan.days["date"].n_unique() != plan.days.height:
        yield "a production day is listed twice"


def _hours(scenario: Scenario, plan: Plan) -> Iterator[str]:
    plant = scenario.plant
    patterns = {p.id: p for p in plant.patterns}
    shifts = [patterns[mode.pattern].shifts for mode in plant.modes]
    weeks = {row["week_idx"]: row for row in plan.weeks.iter_rows(named=True)}
    sums: dict[int, list[float]] = {w: [0.0, 0.0, 0.0, 0.0] for w in weeks}
    person: dict[tuple[int, int], float] = {}
    for row in plan.days.iter_rows(named=True):
        mine, num = shifts[row["mode_idx"]], row["num_shifts"]
        mean_h = sum(map(shift_h, mine)) / len(mine)
        if row["mode_idx"] != weeks[row["week_idx"]]["mode_idx"]:
            yield f"{row['date']} is worked in another mode than its week"
        if row["overtime_h"] > plant.overtime.shift_h + _HOUR or (row["is_weekend"] and row["overtime_h"] > 0):
            yield f"{row['date']}: overtime of {row['overtime_h']:.2f} h a shift"
        if num > len(mine) or (not row["is_weekend"] and num != len(mine)):
            yield f"{row['date']}: {num} shifts, the pattern has {len(mine)}"
        at = sums[row["week_idx"]]
        at[2 if row["is_weekend"] else 0] += num * mean_h
        at[1] += num * row["overtime_h"]
        at[3] += num if row["is_weekend"] else 0
        for k in range(min(num, len(mine))):
            key = (row["week_idx"], k)
            person[key] = person.get(key, 0.0) + shift_h(mine[k]) + row["overtime_h"]
    for w, row in weeks.items():
        told = (row["normal_h"], row["overtime_h"], row["weekend_h"], row["weekend_shifts"])
        if any(abs(a - b) > 1e-5 for a, b in zip(sums[w], told, strict=True)):
            yield f"week {w}: hours {told} are not those of its days {tuple(sums[w])}"
    for (w, _), hours in person.items():
        if hours > plant.overtime.week_h + _HOUR:
            yield f"week {w}: a crew works {hours:.2f} h, the limit is {plant.overtime.week_h} h"
    months = plan.weeks.group_by(pl.col("from_on").dt.truncate("1mo")).agg(pl.col("weekend_shifts").sum())
    for month, num in months.sort("from_on").iter_rows():
        if num > plant.overtime.weekend_shifts_per_month:
            yield f"{month:%Y-%m}: {num} weekend shifts"


def _paid_stops(scenario: Scenario, plan: Plan) -> Iterator[str]:
    """A working day inside a stop is paid its share of the mode's normal hours, the highest where stops overlap."""
    plant, horizon = scenario.plant, scenario.horizon
    unstopped = plant.model_copy(update={"calendar": plant.calendar.model_copy(update={"stops": []})})
    patterns = {p.id: [shift_h(shift) for shift in p.shifts] for p in plant.patterns}
    for row in plan.weeks.iter_rows(named=True):
        sunday = row["from_on"] + timedelta(days=6 - row["from_on"].weekday())
        shares = [
            max((s.paid_share for s in plant.calendar.stops if s.from_ <= day <= s.to), default=0.0)
            for day in working_days(unstopped, row["from_on"], min(sunday, horizon.end))
        ]
        paid_h = sum(patterns[plant.modes[row["mode_idx"]].pattern]) * sum(shares)
        if abs(paid_h - row["paid_stop_h"]) > _HOUR:
            yield f"week {row['week_idx']}: {row['paid_stop_h']:.2f} h paid in stops, expected {paid_h:.2f}"


def _modes(scenario: Scenario, plan: Plan) -> Iterator[str]:
    """One mode a month, allowed by its date, each kept for its minimum stay."""
    plant = scenario.plant
    months: dict[tuple[int, int], int] = {}
    for row in plan.weeks.iter_rows(named=True):
        month = (row["from_on"].year, row["from_on"].month)
        if months.setdefault(month, row["mode_idx"]) != row["mode_idx"]:
            yield f"two modes in {month[0]}-{month[1]:02}"
        mode = plant.modes[row["mode_idx"]]
        if mode.from_ and month < (mode.from_.year, mode.from_.month):
            yield f"mode {mode.id} in {month[0]}-{month[1]:02}, before it is allowed"
        if mode.until and month > (mode.until.year, mode.until.month):
            yield f"mode {mode.id} in {month[0]}-{month[1]:02}, after it is allowed"
    modes = [months[key] for key in sorted(months)]
    opening = [m.id for m in plant.modes].index(plant.opening_mode)
    since: int | None = None
    for k, mode in enumerate(modes):
        if mode != (modes[k - 1] if k else opening):
            if since is not None and k - since < plant.change.minimum_months:
                yield f"month {k}: the mode changes after {k - since} months"
            since = k


def _shares(scenario: Scenario, plan: Plan) -> float | None:
    """The availability that the plan's capacity rests on; None where no week has hours."""
    hours = pl.col("normal_h") + pl.col("overtime_h") + pl.col("weekend_h")
    rows = plan.weeks.with_columns(hours.alias("hours")).filter(pl.col("hours") > 0)
    if not rows.height:
        return None
    row = rows.row(0, named=True)
    return float(row["capacity_cars"] / row["hours"] / scenario.plant.modes[row["mode_idx"]].speed_jph)


def _capacity(scenario: Scenario, plan: Plan) -> Iterator[str]:
    share = _shares(scenario, plan) or 0.0
    if share > 1 + 1e-9:
        yield f"an availability of {share:.4f}"
    by_week = _selected(scenario, plan)
    for row in plan.weeks.iter_rows(named=True):
        hours = row["normal_h"] + row["overtime_h"] + row["weekend_h"]
        capacity = share * scenario.plant.modes[row["mode_idx"]].speed_jph * hours
        if abs(capacity - row["capacity_cars"]) > 1e-4:
            yield f"week {row['week_idx']}: a capacity of {row['capacity_cars']:.2f}, its hours give {capacity:.2f}"
        if row["built_cars"] > capacity + 1e-4 or capacity > row["most_cars"] + 1e-4:
            yield f"week {row['week_idx']}: {row['built_cars']} cars, capacity {capacity:.2f} of {row['most_cars']:.2f}"
        for k, limit in enumerate(scenario.vehicles.mix_limits):
            cars, most = by_week[k].get(row["week_idx"], 0.0), limit.most_jph * share * hours
            if cars > most + 1e-4:
                yield f"week {row['week_idx']}: {cars:.2f} cars of {limit.id}, the line takes {most:.2f}"


def _selected(scenario: Scenario, plan: Plan) -> list[dict[int, float]]:
    """Expected cars under each mix limit by week."""
    models = {m.id: m for m in scenario.vehicles.models}
    found: list[dict[int, float]] = []
    for limit in scenario.vehicles.mix_limits:
        cars, share = limit.cars, []
        for variant in scenario.vehicles.variants:
            model = models[variant.model]
            sure = variant.id in cars.variants or model.id in cars.models or model.propulsion in cars.propulsion
            none = 1.0
            for take in model.options:
                none *= (1 - take.share) if take.id in cars.options else 1
            share.append(1.0 if sure else 1 - none)
        weeks: dict[int, float] = {}
        for week, variant_at, _, _, num in _home(plan).iter_rows():
            weeks[week] = weeks.get(week, 0.0) + share[variant_at] * num
        found.append(weeks)
    return found


def _home(plan: Plan) -> pl.DataFrame:
    """What the home plant builds."""
    return plan.build.filter(pl.col("plant_idx") == 0)


def _shops(scenario: Scenario, plan: Plan) -> Iterator[str]:
    """No section of a shop, and no branch that is taken by model, passes more than its cycle and its uptime allow in
    the hours worked; moving lines of the row run at the line's speed, those of branches at their part of it."""
    models = {m.id: m for m in scenario.vehicles.models}
    of_variant = [models[v.model] for v in scenario.vehicles.variants]
    built = plan.build.filter(pl.col("plant_idx") == 0).group_by("week_idx", "variant_idx").agg(pl.col("cars").sum())
    availability = max(_shares(scenario, plan) or 0.0, scenario.plant.availability_share)
    hours, line_s = {}, {}
    for row in plan.weeks.iter_rows(named=True):
        hours[row["week_idx"]] = row["normal_h"] + row["overtime_h"] + row["weekend_h"]
        speed_jph = scenario.plant.modes[row["mode_idx"]].speed_jph
        line_s[row["week_idx"]] = 3600 / (speed_jph * availability)
    for shop in scenario.plant.shops:
        for way in [way for section in shop.sections for way in _ways(section, list(models))]:
            used: dict[int, float] = {}
            for week, variant, cars in built.iter_rows():
                model = of_variant[variant]
                pace = {p.shop: p.factor for p in model.pace}.get(shop.id, 1.0) if way.has_stations_alone else 1.0
                used[week] = used.get(week, 0.0) + pace * cars * (model.id in way.models)
            for week, cars in used.items():
                for cycle_s in way.cycles(line_s[week]):
                    if cars * cycle_s > 3600 * hours[week] + 1e-3:
                        yield f"week {week}: {shop.name} passes {cars:.0f} cars of {cycle_s:.1f} s, {hours[week]:.1f} h"


def _measured_shops(scenario: Scenario, plan: Plan) -> Iterator[str]:
    """No week builds more than the hours of its mode let pass a shop that the simulation measured."""
    hours = pl.sum_horizontal("normal_h", "overtime_h", "weekend_h")
    measured = plan.shops.filter(pl.col("is_measured"))
    weeks = plan.weeks.select("week_idx", "mode_idx", "built_cars", hours.alias("hours")).join(measured, on="mode_idx")
    for row in weeks.filter(pl.col("built_cars") > pl.col("most_jph") * pl.col("hours") + 1e-4).iter_rows(named=True):
        name, most = scenario.plant.shops[row["shop_idx"]].name, row["most_jph"] * row["hours"]
        yield f"week {row['week_idx']}: {name} passes {row['built_cars']} cars, as measured {most:.2f}"


@dataclass(frozen=True)
class _Way:
    """A section or a branch that cars of some models pass; `cycles`: seconds a car of each of its places, given those
    of the line; with `has_stations_alone` they go with the model."""

    models: list[str]
    has_stations_alone: bool
    cycles: Callable[[float], list[float]]


def _ways(section: Section, models: list[str]) -> list[_Way]:
    """The section, or its branches where they are taken by model."""
    if section.kind == "paced":
        return []
    if section.kind != "parallel":
        return [_Way(models, section.kind == "serial", partial(_cycles, section))]
    alone = [all(part.kind == "serial" for part in branch.sections) for branch in section.branches]
    if section.route == "model":
        return [
            _Way(branch.models, alone[k], partial(_slowest_of, section, k)) for k, branch in enumerate(section.branches)
        ]
    return [_Way(models, all(alone), partial(_together, section))]


def _slowest_of(block: ParallelSection, k: int, line_s: float) -> list[float]:
    """Seconds a car of the slowest place of branch `k`."""
    moving_s = line_s / (block.branches[k].speed_share or 1 / len(block.branches))
    return [max(cycle for part in block.branches[k].sections for cycle in _cycles(part, moving_s))]


def _together(block: ParallelSection, line_s: float) -> list[float]:
    """Seconds a car of all branches together."""
    each = [slowest for k in range(len(block.branches)) for slowest in _slowest_of(block, k, line_s)]
    return [max(each) / len(each) if block.route == "turn" else 1 / sum(1 / slowest for slowest in each)]


def _cycles(section: Any, line_s: float) -> list[float]:
    """Seconds a car of each place of a section, stretched by its breakdowns."""
    if section.kind == "paced":
        return [line_s]
    if section.kind == "store":
        return [section.access_s]
    broken = section.reliability
    stretch = 1 + broken.mttr_s / 3600 / broken.mtbf_h if broken and broken.mtbf_h else 1.0
    if section.kind == "gate":
        return [stretch * section.cycle_s / section.servers]
    if section.kind == "conveyor":
        return [section.pitch_s * stretch]
    return [stretch * station.cycle_s / station.servers for station in section.stations]


def _on_line(scenario: Scenario, plan: Plan) -> Iterator[str]:
    models = {m.id: m for m in scenario.vehicles.models}
    spans = plan.orders.filter(pl.col("plant_idx") == 0).group_by("variant_idx").agg(
        pl.col("planned_build_on").min().alias("first"), pl.col("planned_build_on").max().alias("last")
    )  # fmt: skip
    for at, first, last in spans.sort("variant_idx").iter_rows():
        variant = scenario.vehicles.variants[at]
        model = models[variant.model]
        if first < max(model.from_, variant.from_ or model.from_):
            yield f"{variant.id} is built on {first}, before it is on the line"
        if last > min(model.until or date.max, variant.until or date.max):
            yield f"{variant.id} is built on {last}, after it left the line"


def _ramps(scenario: Scenario, plan: Plan) -> Iterator[str]:
    monday = scenario.horizon.start - timedelta(days=scenario.horizon.start.weekday())
    first_day = {row["week_idx"]: row["from_on"] for row in plan.weeks.iter_rows(named=True)}
    for model in scenario.vehicles.models:
        variants = [i for i, v in enumerate(scenario.vehicles.variants) if v.model == model.id]
        cars = dict(_home(plan).filter(pl.col("variant_idx").is_in(variants)).group_by("week_idx").agg(
            pl.col("cars").sum()).iter_rows())  # fmt: skip
        start = (model.from_ - monday).days // 7
        if start in first_day and any(
            first_day[start] + timedelta(days=k) < model.from_
            and not is_closed(scenario.plant, first_day[start] + timedelta(days=k))
            for k in range(6)
        ):
            start += 1
        for row in model.ramp:
            if cars.get(start + row.week, 0) > row.cars:
                yield f"week {start + row.week}: {cars[start + row.week]} cars of {model.id}, the ramp gives {row.cars}"
