"""`quayline plan`, `sequence`, `ship`: one stage on one screen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from quayline.cli.common import as_json, emit, figure, open_run, run_options, table
from quayline.report import answers

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from quayline.report.answers import Answer
    from quayline.store.folder import RunFolder


def show(folder: RunFolder, make: Callable[[RunFolder], Answer], as_json: bool) -> None:
    """Print what `make` answers of a finished run, for people or machines."""
    answer = make(folder)
    if as_json:
        emit({"run": str(folder.path), "lead": answer.lead, "columns": answer.columns, "rows": answer.rows})
        return
    shown = [[v if isinstance(v, str) else figure(v, answer.digits if isinstance(v, float) else 0) for v in row]
             for row in answer.rows]  # fmt: skip
    table(answer.title, answer.columns, shown)
    click.echo(f"\n{answer.lead}\nrun: {folder.path}")


def _answer(name: str, text: str, make: Callable[[Any], Answer]) -> click.Command:
    @click.command(name, help=f"{text}\n\nSCENARIO is a folder, a shipped name, or the folder of a finished run.")
    @click.argument("scenario")
    @run_options
    @as_json
    def command(scenario: str, out: Path, seed: int, settings: tuple[str, ...], as_json: bool) -> None:
        show(open_run(scenario, out, seed, settings), make, as_json)

    return command


plan = _answer("plan", "What is built each year for whom, in which mode of the line.", answers.plan)
sequence = _answer("sequence", "Colour changes and ratio violations, before and after sequencing.", answers.sequence)
ship = _answer("ship", "Sailings by lane with fill and days of each leg; why cars missed their ship.", answers.ship)
