"""Defects of every car: made at a rate that falls with learning, caught at gates or passed on to the customer."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
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
REPAIRED, PASSED, SCRAP, GONE = range(4)
FATES = ("repaired", "escaped", "scrap", "gone")
# A defect's draws are numbered order * MOST_PER_CAR + its number on the car.
MOST_PER_CAR = 1 << 16


@dataclass(frozen=True)
class _Made:
    """Defects of one cause: places of their cars in the line, gate (ESCAPED: none), repair work in seconds.

    `beyond` says whether it cannot be repaired where it is caught; `fate` is a place in FATES.
    """

    place: NDArray[np.int64]
    gate_idx: NDArray[np.int64]
    repair_s: NDArray[np.float64]
    beyond: NDArray[np.bool_]
    fate: NDArray[np.int64]


def quality(scenario: Scenario, plan: Plan, sequence: DaySequence, params: QualityParams, seed: int) -> QualityLog:
    """Every defect of every car of `sequence`.

    The number of defects of a cause on a car is Poisson with the learning curve of `scenario.quality.Cause`
    (Wright 1936 as a plateau model). The car's draws belong to (seed, cause, order): another cause, gate or
    order of cars changes none of them.
    Raises ScenarioError for a detection that lies before the defect, given twice, or a rate beyond `params`.
    """
    causes = pack_causes(scenario, params)
    cars = pack_cars(scenario, plan, sequence)
    expected, made = _drawn(causes, cars, seed)
    defects = _defect_table(causes, cars, made)
    months = _month_table(cars, expected, made)
    return QualityLog(defects, months, _peer_table(scenario, months))


class Draws:
    """The defects of any stretch of a sequence under any seed: those that `quality` draws for the same cars.

    Raises what `quality` does.
    """

    def __init__(self, scenario: Scenario, plan: Plan, sequence: DaySequence, params: QualityParams):
        self._causes, self._cars = pack_causes(scenario, params), pack_cars(scenario, plan, sequence)

    def between(self, first: int, end: int, seed: int) -> pl.DataFrame:
        """The rows of `QualityLog.defects` of the cars at places `first` … `end` - 1 of the sequence."""
        cars = self._cars.between(first, end)
        return _defect_table(self._causes, cars, _drawn(self._causes, cars, seed)[1])


def _drawn(causes: Causes, cars: Cars, seed: int) -> tuple[NDArray[np.float64], list[_Made]]:
    """Expected defects of each car, and the defects of each cause."""
    expected = np.zeros(len(cars.order_id))
    made = []
    for cause, gates in zip(causes.causes, causes.passes, strict=True):
        rate = expected_defects(cause, cars)
        expected += rate
        made.append(_defects(cause, gates, cars, rate, seed))
    return expected, _with_scrap(causes, len(cars.order_id), made)


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
        passes = np.isin(cars.model_idx[place], gate.model_idx)
        gate_idx[(gate_idx == ESCAPED) & passes & (chance < gate.share)] = gate.gate_idx
    work = -cause.repair_s * np.log(uniform(random.key(seed, "quality", "repair", cause.id), counter))
    beyond = gate_idx != ESCAPED
    beyond &= uniform(random.key(seed, "quality", "scrap", cause.id), counter) < cause.scrap_share
    fate = np.where(gate_idx == ESCAPED, PASSED, REPAIRED)
    return _Made(place, gate_idx, np.where(gate_idx == ESCAPED, 0.0, work), beyond, fate)


def _with_scrap(causes: Causes, num_cars: int, made: list[_Made]) -> list[_Made]:
    """The defects when cars leave the line at the first gate that finds one beyond repair.

    Defects of later shops are not made on such a car. Of the others, those caught at that gate are not repaired, and
    those that would have been caught later, or never, go with it.
    """
    never = len(causes.gates)
    scrap_gate = np.full(num_cars, never)
    for one in made:
        np.minimum.at(scrap_gate, one.place[one.beyond], one.gate_idx[one.beyond])
    shop_of_gate = np.array([*causes.shop_of_gate, np.iinfo(np.int64).max])
    kept = []
    for shop, one in zip(causes.shop_of_cause, made, strict=True):
        there = shop <= shop_of_gate[scrap_gate[one.place]]
        one = _Made(*(getattr(one, field.name)[there] for field in fields(_Made)))
        gate = scrap_gate[one.place]
        is_later = (one.gate_idx == ESCAPED) | (one.gate_idx > gate)
        fate = np.where(gate == one.gate_idx, SCRAP, np.where((gate < never) & is_later, GONE, one.fate))
        gate_idx = np.where(fate == GONE, ESCAPED, one.gate_idx)
        kept.append(replace(one, gate_idx=gate_idx, repair_s=np.where(fate == REPAIRED, one.repair_s, 0.0), fate=fate))
    return kept


def _defect_table(causes: Causes, cars: Cars, made: list[_Made]) -> pl.DataFrame:
    """One row a defect, in the order of the line, then of the causes."""
    place = np.concatenate([m.place for m in made])
    cause_idx = np.repeat(np.arange(len(made)), [len(m.place) for m in made])
    gate_idx = np.concatenate([m.gate_idx for m in made])
    order = np.argsort(place, kind="stable")
    fate = np.concatenate([m.fate for m in made])
    gates = pl.Series([*causes.gates, ""], dtype=pl.String)
    repairs = pl.Series([cause.repair for cause in causes.causes] + [""], dtype=pl.String)
    repair_idx = np.where(fate == REPAIRED, cause_idx, len(made))
    gate_idx = np.where(gate_idx == ESCAPED, len(causes.gates), gate_idx)
    return pl.DataFrame({
        "order_id": cars.order_id[place[order]],
        "cause_idx": cause_idx[order],
        "gate": gates.gather(gate_idx[order]),
        "repair": repairs.gather(repair_idx[order]),
        "repair_s": np.concatenate([m.repair_s for m in made])[order],
        "fate": pl.Series(FATES, dtype=pl.String).gather(fate[order]),
    }).cast({"order_id": pl.Int32, "cause_idx": pl.Int16})  # fmt: skip


def _month_table(cars: Cars, expected: NDArray[np.float64], made: list[_Made]) -> pl.DataFrame:
    """Cars and defects by month of build and model."""
    num_cars = len(cars.order_id)
    by_fate = np.zeros((len(FATES), num_cars), np.int64)
    for one in made:
        for fate, row in enumerate(by_fate):
            row += np.bincount(one.place[one.fate == fate], minlength=num_cars)
    caught = by_fate[REPAIRED] + by_fate[SCRAP]
    group = cars.month_code * (cars.model_idx.max(initial=0) + 1) + cars.model_idx
    groups, first, inverse = np.unique(group, return_index=True, return_inverse=True)

    def total(values: NDArray[np.float64] | NDArray[np.int64] | NDArray[np.bool_]) -> NDArray[np.float64]:
        """Sums by group in the order of the cars: the same bits on any number of cores."""
        return np.bincount(inverse, values, minlength=len(groups)).astype(np.float64, copy=False)

    months = pl.DataFrame({
        "month": [date(code // 12, code % 12 + 1, 1) for code in cars.month_code[first].tolist()],
        "model_idx": cars.model_idx[first],
        "cars": np.bincount(inverse, minlength=len(groups)),
        "defects": total(by_fate.sum(axis=0)),
        "caught": total(caught),
        "escaped": total(by_fate[PASSED]),
        "gone": total(by_fate[GONE]),
        "clean_cars": total(caught == 0),
        "scrapped_cars": total(by_fate[SCRAP] > 0),
        "expected_defects": total(expected),
    })  # fmt: skip
    return months.cast({column.name: column.dtype for column in QUALITY["months"].columns})


def _peer_table(scenario: Scenario, months: pl.DataFrame) -> pl.DataFrame:
    """The peers and this plant, fewest escapes per car first; without cars the plant has no rank."""
    rows = [(peer.plant, peer.defects_per_car, False) for peer in scenario.quality.peers]
    if months.height:
        good = int(months["cars"].sum()) - int(months["scrapped_cars"].sum())
        rows.append((scenario.plant.name, int(months["escaped"].sum()) / max(good, 1), True))
    schema = {"plant": pl.String, "defects_per_car": pl.Float64, "is_own": pl.Boolean}
    table = pl.DataFrame(rows, schema=schema, orient="row")
    rank = pl.col("defects_per_car").rank("min").cast(pl.Int16).alias("rank")
    return table.with_columns(rank).sort("rank", "plant").select("plant", "defects_per_car", "rank", "is_own")
