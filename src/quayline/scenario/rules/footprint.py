"""What a bill of a car needs: each amount with one factor, masses that balance, mixes that are whole."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quayline.scenario.rules.common import Found
    from quayline.scenario.schema import Scenario

_MASS_SLACK = 0.005
"""Part of the kerb mass that roundings of a bill of materials may make."""


def materials(s: Scenario) -> Found:
    """A factor or a mix that is whole, of products counted in kg."""
    units = {product.id: product.unit for product in s.carbon.products}
    for i, material in enumerate(s.carbon.materials):
        at = ("carbon", "materials", i)
        if (material.factor_kgco2e_per_kg is None) == (not material.mix):
            yield (*at, "factor"), "expected a factor or a mix of products, one of the two"
        if material.mix and abs(sum(part.share for part in material.mix) - 1) > 1e-6:
            yield (*at, "mix"), f"shares add up to {sum(part.share for part in material.mix):.4g}, expected 1"
        for k, part in enumerate(material.mix):
            if units.get(part.product, "kg") != "kg":
                yield (*at, "mix", k, "product"), f"{part.product!r} is counted in kWh, expected kg"
        if (material.recovered_share is None) != (material.credit_kgco2e_per_kg is None):
            yield (*at, "recovered_share"), "expected both or neither of recovered_share and credit"


def batteries(s: Scenario) -> Found:
    """A factor or a product counted in kWh."""
    units = {product.id: product.unit for product in s.carbon.products}
    for i, battery in enumerate(s.carbon.batteries):
        at = ("carbon", "batteries", i)
        if (battery.factor_kgco2e_per_kwh is None) == (battery.product is None):
            yield (*at, "factor"), "expected a factor or a product, one of the two"
        if battery.product is not None and units.get(battery.product, "kWh") != "kWh":
            yield (*at, "product"), f"{battery.product!r} is counted in kg, expected kWh"


def mass_balance(s: Scenario) -> Found:
    """No car holds more than it weighs, or less where it has no battery."""
    held: dict[str, float] = defaultdict(float)
    for row in s.carbon.material_use:
        held[row.variant] += row.mass_kg
    for i, variant in enumerate(s.vehicles.variants):
        over = held[variant.id] - variant.kerb_mass_kg
        slack = _MASS_SLACK * variant.kerb_mass_kg
        if over > slack or (variant.battery is None and held[variant.id] and over < -slack):
            message = f"its materials in carbon.material_use weigh {held[variant.id]:g} kg"
            yield ("vehicles", "variants", i, "kerb_mass"), message


def products(s: Scenario) -> Found:
    """What a product takes is counted in the unit of what is taken; its grids have factors from the horizon on."""
    units = {product.id: product.unit for product in s.carbon.products}
    first: dict[str, int] = {}
    for row in s.carbon.grid:
        first[row.country.lower()] = min(row.year, first.get(row.country.lower(), row.year))
    for i, product in enumerate(s.carbon.products):
        if product.id.startswith("grid-"):
            yield ("carbon", "products", i, "id"), "begins with 'grid-', which stands for a country's electricity"
    for i, taken in enumerate(s.carbon.inputs):
        at = ("carbon", "inputs", i)
        unit = "kWh" if taken.of.startswith("grid-") else units.get(taken.of, taken.unit)
        if taken.unit != unit:
            yield (*at, "unit"), f"{taken.of!r} is counted in {unit}, got {taken.unit!r}"
        country = taken.of.removeprefix("grid-")
        if taken.of.startswith("grid-") and first.get(country, 0) > s.horizon.start.year:
            yield (*at, "of"), f"no grid factor for {country.upper()} before {first[country]}"


def transport(s: Scenario) -> Found:
    """Every leg and lane has one factor, and a ship that shares by space says what the space holds."""
    carbon = s.carbon
    for i, leg in enumerate(carbon.inbound):
        if leg.mode in ("rail", "air") and getattr(carbon, f"{leg.mode}_kgco2e_per_tkm") is None:
            yield ("carbon", "inbound", i, "mode"), f"no factor for {leg.mode} in carbon.{leg.mode}"
    for i, market in enumerate(s.markets):
        if market.inland_rail_share and carbon.rail_kgco2e_per_tkm is None:
            yield ("markets", i, "inland_rail_share"), "no factor for rail in carbon.rail"
    for i, lane in enumerate(s.logistics.lanes):
        if (lane.emissions_kgco2e_per_tkm is None) == (lane.ship is None):
            yield ("logistics", "lanes", i, "emissions"), "expected emissions or a ship, one of the two"
    for i, ship in enumerate(carbon.ships):
        for rule, key, held in (("ceu", "cargo_per_ceu", ship.cargo_per_ceu_kg),
                                ("volume", "cargo_per_m3", ship.cargo_per_m3_kg)):  # fmt: skip
            if ship.share_by == rule and not held:
                yield ("carbon", "ships", i, "share_by"), f"sharing by {rule} needs {key}, the mean mass of the cargo"


def hours(s: Scenario) -> Found:
    """A country's hours are all there, 24 of 12 months, and their mean over the year is 1."""
    for country in sorted({row.country for row in s.carbon.grid_hours}):
        rows = {(row.month, row.hour): row.ratio for row in s.carbon.grid_hours if row.country == country}
        odd = [key for key in rows if not (1 <= key[0] <= 12 and 0 <= key[1] <= 23)]
        if odd:
            yield ("carbon", "grid_hours"), f"{country}: no hour {odd[0][1]} of month {odd[0][0]} exists"
        elif len(rows) < 288:
            yield ("carbon", "grid_hours"), f"{country}: {288 - len(rows)} of 288 hours are missing"
        else:
            mean = sum(ratio * monthrange(2025, month)[1] / 365 / 24 for (month, _), ratio in rows.items())
            if abs(mean - 1) > 0.005:
                yield ("carbon", "grid_hours"), f"{country}: the mean of the year is {mean:.4g}, expected 1"


def life(s: Scenario) -> Found:
    """A market and model have one consumption; credits need materials that are recovered."""
    for (market, model), num in Counter((row.market, row.model) for row in s.carbon.use.markets).items():
        if num > 1:
            yield ("carbon", "use", "markets"), f"{num} rows for {market} and {model or 'all models'}, expected one"
    by = s.carbon.use.end_of_life_by
    if by == "substitution" and all(m.credit_kgco2e_per_kg is None for m in s.carbon.materials):
        yield ("carbon", "use", "end_of_life_by"), "substitution needs a material with recovered_share and credit"


def levers(s: Scenario) -> Found:
    """A lever changes something, and a swap takes from a material that is bought as a mix."""
    mixed = {material.id for material in s.carbon.materials if material.mix}
    known = {material.id for material in s.carbon.materials}
    for i, lever in enumerate(s.carbon.levers):
        at = ("carbon", "levers", i)
        if not (lever.swaps or lever.packs or lever.battery_kwh is not None or lever.ship is not None):
            yield (*at, "id"), "changes nothing: expected swaps, packs, battery_energy or ship"
        if lever.cost_usd_per_car is not None and lever.saved_usd_per_car is not None:
            yield (*at, "cost"), "expected cost or saved, not both"
        for k, swap in enumerate(lever.swaps):
            if swap.material in known - mixed:
                yield (*at, "swaps", k, "material"), f"{swap.material!r} has a factor and no mix to swap in"


def line_up(s: Scenario) -> Found:
    """An adjustment leads to another boundary than the published one."""
    for i, car in enumerate(s.carbon.line_up):
        for k, row in enumerate(car.adjustments):
            if row.to == car.boundary:
                at = ("carbon", "line_up", i, "adjustments", k, "to")
                yield at, f"{car.id!r} is published to the {car.boundary} already"
