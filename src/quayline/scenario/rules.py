"""What must hold between the things of a scenario: names that exist, dates in order, shares that add up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario

MAX_CARS = 20_000_000

Path = tuple[str | int, ...]
Found = Iterator[tuple[Path, str]]


def rule_faults(scenario: Scenario) -> list[tuple[Path, str]]:
    """Every fault between the things of `scenario`, as (path in written names, message)."""
    return [fault for rule in _RULES for fault in rule(scenario)]


def _unknown(name: str, known: Iterable[str], what: str) -> str | None:
    names = list(known)
    if name in names:
        return None
    near = get_close_matches(name, names, n=1)
    return f"no {what} is called {name!r}" + (f"; did you mean {near[0]!r}?" if near else "")


def _ids(things: Iterable[Any]) -> list[str]:
    return [thing.id for thing in things]


def _sections(s: Scenario, *kinds: str) -> list[str]:
    return [x.id for shop in s.plant.shops for x in shop.sections if not kinds or x.kind in kinds]


def unique_ids(s: Scenario) -> Found:
    """Every list of things with ids names each only once."""
    lists: list[tuple[Path, list[str]]] = [
        (("parties",), _ids(s.parties)),
        (("agreements",), _ids(s.agreements)),
        (("plant", "patterns"), _ids(s.plant.patterns)),
        (("plant", "modes"), _ids(s.plant.modes)),
        (("plant", "shops"), _ids(s.plant.shops)),
        (("plant", "calendar", "stops"), _ids(s.plant.calendar.stops)),
        (("vehicles", "models"), _ids(s.vehicles.models)),
        (("vehicles", "variants"), _ids(s.vehicles.variants)),
        (("vehicles", "options"), _ids(s.vehicles.options)),
        (("vehicles", "mix_limits"), _ids(s.vehicles.mix_limits)),
        (("vehicles", "sequence", "ratios"), _ids(s.vehicles.sequence.ratios)),
        (("markets",), _ids(s.markets)),
        (("logistics", "ports"), _ids(s.logistics.ports)),
        (("logistics", "lanes"), _ids(s.logistics.lanes)),
        (("logistics", "services"), _ids(s.logistics.services)),
        (("trade", "duties"), _ids(s.trade.duties)),
        (("trade", "admissibility"), _ids(s.trade.admissibility)),
        (("quality", "causes"), _ids(s.quality.causes)),
        (("carbon", "materials"), _ids(s.carbon.materials)),
        (("carbon", "batteries"), _ids(s.carbon.batteries)),
    ]
    for path, names in lists:
        for i, name in enumerate(names):
            if name in names[:i]:
                yield (*path, i, "id"), f"{name!r} is defined already (number {names.index(name) + 1} of this list)"
    sections = [(k, j, x.id) for k, shop in enumerate(s.plant.shops) for j, x in enumerate(shop.sections)]
    seen: set[str] = set()
    for k, j, name in sections:
        if name in seen:
            yield ("plant", "shops", k, "sections", j, "id"), f"section {name!r} is defined already"
        seen.add(name)


def _references(s: Scenario) -> Iterator[tuple[Path, str | None, list[str], str]]:
    """(path, name used there, names that exist, what they are) for every reference."""
    parties, countries = _ids(s.parties), {m.country for m in s.markets} | {s.plant.place.country}
    models, variants, options = _ids(s.vehicles.models), _ids(s.vehicles.variants), _ids(s.vehicles.options)
    ports, lanes, markets = _ids(s.logistics.ports), _ids(s.logistics.lanes), _ids(s.markets)
    for i, a in enumerate(s.agreements):
        at: Path = ("agreements", i)
        yield (*at, "brand"), a.brand, parties, "party"
        yield (*at, "maker"), a.maker, parties, "party"
        for k, model in enumerate(a.models):
            yield (*at, "models", k), model, models, "model"
        for item in type(a.pays).model_fields:
            yield (*at, "pays", item), getattr(a.pays, item), parties, "party"
    for item in type(s.counterparties).model_fields:
        yield ("counterparties", item), getattr(s.counterparties, item), parties, "party"
    for i, authority in enumerate(s.authorities):
        yield ("authorities", i, "party"), authority.party, parties, "party"
    yield ("plant", "party"), s.plant.party, parties, "party"
    yield ("plant", "opening_mode"), s.plant.opening_mode, _ids(s.plant.modes), "mode"
    yield ("plant", "export", "port"), s.plant.export.port, ports, "port"
    for i, mode in enumerate(s.plant.modes):
        yield ("plant", "modes", i, "pattern"), mode.pattern, _ids(s.plant.patterns), "shift pattern"
    for i, shop in enumerate(s.plant.shops):
        for j, section in enumerate(shop.sections):
            for k, repair in enumerate(section.repairs if section.kind == "gate" else []):
                path = ("plant", "shops", i, "sections", j, "repairs", k, "rejoin")
                yield path, repair.rejoin, _sections(s), "section"
    for i, m in enumerate(s.vehicles.models):
        yield ("vehicles", "models", i, "seller"), m.seller, parties, "party"
        for k, content in enumerate(m.content):
            path = ("vehicles", "models", i, "content", k, "section")
            yield path, content.section, _sections(s, "paced"), "paced section"
        for k, pace in enumerate(m.pace):
            yield ("vehicles", "models", i, "pace", k, "shop"), pace.shop, _ids(s.plant.shops), "shop"
        for k, take in enumerate(m.options):
            yield ("vehicles", "models", i, "options", k, "id"), take.id, options, "option"
    for i, v in enumerate(s.vehicles.variants):
        yield ("vehicles", "variants", i, "model"), v.model, models, "model"
        yield ("vehicles", "variants", i, "battery"), v.battery, _ids(s.carbon.batteries), "battery"
    for i, o in enumerate(s.vehicles.options):
        yield ("vehicles", "options", i, "section"), o.section, _sections(s, "paced"), "paced section"
    selectors: list[tuple[Path, Any]] = [
        (("vehicles", "mix_limits", i, "cars"), limit.cars) for i, limit in enumerate(s.vehicles.mix_limits)
    ] + [(("vehicles", "sequence", "ratios", i, "cars"), r.cars) for i, r in enumerate(s.vehicles.sequence.ratios)]
    for path, cars in selectors:
        for key, known, what in (("models", models, "model"), ("variants", variants, "variant"),
                                 ("options", options, "option")):  # fmt: skip
            for k, name in enumerate(getattr(cars, key)):
                yield (*path, key, k), name, known, what
    for i, market in enumerate(s.markets):
        yield ("markets", i, "lane"), market.lane, lanes, "lane"
    for table in ("prices", "demand"):
        for i, row in enumerate(getattr(s, table)):
            yield (table, i, "market"), row.market, markets, "market"
            yield (table, i, "variant"), row.variant, variants, "variant"
    for i, port in enumerate(s.logistics.ports):
        yield ("logistics", "ports", i, "operator"), port.operator, parties, "party"
    for i, lane in enumerate(s.logistics.lanes):
        yield ("logistics", "lanes", i, "pol"), lane.pol, ports, "port"
        yield ("logistics", "lanes", i, "pod"), lane.pod, ports, "port"
        yield ("logistics", "lanes", i, "carrier"), lane.carrier, parties, "party"
    for i, service in enumerate(s.logistics.services):
        yield ("logistics", "services", i, "lane"), service.lane, lanes, "lane"
    for i, rule in enumerate(s.trade.admissibility):
        yield ("trade", "admissibility", i, "country"), rule.country, sorted(countries), "market country"
        brands = sorted({m.brand for m in s.vehicles.models})
        yield ("trade", "admissibility", i, "brand"), rule.brand, brands, "brand"
    gates = _sections(s, "gate")
    for i, cause in enumerate(s.quality.causes):
        yield ("quality", "causes", i, "shop"), cause.shop, _ids(s.plant.shops), "shop"
    for i, d in enumerate(s.quality.detection):
        yield ("quality", "detection", i, "gate"), d.gate, gates, "gate"
        yield ("quality", "detection", i, "cause"), d.cause, _ids(s.quality.causes), "cause"
    for i, name in enumerate(s.quality.launches):
        yield ("quality", "launches", i), name, models, "model"
    for i, use in enumerate(s.carbon.material_use):
        yield ("carbon", "material_use", i, "variant"), use.variant, variants, "variant"
        yield ("carbon", "material_use", i, "material"), use.material, _ids(s.carbon.materials), "material"
    for i, c in enumerate(s.carbon.calibrations):
        yield ("carbon", "calibrations", i, "variant"), c.variant, variants, "variant"
        yield ("carbon", "calibrations", i, "group"), c.group, [*_ids(s.carbon.materials), "battery"], "group"
    for i, leg in enumerate(s.carbon.inbound):
        yield ("carbon", "inbound", i, "model"), leg.model, models, "model"


def known_names(s: Scenario) -> Found:
    """Every name that refers to a thing refers to one that exists."""
    for path, name, known, what in _references(s):
        message = _unknown(name, known, what) if name is not None else None
        if message:
            yield path, message


def dates_in_order(s: Scenario) -> Found:
    """Ends do not come before starts, and dated tables ascend."""
    if s.horizon.end <= s.horizon.start:
        yield ("horizon", "end"), f"ends on {s.horizon.end}, not after its start {s.horizon.start}"
    if (s.horizon.end - s.horizon.start).days > 366 * 30:
        yield ("horizon", "end"), "a horizon of more than 30 years is beyond this tool"
    if s.horizon.plant_until < s.horizon.end.year:
        yield ("horizon", "plant_until"), f"must not be before the last build year {s.horizon.end.year}"
    for i, stop in enumerate(s.plant.calendar.stops):
        if stop.to < stop.from_:
            yield ("plant", "calendar", "stops", i, "to"), f"ends on {stop.to}, before its start {stop.from_}"
    for what, things in (("models", s.vehicles.models), ("variants", s.vehicles.variants)):
        for i, thing in enumerate(things):
            if thing.until and thing.from_ and thing.until < thing.from_:
                yield ("vehicles", what, i, "until"), f"ends on {thing.until}, before its start {thing.from_}"
    for i, model in enumerate(s.vehicles.models):
        for k in range(1, len(model.model_years)):
            if model.model_years[k].from_ <= model.model_years[k - 1].from_:
                yield ("vehicles", "models", i, "model_years", k, "from"), "must be later than the row before"
        if model.model_years[0].from_ > model.from_:
            yield ("vehicles", "models", i, "model_years", 0, "from"), (
                f"the first model year begins after the model's first build day {model.from_}"
            )
        for k in range(1, len(model.ramp)):
            if model.ramp[k].week != model.ramp[k - 1].week + 1:
                yield ("vehicles", "models", i, "ramp", k, "week"), "weeks of a ramp follow each other"
    for i, service in enumerate(s.logistics.services):
        if service.until < service.first:
            yield ("logistics", "services", i, "until"), f"is before the first sailing {service.first}"
        if service.every_days < 1:
            yield ("logistics", "services", i, "every"), "sailings less than a day apart"
    for i, agreement in enumerate(s.agreements):
        if agreement.sop < agreement.signed:
            yield ("agreements", i, "sop"), f"is before the agreement was signed on {agreement.signed}"
        for k in range(1, len(agreement.fees)):
            if agreement.fees[k].above_cars <= agreement.fees[k - 1].above_cars:
                yield ("agreements", i, "fees", k, "above_cars"), "must be more than in the step before"
        if agreement.fees[0].above_cars != 0:
            yield ("agreements", i, "fees", 0, "above_cars"), "the first step must start at 0 cars"


def shares_add_up(s: Scenario) -> Found:
    """Colour shares of a model add up to one; a loop of repairs goes back, not forward."""
    for i, model in enumerate(s.vehicles.models):
        total = sum(take.share for take in model.colours)
        if abs(total - 1) > 1e-6:
            yield ("vehicles", "models", i, "colours"), f"shares add up to {total:.4g}, expected 100 %"
    order = _sections(s)
    for i, shop in enumerate(s.plant.shops):
        for j, section in enumerate(shop.sections):
            for k, repair in enumerate(section.repairs if section.kind == "gate" else []):
                if repair.rejoin in order and order.index(repair.rejoin) > order.index(section.id):
                    path = ("plant", "shops", i, "sections", j, "repairs", k, "rejoin")
                    yield path, f"{repair.rejoin!r} lies after the gate; a repaired car rejoins at or before it"


def things_complete(s: Scenario) -> Found:
    """What one thing needs of another is there: prices, content, factors, lanes, model start dates."""
    countries = {factor.country for factor in s.carbon.grid}
    if s.plant.place.country not in countries:
        yield ("carbon", "grid"), f"no factor for the plant's country {s.plant.place.country}"
    variants = {v.id: v for v in s.vehicles.variants}
    first_price: dict[tuple[str, str], Any] = {}
    for row in s.prices:
        key = (row.market, row.variant)
        first_price[key] = min(first_price.get(key, row.from_), row.from_)
    missing = {(d.market, d.variant) for d in s.demand} - set(first_price)
    for i, demand in enumerate(s.demand):
        if (demand.market, demand.variant) in missing and demand.variant in variants:
            missing.discard((demand.market, demand.variant))
            yield ("demand", i), f"no price for {demand.variant!r} in market {demand.market!r}"
    for i, market in enumerate(s.markets):
        if market.country not in countries:
            yield ("markets", i, "country"), f"no grid factor for {market.country} in carbon.grid"
        if market.country != s.plant.place.country:
            if market.lane is None:
                yield ("markets", i), "a market abroad needs a lane"
            if not any(d.into == market.country and d.origin == s.plant.place.country for d in s.trade.duties):
                yield ("markets", i, "country"), (
                    f"no duty on cars from {s.plant.place.country} into {market.country}; write 0 % if there is none"
                )
            if market.country not in {a.country for a in s.authorities}:
                yield ("markets", i, "country"), f"no authority collects duty in {market.country}"
    for i, variant in enumerate(s.vehicles.variants):
        if variant.battery_kwh > 0 and variant.battery is None:
            yield ("vehicles", "variants", i), "a variant with a battery names it in `battery`"
        if variant.electricity_kwh_per_100km is None and variant.fuel_kwh_per_100km is None:
            yield ("vehicles", "variants", i), "needs electricity_per_100km or fuel_per_100km, or both"
    paced = _sections(s, "paced")
    for i, model in enumerate(s.vehicles.models):
        lacking = set(paced) - {c.section for c in model.content}
        if lacking:
            yield ("vehicles", "models", i, "content"), f"no work content for {', '.join(sorted(lacking))}"
        if not any(v.model == model.id for v in variants.values()):
            yield ("vehicles", "models", i), f"no variant belongs to model {model.id!r}"
    gates = {x.id: x for shop in s.plant.shops for x in shop.sections if x.kind == "gate"}
    causes = {cause.id: cause for cause in s.quality.causes}
    for i, d in enumerate(s.quality.detection):
        gate, cause = gates.get(d.gate), causes.get(d.cause)
        if gate and cause and cause.repair not in {r.id for r in gate.repairs}:
            yield ("quality", "detection", i, "gate"), f"gate {d.gate!r} has no repair {cause.repair!r}"


def sizes_in_reach(s: Scenario) -> Found:
    """The programme is of a size that this tool can hold, car by car."""
    total = sum(row.cars for row in s.demand)
    if total > MAX_CARS:
        yield ("demand",), f"{total} cars in all are more than the {MAX_CARS} that this tool can hold"


_RULES: tuple[Callable[[Scenario], Found], ...] = (
    unique_ids,
    known_names,
    dates_in_order,
    shares_add_up,
    things_complete,
    sizes_in_reach,
)
