"""What must hold between the things of a scenario. A rule takes a scenario and yields (path, message)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quayline.scenario.rules import (
    branches,
    carbon,
    dates,
    disclosure,
    footprint,
    line,
    names,
    needs,
    pathway,
    scrap,
    sizes,
    supply,
    tasks,
    ways,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from quayline.scenario.rules.common import Found, Path
    from quayline.scenario.schema import Scenario

RULES: tuple[Callable[[Scenario], Found], ...] = (
    names.unique_ids, names.known_names,
    dates.horizon, dates.ends_after_starts, dates.shifts, dates.model_years, dates.ramps, dates.services,
    dates.agreements, dates.modes, dates.starts, dates.supplies,
    sizes.shares, sizes.loops, sizes.programme, line.names, line.ways, line.places_kept, line.figures,
    branches.places, branches.routes, branches.speeds, branches.options, branches.gates,
    needs.prices, needs.prices_in_time, needs.freight, needs.quotas, needs.one_agreement_a_model,
    needs.variants, needs.models, needs.repairs,
    ways.lanes_from_plants, ways.markets_abroad, ways.duties_once, ways.port_fees, ways.alternates,
    tasks.assembly, scrap.losses, scrap.twins,
    supply.selecting, supply.parts, supply.firm_orders, supply.futures,
    carbon.grid_factors, carbon.amounts, carbon.path, disclosure.declared, disclosure.responsibility,
    footprint.materials, footprint.batteries, footprint.mass_balance, footprint.products, footprint.transport,
    footprint.hours, footprint.life, footprint.levers, footprint.line_up,
    pathway.pathway_names, pathway.pathway_sums, pathway.pathway_years,
)  # fmt: skip

RULES_OF_NAMES = (names.unique_ids, names.known_names, line.names)
"""Those that can be asked though some figures cannot be read."""


def rule_faults(scenario: Scenario) -> list[tuple[Path, str]]:
    """Every fault between the things of `scenario`, as (path in written names, message)."""
    return [fault for rule in RULES for fault in rule(scenario)]


def name_faults(scenario: Scenario) -> list[tuple[Path, str]]:
    """Names that stand twice, or that nobody has."""
    return [fault for rule in RULES_OF_NAMES for fault in rule(scenario)]
