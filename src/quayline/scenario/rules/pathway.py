"""What the plant's path needs: uses, paths, sites and profiles that exist, shares that add up, years that fit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quayline.scenario.rules.common import ids, unknown

if TYPE_CHECKING:
    from quayline.scenario.pathway import Pathway
    from quayline.scenario.rules.common import Found
    from quayline.scenario.schema import Scenario

_MONTHS = set(range(1, 13))
_BOUGHT = ("biogas", "attribute", "removal")


def pathway_names(s: Scenario) -> Found:
    """Each id once, and every name that refers to something refers to a thing that exists."""
    if (way := s.pathway) is None:
        return
    lists: dict[str, list[Any]] = {
        "uses": [*way.uses], "grid_paths": [*way.grid_paths], "sites": [*way.sites], "profiles": [*way.profiles],
        "levers": [*way.levers],
    }  # fmt: skip
    for key, things in lists.items():
        names = ids(things)
        for i, name in enumerate(names):
            if name in names[:i]:
                yield ("pathway", key, i, "id"), f"{name!r} is defined already"
    for i, use in enumerate(way.uses):
        if message := unknown(use.shop, ids(s.plant.shops), "shop"):
            yield ("pathway", "uses", i, "shop"), message
    for i, row in enumerate(way.grid_years):
        if message := unknown(row.path, ids(way.grid_paths), "path of the grid"):
            yield ("pathway", "grid_years", i, "path"), message
    for i, lever in enumerate(way.levers):
        for key in ("use", "site", "profile"):
            named = getattr(lever, key, None)
            if named is not None and (message := unknown(named, ids(lists[f"{key}s"]), key)):
                yield ("pathway", "levers", i, key), message
        yield from _relations(way, i)


def _relations(way: Pathway, i: int) -> Found:
    """`needs` and `excludes` name other levers that can be in place."""
    lever = way.levers[i]
    if (lever.needs or lever.excludes) and lever.kind in _BOUGHT:
        yield ("pathway", "levers", i, "id"), "is bought by the year: it can neither need nor exclude another"
    kinds = {other.id: other.kind for other in way.levers if other.id != lever.id}
    for key in ("needs", "excludes"):
        for k, name in enumerate(getattr(lever, key)):
            if message := unknown(name, kinds, "other lever"):
                yield ("pathway", "levers", i, key, k), message
            elif kinds[name] in _BOUGHT:
                yield ("pathway", "levers", i, key, k), f"{name!r} is bought by the year and is never in place"


def pathway_sums(s: Scenario) -> Found:
    """Shares add up to at most all, weights to all; one row for a year; one store; areas within their site."""
    if (way := s.pathway) is None:
        return
    for i, use in enumerate(way.uses):
        total = sum(u.share for u in way.uses[: i + 1] if (u.shop, u.carrier) == (use.shop, use.carrier))
        if total > 1 + 1e-9:
            message = f"uses of {use.carrier} in {use.shop} add up to {total:.4g}, expected at most 1"
            yield ("pathway", "uses", i, "share"), message
    if abs((total := sum(path.weight_share for path in way.grid_paths)) - 1) > 1e-9:
        yield ("pathway", "grid_paths"), f"weights add up to {total:.4g}, expected 1"
    for key, rows in (("prices", [(r.carrier, r.year) for r in way.prices]),
                      ("grid_years", [(r.path, r.year) for r in way.grid_years])):  # fmt: skip
        for i, row in enumerate(rows):
            if row in rows[:i]:
                yield ("pathway", key, i, "year"), f"{row[0]} has a row for {row[1]} already"
    stores = [i for i, lever in enumerate(way.levers) if lever.kind == "storage"]
    for i in stores[1:]:
        yield ("pathway", "levers", i, "kind"), "a plant has one store"
    for i, site in enumerate(way.sites):
        if sum(tenant.area_m2 for tenant in site.tenants) > site.area_m2 * (1 + 1e-9):
            yield ("pathway", "sites", i, "tenants"), "tenants hold more than the site has"
    yield from _lever_sums(way)
    yield from _profiles(way)


def _lever_sums(way: Pathway) -> Found:
    gas = {use.id for use in way.uses if use.carrier == "gas"}
    for i, lever in enumerate(way.levers):
        if lever.kind == "conversion":
            if lever.use not in gas and lever.use in ids(way.uses):
                yield ("pathway", "levers", i, "use"), f"{lever.use!r} is no use of gas"
            if lever.units * lever.unit_share > 1 + 1e-9:
                message = f"{lever.units} units of {lever.unit_share:.4g} meet more than the whole use"
                yield ("pathway", "levers", i, "units"), message


def _profiles(way: Pathway) -> Found:
    for i, profile in enumerate(way.profiles):
        at = ("pathway", "profiles", i)
        months = [row.month for row in profile.months]
        hours = [row.hour for row in profile.hours]
        if profile.kind == "hours":
            if sorted(hours) != list(range(8760)):
                yield (*at, "hours"), f"expected each hour from 0 to 8759 once, got {len(hours)} rows"
        elif sorted(months) != sorted(_MONTHS):
            yield (*at, "months"), "expected each month from 1 to 12 once"
        elif profile.yield_share is None:
            yield (*at, "yield_share"), "is needed for a profile made from months"
        elif not 0 < profile.yield_share <= 0.6:
            yield (*at, "yield_share"), f"is {profile.yield_share:.4g}, expected above 0 and at most 0.6"
        for k, row in enumerate(profile.months):
            if profile.kind == "sun" and not 0.1 <= row.level <= 0.75:
                yield (*at, "months", k, "level"), f"is {row.level:.4g}, expected a clearness from 0.1 to 0.75"


def pathway_years(s: Scenario) -> Found:
    """Decisions begin within the plant's path; factors and prices are there; surplus is not dearer than power."""
    if (way := s.pathway) is None:
        return
    if not s.horizon.start.year <= way.from_year <= s.horizon.plant_until:
        message = f"is not within the plant's path, {s.horizon.start.year} to {s.horizon.plant_until}"
        yield ("pathway", "from_year"), message
    for path in way.grid_paths:
        first = min((row.year for row in way.grid_years if row.path == path.id), default=None)
        if first is not None and first > way.from_year:
            yield ("pathway", "grid_years"), f"no factor of {path.id!r} before {first}, needed from {way.from_year} on"
    prices = [row.price_usd_per_kwh for row in way.prices if row.carrier == "electricity"]
    least = min(prices, default=s.plant.costs.electricity_usd_per_kwh)
    if way.surplus_usd_per_kwh > least:
        yield ("pathway", "surplus"), f"is above the price of electricity, {least:g} USD/kWh: all would be sold"
