"""The plan of the first eight months of Busan, shared by the features that look at the stop of January 2025."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from quayline.balance.params import BalanceParams
from quayline.balance.solve import balance
from quayline.plan.params import PlanParams
from quayline.plan.solve import plan
from quayline.scenario.loader import load

if TYPE_CHECKING:
    from quayline.records.stages import Plan


@cache
def early_plan(where: str, settings: tuple[tuple[str, str], ...] = ()) -> Plan:
    """The plan to May 2025: a horizon that holds the stop and its aftermath, and solves in seconds."""
    scenario = load(where, {"horizon.end": "2025-05-30", **dict(settings)})
    return plan(scenario, balance(scenario, BalanceParams()), PlanParams(), seed=1)
