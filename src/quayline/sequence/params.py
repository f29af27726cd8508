"""Settings of the sequence engine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SequenceParams:
    """How long a day is searched.

    `moves_per_day`: most moves tried on each day (0: the better of the repaired and the greedy order).
    `stall_moves`: a day ends when as many moves in a row have gained nothing. It ends at once when its order
    is proven optimal.
    """

    moves_per_day: int = 20_000
    stall_moves: int = 5_000

    def __post_init__(self) -> None:
        if not 0 <= self.moves_per_day <= 10**11:
            raise ValueError(f"moves_per_day is {self.moves_per_day}, expected 0 to 10^11")
        if not 1 <= self.stall_moves <= 10**11:
            raise ValueError(f"stall_moves is {self.stall_moves}, expected 1 to 10^11")
