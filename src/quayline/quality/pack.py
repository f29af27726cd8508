"""Causes and gates of a scenario as arrays, in the order of the line."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.base.errors import Fault, ScenarioError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from quayline.quality.params import QualityParams
    from quayline.records.stages import DaySequence, Plan
    from quayline.scenario.quality import Cause
    from quayline.scenario.schema import Scenario


@dataclass(frozen=True)
class Gate:
    """A gate that a defect passes: its place among the names of `Causes.gates`, and the share it catches.

    `model_idx`: of the cars that go through it.
    """

    gate_idx: int
    name: str
    share: float
    model_idx: tuple[int, ...]


@dataclass(frozen=True)
class Causes:
    """The causes with the gates each passes, first gate first; `gates` are the names of all gates of the line.

    Gates of branches of which only the simulation knows which one a car takes are one: "a or b". `shop_of_cause` and
    `shop_of_gate` are places in plant.shops.
    """

    causes: tuple[Cause, ...]
    passes: tuple[tuple[Gate, ...], ...]
    gates: tuple[str, ...]
    shop_of_cause: tuple[int, ...]
    shop_of_gate: tuple[int, ...]


@dataclass(frozen=True)
class Cars:
    """Sequenced cars in the order of the line. `nth` counts the cars of the model before this one.

    Shapes: all (num_cars,). `is_launch` marks cars of a model whose launch lies in the horizon.
    `month_code` of the build day is 12 * year + month - 1.
    """

    order_id: NDArray[np.int64]
    model_idx: NDArray[np.int64]
    nth: NDArray[np.int64]
    is_launch: NDArray[np.bool_]
    month_code: NDArray[np.int64]

    def between(self, first: int, end: int) -> Cars:
        """The cars at places `first` … `end` - 1 of the line."""
        return Cars(*(getattr(self, field.name)[first:end] for field in fields(self)))


def pack_causes(scenario: Scenario, params: QualityParams) -> Causes:
    """The causes of `scenario`; raises ScenarioError with every gate that no defect can pass, and every absurd rate."""
    places = list(_places(scenario))
    shop_of_gate = {name: shop for shop, names, _ in places for name in names}
    shop_idx = {shop.id: k for k, shop in enumerate(scenario.plant.shops)}
    shares: dict[tuple[str, str], float] = {}
    faults: list[tuple[str, str]] = []
    made_in = {cause.id: shop_idx[cause.shop] for cause in scenario.quality.causes}
    for i, row in enumerate(scenario.quality.detection):
        at = f"quality.detection[{i}]"
        if (row.gate, row.cause) in shares:
            faults.append((at, f"gate {row.gate!r} has a share for {row.cause!r} already"))
        if shop_of_gate[row.gate] < made_in[row.cause]:
            faults.append((at, f"gate {row.gate!r} lies before the shop in which {row.cause!r} arises"))
        shares[row.gate, row.cause] = row.share
    for cause in scenario.quality.causes:
        highest = cause.rate * max(1.0, cause.launch_factor)
        if highest > params.most_defects_per_car:
            most = params.most_defects_per_car
            faults.append((f"quality.causes.{cause.id}", f"{highest:g} defects a car, expected at most {most:g}"))
    if faults:
        raise ScenarioError([Fault(scenario.name, 0, 0, path, message) for path, message in faults])
    passes = tuple(
        tuple(
            Gate(k, names[0], shares[names[0], cause.id], models)
            for k, (_, names, models) in enumerate(places) if (names[0], cause.id) in shares
        )
        for cause in scenario.quality.causes
    )  # fmt: skip
    names = tuple(" or ".join(names) for _, names, _ in places)
    made_at = tuple(made_in[cause.id] for cause in scenario.quality.causes)
    return Causes(tuple(scenario.quality.causes), passes, names, made_at, tuple(shop for shop, _, _ in places))


def _places(scenario: Scenario) -> Iterator[tuple[int, list[str], tuple[int, ...]]]:
    """(place of the shop, names, models whose cars go there) of every gate in the order of the line; gates of several
    names are those that stand at the same place of branches by room or in turn, all alike."""
    models = [model.id for model in scenario.vehicles.models]
    for shop_idx, shop in enumerate(scenario.plant.shops):
        for section in shop.sections:
            if section.kind == "gate":
                yield shop_idx, [section.id], tuple(range(len(models)))
            if section.kind != "parallel":
                continue
            rows = [[part.id for part in branch.sections if part.kind == "gate"] for branch in section.branches]
            if section.route != "model":
                yield from ((shop_idx, list(beside), tuple(range(len(models)))) for beside in zip(*rows, strict=True))
                continue
            for branch, row in zip(section.branches, rows, strict=True):
                yield from ((shop_idx, [name], tuple(map(models.index, branch.models))) for name in row)


def pack_cars(scenario: Scenario, plan: Plan, sequence: DaySequence) -> Cars:
    """The sequenced cars of `plan`, in the order of the line."""
    models = {model.id: k for k, model in enumerate(scenario.vehicles.models)}
    model_of_variant = np.array([models[v.model] for v in scenario.vehicles.variants], np.int64)
    launches = np.array([m.id in scenario.quality.launches for m in scenario.vehicles.models])
    cars = sequence.cars.sort("position").join(
        plan.orders.select("order_id", "variant_idx"), on="order_id", how="left", maintain_order="left"
    )
    if cars["variant_idx"].null_count():
        raise ValueError("cars in the sequence that the plan does not know")
    model_idx = model_of_variant[cars["variant_idx"].to_numpy()]
    nth = np.zeros(cars.height, np.int64)
    for model in range(len(launches)):
        of_model = model_idx == model
        nth[of_model] = np.arange(np.count_nonzero(of_model))
    month_code = cars.select(
        12 * pl.col("build_on").dt.year().cast(pl.Int64) + pl.col("build_on").dt.month().cast(pl.Int64) - 1
    ).to_series()
    return Cars(
        cars["order_id"].to_numpy().astype(np.int64),
        model_idx,
        nth,
        launches[model_idx],
        month_code.to_numpy(),
    )
