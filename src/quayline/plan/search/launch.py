"""Start of production as a decision: every candidate month is planned, and the best plan is kept.

A model with `sop_until` may start on its `from` or on the first day of a later month up to `sop_until`; its dates on
the line and its ramp move with it. Candidates of several models are combined. The plan kept has the best contribution;
no plan of any candidate is better than the highest of their bounds.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import product
from typing import TYPE_CHECKING

import polars as pl

from quayline.plan.search.answer import STOPPED, gap_of, told
from quayline.records.schemas import PLAN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from quayline.records.stages import Plan
    from quayline.scenario.schema import Scenario
    from quayline.scenario.vehicles import Model


def candidates(scenario: Scenario) -> Iterator[dict[str, date]]:
    """Start by model, for each combination; one empty dict where no start is open."""
    open_models = [model for model in scenario.vehicles.models if model.sop_until is not None]
    for starts in product(*(_starts(model) for model in open_models)):
        yield {model.id: start for model, start in zip(open_models, starts, strict=True)}


def _starts(model: Model) -> list[date]:
    starts, day = [model.from_], model.from_
    while model.sop_until and (day := (day.replace(day=1) + timedelta(days=32)).replace(day=1)) <= model.sop_until:
        starts.append(day)
    return starts


def launched(scenario: Scenario, starts: dict[str, date]) -> Scenario:
    """The scenario with the models started on those days; variants do not start before their model."""
    vehicles = scenario.vehicles
    models = [m.model_copy(update={"from_": starts.get(m.id, m.from_), "sop_until": None}) for m in vehicles.models]
    return scenario.model_copy(update={"vehicles": vehicles.model_copy(update={"models": models})})


def decided(scenario: Scenario, plan: Plan) -> Scenario:
    """The scenario with the starts that `plan` chose."""
    return launched(scenario, dict(plan.launches.filter("is_chosen").select("model", "from_on").iter_rows()))


def best_launch(scenario: Scenario, make: Callable[[Scenario], Plan]) -> Plan:
    """The best of the plans that `make` gives for the candidates; of equally good ones, that of the earliest start."""
    tried = [(starts, make(launched(scenario, starts))) for starts in candidates(scenario)]
    chosen, best = max(tried, key=lambda one: one[1].objective_usd)
    rows = [
        (model, start, plan.objective_usd, starts == chosen)
        for starts, plan in tried
        for model, start in starts.items()
    ]
    launches = pl.DataFrame(rows, orient="row", schema={c.name: c.dtype for c in PLAN["launches"].columns})
    bound_usd = max(plan.bound_usd for _, plan in tried)
    gap = gap_of(best.objective_usd, bound_usd)
    status = told(gap, any(plan.status.endswith(STOPPED) for _, plan in tried))
    return replace(best, launches=launches, bound_usd=bound_usd, gap=gap, status=status)
