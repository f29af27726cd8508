"""Factors, amounts and targets that the footprint and the plant's path need."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quayline.scenario.rules.common import Found
    from quayline.scenario.schema import Scenario


def grid_factors(s: Scenario) -> Found:
    """The plant's country and every market's have a factor for electricity, from the first year in which it is used."""
    first: dict[str, int] = {}
    for factor in s.carbon.grid:
        first[factor.country] = min(factor.year, first.get(factor.country, factor.year))
    home, begins = s.plant.place.country, s.horizon.start.year
    if home not in first:
        yield ("carbon", "grid"), f"no factor for the plant's country {home}"
    elif first[home] > begins:
        yield ("carbon", "grid"), f"no factor for {home} before {first[home]}, needed from {begins} on"
    wanted: dict[str, int] = {}
    for row in s.demand:
        year = int(row.month[:4])
        wanted[row.market] = min(year, wanted.get(row.market, year))
    for i, market in enumerate(s.markets):
        needed = max(begins, wanted.get(market.id, begins))
        if market.country not in first:
            yield ("markets", i, "country"), f"no grid factor for {market.country} in carbon.grid"
        elif first[market.country] > needed and market.country != home:
            message = f"no grid factor for {market.country} before {first[market.country]}, needed from {needed} on"
            yield ("markets", i, "country"), message


def amounts(s: Scenario) -> Found:
    """Every variant has its materials, every fuel that is burnt its factors, every battery total its battery."""
    carbon, fuels = s.carbon, {fuel.id for fuel in s.carbon.fuels}
    described = {row.variant for row in carbon.material_use}
    described |= {row.variant for row in carbon.calibrations if row.group != "battery"}
    for i, variant in enumerate(s.vehicles.variants):
        if variant.id not in described:
            yield ("vehicles", "variants", i, "id"), f"no materials for {variant.id!r} in carbon.material_use"
        if variant.fuel_kwh_per_100km is not None and "petrol" not in fuels:
            yield ("vehicles", "variants", i, "fuel"), "no factors for petrol in carbon.fuels"
    for i, shop in enumerate(s.plant.shops):
        burns = shop.energy.gas_kwh_per_car or shop.energy.gas_running_kw or shop.energy.gas_off_kw
        if burns and "gas" not in fuels:
            yield ("plant", "shops", i, "energy"), "no factors for gas in carbon.fuels"
    without = {variant.id for variant in s.vehicles.variants if variant.battery is None}
    for i, row in enumerate(carbon.calibrations):
        if row.group == "battery" and row.variant in without:
            yield ("carbon", "calibrations", i, "variant"), f"{row.variant!r} has no battery"


def path(s: Scenario) -> Found:
    """Targets lie between the base year and the end of the path, one a year; green power is not more than all."""
    plant, until = s.carbon.plant, s.horizon.plant_until
    if plant.base_year > until:
        yield ("carbon", "plant", "base_year"), f"is after the last year of the path, {until}"
    seen: set[int] = set()
    for i, target in enumerate(plant.targets):
        at = ("carbon", "plant", "targets", i, "year")
        if not plant.base_year < target.year <= until:
            yield at, f"is not after the base year {plant.base_year} and up to {until}"
        if target.year in seen:
            yield at, "has a target already"
        seen.add(target.year)
    for i, power in enumerate(plant.green_power):
        shares = [row.share for row in plant.green_power if row.from_year <= power.from_year]
        if sum(shares) > 1 + 1e-9:
            message = f"shares of green power add up to {sum(shares):.4g} in {power.from_year}, expected at most 1"
            yield ("carbon", "plant", "green_power", i, "share"), message
