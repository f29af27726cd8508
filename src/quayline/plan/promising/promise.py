"""Order promising: when a new order can be with its customer, from what a finished run has left over. No planning."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil, floor
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.plan.inputs.earlier import frozen_until
from quayline.plan.inputs.orders import day_number, day_of
from quayline.plan.inputs.rules import bars, duty_on, kept_subsidy_usd, port_fee_usd, price_list
from quayline.plan.inputs.ways import energy_usd_per_car
from quayline.plan.promising.room import DAY_MS, Room
from quayline.scenario.sailings import Sailing, freight_usd

if TYPE_CHECKING:
    from datetime import date

    from quayline.records.stages import FlowTrace, Plan, Shipments
    from quayline.scenario.markets import Lane, Market, Port
    from quayline.scenario.schema import Scenario

_CALLED_DAYS = 7


@dataclass(frozen=True)
class Promise:
    """What a customer may be told. `source`: "planned" (a planned car that is not sold, `order_id`), "capacity" (a
    car built on top) or "none". Costs by element; contribution is the price less their sum. `holds`: what keeps the
    car from being earlier, or from being at all."""

    source: str
    delivery_on: date | None = None
    build_on: date | None = None
    sailing_idx: int | None = None
    order_id: int | None = None
    price_usd: float = 0.0
    costs_usd: dict[str, float] = field(default_factory=dict)
    holds: tuple[str, ...] = ()

    @property
    def contribution_usd(self) -> float:
        """The price less all costs."""
        return self.price_usd - sum(self.costs_usd.values())


class Book:
    """The promises of a finished run: planned cars that are not sold, and the room that is left. Each promise taken
    uses up what it takes."""

    def __init__(self, scenario: Scenario, plan: Plan, flow: FlowTrace, ship: Shipments):
        self.scenario = scenario
        self.room = Room(scenario, plan, flow, ship)
        self.unsold = _unsold(scenario, plan, ship)
        self._ports = {port.id: port for port in scenario.logistics.ports}
        self._lanes = {lane.id: k for k, lane in enumerate(scenario.logistics.lanes)}
        self._prices = price_list(scenario)

    def promise(self, market_at: int, variant_at: int, on: date) -> Promise:
        """The earliest delivery for an order placed on `on`: of a planned car that is not sold, else of a new car.

        A planned car comes before a new one on the same day. Takes what it promises.
        """
        planned = self._planned(market_at, variant_at, on)
        built, day_at = self._built(market_at, variant_at, on)
        if planned.delivery_on and (built.delivery_on is None or planned.delivery_on <= built.delivery_on):
            cars = self.unsold[market_at, variant_at]
            cars.sold_day[cars.order_id == planned.order_id] = 0
            return planned
        if built.delivery_on:
            self.room.take_line(variant_at, day_at)
            if built.sailing_idx is not None:
                sailing = self.room.trips[built.sailing_idx]
                self.room.take_ship(sailing, self.room.model_at(variant_at))
                for name, stay in self._stays(day_at, sailing).items():
                    if name in self.room.yards:
                        self.room.yards[name].take(*stay)
        return built

    def _planned(self, market_at: int, variant_at: int, on: date) -> Promise:
        """The first planned car of the variant and market that is not sold by `on`."""
        today, cars = day_number(on), self.unsold.get((market_at, variant_at))
        mine = np.flatnonzero(cars.sold_day > today) if cars else ()
        if cars is None or not len(mine):
            return Promise("none")
        k = int(mine[np.argmin(np.maximum(cars.ready_day[mine], today))])
        day, sailing_at = max(int(cars.ready_day[k]), today), int(cars.sailing_idx[k])
        hold = "it is here" if day == today else "no planned car of the variant that is not sold comes earlier"
        sailing = None if sailing_at < 0 else self.room.trips[sailing_at]
        build_day = int(cars.build_day[k])
        return Promise(
            "planned", day_of(day), day_of(build_day), None if sailing_at < 0 else sailing_at, int(cars.order_id[k]),
            self._price(market_at, variant_at, on), self._costs(market_at, variant_at, build_day, sailing), (hold,),
        )  # fmt: skip

    def _built(self, market_at: int, variant_at: int, on: date) -> tuple[Promise, int]:
        """The earliest new car, and its production day's place in the list of days."""
        today = day_number(on)
        days = self.room.open_days(variant_at, today, max(frozen_until(self.scenario, on), today + 1))
        market = self.scenario.markets[market_at]
        lanes = [self.scenario.logistics.lanes[self._lanes[name]] for name in (market.lane, *market.lanes) if name]
        home = [lane for lane in lanes if lane.pol == self.scenario.plant.export.port]
        found = [self._by_road(market_at, variant_at, days)] if market.lane is None else []
        found += [self._by_sea(market_at, variant_at, on, lane, days) for lane in home]
        if not found:
            return Promise("none", holds=("no lane of the market begins at the plant's port",)), -1
        day, day_at, sailing, holds = min(found, key=lambda way: way[0])
        if day == _NEVER:
            return Promise("none", holds=holds), -1
        build_day = int(self.room.number[day_at])
        return Promise(
            "capacity", day_of(day), day_of(build_day), sailing.sailing_idx if sailing else None, None,
            self._price(market_at, variant_at, on), self._costs(market_at, variant_at, build_day, sailing), holds,
        ), day_at  # fmt: skip

    def _by_road(self, market_at: int, variant_at: int, days: dict[str, np.ndarray]) -> _Way:
        """(delivery day, place of the production day, none, what holds it)."""
        for day_at in np.flatnonzero(days[""]).tolist():
            day = floor(self._off_day(day_at) + self.scenario.markets[market_at].inland_days)
            if not self._barred(market_at, variant_at, np.array([day_at]), day, day)[0]:
                return day, day_at, None, self._line_holds(days, day_at)
        return _NEVER, -1, None, self._line_holds(days, len(self.room.number))

    def _by_sea(self, market_at: int, variant_at: int, on: date, lane: Lane, days: dict[str, np.ndarray]) -> _Way:
        """As `_by_road`: the first sailing with space for a car that can still be built for it; of the days that make
        it the last, since waiting costs."""
        free = np.flatnonzero(days[""])
        ready = self._ready_days(free, lane)
        market, model = self.scenario.markets[market_at], self.room.model_at(variant_at)
        holds: list[str] = []
        for sailing in self._sailings(lane, day_number(on)):
            arrives = day_number(sailing.arrives_on)
            day = arrives + floor(self._pod(lane).processing_days + market.inland_days)
            name = f"the sailing of {sailing.departs_on:%d %B %Y}"
            fits = free[ready <= day_number(sailing.departs_on)]
            if not len(fits):
                holds = [f"no car can be built in time for {name}"]
            elif self.room.room_on(sailing, model) < 0:
                holds.append(f"{name} is full")
            else:
                open_at = fits[~self._barred(market_at, variant_at, fits, day, arrives)]
                why = ""
                for day_at in open_at[::-1].tolist():
                    full = self._full_yard(day_at, sailing)
                    if not full:
                        line = self._line_holds(days, int(fits[0])) if len(holds) < 2 else ()
                        return day, day_at, sailing, (*holds, *line)
                    why = why or f"for {name}: {full}"
                holds.append(why or f"a rule bars cars built by {name} in {market.country}")
        return _NEVER, -1, None, (*holds, *self._line_holds(days, len(self.room.number))) or ("no sailing is left",)

    def _sailings(self, lane: Lane, today: int) -> list[Sailing]:
        at = self._lanes[lane.id]
        return [s for s, departs in zip(self.room.trips, self.room.departs, strict=True)
                if s.lane_idx == at and departs > today]  # fmt: skip

    def _off_day(self, day_at: int) -> float:
        """The moment at which the last car of a production day is off the line, in days since 1970."""
        return float(self.room.off_ms[day_at] / DAY_MS)

    def _ready_days(self, days_at: np.ndarray, lane: Lane) -> np.ndarray:
        """The first departure that cars of production days make, with the buffer that the plan keeps."""
        export = self.scenario.plant.export
        gap = self._ports[lane.pol].processing_days + lane.cut_off_days
        planned = self.room.number[days_at] + export.buffer_days + gap
        ready: np.ndarray = np.ceil(np.maximum(planned, self.room.off_ms[days_at] / DAY_MS + export.truck_h / 24 + gap))
        return ready

    def _pod(self, lane: Lane) -> Port:
        return self._ports[lane.pod]

    def _stays(self, day_at: int, sailing: Sailing) -> dict[str, tuple[int, int]]:
        """Yard to first and last day of the car in it."""
        lane = self.scenario.logistics.lanes[sailing.lane_idx]
        off, departs = floor(self._off_day(day_at)), day_number(sailing.departs_on)
        arrives, called = day_number(sailing.arrives_on), max(off, departs - _CALLED_DAYS)
        released = arrives + ceil(self._pod(lane).processing_days) - 1
        return {"plant": (off, called), lane.pol: (called, departs - 1), lane.pod: (arrives, max(released, arrives))}

    def _full_yard(self, day_at: int, sailing: Sailing) -> str:
        """What keeps a car from waiting for the sailing, '' where nothing does."""
        for name, stay in self._stays(day_at, sailing).items():
            full = self.room.yards[name].first_full(*stay) if name in self.room.yards else None
            if full is not None:
                return f"the yard of {name} is full on {day_of(full):%d %B %Y}"
        return ""

    def _barred(self, market_at: int, variant_at: int, days_at: np.ndarray, sold: int, imported: int) -> np.ndarray:
        """Which of the production days a rule bars from sale on day number `sold` or import on `imported`."""
        model, barred = self.room.model_at(variant_at), np.zeros(len(days_at), bool)
        for rule in bars(self.scenario, self.scenario.markets[market_at], model):
            if day_number(rule.from_) <= (imported if rule.acts_on == "import" else sold):
                barred |= self.room.model_years(variant_at)[days_at] >= rule.model_year_from
        return barred

    def _line_holds(self, days: dict[str, np.ndarray], until: int) -> tuple[str, ...]:
        """What blocks the production days before place `until`, each reason with its days."""
        holds, told = [], np.zeros(until, bool)
        for reason, blocked in days.items():
            mine = np.flatnonzero(blocked[:until] & ~told)
            if reason and len(mine):
                first, last = (day_of(int(self.room.number[k])) for k in (mine[0], mine[-1]))
                holds.append(
                    f"{reason} up to {last:%d %B %Y}"
                    if reason in ("frozen", "not on the line")
                    else f"{reason}: {len(mine)} days between {first:%d %B %Y} and {last:%d %B %Y}"
                )
            told |= blocked[:until]
        return tuple(holds)

    def _price(self, market_at: int, variant_at: int, on: date) -> float:
        market, variant = self.scenario.markets[market_at], self.scenario.vehicles.variants[variant_at]
        usd = self._prices.usd(market.id, variant.id, on)
        return usd + kept_subsidy_usd(self.scenario, market, self.room.model_at(variant_at), on, usd)

    def _costs(self, market_at: int, variant_at: int, build_day: int, sailing: Sailing | None) -> dict[str, float]:
        """What the car costs on top of what is paid anyway, by element."""
        market, variant = self.scenario.markets[market_at], self.scenario.vehicles.variants[variant_at]
        costs = {"parts": variant.parts_usd_per_car, "energy": energy_usd_per_car(self.scenario)}
        if sailing is not None:
            lane, export = self.scenario.logistics.lanes[sailing.lane_idx], self.scenario.plant.export
            costs["truck"] = export.truck_usd_per_car
            costs["ports"] = self._ports[lane.pol].handling_usd_per_car + self._pod(lane).handling_usd_per_car
            costs["freight"] = freight_usd(self.room.model_at(variant_at), lane)
            costs["duty"] = self._duty_usd(market, variant.id, sailing.arrives_on)
            costs["port fee"] = port_fee_usd(self.scenario, self._pod(lane).place.country, sailing.arrives_on)
            waits = max(day_number(sailing.departs_on) - build_day, 0)
            costs["waiting"] = waits * (export.yard_usd_per_car_day + market.stock_usd_per_car_day)
        costs["inland"] = market.inland_usd_per_car
        return costs

    def _duty_usd(self, market: Market, variant: str, arrives_on: date) -> float:
        duty = duty_on(self.scenario, market, arrives_on, self.scenario.plant.place.country)
        value_usd = self._prices.usd(market.id, variant, arrives_on) * self.scenario.trade.customs_value_share
        return duty.rate * value_usd if duty else 0.0


_NEVER = 10**9
_Way = tuple[int, int, Sailing | None, tuple[str, ...]]


@dataclass(frozen=True)
class Unsold:
    """Planned cars of a market and variant, in the order in which their customers want them: each can be with one
    from `ready_day`, and is sold on `sold_day` (0: by a promise). `sailing_idx` -1: by road."""

    order_id: np.ndarray
    ready_day: np.ndarray
    sold_day: np.ndarray
    build_day: np.ndarray
    sailing_idx: np.ndarray


def _unsold(scenario: Scenario, plan: Plan, ship: Shipments) -> dict[tuple[int, int], Unsold]:
    """Cars by (market, variant), as the run simulated them."""
    inland = pl.Series([round(m.inland_days * DAY_MS) for m in scenario.markets], dtype=pl.Int64)
    cars = plan.orders.filter(~pl.col("is_firm")).join(
        ship.cars.select("order_id", "yard_at", "released_at", "delivered_at", "sailing_idx"), on="order_id",
        maintain_order="left",
    ).drop_nulls("delivered_at")  # fmt: skip
    off = pl.coalesce("released_at", "yard_at").to_physical()
    way = inland.gather(cars["market_idx"].cast(pl.UInt32))
    columns = {
        "order_id": pl.col("order_id"), "ready": (off + way) // DAY_MS,
        "sold": pl.col("delivered_at").to_physical() // DAY_MS, "build": pl.col("planned_build_on").to_physical(),
        "sailing": pl.col("sailing_idx").fill_null(-1),
    }  # fmt: skip
    cars = cars.select("market_idx", "variant_idx", *(one.cast(pl.Int64).alias(name) for name, one in columns.items()))
    parts = cars.partition_by("market_idx", "variant_idx", as_dict=True)
    return {
        (int(key[0]), int(key[1])): Unsold(*(part[name].to_numpy().copy() for name in columns))
        for key, part in parts.items()
    }
