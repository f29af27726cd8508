"""The starter scenario with nothing that breaks, varies or is defective, and a plan of it simulated."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import polars as pl

from quayline.flow.solve import simulate
from quayline.quality.solve import quality
from quayline.records.schemas import PLAN
from quayline.sequence.solve import sequence
from quayline.ship.solve import ship
from quayline.study.run import Params, Results

if TYPE_CHECKING:
    from quayline.plan.promising.promise import Promise
    from quayline.records.stages import Plan, Shipments
    from quayline.scenario.schema import Scenario

NEVER_H = 1e9


def undisturbed(scenario: Scenario) -> Scenario:
    """`scenario` without failures, spread and defects."""
    causes = [cause.model_copy(update={"rate": 0.0}) for cause in scenario.quality.causes]
    sure = scenario.quality.model_copy(update={"causes": causes})
    return scenario.model_copy(update={"plant": _calm(scenario.plant), "quality": sure})


def _calm(thing: Any) -> Any:
    changes: dict[str, Any] = {}
    for name in type(thing).model_fields if hasattr(type(thing), "model_fields") else ():
        value = getattr(thing, name)
        if name == "reliability" and value is not None:
            changes[name] = value.model_copy(update={"mtbf_h": NEVER_H})
        elif name in ("spread_share", "andon_share"):
            changes[name] = 0.0
        elif isinstance(value, list):
            changes[name] = [_calm(one) for one in value]
        elif hasattr(type(value), "model_fields"):
            changes[name] = _calm(value)
    return thing.model_copy(update=changes) if changes else thing


def with_order(scenario: Scenario, plan: Plan, made: Promise, market_at: int, variant_at: int, on: date) -> Plan:
    """The plan with one more order in the slot that was promised."""
    market = scenario.markets[market_at]
    look = plan.orders.filter(pl.col("variant_idx") == variant_at).row(0, named=True)
    row = {
        **look, "order_id": plan.orders.height, "market_idx": market_at, "requested_on": on,
        "standard_build_on": on - timedelta(days=int(market.lead_days)), "planned_build_on": made.build_on,
        "planned_sailing_idx": made.sailing_idx, "planned_delivery_on": made.delivery_on, "plant_idx": 0,
        "lane_idx": None if made.sailing_idx is None else 0, "reason": "",
    }  # fmt: skip
    schema = {column.name: column.dtype for column in PLAN["orders"].columns}
    days = plan.days.with_columns(pl.col("cars") + (pl.col("date") == made.build_on).cast(pl.Int32))
    orders = pl.concat([plan.orders.select(list(schema)), pl.DataFrame([row], schema=schema)])
    return replace(plan, orders=orders, days=days)


def simulated(scenario: Scenario, results: Results, plan: Plan, seed: int) -> Shipments:
    """`plan` on the line and on the ships."""
    p = Params()
    line = sequence(scenario, plan, p.sequence, seed)
    defects = quality(scenario, plan, line, p.quality, seed)
    trace = simulate(scenario, plan, line, results.balance, defects, p.flow, seed)
    return ship(scenario, plan, trace, p.ship, seed)


def places(scenario: Scenario, market: str) -> tuple[int, int]:
    """The market's place, and that of the variant which it buys most."""
    variant = {"home": "hatch-hybrid", "overseas": "volt-60"}[market]
    return (
        [m.id for m in scenario.markets].index(market),
        [v.id for v in scenario.vehicles.variants].index(variant),
    )
