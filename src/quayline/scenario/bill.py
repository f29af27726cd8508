"""The bill of a car: every amount that its footprint counts, with the activity whose factor it is multiplied by.

Amount and factor stay apart: nothing here is in kgCO2e. The plan and the account of carbon both read this list.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.scenario.inventory import InboundLeg
    from quayline.scenario.markets import Lane
    from quayline.scenario.schema import Scenario
    from quayline.scenario.vehicles import Variant

BATTERY = "battery"


class Activity(NamedTuple):
    """Something that has a factor: what kind it is, which one, and in which year where that matters (else 0)."""

    kind: str
    name: str
    year: int = 0


class Item(NamedTuple):
    """An amount of an activity in a stage; `part` tells what of the car or of its way it is for."""

    stage: str
    part: str
    activity: Activity
    amount: float
    unit: str


def made(scenario: Scenario, variant_at: int, year: int) -> list[Item]:
    """From the cradle to the plant's gate, of a car that leaves the line in `year`; base loads are not in it."""
    variant = scenario.vehicles.variants[variant_at]
    return [*_groups(scenario, variant, year), *_inbound(scenario, variant), *_plant(scenario, year)]


def made_elsewhere(scenario: Scenario, variant_at: int, plant_at: int) -> list[Item]:
    """From the cradle to the gate of `alternates[plant_at - 1]`: the one figure that the scenario gives."""
    name = f"{scenario.alternates[plant_at - 1].id}/{scenario.vehicles.variants[variant_at].id}"
    return [Item("elsewhere", scenario.alternates[plant_at - 1].id, Activity("elsewhere", name), 1.0, "car")]


def way(scenario: Scenario, variant_at: int, market_at: int, plant_at: int, lane_at: int | None) -> list[Item]:
    """From the gate to the customer: truck, ports and sea (unless by road alone), inland."""
    mass_t = scenario.vehicles.variants[variant_at].kerb_mass_kg / 1000
    market, items = scenario.markets[market_at], []
    if lane_at is not None:
        lane = scenario.logistics.lanes[lane_at]
        truck_km = scenario.alternates[plant_at - 1].truck_km if plant_at else scenario.plant.export.truck_km
        items.append(Item("truck", "to the port", Activity("truck", ""), mass_t * truck_km, "tkm"))
        for port in scenario.logistics.ports:
            if port.id in (lane.pol, lane.pod) and port.handling_kgco2e_per_car is not None:
                items.append(Item("handling", port.id, Activity("handling", port.id), 1.0, "car"))
        items.append(Item("sea", lane.id, _sailing(lane), charged_tkm(scenario, variant_at, lane), "tkm"))
    by_rail = market.inland_km * market.inland_rail_share
    items.append(Item("inland", "truck", Activity("truck", ""), mass_t * (market.inland_km - by_rail), "tkm"))
    if by_rail:
        items.append(Item("inland", "rail", Activity("rail", ""), mass_t * by_rail, "tkm"))
    return items


def life(scenario: Scenario, variant_at: int, market_at: int, delivered: int) -> list[Item]:
    """With the customer: electricity by the market's grid over the life, fuel, upkeep, end of life, credits."""
    variant, use, market = scenario.vehicles.variants[variant_at], scenario.carbon.use, scenario.markets[market_at]
    hundred_km = use.life_km / 100
    fitting = [row for row in use.markets if row.market == market.id and row.model in (None, variant.model)]
    if fitting:
        hundred_km *= fitting[0].consumption_rate
    items = []
    if variant.electricity_kwh_per_100km is not None:
        kwh = variant.electricity_kwh_per_100km * hundred_km
        items.append(Item("use", "electricity", Activity("grid over life", market.country, delivered), kwh, "kWh"))
    if variant.fuel_kwh_per_100km is not None:
        kwh = variant.fuel_kwh_per_100km * hundred_km
        items.append(Item("use", "fuel burnt", Activity("petrol burnt", ""), kwh, "kWh"))
        items.append(Item("use", "fuel upstream", Activity("petrol upstream", ""), kwh, "kWh"))
    items.append(Item("upkeep", "upkeep", Activity("upkeep", ""), 1.0, "car"))
    items.append(Item("end_of_life", "treatment", Activity("end of life", ""), 1.0, "car"))
    if use.end_of_life_by == "substitution":
        items += _credits(scenario, variant)
    return items


def pack_kg(scenario: Scenario, variant: Variant) -> float:
    """Mass of the traction battery: what the kerb mass has beyond the materials (mass balance of the car)."""
    return variant.kerb_mass_kg - sum(u.mass_kg for u in scenario.carbon.material_use if u.variant == variant.id)


def charged_tkm(scenario: Scenario, variant_at: int, lane: Lane) -> float:
    """Tonne-kilometres that a car bears of its voyage: of its own mass, or of the cargo that its space would hold."""
    variant = scenario.vehicles.variants[variant_at]
    model = next(m for m in scenario.vehicles.models if m.id == variant.model)
    ship = next((s for s in scenario.carbon.ships if s.id == lane.ship), None)
    mass_kg = variant.kerb_mass_kg
    if ship is not None and ship.share_by == "ceu":
        assert ship.cargo_per_ceu_kg is not None
        mass_kg = model.ceu * ship.cargo_per_ceu_kg
    elif ship is not None and ship.share_by == "volume":
        assert ship.cargo_per_m3_kg is not None
        mass_kg = model.volume_m3 * ship.cargo_per_m3_kg
    return mass_kg / 1000 * lane.distance_km


def _sailing(lane: Lane) -> Activity:
    return Activity("lane", lane.id) if lane.ship is None else Activity("ship", lane.ship)


def _groups(scenario: Scenario, variant: Variant, year: int) -> Iterator[Item]:
    """Materials and battery; a calibrated group also has its published total, less what amount and factor said then."""
    published = {row.group: row for row in scenario.carbon.calibrations if row.variant == variant.id}
    for group in [*(m.id for m in scenario.carbon.materials), BATTERY]:
        stage = BATTERY if group == BATTERY else "materials"
        items = list(bought(scenario, variant, group, year))
        total = published.get(group)
        if total is not None:
            name = f"{variant.id}/{group}"
            yield Item(stage, group, Activity("published", name), 1.0, "car")
            if total.computed_kgco2e_per_car is None:
                continue
            yield Item(stage, group, Activity("explained", name), -1.0, "car")
        yield from items


def bought(scenario: Scenario, variant: Variant, group: str, year: int) -> Iterator[Item]:
    """What is bought of a group for a car: of materials what is in the car and the process scrap; the battery."""
    if group == BATTERY:
        pack = next((b for b in scenario.carbon.batteries if b.id == variant.battery), None)
        if pack is not None:
            activity = Activity(BATTERY, pack.id) if pack.product is None else Activity("product", pack.product, year)
            yield Item(BATTERY, BATTERY, activity, variant.battery_kwh, "kWh")
        return
    material = next(m for m in scenario.carbon.materials if m.id == group)
    uses = [u.mass_kg for u in scenario.carbon.material_use if (u.variant, u.material) == (variant.id, group)]
    if not uses:
        return
    kg = sum(uses) * (1 + material.scrap_rate)
    if not material.mix:
        yield Item("materials", group, Activity("material", group), kg, "kg")
    for part in material.mix:
        yield Item("materials", group, Activity("product", part.product, year), kg * part.share, "kg")


def _inbound(scenario: Scenario, variant: Variant) -> Iterator[Item]:
    for leg in scenario.carbon.inbound:
        if leg.model == variant.model:
            tkm = leg.mass_share * _leg_kg(scenario, variant, leg) / 1000 * leg.distance_km
            activity = Activity("inbound sea" if leg.mode == "sea" else leg.mode, "")
            yield Item("inbound", f"{leg.group or 'parts'} by {leg.mode}", activity, tkm, "tkm")


def _leg_kg(scenario: Scenario, variant: Variant, leg: InboundLeg) -> float:
    if leg.group is None:
        return variant.kerb_mass_kg
    if leg.group == BATTERY:
        return pack_kg(scenario, variant)
    uses = scenario.carbon.material_use
    return sum(u.mass_kg for u in uses if (u.variant, u.material) == (variant.id, leg.group))


def _plant(scenario: Scenario, year: int) -> Iterator[Item]:
    """What a car itself takes in each shop."""
    country = scenario.plant.place.country
    for shop in scenario.plant.shops:
        if shop.energy.gas_kwh_per_car:
            gas_kwh = shop.energy.gas_kwh_per_car
            yield Item("plant_gas", shop.id, Activity("gas burnt", ""), gas_kwh, "kWh")
            yield Item("gas_upstream", shop.id, Activity("gas upstream", ""), gas_kwh, "kWh")
        kwh = shop.energy.electricity_kwh_per_car
        yield Item("plant_electricity", shop.id, Activity("plant electricity", country, year), kwh, "kWh")


def _credits(scenario: Scenario, variant: Variant) -> Iterator[Item]:
    for material in scenario.carbon.materials:
        if material.recovered_share is not None:
            uses = scenario.carbon.material_use
            kg = sum(u.mass_kg for u in uses if (u.variant, u.material) == (variant.id, material.id))
            activity = Activity("credit", material.id)
            yield Item("credit", material.id, activity, -kg * material.recovered_share, "kg")
