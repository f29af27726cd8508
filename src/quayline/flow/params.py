"""Settings of the flow engine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FlowParams:
    """How the simulation's answer is measured.

    `lead_share`: a car is waited for at the end of the line from its release on plus the lead time which this
    share of all cars beats (see `months` in docs/flow.md).
    """

    lead_share: float = 0.05

    def __post_init__(self) -> None:
        if not 0 < self.lead_share < 1:
            raise ValueError(f"lead_share is {self.lead_share}, expected above 0 and below 1")
