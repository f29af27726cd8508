"""Settings of the balance engine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class BalanceParams:
    """Which car the crew is sized for.

    `cover_heaviest`: add people until no variant that is wanted has more work than the takt at the average
    station. Otherwise the crew is that of the average car, and heavier variants work ahead or drift.
    """

    cover_heaviest: bool = False
