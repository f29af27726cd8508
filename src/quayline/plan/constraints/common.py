"""What a family of constraints is: its rows, its own decisions, and how it speaks of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from quayline.plan.inputs.orders import day_of
from quayline.plan.inputs.rules import PriceList, price_list
from quayline.plan.inputs.ways import HOME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from quayline.plan.inputs.pack import Pair, Programme
    from quayline.plan.inputs.ways import Leg, Way
    from quayline.plan.inputs.weeks import Calendar
    from quayline.plan.model.variables import Variables, WayColumns
    from quayline.plan.params import PlanParams
    from quayline.records.stages import Balance
    from quayline.scenario.schema import Scenario


@dataclass(frozen=True)
class Build:
    """All that a family may look at. `variables` are the core columns alone while families add their own."""

    scenario: Scenario
    balance: Balance
    programme: Programme
    params: PlanParams
    variables: Variables

    @property
    def calendar(self) -> Calendar:
        """The calendar of the plan."""
        return self.programme.calendar

    @cached_property
    def prices(self) -> PriceList:
        """The prices of the scenario."""
        return price_list(self.scenario)

    def ways(self) -> Iterator[tuple[int, Pair, Way, WayColumns]]:
        """Every way: number of its pair, the pair, the way, its columns."""
        for i, (pair, columns) in enumerate(zip(self.programme.pairs, self.variables.pairs, strict=True)):
            for way, c in zip(pair.ways, columns.ways, strict=True):
                yield i, pair, way, c

    def home_ways(self) -> Iterator[tuple[int, Pair, Way, WayColumns]]:
        """Those of the home plant."""
        return (row for row in self.ways() if row[2].plant == HOME)


@dataclass(frozen=True)
class Block:
    """Columns of a family's own, from `lower` to `upper`, reached as `variables.own[name]` in the shape of `upper`.

    `usd` is the contribution of one unit of each (negative: a cost). NaN in `upper`: no such column. `is_searched`:
    whole decisions that branch and bound settles before cars are made whole; others follow in `complete`.
    """

    name: str
    upper: np.ndarray
    usd: np.ndarray | float = 0.0
    is_integer: bool = False
    lower: np.ndarray | float = 0.0
    is_searched: bool = False


@dataclass(frozen=True)
class Family:
    """Rows of one kind: lower <= A x <= upper, A as triplets (row, column, value)."""

    lower: np.ndarray
    upper: np.ndarray
    row: np.ndarray
    column: np.ndarray
    value: np.ndarray


class Rows:
    """Collects the triplets of a family; columns -1 (no such decision) fall out."""

    def __init__(self, num_rows: int):
        self.num_rows = num_rows
        self._parts: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = []

    def add(self, row: np.ndarray | int, column: np.ndarray, value: np.ndarray | float) -> None:
        """Adds value * column to the rows; arrays broadcast."""
        rows, columns, values = np.broadcast_arrays(row, column, np.asarray(value, np.float64))
        held = columns >= 0
        self._parts.append((rows[held], columns[held], values[held]))

    def family(self, lower: np.ndarray | float, upper: np.ndarray | float) -> Family:
        """The finished family."""
        parts = self._parts or [(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0))]
        row, column, value = (np.concatenate([part[k] for part in parts]) for k in range(3))
        size = self.num_rows
        return Family(
            np.broadcast_to(np.asarray(lower, np.float64), size).copy(),
            np.broadcast_to(np.asarray(upper, np.float64), size).copy(), row, column, value,
        )  # fmt: skip


@dataclass(frozen=True)
class Constraint:
    """One family of rows, with all that the plan, the documentation and the reasons need to know of it.

    `rows` builds the family. `columns` are decisions of its own with their cost. `complete(build, point, out)` fills
    columns of the whole-car point `out` that follow from its other columns (`point` is the relaxation it was rounded
    from). `statement(build, i)` gives the scenario paths that row i rests on, `words(build, i)` what a planner calls
    it. `unit` is that of the right-hand side: the dual is USD per one of it; `unit_of(build, i)` tells
    row i's where they differ. `is_coupling`: rows between pairs, which
    rounding may pass and which are then tightened; they have an upper side only. `is_supply`: balances of a thing that
    runs out, whose right-hand side is what there is of it; these two kinds can be the reason that an order is missed.
    """

    name: str
    formula: str
    unit: str
    rows: Callable[[Build], Family]
    statement: Callable[[Build, int], tuple[str, ...]]
    words: Callable[[Build, int], str]
    columns: Callable[[Build], tuple[Block, ...]] | None = None
    complete: Callable[[Build, np.ndarray, np.ndarray], None] | None = None
    unit_of: Callable[[Build, int], str] | None = None
    is_coupling: bool = False
    is_supply: bool = False


def at(x: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """Values of columns; 0 where there is no column."""
    return np.where(columns >= 0, x[columns], 0.0)


def week_words(build: Build, week: int) -> str:
    """'the week of 3 May 2027'."""
    return f"the week of {day_of(build.calendar.monday + 7 * week):%-d %B %Y}"


def month_words(build: Build, month: int) -> str:
    """'2027-05'."""
    year, number = build.calendar.months[month]
    return f"{year}-{number:02}"


def way_words(build: Build, pair: int, way: Way) -> str:
    """'hatch-hybrid for Home', and the other plant where one builds it."""
    plants = ["", *(f" from {plant.name}" for plant in build.scenario.alternates)]
    return pair_words(build, pair) + plants[way.plant]


def pair_words(build: Build, pair: int) -> str:
    """'hatch-hybrid for Home'."""
    one, scenario = build.programme.pairs[pair], build.scenario
    return f"{scenario.vehicles.variants[one.variant].id} for {scenario.markets[one.market].name}"


def due_words(build: Build, row: int) -> str:
    """For rows by pair and week of delivery: 'hatch-hybrid for Home wanted in the week of 3 May 2027'."""
    pair, week = divmod(row, build.programme.num_due)
    return f"{pair_words(build, pair)} wanted in {week_words(build, week)}"


def demand_paths(build: Build, row: int) -> tuple[str, ...]:
    """The rows of demand of a row by pair and week of delivery."""
    at, week = divmod(row, build.programme.num_due)
    pair, scenario = build.programme.pairs[at], build.scenario
    days = (day_of(build.calendar.monday + 7 * week + k) for k in (0, 6))
    key = f"{scenario.markets[pair.market].id},{scenario.vehicles.variants[pair.variant].id}"
    return tuple(f"demand[{key},{month}]" for month in dict.fromkeys(f"{day:%Y-%m}" for day in days))


def market_path(build: Build, pair: int, field: str) -> str:
    """The path of a field of the pair's market."""
    return f"markets[{build.scenario.markets[build.programme.pairs[pair].market].id}].{field}"


def mode_paths(build: Build, field: str) -> tuple[str, ...]:
    """The path of a field of every mode."""
    return tuple(f"plant.modes[{mode.id}].{field}" for mode in build.scenario.plant.modes)


def sailing_words(build: Build, sailing: int) -> str:
    """'the sailing of sea-b on 3 May 2027'."""
    one = build.programme.sailings[sailing]
    return f"the sailing of {one.service} on {one.departs_on:%-d %B %Y}"


def sailings_of(legs: tuple[Leg, ...]) -> np.ndarray:
    """The sailing of each leg."""
    return np.array([leg.sailing for leg in legs], np.int64)


def departure_weeks(programme: Programme, legs: tuple[Leg, ...]) -> np.ndarray:
    """Week of departure of each leg."""
    days = (programme.sailings[leg.sailing].departs_on for leg in legs)
    return np.array([programme.calendar.week_of(day) for day in days], np.int64)
