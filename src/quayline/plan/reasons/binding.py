"""The limits that bind in a plan, in a planner's words, and what one more unit of each is worth: solved again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from quayline.plan.constraints import ALL
from quayline.plan.constraints.common import week_words
from quayline.plan.model.model import Solver
from quayline.plan.reasons.paths import Prices
from quayline.records.schemas import PLAN

if TYPE_CHECKING:
    from highspy import HighsBasis

    from quayline.plan.constraints.common import Build
    from quayline.plan.model.model import Model, Solution

WORTH_USD = 0.5
"""A limit whose unit is worth less binds by accident of rounding."""
SHORT_USD = 50.0
"""A part whose unit is worth less is only called off earlier and held for some weeks: nothing is short."""
_DAY = re.compile(r"\d{1,2} [A-Z][a-z]+ \d{4}")


@dataclass(frozen=True)
class Limit:
    """Consecutive rows of one thing that bind together (or the upper bounds of columns: numbers from the number of
    rows on), in words, with their period."""

    constraint: str
    words: str
    unit: str
    from_on: date
    to_on: date
    members: np.ndarray


@dataclass(frozen=True)
class Dated:
    """Words without their date, the date, and whether it stands for a week."""

    thing: str
    day: date | None
    is_week: bool


def dated(words: str) -> Dated:
    """Takes the date out of words such as 'line hours in the week of 3 May 2027'."""
    found = _DAY.search(words)
    if found is None:
        return Dated(words, None, False)
    day = datetime.strptime(found[0], "%d %B %Y").date()
    return Dated(words.replace(found[0], "{}", 1), day, "week of" in words)


def joined(first: Dated, last: Dated) -> str:
    """The words of a stretch, from its first member to its last."""
    if first.day is None or last.day is None:
        return first.thing
    if first.day == last.day:
        return first.thing.format(_day(first.day))
    many = first.thing.replace("the week of", "the weeks of").replace("the sailing of", "the sailings of")
    same_year = first.day.year == last.day.year
    return many.format(f"{_day(first.day)[: -5 if same_year else None]} to {_day(last.day)}")


def _day(day: date) -> str:
    return f"{day:%-d %B %Y}"


def limits_of(build: Build, model: Model, prices: Prices) -> tuple[Limit, ...]:
    """The limits whose unit has a price: rows between pairs of the families, and the bounds of the trucks."""
    found: list[Limit] = []
    parts = model.matrix.multiply(prices.held.x[None, :]).tocsr()
    there = model.upper - parts.minimum(0.0).sum(axis=1)  # nothing to use up in a week without hours
    for constraint in ALL:
        if constraint.is_coupling or constraint.is_supply:
            mine = model.rows[constraint.name]
            duals = prices.held.duals[mine]
            binds = duals > SHORT_USD if constraint.is_supply else (duals > WORTH_USD) & (there[mine] > 0)
            rows = mine.start + np.flatnonzero(binds)
            words = [dated(constraint.words(build, int(row) - mine.start)) for row in rows]
            units = [constraint.unit_of(build, int(row) - mine.start) if constraint.unit_of else constraint.unit
                     for row in rows]  # fmt: skip
            found += _stretches(build, constraint.name, units, rows, words)
    num_rows, v = len(model.upper), model.variables
    weeks = np.flatnonzero(prices.is_full[v.trucked] & (prices.left_usd[v.trucked] > WORTH_USD))
    words = [dated(f"trucks to the port in {week_words(build, int(week))}") for week in weeks]
    found += _stretches(build, "trucks", ["car"] * len(weeks), num_rows + v.trucked[weeks], words)
    return tuple(found)


def _stretches(build: Build, name: str, units: list[str], members: np.ndarray, words: list[Dated]) -> list[Limit]:
    """Members of one thing whose dates follow each other: a week after a week, a sailing within a month."""
    open_: dict[str, list[int]] = {}
    runs: list[list[int]] = []
    for k, one in enumerate(words):
        run = open_.get(one.thing)
        last = words[run[-1]].day if run else None
        if run and one.day and last and one.day - last <= timedelta(days=7 if one.is_week else 31):
            run.append(k)
        else:
            open_[one.thing] = [k]
            runs.append(open_[one.thing])
    return [_limit(build, name, units[run[0]], members[run], words[run[0]], words[run[-1]]) for run in runs]


def _limit(build: Build, name: str, unit: str, members: np.ndarray, first: Dated, last: Dated) -> Limit:
    horizon = build.scenario.horizon
    until = last.day + timedelta(days=6 if last.is_week else 0) if last.day else horizon.end
    return Limit(name, joined(first, last), unit, first.day or horizon.start, until, members)


class Worths:
    """What one more unit of each limit is worth: solved again with each of its members relaxed by one, or, where the
    whole is too large to be solved, its price.

    A shadow price is only the slope at the optimum, and where several limits meet it may credit one of them with what
    all of them keep back; the difference of two optima cannot. It is never above the price times the members, since the
    optimum is concave in the right-hand sides.
    """

    def __init__(self, model: Model, x: np.ndarray, held: Solution, solver: Solver | None):
        """`held`: the relaxation with the integers that are no volumes of cars as in the plan `x`; `solver` has solved
        it."""
        self._model, self._solver, self._x = model, solver, x
        self.prices = Prices(model.build.programme, model, held)
        priced = [(limit, self.usd(limit)) for limit in limits_of(model.build, model, self.prices)]
        self.limits = tuple(limit for limit, usd in priced if usd > WORTH_USD)
        self.usds = tuple(usd for _, usd in priced if usd > WORTH_USD)
        self.at = {int(member): k for k, limit in enumerate(self.limits) for member in limit.members}

    def usd(self, limit: Limit, step: float = 1.0) -> float:
        """USD per unit of `limit`, all its members relaxed by `step` units together; its price where none solves it."""
        if self._solver is None:
            return self.dual_usd(limit)
        rows, columns = self._split(limit)
        self._relax(self._solver, rows, columns, step)
        more_usd = self._solver.solve().objective_usd - self.prices.held.objective_usd
        self._relax(self._solver, rows, columns, 0.0)
        return more_usd / step / len(limit.members)

    def dual_usd(self, limit: Limit) -> float:
        """Mean shadow price of the limit's members."""
        rows, columns = self._split(limit)
        return float(np.mean(np.concatenate([self.prices.held.duals[rows], self.prices.left_usd[columns]])))

    def used_share(self, limit: Limit) -> float:
        """What the plan uses of the limit over what its other columns and its right-hand side give."""
        rows, columns = self._split(limit)
        parts = self._model.matrix[rows].multiply(self._x[None, :]).tocsr().data
        used = np.sum(parts[parts > 0]) + np.sum(self._x[columns])
        there = np.sum(self._model.upper[rows]) - np.sum(parts[parts < 0])
        there += np.sum(self._model.variables.upper[columns])
        return float(used / there) if there > 0 else 1.0

    def table(self) -> pl.DataFrame:
        """`plan.binding`: every limit that binds."""
        rows = [
            (k, limit.constraint, limit.words, limit.from_on, limit.to_on, self.used_share(limit),
             self.dual_usd(limit), usd, limit.unit)
            for k, (limit, usd) in enumerate(zip(self.limits, self.usds, strict=True))
        ]  # fmt: skip
        return pl.DataFrame(rows, orient="row", schema={c.name: c.dtype for c in PLAN["binding"].columns})

    def _split(self, limit: Limit) -> tuple[np.ndarray, np.ndarray]:
        """Its rows, and the columns whose upper bound it is."""
        members, num_rows = limit.members, len(self._model.upper)
        return members[members < num_rows], members[members >= num_rows] - num_rows

    def _relax(self, solver: Solver, rows: np.ndarray, columns: np.ndarray, step: float) -> None:
        v = self._model.variables
        solver.limit(rows, self._model.lower[rows] + step, self._model.upper[rows] + step)
        solver.bound(columns, v.lower[columns], v.upper[columns] + step)


def price(model: Model, x: np.ndarray, basis: HighsBasis | None = None, priced: Solution | None = None) -> Worths:
    """The limits of the plan `x` and their worth; `basis` is that of a solution near it. `priced`: a point and prices
    of the rows where the whole relaxation is too large to be solved."""
    if priced is not None:
        return Worths(model, x, priced, None)
    solver = Solver(model, model.build.params)
    if basis is not None:
        solver.start(basis)
    held = np.flatnonzero(model.variables.integer & ~_is_volume(model))
    solver.set_integer(False)
    solver.bound(held, np.round(x[held]), np.round(x[held]))
    return Worths(model, x, solver.solve(), solver)


def _is_volume(model: Model) -> np.ndarray:
    """The columns that count cars: whole in small programmes only."""
    volume = np.zeros(model.variables.num, bool)
    for c in model.variables.pairs:
        for columns in (c.lost, *(part for way in c.ways for part in (way.build, way.shipped, way.over))):
            volume[columns[columns >= 0]] = True
    return volume
