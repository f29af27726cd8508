"""What a finished run has left over: line time, space on ships, places in yards. Order promising takes from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.plan.inputs.orders import day_number
from quayline.plan.inputs.rules import selected_share
from quayline.scenario.sailings import Sailing, sailings, taken
from quayline.scenario.working_days import shift_h

if TYPE_CHECKING:
    from quayline.records.stages import FlowTrace, Plan, Shipments
    from quayline.scenario.schema import Scenario
    from quayline.scenario.sources import Part
    from quayline.scenario.vehicles import Model, Variant

DAY_MS = 86_400_000
_SLACK = 1e-6


@dataclass(frozen=True)
class Yard:
    """Cars and places of one yard by day, from day number `first` on; days outside the run are empty."""

    first: int
    cars: np.ndarray
    places: int

    def first_full(self, from_day: int, to_day: int) -> int | None:
        """The first day from `from_day` to `to_day`, both included, without a free place."""
        lo, hi = max(from_day - self.first, 0), max(to_day - self.first + 1, 0)
        full = np.flatnonzero(self.cars[lo:hi] >= self.places)
        return int(full[0]) + lo + self.first if len(full) else None

    def take(self, from_day: int, to_day: int) -> None:
        """Takes a place from `from_day` to `to_day`, both included."""
        self.cars[max(from_day - self.first, 0) : max(to_day - self.first + 1, 0)] += 1


class Room:
    """What is left over, by production day (`number`, `week`, arrays of days), by sailing and by yard.

    `free_cars`: cars that the hours planned for a week still take, of the line or of a slower shop; `room_cars`: the
    same by day; `off_ms`: the moment when the last car planned for a day left the line, for days without cars that of
    the day before plus the days between. All figures are those of the run until `take_line`, `take_ship` and
    `Yard.take` change them.
    """

    def __init__(self, scenario: Scenario, plan: Plan, flow: FlowTrace, ship: Shipments):
        self.scenario = scenario
        days, weeks = plan.days.sort("date"), plan.weeks.sort("week_idx")
        self.number = days["date"].to_physical().to_numpy().astype(np.int64)
        self.week = days["week_idx"].to_numpy().astype(np.int64)
        self._line(days, weeks, _slowest_shop_jph(plan, len(scenario.plant.modes)))
        self.off_ms = _off_ms(self.number, plan, flow)
        self.trips: list[Sailing] = sailings(scenario)
        self.departs = np.array([day_number(s.departs_on) for s in self.trips], np.int64)
        self._ships(ship)
        self.yards = {
            str(rows["place"][0]): _yard(rows) for rows in ship.yards.partition_by("place", maintain_order=True)
        }
        models = {m.id: k for k, m in enumerate(scenario.vehicles.models)}
        self.model_of = np.array([models[v.model] for v in scenario.vehicles.variants], np.int64)
        self.stock = {
            str(key[0]): rows.sort("week_idx")["closing"].to_numpy().copy()
            for key, rows in plan.parts.partition_by("part", as_dict=True).items()
        }
        self._years: dict[int, np.ndarray] = {}
        num_weeks, num_limits = weeks.height, len(scenario.vehicles.mix_limits)
        self.built = np.zeros((len(models), num_weeks))
        self.mix_cars = np.zeros((num_limits, num_weeks))
        home = plan.orders.filter(pl.col("plant_idx") == 0).group_by("variant_idx", "planned_build_on").len()
        for variant, day, cars in home.sort("variant_idx", "planned_build_on").iter_rows():
            week = (day_number(day) - self.monday) // 7
            self.built[self.model_of[variant], week] += cars
            for k in range(num_limits):
                self.mix_cars[k, week] += cars * self._share(variant, k)

    @property
    def monday(self) -> int:
        """Number of the first week's Monday."""
        start = self.scenario.horizon.start
        return day_number(start) - start.weekday()

    def _line(self, days: pl.DataFrame, weeks: pl.DataFrame, shop_jph: np.ndarray) -> None:
        plant = self.scenario.plant
        patterns = {p.id: p.shifts for p in plant.patterns}
        mean_h = np.array([float(np.mean([shift_h(s) for s in patterns[m.pattern]])) for m in plant.modes])
        each_h = mean_h[days["mode_idx"].to_numpy()] + days["overtime_h"].to_numpy()
        day_h = days["num_shifts"].to_numpy() * each_h
        week_h = np.bincount(self.week, day_h, weeks.height)
        capacity, built = (weeks[name].to_numpy().astype(np.float64) for name in ("capacity_cars", "built_cars"))
        through = np.minimum(capacity, shop_jph[weeks["mode_idx"].to_numpy()] * week_h)
        self.free_cars = through - built
        share = np.divide(day_h, week_h[self.week], out=np.zeros(len(day_h)), where=week_h[self.week] > 0)
        self.room_cars = through[self.week] * share - days["cars"].to_numpy()
        speed = np.array([m.speed_jph for m in plant.modes])[weeks["mode_idx"].to_numpy()]
        self.paced_h = capacity / speed  # hours times availability, what mix limits are counted in

    def _ships(self, ship: Shipments) -> None:
        """Space left by voyage: all lanes of a ship together, none on a charter that is not booked."""
        self.space = np.zeros(max([s.voyage for s in self.trips], default=-1) + 1)
        for sailing in self.trips:
            self.space[sailing.voyage] = sailing.capacity
        rows = ship.sailings.sort("sailing_idx").select("loaded", "sails").iter_rows()
        for sailing, (used, sails) in zip(self.trips, rows, strict=True):
            self.space[sailing.voyage] -= used if sails else sailing.capacity

    def _share(self, variant_at: int, limit_at: int) -> float:
        variant = self.scenario.vehicles.variants[variant_at]
        return selected_share(self.scenario, self.model_at(variant_at), variant, limit_at)

    def model_at(self, variant_at: int) -> Model:
        """The model of a variant."""
        return self.scenario.vehicles.models[int(self.model_of[variant_at])]

    def model_years(self, variant_at: int) -> np.ndarray:
        """The model year of a car of the variant by production day; before the model's first, the first."""
        model = int(self.model_of[variant_at])
        if model not in self._years:
            rows = self.model_at(variant_at).model_years
            at = np.searchsorted([day_number(row.from_) for row in rows], self.number, side="right") - 1
            self._years[model] = np.array([row.model_year for row in rows])[np.maximum(at, 0)]
        return self._years[model]

    def open_days(self, variant_at: int, on: int, first: int) -> dict[str, np.ndarray]:
        """By reason, the production days on which one more car of the variant cannot be built; '' where it can.

        Reasons in the order in which they are told: frozen (before day number `first`), not on the line, launch ramp,
        mix limit, long-lead parts (as seen on day number `on`), line hours.
        """
        variant, model = self.scenario.vehicles.variants[variant_at], self.model_at(variant_at)
        roomiest = np.full(len(self.free_cars), -np.inf)
        np.maximum.at(roomiest, self.week, self.room_cars)
        has_place = (self.room_cars >= 1 - _SLACK) | (self.room_cars >= roomiest[self.week])
        blocked = {
            "frozen": self.number < first,
            "not on the line": ~_on_line(self.number, model, variant),
            "launch ramp": ~self._ramp_allows(model)[self.week],
            "mix limit": ~self._mix_allows(variant_at)[self.week],
            "long-lead parts": ~self._parts_allow(variant_at, on)[self.week],
            "line hours": ~((self.free_cars >= 1 - _SLACK)[self.week] & has_place),
        }
        free = ~np.logical_or.reduce(list(blocked.values()))
        return {**blocked, "": free}

    def _mix_allows(self, variant_at: int) -> np.ndarray:
        allows = np.ones(len(self.free_cars), bool)
        for k, limit in enumerate(self.scenario.vehicles.mix_limits):
            share = self._share(variant_at, k)
            if share > 0:
                allows &= self.mix_cars[k] + share <= limit.most_jph * self.paced_h + _SLACK
        return allows

    def _ramp_allows(self, model: Model) -> np.ndarray:
        """Weeks of the launch count from the first whole week that has the model on the line."""
        allows = np.ones(len(self.free_cars), bool)
        start = -((self.monday - day_number(model.from_)) // 7)
        cars = self.built[[m.id for m in self.scenario.vehicles.models].index(model.id)]
        for row in model.ramp:
            if 0 <= start + row.week < len(allows) and start >= 0:
                allows[start + row.week] = cars[start + row.week] + 1 <= row.cars
        return allows

    def _parts_allow(self, variant_at: int, on: int) -> np.ndarray:
        """Weeks in which the store can spare a car's units for good, or begin a lead time after day `on`."""
        allows = np.ones(len(self.free_cars), bool)
        monday = self.monday + 7 * np.arange(len(allows))
        for part in self.scenario.parts:
            if self._takes(part, variant_at):
                spare = np.minimum.accumulate(self.stock[part.id][::-1])[::-1]
                allows &= (spare >= part.units_per_car) | (monday >= on + part.lead_days)
        return allows

    def _takes(self, part: Part, variant_at: int) -> bool:
        model, cars = self.model_at(variant_at), part.cars
        variant = self.scenario.vehicles.variants[variant_at]
        return model.propulsion in cars.propulsion or model.id in cars.models or variant.id in cars.variants

    def room_on(self, sailing: Sailing, model: Model) -> float:
        """Space left on `sailing` after one more car of `model`; negative where it does not fit."""
        lane = self.scenario.logistics.lanes[sailing.lane_idx]
        return float(self.space[sailing.voyage]) - taken(model, lane, sailing.unit) + _SLACK

    def take_line(self, variant_at: int, day_at: int) -> None:
        """Takes a car's place on production day number `day_at` of the list."""
        week = int(self.week[day_at])
        self.free_cars[week] -= 1
        self.room_cars[day_at] -= 1
        for part in self.scenario.parts:
            if self._takes(part, variant_at) and self.stock[part.id][week:].min() >= part.units_per_car:
                self.stock[part.id][week:] -= part.units_per_car
        self.built[self.model_of[variant_at], week] += 1
        for k in range(len(self.mix_cars)):
            self.mix_cars[k, week] += self._share(variant_at, k)

    def take_ship(self, sailing: Sailing, model: Model) -> None:
        """Takes a car's space on a sailing."""
        lane = self.scenario.logistics.lanes[sailing.lane_idx]
        self.space[sailing.voyage] -= taken(model, lane, sailing.unit)


def _slowest_shop_jph(plan: Plan, num_modes: int) -> np.ndarray:
    """By mode, the most cars an hour that all shops pass which the plan knows to be slower than the line."""
    jph = np.full(num_modes, 1e9)
    np.minimum.at(jph, plan.shops["mode_idx"].to_numpy(), plan.shops["most_jph"].to_numpy())
    return jph


def _on_line(number: np.ndarray, model: Model, variant: Variant) -> np.ndarray:
    starts = max(model.from_, variant.from_ or model.from_)
    on: np.ndarray = number >= day_number(starts)
    for until in (model.until, variant.until):
        if until is not None:
            on &= number <= day_number(until)
    return on


def _off_ms(number: np.ndarray, plan: Plan, flow: FlowTrace) -> np.ndarray:
    last = (
        flow.cars.select("order_id", "line_off_at")
        .join(plan.orders.select("order_id", "planned_build_on"), on="order_id")
        .group_by("planned_build_on").agg(pl.col("line_off_at").max())
    )  # fmt: skip
    known = dict(zip(last["planned_build_on"].to_physical(), last["line_off_at"].to_physical(), strict=True))
    off, lag = np.zeros(len(number), np.int64), DAY_MS
    for k, day in enumerate(number.tolist()):
        lag = known.get(day, day * DAY_MS + lag) - day * DAY_MS
        off[k] = day * DAY_MS + lag
    return off


def _yard(rows: pl.DataFrame) -> Yard:
    number = rows["date"].to_physical().to_numpy().astype(np.int64)
    cars = np.zeros(int(number.max() - number.min()) + 1, np.int64)
    cars[number - number.min()] = rows["cars"].to_numpy()
    return Yard(int(number.min()), cars, int(rows["capacity_cars"][0]))
