"""The cheapest path of the plant to its targets, and what stands beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quayline.carbon.pathway import beside, measures
from quayline.carbon.pathway.curve import curve
from quayline.carbon.pathway.desk import Desk
from quayline.carbon.pathway.load import load_of
from quayline.carbon.pathway.pack import decision_years, pack
from quayline.records.stages import Pathway

if TYPE_CHECKING:
    from quayline.carbon.pathway.load import Load
    from quayline.carbon.pathway.params import PathwayParams
    from quayline.records.stages import FlowTrace, Plan
    from quayline.scenario.schema import Scenario


def pathway(scenario: Scenario, plan: Plan, flow: FlowTrace | None, params: PathwayParams) -> Pathway:
    """Which levers the plant takes in which year, so that every target is met on every path of the grid at the least
    expected present cost; green power counts in the hours in which it is used.

    The load is the simulated plant's, or the plan's without `flow`. Where no choice of levers meets the targets, the
    path misses them by the least in sum, and `closing` says which limits stand in the way. `docs/pathway.md` has the
    model. Raises QuaylineError where years and hours do not agree within the rounds allowed.
    """
    return path_of(scenario, load_of(scenario, decision_years(scenario), plan, flow), params)


def path_of(scenario: Scenario, load: Load, params: PathwayParams) -> Pathway:
    """The path for a given load."""
    way = scenario.pathway
    assert way is not None
    case = pack(scenario, load)
    desk, levers = Desk(case, way, params), list(way.levers)
    no_caps = np.full(case.num_years, np.inf)
    nothing, best = desk.cheapest([], no_caps), desk.cheapest(levers, case.cap_kt)
    steps, worths, later, lost = [], {}, {}, None
    if params.curve_steps:
        steps = curve(desk, levers, desk.cheapest(levers, no_caps), best, params.curve_steps)
    if params.is_beside:
        worths = {lever.id: beside.worth(desk, levers, best, lever) for lever in levers}
        later = {year: beside.a_year_later(desk, levers, best, year) for year in measures.target_years(scenario, case)}
        lost = beside.year_lost(desk, levers, best)
    lifts = beside.closing(desk, levers, best) if best.is_short else []
    usd = 1e6
    return Pathway(
        years=measures.year_table(scenario, load, nothing, best),
        sources=measures.source_table(scenario, best),
        builds=measures.build_table(best),
        amounts=measures.amount_table(best),
        costs=measures.cost_table(best),
        targets=measures.target_table(scenario, best, later),
        curve=measures.curve_table(steps, nothing, levers),
        levers=measures.lever_table(levers, nothing, best, worths),
        hours=measures.hour_table(scenario, case),
        closing=measures.closing_table(lifts),
        present_usd=best.musd * usd, bound_usd=best.bound_musd * usd,
        gap=(best.musd - best.bound_musd) / max(abs(best.musd), 1e-9), no_lever_usd=nothing.musd * usd,
        short_kgco2e=float(best.short_kt.sum()) * usd if best.is_short else 0.0,
        lost_usd=None if lost is None else (lost.musd - best.musd) * usd,
        lost_short_kgco2e=None if lost is None else max(0.0, float((lost.short_kt - best.short_kt).sum())) * usd,
    )  # fmt: skip
