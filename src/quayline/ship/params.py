"""Settings of the ship engine."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ShipParams:
    """When cars are called to the port.

    `call_days`: a car leaves the plant's yard for the port at most this long before its booked sailing departs; a
    week is what terminals usually give free of charge.
    """

    call_days: float = 7.0

    def __post_init__(self) -> None:
        if not 0 <= self.call_days <= 365:
            raise ValueError(f"call_days is {self.call_days}, expected 0 to 365")
