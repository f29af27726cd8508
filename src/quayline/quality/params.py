"""Settings of the quality engine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class QualityParams:
    """Up to which rate defects are counted at all.

    `most_defects_per_car`: a cause whose rate at launch or in maturity is above this is refused as a
    mistake of the scenario. The draw inverts the Poisson distribution term by term, exact up to 500.
    """

    most_defects_per_car: float = 50.0

    def __post_init__(self) -> None:
        if not 0 < self.most_defects_per_car <= 500:
            raise ValueError(f"most_defects_per_car is {self.most_defects_per_car}, expected above 0 up to 500")
