"""`quayline pathway`: the cheapest path of the plant to its targets, on one screen."""

from __future__ import annotations

import dataclasses
import sys
from typing import TYPE_CHECKING

import click

from quayline.cli.common import as_json, emit, figure, load_scenario, plan_options, table

if TYPE_CHECKING:
    from quayline.records.stages import Pathway
    from quayline.report.pathway import Told


@click.command()
@click.argument("scenario")
@click.option("--grid", "grid_path", help="Path of the grid to show, by id (default: the one of most weight).")
@click.option("--quick", is_flag=True, help="Only the path and its curve: no lever left out, no year lost.")
@plan_options
@as_json
def pathway(
    scenario: str, grid_path: str | None, quick: bool, seed: int, settings: tuple[str, ...], as_json: bool
) -> None:
    """Find which levers the plant of SCENARIO takes in which year to meet its targets at the least cost.

    SCENARIO is a folder or a shipped name, planned for this, or the folder of a finished run, with its simulated load.
    Exit code 1 where no choice of levers meets the targets; what would close the gap is told.
    """
    from quayline.report.pathway import tell

    found, loaded = _found(scenario, quick, seed, settings)
    known = sorted(set(found.years["grid_path"]))
    if grid_path is not None and grid_path not in known:
        raise click.UsageError(f"there is no path of the grid called {grid_path!r}; expected {', '.join(known)}")
    told = tell(loaded, found, grid_path)
    if as_json:
        tables = {field.name: getattr(found, field.name) for field in dataclasses.fields(found)}
        emit({"lead": told.lead, **{
            name: value.to_dicts() if hasattr(value, "to_dicts") else value
            for name, value in tables.items() if name != "hours"
        }})  # fmt: skip
    else:
        _show(told)
    if found.short_kgco2e > 0:
        sys.exit(1)


def _found(where: str, quick: bool, seed: int, settings: tuple[str, ...]) -> tuple[Pathway, object]:
    from quayline.cli.common import Progress, finished_run
    from quayline.study.pathway import pathway_of_run, planned_pathway
    from quayline.study.run import Params

    if run := finished_run(where):
        with Progress() as progress:
            progress.began("pathway")
            return pathway_of_run(run, is_beside=not quick), run.scenario
    scenario, params = load_scenario(where, settings), Params()
    params = dataclasses.replace(params, pathway=dataclasses.replace(params.pathway, is_beside=not quick))
    with Progress() as progress:
        progress.began("plan and pathway")
        return planned_pathway(scenario, params, seed), scenario


def _show(told: Told) -> None:
    """Every table with its heading, then the lead."""
    for part in told.parts:
        if part.rows:
            shown = [[v if isinstance(v, str) else figure(v, part.digits) for v in row] for row in part.rows]
            table(part.title, part.columns, shown)
            click.echo()
    click.echo("\n".join(told.lead))
