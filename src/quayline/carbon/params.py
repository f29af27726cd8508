"""Settings of the carbon engine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CarbonParams:
    """`num_draws`: draws of all uncertain factors, at least 2; every factor itself is the scenario's."""

    num_draws: int = 1000

    def __post_init__(self) -> None:
        if self.num_draws < 2:
            raise ValueError(f"num_draws is {self.num_draws}, expected at least 2")
