"""Names: each id once in its list, and every name that refers to a thing refers to one that exists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quayline.scenario.rules.common import Found, Path, gates, ids, unknown
from quayline.scenario.rules.supply import selectors
from quayline.scenario.sections import paced_sections, placed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quayline.scenario.schema import Scenario

Reference = tuple[Path, str | None, list[str], str]
"""Path, the name used there, the names that exist, what they are."""


def unique_ids(s: Scenario) -> Found:
    """Every list of things with ids names each only once."""
    lists: list[tuple[Path, list[str]]] = [
        (("parties",), ids(s.parties)),
        (("agreements",), ids(s.agreements)),
        (("plant", "patterns"), ids(s.plant.patterns)),
        (("plant", "modes"), ids(s.plant.modes)),
        (("plant", "shops"), ids(s.plant.shops)),
        (("plant", "calendar", "stops"), ids(s.plant.calendar.stops)),
        (("vehicles", "models"), ids(s.vehicles.models)),
        (("vehicles", "variants"), ids(s.vehicles.variants)),
        (("vehicles", "options"), ids(s.vehicles.options)),
        (("vehicles", "mix_limits"), ids(s.vehicles.mix_limits)),
        (("vehicles", "sequence", "ratios"), ids(s.vehicles.sequence.ratios)),
        (("markets",), ids(s.markets)),
        (("logistics", "ports"), ids(s.logistics.ports)),
        (("logistics", "lanes"), ids(s.logistics.lanes)),
        (("logistics", "services"), ids(s.logistics.services)),
        (("trade", "duties"), ids(s.trade.duties)),
        (("trade", "admissibility"), ids(s.trade.admissibility)),
        (("trade", "subsidies"), ids(s.trade.subsidies)),
        (("trade", "port_fees"), ids(s.trade.port_fees)),
        (("alternates",), ids(s.alternates)),
        (("parts",), ids(s.parts)),
        (("futures",), ids(s.futures)),
        (("quality", "causes"), ids(s.quality.causes)),
        (("carbon", "materials"), ids(s.carbon.materials)),
        *(
            (("carbon", name), ids(getattr(s.carbon, name)))
            for name in ("batteries", "products", "ships", "line_up", "claims", "levers")
        ),
    ]
    for path, names in lists:
        for i, name in enumerate(names):
            if name in names[:i]:
                yield (*path, i, "id"), f"{name!r} is defined already (number {names.index(name) + 1} of this list)"
    seen: set[str] = set()
    for one in placed(s.plant):
        if one.section.id in seen:
            yield (*one.path, "id"), f"section {one.section.id!r} is defined already"
        seen.add(one.section.id)


def known_names(s: Scenario) -> Found:
    """Every name that refers to a thing refers to one that exists."""
    for references in (_party_references, _plant_references, _vehicle_references, _mix_references,
                       _market_references, _source_references, _quality_references, _carbon_references):  # fmt: skip
        for path, name, known, what in references(s):
            message = unknown(name, known, what) if name is not None else None
            if message:
                yield path, message


def _party_references(s: Scenario) -> Iterator[Reference]:
    parties, models = ids(s.parties), ids(s.vehicles.models)
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
    for i, model_ in enumerate(s.vehicles.models):
        yield ("vehicles", "models", i, "seller"), model_.seller, parties, "party"


def _plant_references(s: Scenario) -> Iterator[Reference]:
    yield ("plant", "party"), s.plant.party, ids(s.parties), "party"
    yield ("plant", "opening_mode"), s.plant.opening_mode, ids(s.plant.modes), "mode"
    yield ("plant", "export", "port"), s.plant.export.port, ids(s.logistics.ports), "port"
    for i, mode in enumerate(s.plant.modes):
        yield ("plant", "modes", i, "pattern"), mode.pattern, ids(s.plant.patterns), "shift pattern"
    for path, gate, row in gates(s):
        where = "section of its branch" if "branches" in path else "section of the row"
        for k, repair in enumerate(gate.repairs):
            yield (*path, "repairs", k, "rejoin"), repair.rejoin, row, where


def _vehicle_references(s: Scenario) -> Iterator[Reference]:
    paced = [one.section.id for one in paced_sections(s.plant)]
    for i, m in enumerate(s.vehicles.models):
        at: Path = ("vehicles", "models", i)
        for k, content in enumerate(m.content):
            yield (*at, "content", k, "section"), content.section, paced, "paced section"
        for k, pace in enumerate(m.pace):
            yield (*at, "pace", k, "shop"), pace.shop, ids(s.plant.shops), "shop"
        for k, take in enumerate(m.options):
            yield (*at, "options", k, "id"), take.id, ids(s.vehicles.options), "option"
    for i, v in enumerate(s.vehicles.variants):
        yield ("vehicles", "variants", i, "model"), v.model, ids(s.vehicles.models), "model"
        yield ("vehicles", "variants", i, "battery"), v.battery, ids(s.carbon.batteries), "battery"
    for i, o in enumerate(s.vehicles.options):
        yield ("vehicles", "options", i, "section"), o.section, paced, "paced section"
        for k, beside in enumerate(o.beside):
            yield ("vehicles", "options", i, "beside", k), beside, paced, "paced section"


def _mix_references(s: Scenario) -> Iterator[Reference]:
    v = s.vehicles
    lists = (("models", ids(v.models), "model"), ("variants", ids(v.variants), "variant"),
             ("options", ids(v.options), "option"))  # fmt: skip
    for path, cars in selectors(s):
        for key, known, what in lists:
            for k, name in enumerate(getattr(cars, key)):
                yield (*path, key, k), name, known, what


def _market_references(s: Scenario) -> Iterator[Reference]:
    parties, ports, lanes = ids(s.parties), ids(s.logistics.ports), ids(s.logistics.lanes)
    for i, market in enumerate(s.markets):
        yield ("markets", i, "lane"), market.lane, lanes, "lane"
        for k, lane in enumerate(market.lanes):
            yield ("markets", i, "lanes", k), lane, lanes, "lane"
    markets, variants = ids(s.markets), ids(s.vehicles.variants)
    for table in ("prices", "demand"):
        for i, row in enumerate(getattr(s, table)):
            yield (table, i, "market"), row.market, markets, "market"
            yield (table, i, "variant"), row.variant, variants, "variant"
    for i, port in enumerate(s.logistics.ports):
        yield ("logistics", "ports", i, "operator"), port.operator, parties, "party"
    for i, lane_ in enumerate(s.logistics.lanes):
        yield ("logistics", "lanes", i, "pol"), lane_.pol, ports, "port"
        yield ("logistics", "lanes", i, "pod"), lane_.pod, ports, "port"
        yield ("logistics", "lanes", i, "carrier"), lane_.carrier, parties, "party"
    for i, service in enumerate(s.logistics.services):
        yield ("logistics", "services", i, "lane"), service.lane, lanes, "lane"
        for k, call in enumerate(service.calls):
            yield ("logistics", "services", i, "calls", k), call, lanes, "lane"
    countries = sorted({m.country for m in s.markets} | {s.plant.place.country})
    brands = sorted({m.brand for m in s.vehicles.models})
    for i, rule in enumerate(s.trade.admissibility):
        yield ("trade", "admissibility", i, "country"), rule.country, countries, "market country"
        yield ("trade", "admissibility", i, "brand"), rule.brand, brands, "brand"
    for i, subsidy in enumerate(s.trade.subsidies):
        yield ("trade", "subsidies", i, "market"), subsidy.market, markets, "market"
        yield ("trade", "subsidies", i, "payer"), subsidy.payer, parties, "party"


def _source_references(s: Scenario) -> Iterator[Reference]:
    parties, variants = ids(s.parties), ids(s.vehicles.variants)
    for i, plant in enumerate(s.alternates):
        yield ("alternates", i, "party"), plant.party, parties, "party"
        yield ("alternates", i, "port"), plant.port, ids(s.logistics.ports), "port"
        for k, build in enumerate(plant.builds):
            yield ("alternates", i, "builds", k, "variant"), build.variant, variants, "variant"
    for i, part in enumerate(s.parts):
        yield ("parts", i, "supplier"), part.supplier, parties, "party"


def _quality_references(s: Scenario) -> Iterator[Reference]:
    names = [gate.id for _, gate, _ in gates(s)]
    for i, cause in enumerate(s.quality.causes):
        yield ("quality", "causes", i, "shop"), cause.shop, ids(s.plant.shops), "shop"
    for i, d in enumerate(s.quality.detection):
        yield ("quality", "detection", i, "gate"), d.gate, names, "gate"
        yield ("quality", "detection", i, "cause"), d.cause, ids(s.quality.causes), "cause"
    for i, row in enumerate(s.quality.scrapping):
        yield ("quality", "scrapping", i, "gate"), row.gate, names, "gate"
    for i, name in enumerate(s.quality.launches):
        yield ("quality", "launches", i), name, ids(s.vehicles.models), "model"


def _carbon_references(s: Scenario) -> Iterator[Reference]:
    variants, materials = ids(s.vehicles.variants), ids(s.carbon.materials)
    for i, use in enumerate(s.carbon.material_use):
        yield ("carbon", "material_use", i, "variant"), use.variant, variants, "variant"
        yield ("carbon", "material_use", i, "material"), use.material, materials, "material"
    for i, c in enumerate(s.carbon.calibrations):
        yield ("carbon", "calibrations", i, "variant"), c.variant, variants, "variant"
        yield ("carbon", "calibrations", i, "group"), c.group, [*materials, "battery"], "group"
    for i, leg in enumerate(s.carbon.inbound):
        yield ("carbon", "inbound", i, "model"), leg.model, ids(s.vehicles.models), "model"
        yield ("carbon", "inbound", i, "group"), leg.group, [*materials, "battery"], "group"
    for i, row in enumerate(s.carbon.use.markets):
        yield ("carbon", "use", "markets", i, "market"), row.market, ids(s.markets), "market"
        yield ("carbon", "use", "markets", i, "model"), row.model, ids(s.vehicles.models), "model"
    for i, lane in enumerate(s.logistics.lanes):
        yield ("logistics", "lanes", i, "ship"), lane.ship, ids(s.carbon.ships), "ship"
    yield from _product_references(s)
    yield from _claim_references(s)


def _product_references(s: Scenario) -> Iterator[Reference]:
    products = ids(s.carbon.products)
    grids = sorted({f"grid-{row.country.lower()}" for row in s.carbon.grid})
    for i, taken in enumerate(s.carbon.inputs):
        yield ("carbon", "inputs", i, "product"), taken.product, products, "product"
        yield ("carbon", "inputs", i, "of"), taken.of, [*products, *grids], "product or grid"
    for i, material in enumerate(s.carbon.materials):
        for k, part in enumerate(material.mix):
            yield ("carbon", "materials", i, "mix", k, "product"), part.product, products, "product"
    for i, battery in enumerate(s.carbon.batteries):
        yield ("carbon", "batteries", i, "product"), battery.product, products, "product"


def _claim_references(s: Scenario) -> Iterator[Reference]:
    carbon, variants, cars = s.carbon, ids(s.vehicles.variants), ids(s.carbon.line_up)
    for i, claim in enumerate(carbon.claims):
        yield ("carbon", "claims", i, "market"), claim.market, ids(s.markets), "market"
        for k, variant in enumerate(claim.variants):
            yield ("carbon", "claims", i, "variants", k), variant, variants, "variant"
        for k, car in enumerate(claim.beside):
            yield ("carbon", "claims", i, "beside", k), car, cars, "car in the line-up"
    for i, lever in enumerate(carbon.levers):
        at: Path = ("carbon", "levers", i)
        yield (*at, "ship"), lever.ship, ids(carbon.ships), "ship"
        for k, swap in enumerate(lever.swaps):
            yield (*at, "swaps", k, "material"), swap.material, ids(carbon.materials), "material"
            yield (*at, "swaps", k, "product"), swap.product, ids(carbon.products), "product"
        for k, pack in enumerate(lever.packs):
            yield (*at, "packs", k, "battery"), pack.battery, ids(carbon.batteries), "battery"
            yield (*at, "packs", k, "by"), pack.by, ids(carbon.batteries), "battery"
