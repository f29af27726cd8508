"""Futures with probabilities: the modes best for all of them, and what knowing more or planning for less is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quayline.balance.solve import balance
from quayline.base.errors import Fault, ScenarioError
from quayline.plan.uncertainty.futures import two_stage
from quayline.plan.uncertainty.recourse import first_stage, recourse_of
from quayline.plan.uncertainty.risk import check_probabilities, cvar_usd, expected_usd
from quayline.scenario.loader import overlaid
from quayline.study.mean_future import mean_future
from quayline.study.settled import in_words, settled

if TYPE_CHECKING:
    from quayline.plan.uncertainty.risk import Risk
    from quayline.scenario.schema import Scenario
    from quayline.study.run import Params


@dataclass(frozen=True)
class Outcome:
    """One future: its contribution with the modes best for all, with those of the mean-value plan, and with its own."""

    future: str
    probability: float
    together_usd: float
    mean_value_usd: float
    alone_usd: float


@dataclass(frozen=True)
class FuturesAnswer:
    """The two-stage plan of a scenario with futures; every `_usd` weighs outcomes as `risk` says.

    `together_usd` (the recourse problem) has the proven bound `bound_usd`; `mean_value_usd` is what the modes of the
    mean-value plan bring; `alone_usd` what could be had if the future were known first, with its own bound.
    """

    risk: Risk
    outcomes: list[Outcome]
    modes: str
    mean_value_modes: str
    together_usd: float
    bound_usd: float
    mean_value_usd: float
    alone_usd: float
    alone_bound_usd: float
    expected_usd: float
    cvar_usd: float
    is_stopped: bool

    @property
    def stochastic_usd(self) -> float:
        """Value of the stochastic solution: what planning for all futures brings over planning for their mean."""
        return _to_the_cent(self.together_usd - self.mean_value_usd)

    @property
    def information_usd(self) -> float:
        """Expected value of perfect information: the most that knowing the future first could be worth."""
        return _to_the_cent(self.alone_usd - self.together_usd)

    @property
    def stochastic_most_usd(self) -> float:
        """What planning for all futures could bring at most over this mean-value plan, the gap included."""
        return _to_the_cent(self.bound_usd - self.mean_value_usd)

    @property
    def information_most_usd(self) -> float:
        """What knowing the future first could be worth at most, the gaps included."""
        return _to_the_cent(self.alone_bound_usd - self.together_usd)


def _to_the_cent(usd: float) -> float:
    """Without the noise of sums in different orders, and without a negative zero."""
    return round(usd, 2) + 0.0


def plan_futures(
    futures: list[tuple[str, float, Scenario]], risk: Risk, params: Params, seed: int = 1
) -> FuturesAnswer:
    """The two-stage plan of (name, probability, scenario).

    The modes found for one question are tried in all others, so that the value of the stochastic solution and that of
    perfect information are never negative, whatever the gap. Raises ScenarioError where probabilities are wrong.
    """
    names, probability = [name for name, _, _ in futures], np.array([p for _, p, _ in futures])
    wrong = check_probabilities(names, probability)
    if wrong:
        raise ScenarioError([Fault("scenario", 0, 0, "futures", message) for message in wrong])
    scenarios = [scenario for _, _, scenario in futures]
    mean = mean_future(scenarios, probability.tolist())
    made = [
        recourse_of(name, scenario, balance(scenario, params.balance), params.plan, seed)
        for name, scenario in zip(["mean value", *names], [mean, *scenarios], strict=True)
    ]
    stage, recourses = first_stage([model for model, _ in made]), [one for _, one in made[1:]]
    certain = np.ones(1)
    mean_value = two_stage(stage, [made[0][1]], certain, risk, params.plan)
    together = two_stage(stage, recourses, probability, risk, params.plan, (mean_value.z,))
    alone = [two_stage(stage, [one], certain, risk, params.plan, (together.z,)) for one in recourses]
    own, own_bound = (np.array([getattr(one, side) for one in alone]) for side in ("value_usd", "bound_usd"))
    by_mean = np.array([one.usd(mean_value.z) for one in recourses])
    rows = zip(names, probability.tolist(), together.outcome_usd.tolist(), by_mean.tolist(), own.tolist(), strict=True)
    return FuturesAnswer(
        risk, [Outcome(*row) for row in rows], in_words(settled(scenarios[0], together.schedule)),
        in_words(settled(scenarios[0], mean_value.schedule)),
        together.value_usd, together.bound_usd, risk.value_usd(by_mean, probability),
        risk.value_usd(own, probability), risk.value_usd(own_bound, probability),
        expected_usd(together.outcome_usd, probability),
        cvar_usd(together.outcome_usd, probability, risk.tail_share), together.is_stopped,
    )  # fmt: skip


def futures_of(scenario: Scenario) -> list[tuple[str, float, Scenario]]:
    """(name, probability, scenario) of the futures that `scenario` names, each with its overlays on top."""
    return [(one.id, one.probability, overlaid(scenario, one.overlays)) for one in scenario.futures]
