"""What the simulated line tells the next plan: its availability, and what each shop can pass where shops bind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.plan.inputs.shops import pinches

if TYPE_CHECKING:
    from quayline.flow.shops import ShopRates
    from quayline.records.stages import FlowTrace, Plan
    from quayline.scenario.schema import Scenario


@dataclass(frozen=True, eq=False)
class Measured:
    """What a plan rests on: the availability of the line, and cars an hour by (shop, mode) where shops bind."""

    availability_share: float
    shop_jph: np.ndarray | None = None


def measured_availability(trace: FlowTrace) -> float:
    """What the line built over what its speed alone would build, over all months, weighted by line hours."""
    hours, shares = _worked(trace)
    return float(np.sum(shares * hours) / hours.sum())  # not `@`: BLAS sums by number of cores


def expected_availability(scenario: Scenario, plan: Plan, trace: FlowTrace, share: float) -> float:
    """What a plan that rests on `share` expects of the line, in the hours of `measured_availability`: less than
    `share` in months whose mode is faster than a shop, or whose mix is more than a branch by model passes."""
    speeds = np.array([mode.speed_jph for mode in scenario.plant.modes])
    limits = [pinch for pinch in pinches(scenario, share * speeds) if not pinch.factor.all()]
    if not (plan.shops.height or limits):
        return share
    jph = np.full(len(speeds), np.inf)
    np.minimum.at(jph, plan.shops["mode_idx"].to_numpy(), plan.shops["most_jph"].to_numpy())
    hours, _ = _worked(trace)
    modes = _modes(plan, trace)
    of_mix = np.minimum(share * speeds, jph)[modes]
    mix = _mix(scenario, plan, trace)
    for pinch in limits:
        taken = np.sum(mix * pinch.factor, axis=1)
        passes = np.divide(pinch.most_jph[modes], taken, out=np.full(len(modes), np.inf), where=taken > 0)
        of_mix = np.minimum(of_mix, passes)
    return float(np.sum(of_mix / speeds[modes] * hours) / hours.sum())


def fed_back(scenario: Scenario, plan: Plan, trace: FlowTrace, rates: ShopRates) -> Measured:
    """What the next plan is to rest on.

    Alone, the line would build what its slowest shop does. What it built of that is one share for blocking and
    starving between the shops; with it every shop's rate goes back, and as availability that of the moving lines.
    Where no shop is slower than the moving lines in a mode that was worked, the availability alone goes back.
    """
    speeds = np.array([mode.speed_jph for mode in scenario.plant.modes])
    moving = np.minimum(speeds, np.min(rates.jph[list(rates.is_paced)], axis=0, initial=np.inf))
    slowest = np.minimum(moving, rates.jph.min(axis=0))
    modes = _modes(plan, trace)
    if (slowest >= moving)[modes].all():
        return Measured(measured_availability(trace))
    hours, shares = _worked(trace)
    between = float(np.sum(shares * speeds[modes] * hours) / np.sum(slowest[modes] * hours))
    return Measured(min(between * float((moving / speeds).max()), 1.0), between * rates.jph)


def measured_shops(scenario: Scenario, plan: Plan) -> np.ndarray | None:
    """The measured rates that a plan rests on, by (shop, mode); infinite where its line binds first, None if always."""
    rows = plan.shops.filter("is_measured")
    if not rows.height:
        return None
    jph = np.full((len(scenario.plant.shops), len(scenario.plant.modes)), np.inf)
    jph[rows["shop_idx"].to_numpy(), rows["mode_idx"].to_numpy()] = rows["most_jph"].to_numpy()
    return jph


def _worked(trace: FlowTrace) -> tuple[np.ndarray, np.ndarray]:
    """Hours and availability of the months in which the line worked."""
    months = trace.months.filter(pl.col("working_h") > 0)
    return months["working_h"].to_numpy(), months["oee_share"].to_numpy()


def _mix(scenario: Scenario, plan: Plan, trace: FlowTrace) -> np.ndarray:
    """The share of each model in the cars planned for the months worked (months, models); 0 where there are none."""
    models = [model.id for model in scenario.vehicles.models]
    model_of = [models.index(variant.model) for variant in scenario.vehicles.variants]
    worked = trace.months.filter(pl.col("working_h") > 0)["month"].to_list()
    cars = np.zeros((len(worked), len(models)))
    mine = plan.orders.filter(pl.col("plant_idx") == 0).drop_nulls("planned_build_on")
    for month, variant in mine.select(pl.col("planned_build_on").dt.truncate("1mo"), "variant_idx").iter_rows():
        if month in worked:
            cars[worked.index(month), model_of[variant]] += 1
    total = cars.sum(axis=1, keepdims=True)
    mix: np.ndarray = np.divide(cars, total, out=np.zeros_like(cars), where=total > 0)
    return mix


def _modes(plan: Plan, trace: FlowTrace) -> np.ndarray:
    """The mode in which most of the hours of each month worked were planned; of equal ones the first."""
    worked = trace.months.filter(pl.col("working_h") > 0)["month"].to_list()
    hours: dict[object, dict[int, float]] = {month: {} for month in worked}
    days = plan.days.select(pl.col("date").dt.truncate("1mo"), "mode_idx", "num_shifts").sort("mode_idx")
    for month, mode, shifts in days.iter_rows():
        if month in hours:
            hours[month][mode] = hours[month].get(mode, 0.0) + shifts
    return np.array([max(modes, key=lambda mode: modes[mode], default=0) for modes in hours.values()], np.int64)
