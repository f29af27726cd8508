"""Hand-made scenarios, plans and sequences for the tests of quality."""

from __future__ import annotations

from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.records.schemas import PLAN, SEQUENCE
from quayline.records.stages import DaySequence, Plan
from quayline.scenario.loader import load
from quayline.scenario.plant import GateSection
from quayline.scenario.quality import Cause, Detection, Quality
from quayline.scenario.template import new

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario


@cache
def starter() -> Scenario:
    with TemporaryDirectory() as folder:
        new(Path(folder))
        return load(Path(folder))


def gate(name: str) -> GateSection:
    repairs = [{"id": "rework", "bays": 2}, {"id": "respray", "bays": 1}]
    return GateSection.model_validate(
        {"kind": "gate", "id": name, "cycle": "60 s", "spread_share": 0.1, "repairs": repairs, "buffer_after": 2}
    )


def cause(name: str, shop: str, **changes: object) -> Cause:
    row = {"id": name, "name": name, "shop": shop, "rate": 0.2, "launch_factor": 4, "launch_cars": 50,
           "exponent": 0.6, "repair": "rework", "repair_time": "600 s", **changes}  # fmt: skip
    return Cause.model_validate(row)


def with_quality(scenario: Scenario, **changes: object) -> Scenario:
    return scenario.model_copy(update={"quality": scenario.quality.model_copy(update=changes)})


@cache
def three_gates() -> Scenario:
    """The starter with a gate at the end of each shop, and causes in each."""
    scenario = starter()
    shops = [
        shop.model_copy(
            update={"sections": [*(x for x in shop.sections if x.kind != "gate"), gate(f"{shop.id}-check")]}
        )
        for shop in scenario.plant.shops
    ]
    names = [shop.id for shop in shops]
    causes = [cause("dent", names[0]), cause("dust", names[1], repair="respray", rate=0.1), cause("plug", names[2])]
    detection = [
        Detection(gate=f"{names[2]}-check", cause="dent", share=0.5),
        Detection(gate=f"{names[0]}-check", cause="dent", share=0.7),
        Detection(gate=f"{names[1]}-check", cause="dust", share=0.9),
        Detection(gate=f"{names[2]}-check", cause="plug", share=0.8),
    ]
    known = Quality.model_fields.keys() - {"causes", "detection"}
    rest = {name: getattr(scenario.quality, name) for name in known}
    quality = scenario.quality.model_copy(update={**rest, "causes": causes, "detection": detection})
    plant = scenario.plant.model_copy(update={"shops": shops})
    return scenario.model_copy(update={"plant": plant, "quality": quality})


def planned(
    scenario: Scenario, variant_idx: np.ndarray, per_day: int = 20, shuffle_seed: int | None = None
) -> tuple[Plan, DaySequence]:
    """A plan of one order for each entry of `variant_idx`, `per_day` a day, and its sequence."""
    num = len(variant_idx)
    day = [scenario.horizon.start + timedelta(days=k // per_day) for k in range(num)]
    order = np.arange(num)
    if shuffle_seed is not None:
        order = np.random.default_rng(shuffle_seed).permutation(num)
    frame = pl.DataFrame({
        "order_id": order, "variant_idx": variant_idx, "market_idx": np.zeros(num), "colour_idx": np.zeros(num),
        "options": np.zeros(num), "is_firm": np.zeros(num, bool),
        "requested_on": day, "standard_build_on": day, "planned_build_on": day,
        "plant_idx": np.zeros(num), "lane_idx": np.zeros(num), "planned_sailing_idx": np.zeros(num),
        "planned_delivery_on": day, "reason": [""] * num, "reason_text": [""] * num, "binding_idx": [None] * num,
    })  # fmt: skip
    cars = pl.DataFrame({"order_id": order, "position": np.arange(num), "build_on": day})
    empty = {name: pl.DataFrame(schema=_types(PLAN[name])) for name in PLAN if name != "orders"}
    plan = Plan(orders=frame.cast(_types(PLAN["orders"])), **empty, status="made", objective_usd=0.0, bound_usd=0.0,
                gap=0.0)  # fmt: skip
    days = pl.DataFrame(schema=_types(SEQUENCE["days"]))
    return plan, DaySequence(cars.cast(_types(SEQUENCE["cars"])), days)


def _types(schema: object) -> dict[str, pl.DataType]:
    return {column.name: column.dtype for column in schema.columns}  # type: ignore[attr-defined]
