"""The footprints of a run in the place of those of earlier runs, which they deprecate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quayline.report.pact import footprints

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quayline.base.pact import ProductFootprint
    from quayline.report.facts import Facts

Subject = tuple[frozenset[str], str | None, int]


def lifecycle(facts: Facts, earlier: Sequence[Facts]) -> tuple[list[ProductFootprint], list[ProductFootprint]]:
    """(footprints of `facts`, each naming those of `earlier` runs that it follows; these, deprecated).

    One follows another where product, country and year are the same. Ids stay: they leave out what precedes.
    """
    made, old = footprints(facts), [one for run in earlier for one in footprints(run)]
    current = {one.id for one in made}
    before: dict[Subject, list[ProductFootprint]] = {}
    for one in {one.id: one for one in old if one.id not in current}.values():
        before.setdefault(_subject(one), []).append(one)
    new = [
        one.model_copy(update={"preceding_pf_ids": [older.id for older in before.get(_subject(one), [])] or None})
        for one in made
    ]
    followed = {_subject(one) for one in made}
    deprecated = [older.model_copy(update={"status": "Deprecated"})
                  for subject, group in before.items() if subject in followed for older in group]  # fmt: skip
    return new, deprecated


def _subject(one: ProductFootprint) -> Subject:
    names = frozenset(urn.lower() for urn in one.product_ids)
    return names, one.pcf.geography_country, one.pcf.reference_period_start.year
