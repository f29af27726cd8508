"""Defects of every car: made at a rate that falls with learning, caught at gates or passed on to the customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.base import random
from quayline.quality.draws import poisson, uniform
from quayline.quality.pack import Cars, Causes, Gate, pack_cars, pack_causes
from quayline.records.schemas import QUALITY
from quayline.records.stages import DaySequence, Plan, QualityLog

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quayline.quality.params import QualityParams
    from quayline.scenario.quality import Cause
    from quayline.scenario.schema import Scenario

ESCAPED = -1
# A defect's draws are numbered order * MOST_PER_CAR + its number on the car.
MOST_PER_CAR = 1 << 16


@dataclass(frozen=True)
class _Made:
    """Defects of one cause: places of their cars in the line, gate (ESCAPED: none), repair work in seconds."""

    place: NDArray[np.int64]
    gate_idx: NDArray[np.int64]
    repair_s: NDArray[np.float64]


def quality(scenario: Scenario, plan: Plan, sequence: DaySequence, params: QualityParams, seed: int) -> QualityLog:
    """Every defect of every car of `sequence`.

    The number of defects of a cause on a car is Poisson with the learning curve of `scenario.quality.Cause`
    (Wright 1936 as a plateau model). The car's draws belong to (seed, cause, order): another cause, gate or
    order of cars changes none of them.
    Raises ScenarioError for a detection that lies before the defect, given twice, or a rate beyond `params`.
    """
    causes = pack_causes(scenario, params)
    cars = pack_cars(scenario, plan, sequence)
    expected = np.zeros(len(cars.order_id))
    made = []
    for cause, gates in zip(causes.causes, causes.passes, strict=True):
        rate = expected_defects(cause, cars)
        expected += rate
        made.append(_defects(cause, gates, cars, rate, seed))
    defects = _defect_table(causes, cars, made)
    months = _month_table(cars, expected, made)
    return QualityLog(defects, months, _peer_table(scenario, months))


def expected_defects(cause: Cause, cars: Cars) -> NDArray[np.float64]:
    """Expected defects of `cause` on each car, shape (num_cars,)."""
    rate = np.full(len(cars.order_id), cause.rate)
    nth = cars.nth[cars.is_launch]
    learnt = (1.0 + nth / cause.launch_cars) ** -cause.exponent
    rate[cars.is_launch] = cause.rate * (1.0 + (cause.launch_factor - 1.0) * learnt)
    return rate


def _defects(cause: Cause, gates: tuple[Gate, ...], cars: Cars, rate: NDArray[np.float64], seed: int) -> _Made:
    num = poisson(uniform(random.key(seed, "quality", "count", cause.id), cars.order_id), rate)
    place = np.repeat(np.arange(len(num)), num)
    first = np.repeat(np.cumsum(num) - num, num)
    counter = cars.order_id[place] * MOST_PER_CAR + np.arange(len(place)) - first
    gate_idx = np.full(len(place), ESCAPED, np.int64)
    for gate in gates:
        chance = uniform(random.key(seed, "quality", "gate", cause.id, gate.name), counter)
        gate_idx[(gate_idx == ESCAPED) & (chance < gate.share)] = gate.gate_idx
    work = -cause.repair_s * np.log(uniform(random.key(seed, "quality", "repair", cause.id), counter))
    return _Made(place, gate_idx, np.where(gate_idx == ESCAPED, 0.0, work))


def _defect_table(causes: Causes, cars: Cars, made: list[_Made]) -> pl.DataFrame:
    """One row a defect, in the order of the line, then of the causes."""
    place = np.concatenate([m.place for m in made])
    cause_idx = np.repeat(np.arange(len(made)), [len(m.place) for m in made])
    gate_idx = np.concatenate([m.gate_idx for m in made])
    order = np.argsort(place, kind="stable")
    gates = pl.Series([*causes.gates, ""], dtype=pl.String)
    repairs = pl.Series([cause.repair for cause in causes.causes] + [""], dtype=pl.String)
    repair_idx = np.where(gate_idx == ESCAPED, len(made), cause_idx)
    gate_idx = np.where(gate_idx == ESCAPED, len(causes.gates), gate_idx)
    return pl.DataFrame({
        "order_id": cars.order_id[place[order]],
        "cause_idx": cause_idx[order],
        "gate": gates.gather(gate_idx[order]),
        "repair": repairs.gather(repair_idx[order]),
        "repair_s": np.concatenate([m.repair_s for m in made])[order],
    }).cast({"order_id": pl.Int32, "cause_idx": pl.Int16})  # fmt: skip


def _month_table(cars: Cars, expected: NDArray[np.float64], made: list[_Made]) -> pl.DataFrame:
    """Cars and defects by month of build and model."""
    num_cars = len(cars.order_id)
    caught, escaped = np.zeros(num_cars, np.int64), np.zeros(num_cars, np.int64)
    for one in made:
        caught += np.bincount(one.place[one.gate_idx != ESCAPED], minlength=num_cars)
        escaped += np.bincount(one.place[one.gate_idx == ESCAPED], minlength=num_cars)
    group = cars.month_code * (cars.model_idx.max(initial=0) + 1) + cars.model_idx
    groups, first, inverse = np.unique(group, return_index=True, return_inverse=True)

    def total(values: NDArray[np.float64] | NDArray[np.int64] | NDArray[np.bool_]) -> NDArray[np.float64]:
        """Sums by group in the order of the cars: the same bits on any number of cores."""
        return np.bincount(inverse, values, minlength=len(groups)).astype(np.float64, copy=False)

    months = pl.DataFrame({
        "month": [date(code // 12, code % 12 + 1, 1) for code in cars.month_code[first].tolist()],
        "model_idx": cars.model_idx[first],
        "cars": np.bincount(inverse, minlength=len(groups)),
        "defects": total(caught + escaped),
        "caught": total(caught),
        "escaped": total(escaped),
        "clean_cars": total(caught == 0),
        "expected_defects": total(expected),
    })  # fmt: skip
    return months.cast({column.name: column.dtype for column in QUALITY["months"].columns})


def _peer_table(scenario: Scenario, months: pl.DataFrame) -> pl.DataFrame:
    """The peers and this plant, fewest escapes per car first; without cars the plant has no rank."""
    rows = [(peer.plant, peer.defects_per_car, False) for peer in scenario.quality.peers]
    if months.height:
        rows.append((scenario.plant.name, int(months["escaped"].sum()) / int(months["cars"].sum()), True))
    schema = {"plant": pl.String, "defects_per_car": pl.Float64, "is_own": pl.Boolean}
    table = pl.DataFrame(rows, schema=schema, orient="row")
    rank = pl.col("defects_per_car").rank("min").cast(pl.Int16).alias("rank")
    return table.with_columns(rank).sort("rank", "plant").select("plant", "defects_per_car", "rank", "is_own")
