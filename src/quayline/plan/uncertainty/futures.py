"""Line modes settled once for several futures: the L-shaped method with planes by future, and the tail as CVaR.

Birge and Louveaux (2011), "Introduction to Stochastic Programming", ch. 5 (multicut); Rockafellar and Uryasev (2000)
for the tail. The master holds the first stage and, for each future, the planes above its contribution. First the master
is relaxed and asked at points between its own and the best so far (in-out: Ben-Ameur and Neto, 2007), then its modes
are whole; its optimum is the proven bound, the best first stage asked is the answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.sparse import csr_array, hstack, vstack

from quayline.plan.model.model import Solver
from quayline.plan.model.program import Bounds, Program

if TYPE_CHECKING:
    from quayline.plan.params import PlanParams
    from quayline.plan.uncertainty.recourse import FirstStage, Recourse
    from quayline.plan.uncertainty.risk import Risk

_MUSD = 1e6  # the master counts in million USD below a ceiling, so that its tolerances mean something
_RELAXED_ROUNDS = 30
_STEP = 0.5
_MASTER_GAP_PART = 0.25
_FAR_GAP_PART = 0.1
_MOST_GAP = 0.1


@dataclass(frozen=True)
class TwoStage:
    """The first stage `z` with the contribution of each future, its weighed value, the proven bound of the value,
    and whether the most rounds ended the search."""

    z: np.ndarray
    schedule: np.ndarray
    outcome_usd: np.ndarray
    value_usd: float
    bound_usd: float
    rounds: int
    is_stopped: bool


class _Search:
    """The best first stage asked so far, and the bound."""

    def __init__(self, recourses: list[Recourse], probability: np.ndarray, risk: Risk):
        self.recourses, self.probability, self.risk = recourses, probability, risk
        self.bound_usd = np.inf
        self.z: np.ndarray | None = None
        self.value_usd = -np.inf

    def value(self, z: np.ndarray) -> float:
        """The weighed value of `z`; its planes are kept by the recourses."""
        return self.risk.value_usd(np.array([one.usd(z) for one in self.recourses]), self.probability)

    def visit(self, z: np.ndarray) -> None:
        """Asks a whole first stage and keeps it if it is the best."""
        usd = self.value(z)
        if usd > self.value_usd:
            self.z, self.value_usd = z, usd

    def gap(self, value_usd: float) -> float:
        """How far `value_usd` may be below the best possible."""
        return (self.bound_usd - value_usd) / max(abs(value_usd), 1.0)


def two_stage(
    stage: FirstStage, recourses: list[Recourse], probability: np.ndarray, risk: Risk, params: PlanParams,
    known: tuple[np.ndarray, ...] = (), most_rounds: int = 60,
) -> TwoStage:  # fmt: skip
    """The first stage with the highest weighed value, within `params.gap_share` or after `most_rounds` whole ones.

    `known`: whole first stages to try before the search: the answer is at least as good as the best of them.
    """
    search = _Search(recourses, probability, risk)
    for z in known:
        search.visit(z)
    if len(recourses) > 1:
        _relaxed(stage, search, params)
    else:
        search.bound_usd = recourses[0].alone_usd  # one future's own plane is tight already
    rounds, is_fine = 0, False
    while rounds < most_rounds and not (search.z is not None and search.gap(search.value_usd) <= params.gap_share):
        rounds += 1
        z, bound_usd = _master(stage, search, params, is_whole=True, is_fine=is_fine)
        search.bound_usd = min(search.bound_usd, bound_usd)
        before = sum(len(one.cuts) for one in recourses)
        search.visit(stage.settled(z))
        is_learnt = sum(len(one.cuts) for one in recourses) > before
        if is_fine and not is_learnt:
            break  # the master's own optimum is known already: nothing is left to learn
        is_fine = not is_learnt
    assert search.z is not None
    outcome = np.array([one.usd(search.z) for one in recourses])
    is_stopped = search.gap(search.value_usd) > params.gap_share
    bound_usd = max(search.bound_usd, search.value_usd)
    return TwoStage(search.z, stage.schedule(search.z), outcome, search.value_usd, bound_usd, rounds, is_stopped)


def _relaxed(stage: FirstStage, search: _Search, params: PlanParams) -> None:
    """Planes around the optimum of the relaxation."""
    centre: np.ndarray | None = None
    centre_usd, step = -np.inf, 1.0
    for _ in range(_RELAXED_ROUNDS):
        top, bound_usd = _master(stage, search, params, is_whole=False)
        improved = search.bound_usd - bound_usd
        search.bound_usd = min(search.bound_usd, bound_usd)
        if search.gap(centre_usd) <= params.gap_share * _MASTER_GAP_PART:
            return
        step = _STEP if improved > 0 and centre is not None else 1.0
        point = top if centre is None else centre + step * (top - centre)
        usd = search.value(point)
        if usd > centre_usd:
            centre, centre_usd = point, usd


def _master(
    stage: FirstStage, search: _Search, params: PlanParams, is_whole: bool, is_fine: bool = True
) -> tuple[np.ndarray, float]:
    """The first stage that the planes known so far make best, and its proven value.

    Columns: the first stage z; the contribution V[s] of each future below the ceiling; the edge e of the tail; the
    shortfall d[s] of each future below it. Maximise (1 - w) sum p V + w (e - sum p d / tail) with V[s] <= every plane
    of s and d[s] >= e - V[s].
    """
    num, futures, risk = len(stage.low), len(search.recourses), search.risk
    ceiling = max(max(cut.at(np.zeros(num)) for cut in one.cuts) for one in search.recourses)
    cuts = [(s, cut) for s, one in enumerate(search.recourses) for cut in one.cuts]
    own = np.array([s for s, _ in cuts])
    slope = np.array([cut.slope_usd for _, cut in cuts]) / _MUSD
    planes = hstack([
        csr_array(-slope), csr_array((np.ones(len(cuts)), (np.arange(len(cuts)), own)), shape=(len(cuts), futures)),
        csr_array((len(cuts), 1 + futures)),
    ])  # fmt: skip
    one = csr_array(np.eye(futures))
    tail = hstack([csr_array((futures, num)), one, csr_array(-np.ones((futures, 1))), one])
    first = hstack([stage.matrix, csr_array((len(stage.lower), 2 * futures + 1))])
    free = np.full(futures + 1, np.inf)
    probability = search.probability
    program = Program(
        variables=Bounds(
            np.concatenate([stage.low, -free, np.zeros(futures)]),
            np.concatenate([stage.high, free, np.full(futures, np.inf)]),
            np.concatenate([stage.integer & is_whole, np.zeros(2 * futures + 1, bool)]),
        ),
        matrix=csr_array(vstack([first, planes, tail])),
        lower=np.concatenate([stage.lower, np.full(len(cuts), -np.inf), np.zeros(futures)]),
        upper=np.concatenate([
            stage.upper, np.array([cut.usd - ceiling for _, cut in cuts]) / _MUSD, np.full(futures, np.inf)
        ]),
        usd=np.concatenate([
            np.zeros(num), (1 - risk.weight) * probability, [risk.weight], -risk.weight * probability / risk.tail_share
        ]),
        constant_usd=0.0,
    )  # fmt: skip
    # While the search is far from its end, its master need not be solved finer than a part of what is missing.
    known = 0.0 if is_fine or search.z is None else search.gap(search.value_usd)
    gap = min(max(params.gap_share * _MASTER_GAP_PART, known * _FAR_GAP_PART), _MOST_GAP)
    found = Solver(program, replace(params, gap_share=gap)).solve()
    return found.x[:num], found.bound_usd * _MUSD + ceiling
