"""What one thing needs of another is there: prices, lanes, duties, factors, work content, repairs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quayline.scenario.rules.common import Found, gates
from quayline.scenario.sections import paced_sections

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario


def prices(s: Scenario) -> Found:
    """Every variant wanted in a market has a price there."""
    variants = {v.id for v in s.vehicles.variants}
    priced = {(row.market, row.variant) for row in s.prices}
    for i, row in enumerate(s.demand):
        pair = (row.market, row.variant)
        if pair not in priced and row.variant in variants:
            priced.add(pair)
            yield ("demand", i), f"no price for {row.variant!r} in market {row.market!r}"


def prices_in_time(s: Scenario) -> Found:
    """A price is in force from the first month in which the market wants the variant."""
    first_price: dict[tuple[str, str], str] = {}
    for price in s.prices:
        pair = (price.market, price.variant)
        first_price[pair] = min(first_price.get(pair, "9999-99"), f"{price.from_:%Y-%m}")
    for i, row in enumerate(s.demand):
        begins = first_price.get((row.market, row.variant), row.month)
        if begins > row.month:
            first_price[row.market, row.variant] = row.month
            yield ("demand", i, "month"), f"the first price for {row.variant!r} in {row.market!r} begins in {begins}"


def freight(s: Scenario) -> Found:
    """A lane has one tariff; a service has one space, in a unit of its lanes, and one port of loading."""
    lanes = {lane.id: lane for lane in s.logistics.lanes}
    for i, lane in enumerate(s.logistics.lanes):
        if (lane.freight_usd_per_m3 is None) == (lane.box is None):
            yield ("logistics", "lanes", i), "expected either freight (by volume) or box (in containers)"
    for i, service in enumerate(s.logistics.services):
        path, spaces = ("logistics", "services", i), (service.capacity_ceu, service.capacity_m3, service.capacity_boxes)
        if sum(size is not None for size in spaces) != 1:
            yield path, "expected one of capacity (in CEU), capacity_volume and capacity_boxes"
        mine = [lanes[name] for name in (service.lane, *service.calls) if name in lanes]
        for lane in mine:
            if (service.capacity_boxes is None) != (lane.box is None):
                yield path, f"lane {lane.id!r} and the service must both be in boxes, or neither"
            if lane.pol != mine[0].pol:
                yield (*path, "calls"), f"{lane.id!r} does not begin at {mine[0].pol!r}"


def quotas(s: Scenario) -> Found:
    """A quota says what applies beyond it."""
    for i, duty in enumerate(s.trade.duties):
        if (duty.quota_cars is None) != (duty.over_quota_rate is None):
            yield ("trade", "duties", i), "quota_cars and over_quota_rate go together"


def one_agreement_a_model(s: Scenario) -> Found:
    """A model is built under one agreement at most."""
    seen: set[str] = set()
    for i, agreement in enumerate(s.agreements):
        for k, model in enumerate(agreement.models):
            if model in seen:
                yield ("agreements", i, "models", k), f"{model!r} is in another agreement already"
            seen.add(model)


def variants(s: Scenario) -> Found:
    """A variant names its battery and says what it consumes."""
    for i, variant in enumerate(s.vehicles.variants):
        if variant.battery_kwh > 0 and variant.battery is None:
            yield ("vehicles", "variants", i), "a variant with a battery names it in `battery`"
        if variant.electricity_kwh_per_100km is None and variant.fuel_kwh_per_100km is None:
            yield ("vehicles", "variants", i), "needs electricity_per_100km or fuel_per_100km, or both"


def models(s: Scenario) -> Found:
    """A model has a variant, and work content for every paced section that it goes through, and for no other."""
    paced = paced_sections(s.plant)
    for i, model in enumerate(s.vehicles.models):
        mine = {one.section.id for one in paced if one.passes(model.id)}
        lacking = mine - {c.section for c in model.content}
        for k, content in enumerate(model.content):
            if content.section in {one.section.id for one in paced} - mine:
                yield ("vehicles", "models", i, "content", k), f"{model.id!r} does not go through {content.section!r}"
        if lacking:
            yield ("vehicles", "models", i, "content"), f"no work content for {', '.join(sorted(lacking))}"
        if not any(v.model == model.id for v in s.vehicles.variants):
            yield ("vehicles", "models", i), f"no variant belongs to model {model.id!r}"


def repairs(s: Scenario) -> Found:
    """A gate that catches a cause has the repair that the cause needs."""
    found = {gate.id: gate for _, gate, _ in gates(s)}
    causes = {cause.id: cause for cause in s.quality.causes}
    for i, d in enumerate(s.quality.detection):
        gate, cause = found.get(d.gate), causes.get(d.cause)
        if gate and cause and cause.repair not in {r.id for r in gate.repairs}:
            yield ("quality", "detection", i, "gate"), f"gate {d.gate!r} has no repair {cause.repair!r}"
