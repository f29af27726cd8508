"""Settings of the pathway engine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class PathwayParams:
    """How near to the optimum the path is solved, and how much is asked beside it.

    `gap_share`: relative gap at which the search stops, hours included. `matching_share`: how far the green energy
    counted in a year may lie above what its 8,760 hours give, as part of the load. `most_rounds`: most rounds of hours
    against years. `most_nodes`: most nodes of a tree; the same bound on every machine. `curve_steps`: steps of the
    abatement curve. `is_beside`: whether each lever is left out and taken alone, each target met later, a year lost.
    `safety_s`: seconds after which one search gives back what it has; reaching it is an error.
    """

    gap_share: float = 0.001
    matching_share: float = 1e-6
    most_rounds: int = 200
    most_nodes: int = 20_000
    curve_steps: int = 6
    is_beside: bool = False
    safety_s: float = 120.0

    def __post_init__(self) -> None:
        if not 0 < self.gap_share <= 0.2:
            raise ValueError(f"gap_share is {self.gap_share}, expected more than 0, at most 0.2")
        if not 1e-9 <= self.matching_share <= 0.01:
            raise ValueError(f"matching_share is {self.matching_share}, expected 1e-9 to 0.01")
        if not 1 <= self.most_rounds <= 10_000:
            raise ValueError(f"most_rounds is {self.most_rounds}, expected 1 to 10,000")
        if not 1 <= self.most_nodes <= 10_000_000:
            raise ValueError(f"most_nodes is {self.most_nodes}, expected 1 to 10,000,000")
        if not 0 <= self.curve_steps <= 100:
            raise ValueError(f"curve_steps is {self.curve_steps}, expected 0 to 100")
        if not 1 <= self.safety_s <= 86_400:
            raise ValueError(f"safety_s is {self.safety_s}, expected 1 to 86,400")
