"""Expected value and conditional value at risk of contributions over futures with probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

_ROUNDING = 1e-9


@dataclass(frozen=True)
class Risk:
    """How futures are weighed: (1 - weight) x expected contribution + weight x CVaR of the worst `tail_share`.

    The conditional value at risk is the mean over the worst `tail_share` of the probability (Rockafellar and Uryasev,
    2000, "Optimization of conditional value-at-risk", eq. 4, for gains instead of losses).
    """

    tail_share: float = 0.1
    weight: float = 0.0

    def __post_init__(self) -> None:
        if not 0 < self.tail_share <= 1:
            raise ValueError(f"tail_share is {self.tail_share}, expected above 0 up to 1")
        if not 0 <= self.weight <= 1:
            raise ValueError(f"weight is {self.weight}, expected 0 to 1")

    def value_usd(self, outcome_usd: np.ndarray, probability: np.ndarray) -> float:
        """The weighed value of outcomes by future."""
        expected = expected_usd(outcome_usd, probability)
        if self.weight == 0:
            return expected
        tail = cvar_usd(outcome_usd, probability, self.tail_share)
        return (1 - self.weight) * expected + self.weight * tail


def expected_usd(outcome_usd: np.ndarray, probability: np.ndarray) -> float:
    """The mean over futures."""
    return float(np.sum(outcome_usd * probability))


def cvar_usd(outcome_usd: np.ndarray, probability: np.ndarray, tail_share: float) -> float:
    """The mean over the worst `tail_share` of the probability; a future on its edge counts in part."""
    order = np.argsort(outcome_usd, kind="stable")
    before = np.cumsum(probability[order]) - probability[order]
    taken = np.clip(tail_share - before, 0.0, probability[order])
    return float(np.sum(taken * outcome_usd[order]) / np.sum(taken))


def check_probabilities(names: list[str], probability: np.ndarray) -> list[str]:
    """What is wrong with the probabilities of futures, in words; empty where nothing is."""
    wrong = [
        f"future {name!r} has the probability {p:g}, expected above 0 up to 1"
        for name, p in zip(names, probability.tolist(), strict=True)
        if not 0 < p <= 1
    ]
    if not names:
        return ["there are no futures, expected at least one"]
    total = float(np.sum(probability))
    if abs(total - 1) > _ROUNDING:
        wrong.append(f"the probabilities of the futures sum to {total:.6g}, expected 1")
    return wrong
