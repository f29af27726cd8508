"""What one unit of an activity carries, and where that figure stands."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Factor:
    """kgCO2e of one `unit` of an activity: fossil by location, by market where that differs, biogenic where known.

    `path` is where the figure stands in the scenario; a computed one names where its first figure stands.
    """

    unit: str
    kgco2e: float
    path: str
    region: str = ""
    market_kgco2e: float | None = None
    biogenic_kgco2e: float | None = None
    is_computed: bool = False
