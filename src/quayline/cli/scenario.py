"""`quayline check`, `new` and `schema`: everything on the scenario that a person writes."""

from __future__ import annotations

import json
from pathlib import Path

import click

from quayline.cli.common import as_json, emit, load_scenario


@click.command()
@click.argument("scenario")
@click.option("--set", "settings", multiple=True, metavar="PATH=VALUE", help="Change a figure first.")
@as_json
def check(scenario: str, settings: tuple[str, ...], as_json: bool) -> None:
    """Say everything that is wrong in SCENARIO, each fault with its file, line and column (exit code 2)."""
    from quayline.scenario.loader import summary

    found = summary(load_scenario(scenario, settings))
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
def schema() -> None:
    """Print the JSON Schema of a scenario, so that editors complete and check as one types."""
    from quayline.scenario.jsonschema import json_schema

    click.echo(json.dumps(json_schema(), indent=1))
