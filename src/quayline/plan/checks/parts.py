"""The check of a plan, the parts: stores by week from the cars built, call-offs by the suppliers' terms."""

from __future__ import annotations

from datetime import date, timedelta
from math import ceil
from typing import TYPE_CHECKING

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.plan.inputs.earlier import Earlier
    from quayline.records.stages import Plan
    from quayline.scenario.schema import Scenario
    from quayline.scenario.sources import Part


def part_faults(scenario: Scenario, plan: Plan, earlier: Earlier | None = None) -> Iterator[str]:
    """Every rule of parts that the plan breaks; what `earlier` had called off by its day stands."""
    firsts = plan.weeks.sort("week_idx")["from_on"].to_list()
    if plan.parts.height != len(scenario.parts) * len(firsts):
        yield f"plan.parts has {plan.parts.height} rows, expected one a part and week"
        return
    unknown = set(plan.calloffs["part"]) - {part.id for part in scenario.parts}
    if unknown:
        yield f"call-offs of parts that do not exist: {', '.join(sorted(unknown))}"
    for part in scenario.parts:
        yield from _store(scenario, plan, part, firsts)
        yield from _calls(scenario, plan, part, earlier)


def _used(scenario: Scenario, plan: Plan, part: Part) -> dict[int, int]:
    """Units that the cars of each week take."""
    models = {m.id: m for m in scenario.vehicles.models}
    takes = []
    for k, variant in enumerate(scenario.vehicles.variants):
        model = models[variant.model]
        named = variant.id in part.cars.variants or model.id in part.cars.models
        if named or model.propulsion in part.cars.propulsion:
            takes.append(k)
    used: dict[int, int] = {}
    for row in plan.build.filter(pl.col("variant_idx").is_in(takes)).iter_rows(named=True):
        if row.get("plant_idx", 0) == 0:
            used[row["week_idx"]] = used.get(row["week_idx"], 0) + part.units_per_car * row["cars"]
    return used


def _store(scenario: Scenario, plan: Plan, part: Part, firsts: list[date]) -> Iterator[str]:
    """Each week opens as the one before closed, takes what its cars take, holds 0 or more and no more than fits."""
    used, stock = _used(scenario, plan, part), part.opening_stock
    received = dict(plan.calloffs.filter(pl.col("part") == part.id).group_by("arrives_on").agg(
        pl.col("units").sum()).iter_rows())  # fmt: skip
    rows = plan.parts.filter(pl.col("part") == part.id).sort("week_idx").iter_rows(named=True)
    for w, row in enumerate(rows):
        units = received.pop(firsts[w], 0)
        expected = (w, stock, units, used.get(w, 0), stock + units - used.get(w, 0))
        told = tuple(row[name] for name in ("week_idx", "opening", "received", "used", "closing"))
        if told != expected:
            yield f"{part.id}, week {w}: (week, opening, received, used, closing) is {told}, expected {expected}"
        if expected[4] < 0:
            yield f"{part.id}, week {w}: {-expected[4]} units short"
        if units and stock + units > part.store_units:
            yield f"{part.id}, week {w}: {stock + units} units in a store of {part.store_units}"
        stock = expected[4]
    for day in received:
        yield f"{part.id}: a call-off arrives on {day}, not on the first day of a week"


def _calls(scenario: Scenario, plan: Plan, part: Part, earlier: Earlier | None) -> Iterator[str]:
    """Called off in time, within what the supplier sends in the week and not below its minimum."""
    rows, first_day = plan.calloffs.filter(pl.col("part") == part.id), scenario.horizon.start
    made: dict[date, int] = {}
    if earlier:
        first_day = max(first_day, earlier.on)
        of_part = (pl.col("part") == part.id) & (pl.col("order_on") < earlier.on)
        made = dict(earlier.plan.calloffs.filter(of_part).select("arrives_on", "units").iter_rows())
    told = dict(rows.select("arrives_on", "units").iter_rows())
    for day, units in made.items():
        if told.get(day) != units:
            yield f"{part.id}: {units} units called off for {day} before {first_day}, now {told.get(day, 0)}"
    if rows["arrives_on"].n_unique() != rows.height:
        yield f"{part.id}: two call-offs arrive in one week"
    for row in rows.iter_rows(named=True):
        what = f"{part.id}, call-off arriving on {row['arrives_on']}"
        order_on = row["arrives_on"] - timedelta(days=ceil(part.lead_days))
        leaves_on = order_on + timedelta(days=ceil(part.frozen_days))
        if (row["order_on"], row["leaves_on"]) != (order_on, leaves_on):
            yield f"{what}: ordered on {row['order_on']}, leaves on {row['leaves_on']}; not {order_on}, {leaves_on}"
        if row["arrives_on"] in made:
            continue
        if order_on < first_day:
            yield f"{what}: due on {order_on}, before {first_day}"
        rates = [s for s in part.supply if s.from_ <= leaves_on]
        most = max(rates, key=lambda s: s.from_).units_per_week if rates else 0
        if not max(part.minimum_order, 1) <= row["units"] <= most:
            yield f"{what}: {row['units']} units, expected {part.minimum_order} to {most}"


def parts_usd(scenario: Scenario, plan: Plan) -> float:
    """What call-offs and the stock at each week's end cost."""
    end, usd = scenario.horizon.end, 0.0
    starts = plan.weeks.sort("week_idx")["from_on"].to_list()
    days = [(min(s + timedelta(days=6 - s.weekday()), end) - s).days + 1 for s in starts]
    for part in scenario.parts:
        usd += part.order_usd * plan.calloffs.filter(pl.col("part") == part.id).height
        for week, units in plan.parts.filter(pl.col("part") == part.id).select("week_idx", "closing").iter_rows():
            usd += part.holding_usd_per_day * units * days[week]
    return usd
