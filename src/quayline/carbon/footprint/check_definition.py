"""One car's stages and one activity's factor by their definitions, in plain Python, with none of the engine's code."""

from __future__ import annotations

from math import isclose
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from quayline.scenario.markets import Lane
    from quayline.scenario.schema import Scenario
    from quayline.scenario.vehicles import Variant

TOLERANCE = 1e-9
ROUNDS = 500
"""Rounds of supply after which what is left of a loop of products is below all rounding."""


def differ(left: float, right: float) -> bool:
    """Whether two sums of the same terms are not the same."""
    return not isclose(left, right, rel_tol=TOLERANCE, abs_tol=1e-6)


def grid(scenario: Scenario, country: str, year: int) -> float:
    """The factor of a year: as given, on the straight line between two given, or the last."""
    points = {g.year: g.factor_kgco2e_per_kwh for g in scenario.carbon.grid if g.country == country}
    before = max(y for y in points if y <= year)
    after = min((y for y in points if y > year), default=None)
    if after is None:
        return points[before]
    return points[before] + (points[after] - points[before]) * (year - before) / (after - before)


def bought(scenario: Scenario, year: int, at_grid: float) -> float:
    """The market-based factor of a year."""
    plant = scenario.carbon.plant
    rest, total = 1.0, 0.0
    for name in {g.id for g in plant.green_power}:
        begun = [g for g in plant.green_power if g.id == name and g.from_year <= year]
        if begun:
            latest = max(begun, key=lambda g: g.from_year)
            rest, total = rest - latest.share, total + latest.share * latest.factor_kgco2e_per_kwh
    residual = plant.residual_kgco2e_per_kwh
    return total + rest * (at_grid if residual is None else residual)


def fuel(scenario: Scenario, name: str) -> tuple[float, float]:
    """Direct and upstream factor; a fuel that nobody burns has none."""
    found = [(f.direct_kgco2e_per_kwh, f.upstream_kgco2e_per_kwh) for f in scenario.carbon.fuels if f.id == name]
    return found[0] if found else (0.0, 0.0)


def product(scenario: Scenario, name: str, year: int, part: str = "direct") -> float:
    """A unit of a product: round after round of what is taken for what is taken, as a power series."""
    wanted, total = {name: 1.0}, 0.0
    for _ in range(ROUNDS):
        following: dict[str, float] = {}
        for made, amount in wanted.items():
            if made.startswith("grid-"):
                total += amount * grid(scenario, made.removeprefix("grid-").upper(), year) * (part == "direct")
                continue
            row = next(p for p in scenario.carbon.products if p.id == made)
            total += amount * (getattr(row, f"{part}_kgco2e") or 0.0)
            for taken in scenario.carbon.inputs:
                if taken.product == made:
                    following[taken.of] = following.get(taken.of, 0.0) + amount * taken.amount
        wanted = {made: amount for made, amount in following.items() if abs(amount) > 1e-18}
        if not wanted:
            break
    return total


def stages(scenario: Scenario, car: dict[str, Any]) -> dict[str, float]:
    """The stages of a car that are not its own hours': `variant_idx`, `market_idx`, `plant_idx`, `lane_idx` (that of
    its sailing, or the one planned), `year`, `delivery_year`."""
    variant, market = scenario.vehicles.variants[car["variant_idx"]], scenario.markets[car["market_idx"]]
    carbon = scenario.carbon
    mass_t, truck = variant.kerb_mass_kg / 1000, carbon.truck_kgco2e_per_tkm
    lane = None if car["lane_idx"] is None else scenario.logistics.lanes[car["lane_idx"]]
    rail_km, rail = market.inland_rail_share * market.inland_km, carbon.rail_kgco2e_per_tkm or 0.0
    found = {
        "materials": sum(_group(scenario, variant, m.id, car["year"]) for m in carbon.materials),
        "battery": _group(scenario, variant, "battery", car["year"]),
        "inbound": _inbound(scenario, variant),
        "plant_gas": sum(shop.energy.gas_kwh_per_car for shop in scenario.plant.shops) * fuel(scenario, "gas")[0],
        "elsewhere": 0.0,
    }
    truck_km = scenario.plant.export.truck_km
    if car["plant_idx"] > 0:
        other = scenario.alternates[car["plant_idx"] - 1]
        (given,) = (build.gate_kgco2e_per_car for build in other.builds if build.variant == variant.id)
        found, truck_km = dict.fromkeys(found, 0.0) | {"elsewhere": given}, other.truck_km
    ports = [] if lane is None else [p for p in scenario.logistics.ports if p.id in (lane.pol, lane.pod)]
    return found | {
        "truck": 0.0 if lane is None else truck_km * mass_t * truck,
        "handling": sum(port.handling_kgco2e_per_car or 0.0 for port in ports),
        "sea": 0.0 if lane is None else _sea(scenario, variant, lane),
        "inland": (market.inland_km - rail_km) * mass_t * truck + rail_km * mass_t * rail,
        "use": _use(scenario, variant, market.id, market.country, car["delivery_year"]),
        "upkeep": carbon.use.upkeep_kgco2e_per_car,
        "end_of_life": carbon.use.end_of_life_kgco2e_per_car,
        "credit": -_credit(scenario, variant),
    }


def _in_car(scenario: Scenario, variant: Variant, material: str) -> float:
    return sum(u.mass_kg for u in scenario.carbon.material_use if u.variant == variant.id and u.material == material)


def computed(scenario: Scenario, variant: Variant, group: str, year: int) -> float:
    """Amount times factor of a group of a variant: in the car and scrapped, or kWh of the pack."""
    if group == "battery":
        found = [b for b in scenario.carbon.batteries if b.id == variant.battery]
        per_kwh = [product(scenario, b.product, year) if b.product else b.factor_kgco2e_per_kwh or 0.0 for b in found]
        return variant.battery_kwh * sum(per_kwh)
    (material,) = (m for m in scenario.carbon.materials if m.id == group)
    per_kg = material.factor_kgco2e_per_kg or sum(p.share * product(scenario, p.product, year) for p in material.mix)
    mass_kg = _in_car(scenario, variant, group)
    return (mass_kg + mass_kg * material.scrap_rate) * per_kg


def _group(scenario: Scenario, variant: Variant, group: str, year: int) -> float:
    """The published total with what has changed since, else what is computed."""
    now = computed(scenario, variant, group, year)
    for row in scenario.carbon.calibrations:
        if (row.variant, row.group) == (variant.id, group):
            then = row.computed_kgco2e_per_car
            return row.total_kgco2e_per_car + (0.0 if then is None else now - then)
    return now


def _inbound(scenario: Scenario, variant: Variant) -> float:
    carbon, total = scenario.carbon, 0.0
    per_tkm = {"truck": carbon.truck_kgco2e_per_tkm, "sea": carbon.inbound_sea_kgco2e_per_tkm,
               "rail": carbon.rail_kgco2e_per_tkm, "air": carbon.air_kgco2e_per_tkm}  # fmt: skip
    for leg in carbon.inbound:
        if leg.model == variant.model:
            kg = variant.kerb_mass_kg
            if leg.group == "battery":
                kg -= sum(_in_car(scenario, variant, m.id) for m in carbon.materials)
            elif leg.group is not None:
                kg = _in_car(scenario, variant, leg.group)
            total += leg.distance_km * leg.mass_share * kg / 1000 * (per_tkm[leg.mode] or 0.0)
    return total


def _sea(scenario: Scenario, variant: Variant, lane: Lane) -> float:
    kg, per_tkm = variant.kerb_mass_kg, lane.emissions_kgco2e_per_tkm
    for ship in scenario.carbon.ships:
        if ship.id == lane.ship:
            (model,) = (m for m in scenario.vehicles.models if m.id == variant.model)
            per_tkm = ship.emissions_kgco2e_per_tkm
            kg = {"mass": kg, "ceu": model.ceu * (ship.cargo_per_ceu_kg or 0.0),
                  "volume": model.volume_m3 * (ship.cargo_per_m3_kg or 0.0)}[ship.share_by]  # fmt: skip
    assert per_tkm is not None
    return lane.distance_km * kg / 1000 * per_tkm


def _use(scenario: Scenario, variant: Variant, market: str, country: str, delivered: int) -> float:
    use, driving = scenario.carbon.use, 0.0
    rates = [r.consumption_rate for r in use.markets if r.market == market and r.model in (None, variant.model)]
    rate = (rates or [1.0])[0]
    if variant.electricity_kwh_per_100km is not None:
        year_kwh = variant.electricity_kwh_per_100km * rate * use.life_km / 100 / use.life_years
        driving += sum(
            year_kwh * grid(scenario, country, year) for year in range(delivered, delivered + use.life_years)
        )
    if variant.fuel_kwh_per_100km is not None:
        driving += variant.fuel_kwh_per_100km * rate * use.life_km / 100 * sum(fuel(scenario, "petrol"))
    return driving


def _credit(scenario: Scenario, variant: Variant) -> float:
    if scenario.carbon.use.end_of_life_by == "cut-off":
        return 0.0
    return sum(
        _in_car(scenario, variant, m.id) * (m.recovered_share or 0.0) * (m.credit_kgco2e_per_kg or 0.0)
        for m in scenario.carbon.materials
    )
