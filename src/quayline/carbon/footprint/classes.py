"""Cars that are alike in all but their hours in the plant, and the bill of each class of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.carbon.footprint.pack import NO_LANE
from quayline.records.schemas import CARBON, FOOTPRINT_STAGES
from quayline.scenario import bill
from quayline.scenario.bill import Activity, Item

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quayline.carbon.footprint.hours import Energy
    from quayline.carbon.footprint.pack import Cars
    from quayline.scenario.schema import Scenario

_KEYS = ("variant_idx", "market_idx", "plant_idx", "lane_idx", "year", "delivery_year")


@dataclass(frozen=True)
class Bills:
    """The bills of all classes, row after row: class `i` has the rows `starts[i]` to `starts[i + 1]`.

    `of_car` (num_cars,) is each car's class. A row is `amount` of the activity `activities[factor_idx]` in the stage
    FOOTPRINT_STAGES[stage_idx]; amounts of the plant's energy are means over the class.
    """

    table: pl.DataFrame
    of_car: NDArray[np.int64]
    starts: NDArray[np.int64]
    stage_idx: NDArray[np.int64]
    factor_idx: NDArray[np.int64]
    amount: NDArray[np.float64]
    parts: list[str]
    units: list[str]
    activities: list[Activity]

    def amounts(self) -> pl.DataFrame:
        """`carbon.amounts`."""
        class_idx = np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))
        return pl.DataFrame({
            "class_idx": class_idx.astype(np.int32),
            "stage": pl.Series(FOOTPRINT_STAGES, dtype=pl.String).gather(self.stage_idx),
            "part": self.parts, "factor_idx": self.factor_idx.astype(np.int32), "amount": self.amount,
            "unit": self.units,
        }, schema={c.name: c.dtype for c in CARBON["amounts"].columns})  # fmt: skip


_BOUGHT = ("materials", "battery", "inbound")


def bills(scenario: Scenario, cars: Cars, energy: Energy, scrapped: NDArray[np.float64]) -> Bills:
    """The classes of `cars` in ascending order of their keys, and their bills.

    `scrapped` (num_variants,): scrapped cars whose materials each car of this plant bears besides its own.
    """
    distinct, of_car = _distinct(cars)
    num_cars = np.bincount(of_car, minlength=len(distinct))
    own = _plant_means(energy, of_car, num_cars)
    activities: dict[Activity, int] = {}
    rows: list[Item] = []
    starts = [0]
    made: dict[tuple[int, ...], list[Item]] = {}
    for k, (variant, market, plant, lane, year, delivered) in enumerate(distinct.tolist()):
        if (variant, plant, year) not in made:
            made[variant, plant, year] = (
                bill.made_elsewhere(scenario, variant, plant) if plant else bill.made(scenario, variant, year)
            )
        gate = made[variant, plant, year]
        rows += gate if plant else _in_its_hours(scenario, gate, own, k, year)
        if not plant and scrapped[variant]:
            rows += [item._replace(part=f"{item.part}, scrapped cars", amount=item.amount * float(scrapped[variant]))
                     for item in gate if item.stage in _BOUGHT]  # fmt: skip
        rows += bill.way(scenario, variant, market, plant, None if lane == NO_LANE else lane)
        rows += bill.life(scenario, variant, market, delivered)
        starts.append(len(rows))
    stages = {stage: k for k, stage in enumerate(FOOTPRINT_STAGES)}
    factor_idx = np.array([activities.setdefault(row.activity, len(activities)) for row in rows], np.int64)
    table = pl.DataFrame(
        {
            "class_idx": np.arange(len(distinct)),
            **{key: distinct[:, k] for k, key in enumerate(_KEYS)},
            "cars": num_cars,
        }
    ).with_columns(pl.col("lane_idx").replace(NO_LANE, None))
    return Bills(
        table.cast({c.name: c.dtype for c in CARBON["classes"].columns}), of_car, np.array(starts, np.int64),
        np.array([stages[row.stage] for row in rows], np.int64), factor_idx,
        np.array([row.amount for row in rows], np.float64), [row.part for row in rows], [row.unit for row in rows],
        list(activities),
    )  # fmt: skip


def _distinct(cars: Cars) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The distinct keys, ascending, shape (num_classes, num_keys), and which of them each car has."""
    code = np.zeros(len(cars.order_id), np.int64)
    lows, spans = [], []
    for key in _KEYS:
        values = getattr(cars, key)
        low = int(values.min()) if len(values) else 0
        span = int(values.max()) - low + 1 if len(values) else 1
        code = code * span + (values - low)
        lows.append(low)
        spans.append(span)
    codes, of_car = np.unique(code, return_inverse=True)
    columns = []
    for low, span in zip(reversed(lows), reversed(spans), strict=True):
        columns.append(codes % span + low)
        codes = codes // span
    return np.stack(columns[::-1], axis=1), of_car.astype(np.int64)


def _plant_means(
    energy: Energy, of_car: NDArray[np.int64], num_cars: NDArray[np.int64]
) -> dict[str, NDArray[np.float64]]:
    """Means by class and shop of what is each car's own, shape (num_classes, num_shops)."""

    def mean(values: NDArray[np.float64]) -> NDArray[np.float64]:
        sums = [np.bincount(of_car, values[:, shop], minlength=len(num_cars)) for shop in range(values.shape[1])]
        return np.stack(sums, axis=1) / num_cars[:, None]

    return {name: mean(getattr(energy, name)) for name in ("grid_ratio", "base_electricity_kwh", "base_gas_kwh")}


def _in_its_hours(
    scenario: Scenario, made: list[Item], own: dict[str, NDArray[np.float64]], class_at: int, year: int
) -> list[Item]:
    """The bill to the gate with electricity weighed by the hours of the class's cars, and their part of base loads."""
    shops = {shop.id: k for k, shop in enumerate(scenario.plant.shops)}
    items = [
        row._replace(amount=row.amount * float(own["grid_ratio"][class_at, shops[row.part]]))
        if row.stage == "plant_electricity" else row
        for row in made
    ]  # fmt: skip
    for shop, k in shops.items():
        electricity_kwh, gas_kwh = (float(own[f"base_{name}_kwh"][class_at, k]) for name in ("electricity", "gas"))
        if electricity_kwh:
            activity = Activity("plant electricity", scenario.plant.place.country, year)
            items.append(Item("plant_base", shop, activity, electricity_kwh, "kWh"))
        if gas_kwh:
            items.append(Item("plant_base", shop, Activity("gas burnt", ""), gas_kwh, "kWh"))
            items.append(Item("gas_upstream", shop, Activity("gas upstream", ""), gas_kwh, "kWh"))
    return items
