"""`quayline replan` and `quayline replay`: a plan made again, and a programme as its rules became known."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import click

from quayline.cli.common import as_json, emit, figure, load_scenario, overrides, plan_options, table

if TYPE_CHECKING:
    from datetime import datetime

    from quayline.study.replan import Outcome, Step


@click.command()
@click.argument("run", type=click.Path(exists=True))
@click.option("--on", required=True, type=click.DateTime(["%Y-%m-%d"]), help="Day on which the plan is made again.")
@click.option("--overlay", "overlays", multiple=True, help="Overlay on the run's scenario, by name.")
@click.option("--set", "settings", multiple=True, metavar="PATH=VALUE", help="Change a figure of the scenario.")
@as_json
def replan(run: str, on: datetime, overlays: tuple[str, ...], settings: tuple[str, ...], as_json: bool) -> None:
    """Plan RUN (a run's folder) again on a day, with changes of the scenario; say what changes in the plan.

    Weeks that have begun and the frozen weeks stand; on unchanged data nothing changes.
    """
    from quayline.plan.replanning.nervousness import nervousness
    from quayline.store.folder import RunFolder
    from quayline.study.replan import outcome
    from quayline.study.replan import replan as plan_again

    scenario, made, earlier = plan_again(RunFolder(run), on.date(), overlays, overrides(settings))
    changes, old, new = nervousness(made, earlier), outcome(earlier.scenario, earlier.plan), outcome(scenario, made)
    if as_json:
        emit({
            "run": run, "on": on.date(), "status": made.status, "changes": dataclasses.asdict(changes),
            "moved_share": changes.moved_share, "before": dataclasses.asdict(old), "after": dataclasses.asdict(new),
        })  # fmt: skip
        return
    click.echo(f"{changes.words}\n{made.status}\n")
    table("", ["", "before", "made again"], _outcomes(old, new))


@click.command()
@click.argument("scenario")
@plan_options
@as_json
def replay(scenario: str, seed: int, settings: tuple[str, ...], as_json: bool) -> None:
    """Replay SCENARIO as its rules became known: plan, plan again at each news, compare with knowing all at once."""
    from quayline.study.replan import replay as replayed

    told = replayed(load_scenario(scenario, settings), seed)
    if as_json:
        emit({
            "steps": [_step(step) for step in told.steps], "replayed": dataclasses.asdict(told.replayed),
            "clairvoyant": dataclasses.asdict(told.clairvoyant), "not_knowing_usd": told.not_knowing_usd,
        })  # fmt: skip
        return
    for step in told.steps:
        learnt = ", ".join(step.learnt) or "planned with what was known"
        changes = f"; {step.changes.words}" if step.changes else ""
        click.echo(f"{step.on}  {learnt}{changes}")
    click.echo()
    table("", ["", "as it became known", "all known at once"], _outcomes(told.replayed, told.clairvoyant))
    click.echo(f"\nnot knowing cost {figure(told.not_knowing_usd / 1e6, 1)} million USD")


def _outcomes(one: Outcome, two: Outcome) -> list[list[str]]:
    rows = (
        ("contribution, million USD", [o.contribution_usd / 1e6 for o in (one, two)], 1),
        ("duty, million USD", [o.duty_usd / 1e6 for o in (one, two)], 1),
        ("cars built", [o.num_built for o in (one, two)], 0),
        ("of them barred after they were built", [o.num_stranded for o in (one, two)], 0),
    )
    return [[text, *(figure(value, digits) for value in values)] for text, values, digits in rows]


def _step(step: Step) -> dict[str, Any]:
    changes = dataclasses.asdict(step.changes) if step.changes else None
    return {"on": step.on, "learnt": step.learnt, "status": step.plan.status,
            "objective_usd": step.plan.objective_usd, "changes": changes}  # fmt: skip
