"""Settings of the money engine."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

PriceDay = Literal["requested", "delivered"]


@dataclass(frozen=True)
class MoneyParams:
    """Which day's price the customer pays.

    `price_day`: of the day that the car was ordered for, so that the seller bears a delay (`requested`), or of the
    day that it is delivered (`delivered`).
    """

    price_day: PriceDay = "requested"

    def __post_init__(self) -> None:
        if self.price_day not in get_args(PriceDay):
            raise ValueError(f"price_day is {self.price_day!r}, expected one of {', '.join(get_args(PriceDay))}")
