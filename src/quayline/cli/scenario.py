"""`quayline check`, `new` and `schema`: everything on the scenario that a person writes."""

from __future__ import annotations

import json
from pathlib import Path

import click

from quayline.cli.common import as_json, emit, load_scenario, table


@click.command()
@click.argument("scenario", required=False)
@click.option("--set", "settings", multiple=True, metavar="PATH=VALUE", help="Change a figure first.")
@click.option("--overlays", is_flag=True, help="List the overlays that can be put on SCENARIO, or the shipped.")
@as_json
def check(scenario: str | None, settings: tuple[str, ...], overlays: bool, as_json: bool) -> None:
    """Say everything that is wrong in SCENARIO, each fault with its file, line and column (exit code 2).

    SCENARIO is a folder or the name of a shipped scenario, with overlays on top where wanted, by name or path:
    `quayline check "busan + no-us-from-my2027 + ./third-shift.yaml"`.
    """
    from quayline.scenario.loader import check_futures, summary
    from quayline.scenario.stack import overlays as on_the_shelf

    if overlays:
        titles = {overlay.name: overlay.title for overlay in on_the_shelf(scenario)}
        if as_json:
            emit({"overlays": titles})
        else:
            table("overlays", ["name", "what it changes"], [[name, title] for name, title in titles.items()])
        return
    if scenario is None:
        raise click.UsageError("expected a SCENARIO to check, or --overlays")
    loaded = load_scenario(scenario, settings)
    check_futures(loaded)
    found = summary(loaded)
    if as_json:
        emit({"files": found.num_files, "things": found.num_things, "figures": found.num_figures})
    else:
        kinds = ", ".join(f"{num:,} {kind}" for kind, num in found.num_figures.items())
        click.echo(f"{scenario} is right: {found.num_files} files, {found.num_things:,} things, figures: {kinds}")


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
def new(folder: Path) -> None:
    """Write a small commented scenario into FOLDER, which must be empty or not there yet."""
    from quayline.scenario.template import new as write

    write(folder)
    click.echo(f"written: {folder}; try `quayline check {folder}`, then `quayline run {folder}`")


@click.command()
@click.argument("what", type=click.Choice(["scenario", "line", "tasks"]), default="scenario")
def schema(what: str) -> None:
    """Print the JSON Schema of the files of a scenario, so that editors complete and check as one types; of the file of
    `quayline line` or of the tasks of `quayline balance` where asked for.
    """
    from quayline.scenario.jsonschema import file_schema, json_schema

    if what == "line":
        from quayline.flow.line.model import LineFile

        found = file_schema(LineFile, "A line of Quayline", has_tables=False)
    elif what == "tasks":
        from quayline.scenario.tasks import TaskFile

        found = file_schema(TaskFile, "Tasks of a line of Quayline")
    else:
        found = json_schema()
    click.echo(json.dumps(found, indent=1))
