"""Settings of the carbon engine: there are none, every figure it uses is the scenario's."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class CarbonParams:
    """No settings; here so that every engine has the same face."""
