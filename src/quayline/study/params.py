"""Settings of the recipe."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StudyParams:
    """How often, and for how large a shortfall of the line, the plan is made again."""

    most_rounds: int = 3
    tolerance_share: float = 0.01

    def __post_init__(self) -> None:
        if self.most_rounds < 1:
            raise ValueError(f"most_rounds is {self.most_rounds}, expected at least 1")
        if not 0 <= self.tolerance_share < 1:
            raise ValueError(f"tolerance_share is {self.tolerance_share}, expected 0 up to 1")
