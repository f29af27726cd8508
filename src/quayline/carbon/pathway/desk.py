"""Answers one question after another about one plant: with these levers and these caps, which path is cheapest."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from quayline.base.errors import InfeasibleError
from quayline.carbon.pathway.levers import build
from quayline.carbon.pathway.matching import matched_gwh
from quayline.carbon.pathway.search import Pool, Search, point_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from quayline.carbon.pathway.model import Model
    from quayline.carbon.pathway.pack import Case
    from quayline.carbon.pathway.params import PathwayParams
    from quayline.carbon.pathway.search import Found
    from quayline.scenario.pathway import Pathway

_SLACK_KT = 1e-6
_TIE = 1e-4
"""Kilotonnes that a million USD counts for where the least tonnes are sought: it only chooses among equals."""


@dataclass(frozen=True)
class Answer:
    """A path: the model, its columns, its cost and bound (present value, millions of USD, energy included), what the
    caps are missed by in each year (kt), and `tight`: (years,) what a kt less under the cap of that year costs, as a
    present value with the builds held."""

    model: Model
    x: NDArray[np.float64]
    musd: float
    bound_musd: float
    short_kt: NDArray[np.float64]
    tight_musd: NDArray[np.float64]

    def of(self, name: str) -> NDArray[np.float64]:
        """The values of a column of the model's balances."""
        value: NDArray[np.float64] = self.x[self.model.column[name]]
        return value

    @property
    def is_short(self) -> bool:
        """Whether no choice of its levers meets all caps."""
        return bool(self.short_kt.sum() > _SLACK_KT)

    def counted_kt(self) -> NDArray[np.float64]:
        """What counts against the caps, (paths, years)."""
        return self.of("counted")

    def expected_kt(self) -> float:
        """What counts over all years and those that the last stands for, expected over the paths."""
        case = self.model.case
        return float(np.sum(case.weights[:, None] * case.stands * self.counted_kt()))

    def matched_gwh(self) -> NDArray[np.float64]:
        """Matched in its 8,760 hours, exactly: (3, paths, years) on site, in the hour, with the store."""
        case = self.model.case
        return np.array([
            [matched_gwh(case.hours, point_of(self.model, self.x, p, y)) for y in range(case.num_years)]
            for p in range(case.num_paths)
        ]).transpose(2, 0, 1)  # fmt: skip


@dataclass
class Desk:
    """A plant's case with all that was learnt of its hours."""

    case: Case
    way: Pathway
    params: PathwayParams
    pool: Pool = field(init=False)

    def __post_init__(self) -> None:
        self.pool = Pool(self.case.hours)

    def cheapest(self, levers: Sequence[Any], caps_kt: NDArray[np.float64]) -> Answer:
        """The cheapest path with `levers` under `caps_kt`; where none meets them, the cheapest of those that miss them
        by the least in sum."""
        model = build(self.case, self.way, levers, caps_kt)
        try:
            return self._answer(model, Search(model, self.pool, self.params).solve())
        except InfeasibleError:
            least = self._least(levers, caps_kt)
            _allow(model, least + _SLACK_KT / 10)
            return self._answer(model, Search(model, self.pool, self.params).solve())

    def held(self, levers: Sequence[Any], caps_kt: NDArray[np.float64], like: Answer) -> Answer:
        """The cheapest path with all builds as in `like`."""
        model = build(self.case, self.way, levers, caps_kt)
        for name, built in model.built.items():
            there = like.x[like.model.built[name].built]
            model.program.limit(built.built, there, there)
        return self._answer(model, Search(model, self.pool, self.params).solve())

    def alone(self, lever: Any, like: Answer) -> Answer:
        """The path with one lever only, as much of it as in `like`, used as far as it cuts what counts."""
        free = lever.model_copy(update={"needs": [], "excludes": []})
        model = build(self.case, self.way, [free], np.full(self.case.num_years, np.inf))
        if lever.id in model.built:
            there = like.x[like.model.built[lever.id].built]
            model.program.limit(model.built[lever.id].built, there, there)
        else:
            model.program.limit(model.amount[lever.id], 0.0, like.x[like.model.amount[lever.id]])
        costs = np.zeros(model.program.num_columns)
        costs[model.column["counted"]] = self.case.weights[:, None] * self.case.stands
        found = Search(model, self.pool, self.params, costs + _TIE * model.costs()).solve()
        musd = float(np.sum(model.costs() * found.x)) - model.free_musd()
        return self._answer(model, replace(found, musd=musd, bound_musd=musd))

    def least_kt(self, levers: Sequence[Any], caps_kt: NDArray[np.float64]) -> float:
        """The least sum by which any choice of `levers` misses the caps."""
        return float(self._least(levers, caps_kt).sum())

    def _least(self, levers: Sequence[Any], caps_kt: NDArray[np.float64]) -> NDArray[np.float64]:
        """What the caps are missed by in each year, when the sum is least, (years,)."""
        model = build(self.case, self.way, levers, caps_kt)
        short = model.column["short"]
        _allow(model, np.full(short.shape, np.inf))
        costs = np.zeros(model.program.num_columns)
        costs[short] = 1.0
        return Search(model, self.pool, self.params, costs).solve().x[short]

    def _answer(self, model: Model, found: Found) -> Answer:
        tight = np.maximum(-found.duals[model.row["target"]], 0.0).sum(axis=0)
        return Answer(model, found.x, found.musd, found.bound_musd, found.x[model.column["short"]], tight)


def _allow(model: Model, most_kt: NDArray[np.float64]) -> None:
    """Lets the caps be missed by at most `most_kt` in each year."""
    model.program.limit(model.column["short"], np.zeros(most_kt.shape), most_kt)
