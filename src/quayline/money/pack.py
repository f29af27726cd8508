"""Built cars with everything that their money depends on, as arrays; amounts are whole cents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from quayline.base.errors import Fault, ScenarioError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quayline.records.stages import FlowTrace, Plan, QualityLog, Shipments
    from quayline.scenario.schema import Scenario

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

DAY_MS = 86_400_000
NEVER = np.iinfo(np.int64).max
EPOCH = date(1970, 1, 1)


@dataclass(frozen=True)
class Cars:
    """Built cars in the order in which they left the line. Shapes (num_cars,).

    Times in milliseconds since 1970 (NEVER: not); `requested_day`, `build_day` in days since 1970; `agreement` is -1
    for a model that is built under none. `escapes` are defects that no gate caught.
    """

    order_id: Ints
    model: Ints
    variant: Ints
    market: Ints
    agreement: Ints
    is_by_sea: NDArray[np.bool_]
    requested_day: Ints
    build_day: Ints
    line_off: Ints
    port: Ints
    departed: Ints
    arrived: Ints
    released: Ints
    delivered: Ints
    escapes: Ints
    closing: int


def cents(usd: Floats | float) -> Ints:
    """Amounts in USD to whole cents, half to even."""
    return np.rint(np.asarray(usd, np.float64) * 100).astype(np.int64)


def day_number(day: date) -> int:
    """Days since 1970."""
    return (day - EPOCH).days


def days_of(moments: Ints) -> Ints:
    """The day of each moment, in days since 1970."""
    return moments // DAY_MS


def years_of(days: Ints) -> Ints:
    """The calendar year of each day."""
    return days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970


def pack_cars(scenario: Scenario, plan: Plan, quality: QualityLog, flow: FlowTrace, ship: Shipments) -> Cars:
    """The built cars; raises ValueError for cars that plan, flow and ship do not all know."""
    escaped = quality.defects.filter(pl.col("gate") == "").group_by("order_id").agg(pl.len().alias("escapes"))
    wanted = plan.orders.select("order_id", "variant_idx", "market_idx", "requested_on", "planned_build_on")
    rows = (
        flow.cars.select("order_id", "line_off_at")
        .join(wanted, on="order_id", how="left")
        .join(ship.cars, on="order_id", how="left")
        .join(escaped, on="order_id", how="left")
        .with_columns(pl.col("escapes").fill_null(0))
        .sort("line_off_at", "order_id")
    )
    if rows["planned_build_on"].null_count() or rows["yard_at"].null_count() or ship.cars.height != rows.height:
        raise ValueError("cars that left the line are not those that plan and ship know")
    models = [m.id for m in scenario.vehicles.models]
    model_of = np.array([models.index(v.model) for v in scenario.vehicles.variants], np.int64)
    agreed = np.array([_agreement(scenario, name) for name in models], np.int64)
    by_sea = np.array([m.lane is not None for m in scenario.markets])
    variant = rows["variant_idx"].to_numpy().astype(np.int64)
    market = rows["market_idx"].to_numpy().astype(np.int64)

    def moments(name: str) -> Ints:
        return rows[name].to_physical().fill_null(NEVER).to_numpy().astype(np.int64)

    return Cars(
        rows["order_id"].to_numpy().astype(np.int64), model_of[variant], variant, market, agreed[model_of[variant]],
        by_sea[market], moments("requested_on"), moments("planned_build_on"), moments("line_off_at"),
        moments("port_at"), moments("departed_at"), moments("arrived_at"), moments("released_at"),
        moments("delivered_at"), rows["escapes"].to_numpy().astype(np.int64),
        day_number(scenario.horizon.end + timedelta(days=1)) * DAY_MS,
    )  # fmt: skip


def _agreement(scenario: Scenario, model: str) -> int:
    """The place of the agreement that covers `model`, or -1; raises ScenarioError when there are two."""
    mine = [k for k, a in enumerate(scenario.agreements) if model in a.models]
    if len(mine) > 1:
        names = " and ".join(scenario.agreements[k].id for k in mine)
        raise ScenarioError([Fault(scenario.name, 0, 0, "agreements", f"{model} is in {names}, expected in one")])
    return mine[0] if mine else -1


def of_variants(scenario: Scenario, name: str) -> Floats:
    """One figure of every variant."""
    return np.array([getattr(v, name) for v in scenario.vehicles.variants], np.float64)


def of_markets(scenario: Scenario, name: str) -> Floats:
    """One figure of every market."""
    return np.array([getattr(m, name) for m in scenario.markets], np.float64)


def of_lanes(scenario: Scenario, name: str, port: str = "") -> Floats:
    """One figure of the lane of every market, or of its port (`pol` or `pod`); 0 for a market reached by road."""
    lanes: dict[str, Any] = {lane.id: lane for lane in scenario.logistics.lanes}
    ports = {p.id: p for p in scenario.logistics.ports}
    things = [m.lane and (ports[getattr(lanes[m.lane], port)] if port else lanes[m.lane]) for m in scenario.markets]
    return np.array([getattr(thing, name) if thing else 0.0 for thing in things], np.float64)


def prices(scenario: Scenario, cars: Cars, days: Ints) -> Ints:
    """The price in cents of each car by the table in force on its day.

    Raises ScenarioError where the first price of a variant in a market begins after a day that it is needed for.
    """
    found, faults = np.zeros(len(days), np.int64), []
    for market in range(len(scenario.markets)):
        for variant in range(len(scenario.vehicles.variants)):
            mine = (cars.market == market) & (cars.variant == variant)
            if not mine.any():
                continue
            names = scenario.markets[market].id, scenario.vehicles.variants[variant].id
            rows = sorted((p.from_, p.price_usd_per_car) for p in scenario.prices if (p.market, p.variant) == names)
            first = EPOCH + timedelta(days=int(days[mine].min()))
            if not rows or rows[0][0] > first:
                told = f"no price of {names[1]} in {names[0]} on {first}"
                faults.append(Fault(scenario.name, 0, 0, "prices", told))
                continue
            starts = np.array([day_number(day) for day, _ in rows])
            table = cents(np.array([price for _, price in rows]))
            found[mine] = table[np.searchsorted(starts, days[mine], side="right") - 1]
    if faults:
        raise ScenarioError(faults)
    return found
