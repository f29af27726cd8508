"""Built cars with everything that their money depends on, as arrays; amounts are whole cents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from quayline.base.errors import Fault, ScenarioError
from quayline.records.built import built_cars

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
    """Built cars in the order in which they left their lines. Shapes (num_cars,).

    Times in milliseconds since 1970 (NEVER: not); `requested_day`, `build_day` in days since 1970; `agreement` is -1
    for a model that is built under none. `plant` 0 is the plant, k alternates[k - 1]; `lane` is -1 by road, `sailing`
    -1 for a car that has not sailed, `box` -1 for one that is in none. `escapes` are defects that no gate caught.
    """

    order_id: Ints
    model: Ints
    variant: Ints
    market: Ints
    agreement: Ints
    plant: Ints
    lane: Ints
    sailing: Ints
    box: Ints
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

    @property
    def is_by_sea(self) -> NDArray[np.bool_]:
        """Whether the car goes by ship."""
        is_by_sea: NDArray[np.bool_] = self.lane >= 0
        return is_by_sea

    @property
    def is_own(self) -> NDArray[np.bool_]:
        """Whether the plant built it, not another one."""
        is_own: NDArray[np.bool_] = self.plant == 0
        return is_own

    @property
    def is_imported(self) -> NDArray[np.bool_]:
        """Whether it came through the port of discharge: a car that is barred on import does not."""
        is_imported: NDArray[np.bool_] = self.released != NEVER
        return is_imported


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
    escaped = quality.defects.filter(pl.col("fate") == "escaped").group_by("order_id").agg(pl.len().alias("escapes"))
    rows = (
        built_cars(plan, flow)
        .join(ship.cars, on="order_id", how="left")
        .join(escaped, on="order_id", how="left")
        .with_columns(pl.col("escapes").fill_null(0))
        .sort("line_off_at", "order_id")
    )
    if rows["yard_at"].null_count() or ship.cars.height != rows.height:
        raise ValueError("cars that left the line are not those that ship knows")
    models = [m.id for m in scenario.vehicles.models]
    model_of = np.array([models.index(v.model) for v in scenario.vehicles.variants], np.int64)
    agreed = np.array([_agreement(scenario, name) for name in models], np.int64)

    def numbers(name: str) -> Ints:
        return rows[name].cast(pl.Int64).fill_null(-1).to_numpy()

    def moments(name: str) -> Ints:
        return rows[name].to_physical().cast(pl.Int64).fill_null(NEVER).to_numpy()

    variant = numbers("variant_idx")
    return Cars(
        numbers("order_id"), model_of[variant], variant, numbers("market_idx"), agreed[model_of[variant]],
        numbers("plant_idx"), numbers("lane_idx"), numbers("sailing_idx"), numbers("box_idx"),
        moments("requested_on"), moments("planned_build_on"), moments("line_off_at"), moments("port_at"),
        moments("departed_at"), moments("arrived_at"), moments("released_at"), moments("delivered_at"),
        numbers("escapes"), day_number(scenario.horizon.end + timedelta(days=1)) * DAY_MS,
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


def of_lanes(scenario: Scenario, name: str, port: str) -> Floats:
    """One figure of a port (`pol` or `pod`) of every lane; a last 0 for cars by road, whose lane is -1."""
    ports: dict[str, Any] = {p.id: p for p in scenario.logistics.ports}
    values = [getattr(ports[getattr(lane, port)], name) for lane in scenario.logistics.lanes]
    return np.array([*values, 0.0], np.float64)


def of_plants(own: float, others: list[float]) -> Floats:
    """One figure of the plant and of the other plants."""
    return np.array([own, *others], np.float64)


def prices(scenario: Scenario, cars: Cars, days: Ints, is_first_before: bool = False) -> Ints:
    """The price in cents of each car by the table in force on its day.

    Before the first price of a variant in a market there is none: ScenarioError, or the first if `is_first_before`.
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
            if not rows or (rows[0][0] > first and not is_first_before):
                told = f"no price of {names[1]} in {names[0]} on {first}"
                faults.append(Fault(scenario.name, 0, 0, "prices", told))
                continue
            starts = np.array([day_number(day) for day, _ in rows])
            table = cents(np.array([price for _, price in rows]))
            found[mine] = table[np.maximum(np.searchsorted(starts, days[mine], side="right") - 1, 0)]
    if faults:
        raise ScenarioError(faults)
    return found
