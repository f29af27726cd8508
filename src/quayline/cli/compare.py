"""`quayline compare`: two runs side by side."""

from __future__ import annotations

import dataclasses

import click

from quayline.cli.common import as_json, emit, figure, table


@click.command()
@click.argument("left", type=click.Path(exists=True))
@click.argument("right", type=click.Path(exists=True))
@as_json
def compare(left: str, right: str, as_json: bool) -> None:
    """Show LEFT and RIGHT (folders of finished runs): volume, lateness, landed cost, margin by party, CO2."""
    from quayline.store.folder import RunFolder
    from quayline.study.compare import compare as rows_of

    one, two = RunFolder(left), RunFolder(right)
    rows = rows_of(one, two)
    if as_json:
        emit({"left": left, "right": right, "rows": [{**dataclasses.asdict(r), "change": r.change} for r in rows]})
        return
    names = [one.manifest["scenario"], two.manifest["scenario"]]
    for group in dict.fromkeys(row.group for row in rows):
        digits = {"days": 1, "per 100 cars": 2}
        body = [
            [row.measure, row.unit, *(figure(v, digits.get(row.unit, 0)) for v in (row.left, row.right, row.change))]
            for row in rows if row.group == group
        ]  # fmt: skip
        table("all cars" if group == "all" else group, ["", "unit", *names, "change"], body)
        click.echo()
