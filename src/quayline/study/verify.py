"""Proves a finished run again from its files alone: digests, columns, laws, and every engine's own checker."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from quayline.balance import check as balance_check
from quayline.base.errors import RunError
from quayline.carbon import check as carbon_check
from quayline.carbon.pathway import check as pathway_check
from quayline.flow import check as flow_check
from quayline.money import check as money_check
from quayline.plan import check as plan_check
from quayline.quality import check as quality_check
from quayline.records.stages import RECORDS
from quayline.scenario.loader import load
from quayline.sequence import check as sequence_check
from quayline.ship import check as ship_check
from quayline.study.laws import broken_laws
from quayline.study.run import Params

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from quayline.scenario.schema import Scenario
    from quayline.store.folder import RunFolder


def verify(run: RunFolder) -> Iterator[tuple[str, list[str]]]:
    """(what was proved, faults found) for each proof, in order; a run is right when all lists are empty.

    Proofs after `files` and `tables` are left out when those fail: they would read damaged data.
    """
    damages = run.damages()
    yield "files", damages
    if damages:
        return
    records, unreadable = read_all(run)
    yield "tables", unreadable
    if unreadable:
        return
    scenario = load(run.scenario_files())
    yield "laws", broken_laws(scenario, records)
    for name, check in checkers(scenario, records, Params.of(run.manifest["params"])):
        yield name, check()


def read_all(run: RunFolder) -> tuple[Any, list[str]]:
    """The records of all stages as attributes of one object, and what could not be read."""
    found, faults = SimpleNamespace(pathway=None), []
    for stage in RECORDS:
        if stage == "pathway" and not run.has(stage) and run.scenario.pathway is None:
            continue
        try:
            setattr(found, stage, run.record(stage))
        except RunError as fault:
            faults.append(str(fault))
    return found, faults


def checkers(s: Scenario, r: Any, params: Params) -> list[tuple[str, Callable[[], list[str]]]]:
    """Every engine's independent checker, on the records of a run."""
    found: list[tuple[str, Callable[[], list[str]]]] = [
        ("balance", lambda: balance_check.faults(s, r.balance)),
        ("plan", lambda: plan_check.faults(s, r.balance, r.plan, params.plan)),
        ("sequence", lambda: sequence_check.faults(s, r.plan, r.sequence)),
        ("quality", lambda: quality_check.faults(s, r.plan, r.sequence, r.quality)),
        ("flow", lambda: flow_check.faults(s, r.plan, r.sequence, r.balance, r.quality, r.flow)),
        ("ship", lambda: ship_check.faults(s, r.plan, r.flow, r.ship, params.ship)),
        ("carbon", lambda: carbon_check.faults(s, r.plan, r.flow, r.ship, r.carbon, params.carbon)),
        ("money", lambda: money_check.faults(
            s, r.plan, r.balance, r.quality, r.flow, r.ship, r.money, params.money
        )),
    ]  # fmt: skip
    if r.pathway is not None:
        gap_share = params.pathway.gap_share
        found.append(("pathway", lambda: pathway_check.faults(s, r.plan, r.flow, r.pathway, gap_share)))
    return found
