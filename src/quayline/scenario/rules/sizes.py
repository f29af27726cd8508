"""Shares add up, loops go back, and the programme is of a size that can be held car by car."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quayline.scenario.rules.common import Found, gates

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario

MAX_CARS = 20_000_000


def shares(s: Scenario) -> Found:
    """The colour shares of a model add up to one."""
    for i, model in enumerate(s.vehicles.models):
        total = sum(take.share for take in model.colours)
        if abs(total - 1) > 1e-6:
            yield ("vehicles", "models", i, "colours"), f"shares add up to {total:.4g}, expected 100 %"


def loops(s: Scenario) -> Found:
    """A repaired car rejoins at or before the gate that sent it away."""
    for path, gate, order in gates(s):
        for k, repair in enumerate(gate.repairs):
            if repair.rejoin in order and order.index(repair.rejoin) > order.index(gate.id):
                yield (
                    (*path, "repairs", k, "rejoin"),
                    f"{repair.rejoin!r} lies after the gate; a repaired car rejoins at or before it",
                )


def programme(s: Scenario) -> Found:
    """The programme is of a size that this tool can hold, car by car."""
    total = sum(row.cars for row in s.demand)
    if total > MAX_CARS:
        yield ("demand",), f"{total} cars in all are more than the {MAX_CARS} that this tool can hold"
