"""What a declaration of footprints needs of the rest of the scenario."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quayline.scenario.rules.common import ids, unknown

if TYPE_CHECKING:
    from quayline.scenario.rules.common import Found
    from quayline.scenario.schema import Scenario


def declared(s: Scenario) -> Found:
    """The company and the variants exist, each variant is declared once and no URN names two products."""
    if s.disclosure is None:
        return
    if message := unknown(s.disclosure.company, ids(s.parties), "party"):
        yield ("disclosure", "company"), message
    variants, seen = ids(s.vehicles.variants), set[str]()
    for i, product in enumerate(s.disclosure.products):
        at = ("disclosure", "products", i)
        if message := unknown(product.variant, variants, "variant"):
            yield (*at, "variant"), message
        for k, urn in enumerate(product.ids):
            if urn.lower() in seen:
                yield (*at, "ids", k), f"{urn} stands here twice"
            seen.add(urn.lower())


def responsibility(s: Scenario) -> Found:
    """Who declares outbound logistics pays for them: freight to the port, the inland leg to the customer."""
    if s.disclosure is None or s.disclosure.responsible_to == "gate":
        return
    payers = {model: agreement.pays for agreement in s.agreements for model in agreement.models}
    models = {model.id: model for model in s.vehicles.models}
    model_of = {variant.id: variant.model for variant in s.vehicles.variants}
    legs = ("freight",) if s.disclosure.responsible_to == "port" else ("freight", "inland")
    for i, product in enumerate(s.disclosure.products):
        model = models.get(model_of.get(product.variant, ""))
        if model is None:
            continue
        for leg in legs:
            payer = getattr(payers[model.id], leg) if model.id in payers else model.seller
            if payer != s.disclosure.company:
                message = f"{s.disclosure.company!r} does not pay the {leg} of {model.id!r}, {payer!r} does"
                yield ("disclosure", "products", i, "variant"), message
