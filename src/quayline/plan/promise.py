"""Order promising: when a new order can be with its customer, from what a finished run has left over. No planning."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil, floor
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.plan.earlier import frozen_until
from quayline.plan.orders import day_number, day_of
from quayline.plan.room import DAY_MS, Room
from quayline.plan.rules import bars, duty_on, model_year_on, price_list
from quayline.plan.ways import energy_usd_per_car
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
            key = market_at, variant_at
            self.unsold[key] = [car for car in self.unsold[key] if car.order_id != planned.order_id]
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
        today = day_number(on)
        cars = [c for c in self.unsold.get((market_at, variant_at), ()) if c.sold_day > today]
        if not cars:
            return Promise("none")
        car = min(cars, key=lambda c: (max(c.ready_day, today), c.sold_day, c.order_id))
        day = max(car.ready_day, today)
        hold = "it is here" if day == today else "no planned car of the variant that is not sold comes earlier"
        sailing = None if car.sailing_idx is None else self.room.trips[car.sailing_idx]
        return Promise(
            "planned", day_of(day), car.build_on, car.sailing_idx, car.order_id,
            self._price(market_at, variant_at, on),
            self._costs(market_at, variant_at, day_number(car.build_on), sailing), (hold,),
        )  # fmt: skip

    def _built(self, market_at: int, variant_at: int, on: date) -> tuple[Promise, int]:
        """The earliest new car, and its production day's place in the list of days."""
        days = self.room.open_days(variant_at, max(frozen_until(self.scenario, on), day_number(on) + 1))
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
            if not self._barred(market_at, variant_at, day_at, day, day):
                return day, day_at, None, self._line_holds(days, day_at)
        return _NEVER, -1, None, self._line_holds(days, len(self.room.number))

    def _by_sea(self, market_at: int, variant_at: int, on: date, lane: Lane, days: dict[str, np.ndarray]) -> _Way:
        """As `_by_road`: the first sailing with space for a car that can still be built for it; of the days that make
        it the last, since waiting costs."""
        free = np.flatnonzero(days[""])
        ready = np.array([self._ready_day(int(k), lane) for k in free], np.int64)
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
                open_at = [k for k in fits.tolist() if not self._barred(market_at, variant_at, k, day, arrives)]
                full = [self._full_yard(k, sailing) for k in open_at[::-1]]
                if not open_at:
                    holds.append(f"a rule bars cars built by {name} in {market.country}")
                elif all(full):
                    holds.append(f"for {name}: {full[0]}")
                else:
                    day_at = open_at[::-1][full.index("")]
                    line = self._line_holds(days, int(fits[0])) if len(holds) < 2 else ()
                    return day, day_at, sailing, (*holds, *line)
        return _NEVER, -1, None, (*holds, *self._line_holds(days, len(self.room.number))) or ("no sailing is left",)

    def _sailings(self, lane: Lane, today: int) -> list[Sailing]:
        at = self._lanes[lane.id]
        return [s for s, departs in zip(self.room.trips, self.room.departs, strict=True)
                if s.lane_idx == at and departs > today]  # fmt: skip

    def _off_day(self, day_at: int) -> float:
        """The moment at which the last car of a production day is off the line, in days since 1970."""
        return float(self.room.off_ms[day_at] / DAY_MS)

    def _ready_day(self, day_at: int, lane: Lane) -> int:
        """The first departure that a car of a production day makes, with the buffer that the plan keeps."""
        export = self.scenario.plant.export
        gap = self._ports[lane.pol].processing_days + lane.cut_off_days
        planned = int(self.room.number[day_at]) + export.buffer_days + gap
        return ceil(max(planned, self._off_day(day_at) + export.truck_h / 24 + gap))

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

    def _barred(self, market_at: int, variant_at: int, day_at: int, sold: int, imported: int) -> bool:
        """Whether a rule bars a car built on that day from sale on day number `sold` or import on `imported`."""
        model = self.room.model_at(variant_at)
        year = model_year_on(model, day_of(int(self.room.number[day_at])))
        return any(
            year >= rule.model_year_from and day_number(rule.from_) <= (imported if rule.acts_on == "import" else sold)
            for rule in bars(self.scenario, self.scenario.markets[market_at], model)
        )

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
        return self._prices.usd(market.id, variant.id, on)

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
class _Car:
    """A planned car that is not sold: it can be with a customer from `ready_day`, and is sold on `sold_day`."""

    order_id: int
    ready_day: int
    sold_day: int
    build_on: date
    sailing_idx: int | None


def _unsold(scenario: Scenario, plan: Plan, ship: Shipments) -> dict[tuple[int, int], list[_Car]]:
    """Cars of forecast orders by (market, variant), as the run simulated them."""
    inland = pl.Series([round(m.inland_days * DAY_MS) for m in scenario.markets], dtype=pl.Int64)
    cars = plan.orders.join(
        ship.cars.select("order_id", "yard_at", "released_at", "delivered_at", "sailing_idx"), on="order_id"
    ).drop_nulls("delivered_at")  # fmt: skip
    off = pl.coalesce("released_at", "yard_at").to_physical()
    way = inland.gather(cars["market_idx"].cast(pl.UInt32))
    cars = cars.with_columns(
        ((off + way) // DAY_MS).alias("ready"), (pl.col("delivered_at").to_physical() // DAY_MS).alias("sold")
    )
    found: dict[tuple[int, int], list[_Car]] = {}
    columns = ("market_idx", "variant_idx", "order_id", "ready", "sold", "planned_build_on", "sailing_idx")
    for market, variant, *car in cars.select(columns).iter_rows():
        found.setdefault((market, variant), []).append(_Car(*car))
    return found
