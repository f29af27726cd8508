"""Levers on the car: the scenario with one pulled, what it saves a car, and what a tonne of that costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.carbon.footprint.drawn import drawn
from quayline.carbon.footprint.factors import factor
from quayline.carbon.footprint.solve import BOUNDARIES
from quayline.carbon.uncertainty import interval
from quayline.records.schemas import CARBON
from quayline.scenario import bill

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from quayline.carbon.footprint.products import Products
    from quayline.scenario.bill import Activity, Item
    from quayline.scenario.claims import CarLever
    from quayline.scenario.inventory import Material
    from quayline.scenario.schema import Scenario
    from quayline.scenario.vehicles import Variant


def pulled(scenario: Scenario, lever: CarLever) -> Scenario:
    """The scenario as it would be with the lever: mixes, batteries and their mass, ships."""
    carbon, vehicles = scenario.carbon, scenario.vehicles
    materials = [_swapped(material, lever) for material in carbon.materials]
    variants = [_with_pack(scenario, variant, lever) for variant in vehicles.variants]
    lanes = scenario.logistics.lanes
    if lever.ship is not None:
        lanes = [lane.model_copy(update={"ship": lever.ship, "emissions_kgco2e_per_tkm": None}) for lane in lanes]
    return scenario.model_copy(update={
        "carbon": carbon.model_copy(update={"materials": materials}),
        "vehicles": vehicles.model_copy(update={"variants": variants}),
        "logistics": scenario.logistics.model_copy(update={"lanes": lanes}),
    })  # fmt: skip


def lever_table(
    scenario: Scenario, classes: pl.DataFrame, products: Products, num_draws: int, seed: int
) -> pl.DataFrame:
    """`carbon.levers`: each lever for each variant built here that it changes, for its largest class of cars."""
    rows = [
        row
        for lever in scenario.carbon.levers
        for one in _largest(classes).iter_rows(named=True)
        for row in _saved(scenario, lever, one, products, num_draws, seed)
    ]
    return pl.DataFrame(rows, schema={column.name: column.dtype for column in CARBON["levers"].columns})


def _swapped(material: Material, lever: CarLever) -> Material:
    for swap in lever.swaps:
        if swap.material == material.id:
            part = type(material.mix[0])
            kept = [part(product=old.product, share=old.share * (1 - swap.share)) for old in material.mix]
            material = material.model_copy(update={"mix": [*kept, part(product=swap.product, share=swap.share)]})
    return material


def _with_pack(scenario: Scenario, variant: Variant, lever: CarLever) -> Variant:
    """Another battery; a smaller one takes its part of the pack's mass off the car. Consumption stays as it is."""
    for swap in lever.packs:
        if swap.battery == variant.battery:
            variant = variant.model_copy(update={"battery": swap.by})
            break
    if lever.battery_kwh is not None and variant.battery_kwh > lever.battery_kwh:
        lost_kg = bill.pack_kg(scenario, variant) * (1 - lever.battery_kwh / variant.battery_kwh)
        changed = {"battery_kwh": lever.battery_kwh, "kerb_mass_kg": variant.kerb_mass_kg - lost_kg}
        variant = variant.model_copy(update=changed)
    return variant


def _largest(classes: pl.DataFrame) -> pl.DataFrame:
    """The class with most cars of each variant of this plant; of equals the first."""
    here = classes.filter(pl.col("plant_idx") == 0)
    ordered = here.sort(["cars", "class_idx"], descending=[True, False])
    return ordered.unique("variant_idx", keep="first", maintain_order=True).sort("variant_idx")


def whole_bill(scenario: Scenario, one: dict[str, Any]) -> list[Item]:
    """The bill of a car of a class over its life, without what only its own hours decide."""
    return [
        *bill.made(scenario, one["variant_idx"], one["year"]),
        *bill.way(scenario, one["variant_idx"], one["market_idx"], one["plant_idx"], one["lane_idx"]),
        *bill.life(scenario, one["variant_idx"], one["market_idx"], one["delivery_year"]),
    ]


def _saved(
    scenario: Scenario, lever: CarLever, one: dict[str, Any], products: Products, num_draws: int, seed: int
) -> Iterator[dict[str, Any]]:
    stages = _up_to(scenario.carbon.boundary)
    changes: dict[tuple[Activity, bool], float] = {}
    for sign, items in ((1, whole_bill(scenario, one)), (-1, whole_bill(pulled(scenario, lever), one))):
        for item in items:
            key = (item.activity, item.stage in stages)
            changes[key] = changes.get(key, 0.0) + sign * item.amount
    changes = {key: amount for key, amount in changes.items() if abs(amount) > 1e-12}
    if not changes:
        return
    activities = sorted({activity for activity, _ in changes})
    value = {activity: factor(scenario, activity, products).kgco2e for activity in activities}
    saved = {within: sum(amount * value[a] for (a, is_within), amount in changes.items() if is_within == within)
             for within in (True, False)}  # fmt: skip
    amounts = np.array([changes.get((activity, True), 0.0) for activity in activities])
    spread = interval((drawn(scenario, activities, products, num_draws, seed) * amounts).sum(axis=1), 0.9)
    cost = lever.cost_usd_per_car if lever.saved_usd_per_car is None else -lever.saved_usd_per_car
    kgco2e = saved[True]
    yield {
        "lever": lever.id, "name": lever.name, "variant_idx": one["variant_idx"], "class_idx": one["class_idx"],
        "boundary": scenario.carbon.boundary, "saved_kgco2e": kgco2e, "low_kgco2e": spread.low,
        "high_kgco2e": spread.high, "life_kgco2e": saved[True] + saved[False], "cost_usd": cost,
        "cost_usd_per_t": None if cost is None or kgco2e <= 0 else cost / kgco2e * 1000,
    }  # fmt: skip


def _up_to(boundary: str) -> set[str]:
    """All stages within a boundary."""
    found: set[str] = set()
    for name, stages in BOUNDARIES.items():
        found |= set(stages)
        if name == boundary:
            break
    return found
