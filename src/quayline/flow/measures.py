"""Figures from a simulation: states of stations, output and hours by day, what the line gave of its speed by month.

Names of ratios follow ISO 22400-2; the time elements that they are made of stay in the tables.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from quayline.flow.kpis import work_unit_kpis
from quayline.flow.network import Paced, Parallel
from quayline.flow.shifts import DAY_S, shift_starts, shop_intervals
from quayline.flow.window import worked_s
from quayline.records.schemas import FLOW

if TYPE_CHECKING:
    from datetime import date

    from quayline.flow.engine import Outcome
    from quayline.flow.layout import Layout
    from quayline.flow.network import Floats, Ints, Section
    from quayline.flow.params import FlowParams
    from quayline.records.stages import FlowTrace, Plan
    from quayline.scenario.schema import Scenario

HOUR_S = 3600


def _cast(name: str, columns: dict[str, object]) -> pl.DataFrame:
    return pl.DataFrame(columns).cast({c.name: c.dtype for c in FLOW[name].columns})


def station_table(layout: Layout, outcome: Outcome) -> pl.DataFrame:
    """States of every station over the whole horizon, in hours over all its servers."""
    s = outcome.stations
    servers = {
        (section.name, station.name): station.servers
        for section in layout.network.columns
        for station in getattr(section, "stations", ())
    }
    each = np.array([servers.get(key, 1) for key in zip(s.section, s.name, strict=True)])
    return _cast("stations", {
        "shop_idx": [layout.shop_of[name] for name in s.section],
        "section": s.section,
        "station": s.name,
        "cars": s.cars,
        "working_h": s.busy_s / HOUR_S,
        "down_h": (s.down_s + s.maintenance_s) / HOUR_S,
        "blocked_h": s.blocked_s / HOUR_S,
        "starved_h": s.starved_s / HOUR_S,
        "planned_h": s.working_s / HOUR_S,
        "mean_queue_cars": s.queue_s * each / s.working_s,
    })  # fmt: skip


def work_by_slot(intervals: Floats, slot_s: float, num_slots: int) -> Floats:
    """Working seconds in each slot of `slot_s` (days or hours) from time zero (num_slots,)."""
    edges = np.arange(num_slots + 1) * slot_s
    starts, ends = intervals[:, 0], intervals[:, 1]
    before = np.concatenate([[0.0], np.cumsum(ends - starts)])
    k = np.searchsorted(ends, edges)
    inside = np.clip(edges - np.append(starts, np.inf)[k], 0.0, None)
    worked: Floats = np.diff(before[k] + inside)
    return worked


def _num_days(scenario: Scenario) -> int:
    return (scenario.horizon.end - scenario.horizon.start).days + 1


def _dates(scenario: Scenario) -> list[date]:
    return [scenario.horizon.start + timedelta(days=k) for k in range(_num_days(scenario))]


def day_table(scenario: Scenario, layout: Layout, outcome: Outcome) -> pl.DataFrame:
    """Cars out of each shop and working hours by calendar day, for all days of the horizon."""
    dates, num_shops = _dates(scenario), len(scenario.plant.shops)
    calendars = layout.network.calendars
    hours = np.stack([work_by_slot(calendars[c], DAY_S, len(dates)) for c in layout.calendar_of], axis=1) / HOUR_S
    out = np.zeros((len(dates), num_shops), np.int64)
    for shop_idx in range(num_shops):
        left_s = layout.out_of_s(shop_idx, outcome)
        day = (left_s[np.isfinite(left_s)] // DAY_S).astype(np.int64)
        out[:, shop_idx] = np.bincount(np.minimum(day, len(dates) - 1), minlength=len(dates))
    return _cast("days", {
        "date": np.repeat(np.array(dates, "datetime64[D]"), num_shops),
        "shop_idx": np.tile(np.arange(num_shops), len(dates)),
        "cars_out": out.ravel(),
        "working_h": hours.ravel(),
    })  # fmt: skip


def _pace_by_hour(layout: Layout, num_hours: int) -> Floats:
    """Cars per working second at the line's speed, by clock hour: the slowest moving line counts, and branches by what
    they pass together."""
    rate = np.full(num_hours, np.inf)
    for part in layout.network.sections:
        if isinstance(part, Parallel):
            each = np.stack([np.min([_own_pace(one, num_hours) for one in row], axis=0) for row in part.branches])
            together = len(each) * each.min(axis=0) if part.route == "turn" else each.sum(axis=0)
        else:
            together = _own_pace(part, num_hours)
        rate = np.minimum(rate, together)
    return rate


def _own_pace(section: Section, num_hours: int) -> Floats:
    """Cars per working second at the speed of a moving line by clock hour (num_hours,); inf for any other section."""
    if not isinstance(section, Paced) or section.work_s is None:
        return np.full(num_hours, np.inf)
    pace = np.zeros(num_hours)
    for step in section.pace:
        pace[int(step.from_s // HOUR_S) :] = 1.0 / step.takt_s
    return pace


def lead_time_s(release_s: Floats, leave_s: Floats, share: float) -> float:
    """The lead time from release to the end of the line that `share` of the cars built beat."""
    built = np.isfinite(leave_s)
    return float(np.quantile(leave_s[built] - release_s[built], share)) if built.any() else 0.0


def month_table(scenario: Scenario, plan: Plan, layout: Layout, outcome: Outcome, params: FlowParams) -> pl.DataFrame:
    """Planned and built cars by month, and what the line gave of its speed while cars were waited for.

    A car that is not scrapped is waited for at the end of the line from release plus the lead time that
    `params.lead_share` of the cars beat. An hour counts when at its start at least as many cars are waited for as the
    speed could build in it.
    Months without such an hour show the ratio of all hours that count; without any hour at all nothing was
    ever waited for, and the ratio is 1.
    """
    dates = _dates(scenario)
    num_hours = len(dates) * 24
    month = np.array([d.year * 12 + d.month - 1 for d in dates])
    first = month[0]
    num_months = int(month[-1] - first) + 1
    worked_s = work_by_slot(layout.network.calendars[layout.calendar_of[-1]], HOUR_S, num_hours)
    paced = worked_s * _pace_by_hour(layout, num_hours) if worked_s.any() else worked_s
    release_s, leave_s = layout.cars.release_s, outcome.leave_s[:, layout.network.last_column]
    built = _by_hour(leave_s, num_hours)
    is_kept = ~np.isfinite(outcome.scrapped_s)
    wanted = _by_hour(release_s[is_kept] + lead_time_s(release_s, leave_s, params.lead_share), num_hours)
    waiting = np.concatenate([[0], np.cumsum(wanted - built)[:-1]])
    counts = (paced > 0) & (waiting >= np.maximum(paced, 1.0))
    by_month = np.repeat(month - first, 24)

    def total(values: Floats | Ints) -> Floats:
        return np.bincount(by_month, values, minlength=num_months).astype(np.float64, copy=False)

    counted, could = total(np.where(counts, built, 0)), total(np.where(counts, paced, 0.0))
    whole = float(counted.sum() / could.sum()) if could.sum() else 1.0
    day_month = (layout.build_on.dt.year().to_numpy() * 12 + layout.build_on.dt.month().to_numpy() - 1) - first
    return _cast("months", {
        "month": np.array(first - 1970 * 12 + np.arange(num_months), "datetime64[M]").astype("datetime64[D]"),
        "planned_cars": np.bincount(day_month, minlength=num_months),
        "built_cars": total(built).astype(np.int64),
        "working_h": total(worked_s) / HOUR_S,
        "paced_cars": total(paced),
        "oee_share": np.divide(counted, could, out=np.full(num_months, whole), where=could > 0),
    })  # fmt: skip


def _by_hour(time_s: Floats, num_hours: int) -> Ints:
    """How many of the times fall in each clock hour."""
    hour = (time_s[time_s < num_hours * HOUR_S] // HOUR_S).astype(np.int64)
    return np.bincount(hour, minlength=num_hours)


def places(entered_s: Floats) -> Ints:
    """The place of each car by the time it entered (of equal times the car planned first)."""
    place = np.empty(len(entered_s), np.int64)
    place[np.argsort(entered_s, kind="stable")] = np.arange(len(entered_s))
    return place


def in_sequence(place: Ints) -> npt.NDArray[np.bool_]:
    """Whether each car, in planned order (N,), entered before every car that is planned behind it."""
    first_behind = np.minimum.accumulate(np.append(place, np.iinfo(np.int64).max)[::-1])[::-1][1:]
    found: npt.NDArray[np.bool_] = place < first_behind
    return found


def sequence_adherence(trace: FlowTrace) -> dict[str, float]:
    """How well assembly saw the planned sequence: share of cars that none overtook, and places that cars moved.

    A car's displacement is its place among the cars built less that which it had by plan.
    """
    cars = trace.cars.sort("position")
    place = np.argsort(np.argsort(cars["assembly_position"].to_numpy()))
    moved = np.abs(place - np.arange(len(place)))
    return {
        "in_sequence_share": float(in_sequence(place).mean()),
        "displaced_cars_mean": float(moved.mean()),
        "displaced_cars_p95": float(np.quantile(moved, 0.95)),
    }


def bottleneck(trace: FlowTrace) -> tuple[str, str]:
    """Section and station that is least blocked and starved together: what the others wait for.

    The arrow method's turning point (Kuo, Lim & Meerkov 1996, "Bottlenecks in serial production lines"): stations
    before it are blocked, those behind it starved; with shares measured it is where their sum is least.
    """
    waits = pl.col("blockage_share") + pl.col("starvation_share")
    row = work_unit_kpis(trace).sort(waits).row(0, named=True)
    return str(row["section"]), str(row["station"])


def lead_time_h(trace: FlowTrace, shares: tuple[float, ...] = (0.05, 0.5, 0.95)) -> dict[float, float]:
    """Percentiles of hours by the clock from release to the end of the line."""
    lead = (trace.cars["line_off_at"] - trace.cars["released_at"]).dt.total_milliseconds() / 3.6e6
    return {share: float(np.quantile(lead.to_numpy(), share)) for share in shares}


def first_time_through(trace: FlowTrace) -> float:
    """Share of the cars built that saw no repair bay (ISO 22400-2's first pass yield of the whole line)."""
    return float((trace.cars["num_repairs"].to_numpy() == 0).mean())


def work_in_progress(trace: FlowTrace) -> pl.DataFrame:
    """Cars in the plant at the end of each day: entered their first shop, not yet off the line (built cars only)."""
    entry = next(name for name in trace.cars.columns if name.startswith("in_"))
    days = trace.days.select("date").unique().sort("date")
    end = days["date"].cast(pl.Datetime("ms")).to_numpy() + np.timedelta64(1, "D")
    entered = np.searchsorted(np.sort(trace.cars[entry].to_numpy()), end)
    left = np.searchsorted(np.sort(trace.cars["line_off_at"].to_numpy()), end)
    return days.with_columns(pl.Series("cars", entered - left, dtype=pl.Int64))


def output_per_shift(scenario: Scenario, plan: Plan, trace: FlowTrace) -> pl.DataFrame:
    """Jobs per hour by shift: cars off the line from its begin to that of the next, working hours of the last shop."""
    starts_s = shift_starts(scenario, plan)
    calendars, calendar_of = shop_intervals(scenario, plan)
    edges_s = np.append(starts_s, DAY_S * float(_num_days(scenario)))
    start = np.datetime64(scenario.horizon.start, "ms")
    left_s = (trace.cars["line_off_at"].to_numpy() - start) / np.timedelta64(1, "s")
    cars = np.bincount(np.searchsorted(starts_s, left_s, side="right") - 1, minlength=len(starts_s))
    hours = np.diff(worked_s(calendars[calendar_of[-1]], edges_s)) / HOUR_S
    return pl.DataFrame({
        "shift": start + (starts_s * 1000).astype("timedelta64[ms]"), "cars": cars, "working_h": hours,
        "jph": np.divide(cars, hours, out=np.full(len(cars), np.nan), where=hours > 0),
    })  # fmt: skip


def output_per_hour(trace: FlowTrace) -> pl.DataFrame:
    """Jobs per hour: cars off the line by clock hour of the horizon."""
    return (
        trace.cars.group_by(pl.col("line_off_at").dt.truncate("1h").alias("hour"))
        .agg(pl.len().cast(pl.Int64).alias("cars"))
        .sort("hour")
    )
