"""The plant's path without a whole run: from the plan alone, or again from a finished run with more beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from quayline.balance.solve import balance
from quayline.base.errors import Fault, ScenarioError
from quayline.carbon.pathway.solve import pathway
from quayline.plan.solve import plan
from quayline.study.run import Params

if TYPE_CHECKING:
    from quayline.records.stages import Pathway
    from quayline.scenario.schema import Scenario
    from quayline.store.folder import RunFolder


def planned_pathway(scenario: Scenario, params: Params, seed: int = 1) -> Pathway:
    """The path with the cars and hours of the plan, not simulated. Raises ScenarioError without levers."""
    require_levers(scenario)
    crew = balance(scenario, params.balance)
    return pathway(scenario, plan(scenario, crew, params.plan, seed), None, params.pathway)


def pathway_of_run(run: RunFolder, is_beside: bool = True) -> Pathway:
    """The path of a run: as it was kept, or again with each lever left out, a year lost and each target met later."""
    require_levers(run.scenario)
    if not is_beside:
        kept: Pathway = run.record("pathway")
        return kept
    settings = replace(Params.of(run.manifest["params"]).pathway, is_beside=True)
    return pathway(run.scenario, run.record("plan"), run.record("flow"), settings)


def require_levers(scenario: Scenario) -> None:
    """Raises ScenarioError where the scenario names no levers."""
    if scenario.pathway is None:
        message = "expected the levers of the plant (docs/pathway.md), found none; `quayline new` writes some"
        raise ScenarioError([Fault(scenario.name, 0, 0, "pathway", message)])
