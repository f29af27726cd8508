"""`quayline compare`: two runs side by side."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import click

from quayline.cli.common import as_json, emit, figure, table

if TYPE_CHECKING:
    from quayline.scenario.schema import Written

MOST_SHOWN = 20


@click.command()
@click.argument("left", type=click.Path(exists=True))
@click.argument("right", type=click.Path(exists=True))
@as_json
def compare(left: str, right: str, as_json: bool) -> None:
    """Show LEFT and RIGHT (folders of finished runs): what differs in their scenarios, and what came of it."""
    from quayline.scenario.diff import differences
    from quayline.store.folder import RunFolder
    from quayline.study.compare import compare as rows_of

    one, two = RunFolder(left), RunFolder(right)
    rows, different = rows_of(one, two), differences(one.scenario, two.scenario)
    if as_json:
        emit({
            "left": left, "right": right, "differences": [dataclasses.asdict(each) for each in different],
            "rows": [{**dataclasses.asdict(r), "change": r.change} for r in rows],
        })  # fmt: skip
        return
    names = [" + ".join([run.scenario.name, *(name for name, _ in run.scenario.overlays)]) for run in (one, two)]
    table(
        f"{len(different)} statements differ" + (f", the first {MOST_SHOWN}" if len(different) > MOST_SHOWN else ""),
        ["", *names], [[each.path, *map(_said, (each.left, each.right))] for each in different[:MOST_SHOWN]],
    )  # fmt: skip
    click.echo()
    for group in dict.fromkeys(row.group for row in rows):
        digits = {"days": 1, "per 100 cars": 2}
        body = [
            [row.measure, row.unit, *(figure(v, digits.get(row.unit, 0)) for v in (row.left, row.right, row.change))]
            for row in rows if row.group == group
        ]  # fmt: skip
        table("all cars" if group == "all" else group, ["", "unit", *names, "change"], body)
        click.echo()


def _said(written: Written | None) -> str:
    return "–" if written is None else f"{written.text} ({written.file}:{written.line})"
