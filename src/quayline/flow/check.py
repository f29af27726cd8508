"""Recomputes from the scenario and the records alone whether a flow can be true: none of the engine's code."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from quayline.records.stages import Balance, DaySequence, FlowTrace, Plan, QualityLog
    from quayline.scenario.plant import Section, Shift, ShopHours
    from quayline.scenario.schema import Scenario

MS = 1000.0


def faults(
    scenario: Scenario, plan: Plan, sequence: DaySequence, balance: Balance, quality: QualityLog, flow: FlowTrace
) -> list[str]:
    """What is wrong with `flow`, in words; empty when nothing is."""
    clocks = [_Clock.of(scenario, plan, shop.hours) for shop in scenario.plant.shops]
    return [
        *_cars(scenario, sequence, flow),
        *_times(scenario, clocks, flow),
        *_shortest(scenario, plan, clocks, flow),
        *_repairs(quality, flow),
        *_scrapped(scenario, clocks, quality, flow),
        *_stations(scenario, clocks, flow),
        *_energy(scenario, clocks, flow),
        *_days(scenario, clocks, flow),
        *_months(scenario, sequence, flow),
    ]


@dataclass(frozen=True, eq=False)
class _Clock:
    """Working intervals in milliseconds since the horizon's start."""

    start: npt.NDArray[np.float64]
    end: npt.NDArray[np.float64]

    @classmethod
    def of(cls, scenario: Scenario, plan: Plan, hours: ShopHours | None) -> _Clock:
        zero = datetime.combine(scenario.horizon.start, time())
        last = datetime.combine(scenario.horizon.end, time()) + timedelta(days=1)
        patterns = {pattern.id: pattern.shifts for pattern in scenario.plant.patterns}
        shifts: list[list[tuple[datetime, datetime]]] = []
        for day, mode, num, overtime_h in plan.days.select("date", "mode_idx", "num_shifts", "overtime_h").iter_rows():
            for shift in patterns[scenario.plant.modes[mode].pattern][:num]:
                parts = _spans(shift, datetime.combine(day, time()), overtime_h)
                # A shift that finds the one before still at work begins later by as much, its break too.
                late = max(timedelta(), shifts[-1][1][1] - parts[0][0]) if shifts else timedelta()
                shifts.append([(begin + late, end + late) for begin, end in parts])
        spans = [span for parts in shifts for span in (_longer(parts, hours) if hours else parts)]
        # Where the longer hours of two shifts meet, the later one has what is left.
        spans = [(max(begin, *(end for _, end in spans[:k][-1:]), zero), end) for k, (begin, end) in enumerate(spans)]
        clipped = [(min(a, last), min(b, last)) for a, b in spans]
        both = np.array([[(x - zero) / timedelta(milliseconds=1) for x in span] for span in clipped]).reshape(-1, 2)
        return cls(both[:, 0], both[:, 1])

    def worked(self, at: Any) -> Any:
        """Working milliseconds before `at`."""
        before = np.concatenate([[0.0], np.cumsum(self.end - self.start)])
        k = np.searchsorted(self.end, at)
        return before[k] + np.clip(at - np.append(self.start, np.inf)[k], 0.0, None)

    def is_working(self, at: Any) -> Any:
        """Whether `at` (to the millisecond below) lies in working time, ends included."""
        k = np.searchsorted(self.end + 1.0, at)
        return np.append(self.start, np.inf)[k] <= at + 1.0


def _spans(shift: Shift, midnight: datetime, overtime_h: float) -> list[tuple[datetime, datetime]]:
    begin = datetime.combine(midnight, time.fromisoformat(shift.start))
    end = datetime.combine(midnight, time.fromisoformat(shift.end))
    end += timedelta(days=1) if end <= begin else timedelta()
    middle, rest = begin + (end - begin) / 2, timedelta(hours=shift.break_h) / 2
    return [(begin, middle - rest), (middle + rest, end + timedelta(hours=overtime_h))]


def _longer(parts: list[tuple[datetime, datetime]], hours: ShopHours) -> list[tuple[datetime, datetime]]:
    """A shift of a shop with hours of its own."""
    (start, pause), (again, end) = parts
    start, end = start - timedelta(hours=hours.earlier_h), end + timedelta(hours=hours.later_h)
    return [(start, end)] if hours.works_breaks else [(start, pause), (again, end)]


def _ms(scenario: Scenario, column: pl.Series) -> Any:
    start = np.datetime64(scenario.horizon.start, "ms")
    return (column.to_numpy().astype("datetime64[ms]") - start).astype(np.float64)


def _cars(scenario: Scenario, sequence: DaySequence, flow: FlowTrace) -> Iterator[str]:
    """Every car comes from the sequence, once, with its position; none enters before its build day."""
    if flow.cars["order_id"].n_unique() != flow.cars.height:
        yield "cars: an order occurs twice"
    both = flow.cars.join(sequence.cars, on="order_id", how="left", suffix="_planned")
    if both["position_planned"].null_count() or (both["position"] != both["position_planned"]).any():
        yield "cars: an order that is not in the sequence, or at another position"
    if (both["released_at"].dt.date() < both["build_on"]).any():
        yield "cars: released before the build day"
    place = both["assembly_position"]
    if place.n_unique() != both.height or (place >= sequence.cars.height).any():
        yield "cars: two cars with one assembly position, or a position beyond the last car"
    yield from _standing(scenario, sequence, flow)


def _standing(scenario: Scenario, sequence: DaySequence, flow: FlowTrace) -> Iterator[str]:
    """Every car of the sequence that is not built stands somewhere: not begun, or in a shop since a moment before the
    end of the horizon."""
    rows = flow.standing
    everywhere = [*flow.cars["order_id"], *rows["order_id"], *flow.scrapped["order_id"]]
    if sorted(everywhere) != sorted(sequence.cars["order_id"]):
        yield "standing: not just the cars of the sequence that are neither off the line nor scrapped"
    end = datetime.combine(scenario.horizon.end, time()) + timedelta(days=1)
    begun = rows.drop_nulls("shop_idx")
    if rows["since"].is_null().ne(rows["shop_idx"].is_null()).any() or (begun["since"] > end).any():
        yield "standing: a car in a shop without a moment since when, or after the horizon"
    if (~begun["shop_idx"].is_between(0, len(scenario.plant.shops) - 1)).any():
        yield "standing: a shop that the plant has not"


def _times(scenario: Scenario, clocks: list[_Clock], flow: FlowTrace) -> Iterator[str]:
    """Times go forward from shop to shop, and nothing moves outside working time."""
    shops = [shop.id for shop in scenario.plant.shops]
    entries = ["released_at", *(f"in_{shop}" for shop in shops)]
    exits = [f"out_{shop}" for shop in shops]
    pairs = [*itertools.pairwise(entries), *itertools.pairwise(exits)]
    pairs += [(f"in_{shop}", f"out_{shop}") for shop in shops]
    for before, after in pairs:
        num = int((flow.cars[before] > flow.cars[after]).sum())
        if num:
            yield f"cars: {num} with {after} before {before}"
    if (flow.cars["line_off_at"] != flow.cars[exits[-1]]).any():
        yield "cars: off the line at another time than out of the last shop"
    for k, shop in enumerate(shops):
        for name, clock in ((f"in_{shop}", _given(scenario, clocks, k)), (f"out_{shop}", _taken(scenario, clocks, k))):
            num = int((~clock.is_working(_ms(scenario, flow.cars[name]))).sum())
            if num:
                yield f"cars: {num} with {name} outside working time"


def _given(scenario: Scenario, clocks: list[_Clock], k: int) -> _Clock:
    """The hours in which cars come into shop k: into a store they are put by the shop before."""
    return clocks[k - 1] if k and scenario.plant.shops[k].sections[0].kind == "store" else clocks[k]


def _taken(scenario: Scenario, clocks: list[_Clock], k: int) -> _Clock:
    """The hours in which cars leave shop k: from a store the shop behind takes them."""
    shops = scenario.plant.shops
    return clocks[k + 1] if k + 1 < len(shops) and shops[k].sections[-1].kind == "store" else clocks[k]


def _shortest(scenario: Scenario, plan: Plan, clocks: list[_Clock], flow: FlowTrace) -> Iterator[str]:
    """No car goes through a shop in less working time than its conveyors and moving lines take; no car enters a
    moving line less than a takt behind the one before."""
    used = [scenario.plant.modes[k].speed_jph for k in plan.days["mode_idx"].unique()]
    takt_ms = 3600 * MS / max(used, default=np.inf)
    for shop, clock in zip(scenario.plant.shops, clocks, strict=True):
        if shop.hours and shop.hours.at_shift_end == "finish":
            continue  # what is finished after hours takes no working time
        least = sum(_conveyed_ms(x, takt_ms) for x in shop.sections)
        entry = clock.worked(_ms(scenario, flow.cars[f"in_{shop.id}"]))
        spent = clock.worked(_ms(scenario, flow.cars[f"out_{shop.id}"])) - entry
        if (spent < least - 2).any():
            yield f"cars: through shop {shop.id!r} in {spent.min() / MS:.1f} s, not less than {least / MS:.1f} s"
        first = shop.sections[0]
        if first.kind == "paced" and len(entry) > 1 and np.diff(np.sort(entry)).min() < takt_ms - 2:
            yield f"cars: two entered section {first.id!r} within one takt"


def _conveyed_ms(section: Section, takt_ms: float) -> float:
    """Milliseconds on the conveyors and moving lines of a section; of branches, in the one with the least."""
    if section.kind == "parallel":
        num = len(section.branches)
        return min(
            sum(_conveyed_ms(part, takt_ms / (branch.speed_share or 1 / num)) for part in branch.sections)
            for branch in section.branches
        )
    if section.kind == "paced":
        return section.num_stations * takt_ms
    return section.places * section.pitch_s * MS if section.kind == "conveyor" else 0.0


def _repairs(quality: QualityLog, flow: FlowTrace) -> Iterator[str]:
    """Each car saw the bays that its defects ask for, once each, and was there no shorter than their work."""
    needed = (
        quality.defects.filter(pl.col("fate") == "repaired")
        .group_by("order_id", "gate", "repair")
        .agg(pl.col("repair_s").sum())
        .filter(pl.col("repair_s") > 1e-6)
        .group_by("order_id")
        .agg(pl.len().alias("visits"), pl.col("repair_s").sum())
    )
    columns = ("order_id", "num_repairs", "repair_h")
    left = pl.concat([flow.cars.select(columns), flow.scrapped.select(columns)])
    both = left.join(needed, on="order_id", how="left").with_columns(pl.col("visits", "repair_s").fill_null(0))
    if (both["num_repairs"] != both["visits"]).any():
        yield "cars: visits to repair bays other than the defects caught"
    if (both["repair_h"] * 3600 < both["repair_s"] - 1e-3).any():
        yield "cars: less time in repair than the work"


def _scrapped(
    scenario: Scenario, clocks: list[_Clock], quality: QualityLog, flow: FlowTrace
) -> Iterator[str]:  # fmt: skip
    """A gate scraps just the cars that have a defect beyond repair there, in its working time; none is built."""
    told = quality.defects.filter(pl.col("fate") == "scrap").select("order_id", "gate").unique()
    if flow.scrapped.join(told, on=["order_id", "gate"]).height != flow.scrapped.height:
        yield "scrapped: a car without a defect beyond repair at that gate"
    if flow.cars.join(told, on="order_id").height:
        yield "cars: one that a gate scraps"
    if (flow.scrapped["scrapped_at"] < flow.scrapped["released_at"]).any():
        yield "scrapped: a car scrapped before its release"
    for shop_idx, clock in enumerate(clocks):
        mine = flow.scrapped.filter(pl.col("shop_idx") == shop_idx)
        shop = scenario.plant.shops[shop_idx]
        inside = [part for x in shop.sections if x.kind == "parallel" for row in x.branches for part in row.sections]
        if not mine["gate"].is_in([part.id for part in (*shop.sections, *inside)]).all():
            yield f"scrapped: a gate that is not in shop {shop.id!r}"
        if not clock.is_working(_ms(scenario, mine["scrapped_at"])).all():
            yield f"scrapped: outside working time of shop {shop.id!r}"


def _stations(scenario: Scenario, clocks: list[_Clock], flow: FlowTrace) -> Iterator[str]:
    """The states of unpaced stations and conveyors add up to the working time of their servers; none is negative."""
    hours_of = [float((clock.end - clock.start).sum()) / MS / 3600 for clock in clocks]
    servers: dict[tuple[str, str], int] = {}
    sections = [x for shop in scenario.plant.shops for x in shop.sections]
    sections += [part for x in sections if x.kind == "parallel" for branch in x.branches for part in branch.sections]
    for section in sections:
        if section.kind == "serial":
            for station in section.stations:
                for k in range(station.repeat):
                    name = station.id if station.repeat == 1 else f"{station.id}-{k + 1}"
                    servers[section.id, name] = station.servers
        elif section.kind in ("gate", "conveyor"):
            servers[section.id, section.id] = getattr(section, "servers", 1)
    states = ("working_h", "down_h", "blocked_h", "starved_h")
    for row in flow.stations.iter_rows(named=True):
        if min(row[state] for state in states) < 0 or row["mean_queue_cars"] < 0:
            yield f"stations: a negative time at {row['section']}/{row['station']}"
        num = servers.get((row["section"], row["station"]))
        total, hours = sum(row[state] for state in states), hours_of[row["shop_idx"]]
        if num is not None and abs(total - num * hours) > 1e-6 * max(1.0, hours):
            yield f"stations: {row['section']}/{row['station']} accounts for {total} h of {num * hours} h"


def _energy(scenario: Scenario, clocks: list[_Clock], flow: FlowTrace) -> Iterator[str]:
    """What the stations draw is hours by state times power; base loads are those of the shops' hours."""
    days = (scenario.horizon.end - scenario.horizon.start).days + 1
    powers: dict[tuple[str, str], Any] = {}
    for section in _sections(scenario):
        for station in section.stations if section.kind == "serial" else []:
            names = [station.id] if station.repeat == 1 else [f"{station.id}-{k + 1}" for k in range(station.repeat)]
            powers |= {(section.id, name): station.power for name in names}
        powers[section.id, ""] = getattr(section, "power", None)
    spent = {(row["section"], row["station"]): row for row in flow.stations.iter_rows(named=True)}
    for row in flow.energy.iter_rows(named=True):
        at = row["section"], row["station"]
        power, hours = powers.get(at) or powers[row["section"], ""], spent.pop(at)
        for state, kw in (("working", power.working_kw), ("blocked", power.blocked_kw), ("failed", power.failed_kw)):
            hours_h = hours["down_h" if state == "failed" else f"{state}_h"]
            if abs(row[f"{state}_kwh"] - hours_h * kw) > 1e-6 * max(1.0, hours_h * kw):
                yield f"energy: {at[0]}/{at[1]} {state} draws other than its hours times its power"
        if min(row["idle_kwh"], row["off_kwh"]) < -1e-6:
            yield f"energy: {at[0]}/{at[1]} draws less than nothing"
    if any(powers.get(at) or powers.get((at[0], "")) for at in spent):
        yield "energy: a station with powers is missing"
    for shop_idx, (shop, clock) in enumerate(zip(scenario.plant.shops, clocks, strict=True)):
        worked_h = float((clock.end - clock.start).sum()) / MS / 3600
        mine = flow.base_load.filter(pl.col("shop_idx") == shop_idx)
        for name in ("electricity", "gas"):
            on, off = (getattr(shop.energy, f"{name}_{state}_kw") for state in ("running", "off"))
            expected = worked_h * on + (24 * days - worked_h) * off
            if abs(float(mine[f"{name}_kw"].sum()) * days - expected) > 1e-6 * max(1.0, expected):
                yield f"base_load: {name} of shop {shop.id!r} other than its hours times its loads"


def _sections(scenario: Scenario) -> list[Any]:
    """Every section of the row, of branches and of sub-lines."""
    found: list[Any] = [x for shop in scenario.plant.shops for x in shop.sections]
    found += [part for x in found if x.kind == "parallel" for branch in x.branches for part in branch.sections]
    return found + [part for line in scenario.plant.sublines for part in line.sections]


def _days(scenario: Scenario, clocks: list[_Clock], flow: FlowTrace) -> Iterator[str]:
    """Cars and hours by day, recounted. Cars still in the line may be counted out of earlier shops."""
    num_days = (scenario.horizon.end - scenario.horizon.start).days + 1
    edges = np.arange(num_days + 1) * 86400 * MS
    last = len(scenario.plant.shops) - 1
    for shop_idx, (shop, clock) in enumerate(zip(scenario.plant.shops, clocks, strict=True)):
        hours = np.diff(clock.worked(edges)) / MS / 3600
        mine = flow.days.filter(pl.col("shop_idx") == shop_idx).sort("date")
        if mine.height != num_days:
            yield f"days: {mine.height} days of shop {shop.id!r}, not {num_days}"
            continue
        if np.abs(mine["working_h"].to_numpy() - hours).max() > 1e-6:
            yield f"days: other working hours of shop {shop.id!r} than its shifts"
        day = np.minimum(_ms(scenario, flow.cars[f"out_{shop.id}"]) // (86400 * MS), num_days - 1).astype(np.int64)
        more = mine["cars_out"].to_numpy() - np.bincount(day, minlength=num_days)
        if more.min(initial=0) < 0 or (shop_idx == last and more.any()):
            yield f"days: other cars out of shop {shop.id!r} than the cars' own times"


def _months(scenario: Scenario, sequence: DaySequence, flow: FlowTrace) -> Iterator[str]:
    """Months add up to the sequence, to the cars and to the hours of the last shop."""
    last = len(scenario.plant.shops) - 1
    days = flow.days.filter(pl.col("shop_idx") == last).with_columns(month=pl.col("date").dt.month_start())
    totals = days.group_by("month").agg(pl.col("cars_out").sum(), pl.col("working_h").sum())
    planned = sequence.cars.group_by(month=pl.col("build_on").dt.month_start()).agg(pl.len().alias("planned"))
    both = flow.months.join(totals, on="month", how="left").join(planned, on="month", how="left").fill_null(0)
    if (both["built_cars"] != both["cars_out"]).any() or both["built_cars"].sum() != flow.cars.height:
        yield "months: other cars built than off the line"
    if ((both["working_h"] - both["working_h_right"]).abs() > 1e-6).any():
        yield "months: other hours than the days"
    if (both["planned_cars"] != both["planned"]).any() or both["planned_cars"].sum() != sequence.cars.height:
        yield "months: other cars planned than sequenced"
    if ((both["oee_share"] < 0) | (both["paced_cars"] < 0)).any():
        yield "months: a negative share or capacity"
