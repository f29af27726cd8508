"""`quayline settle`: who owes whom, on one screen and as a workbook."""

from __future__ import annotations

from pathlib import Path

import click

from quayline.cli.common import as_json, emit, figure, table


@click.command()
@click.argument("run", type=click.Path(exists=True))
@click.option("--xlsx", type=click.Path(path_type=Path), help="Write the settlement as a workbook to this file.")
@as_json
def settle(run: str, xlsx: Path | None, as_json: bool) -> None:
    """Show what each party of RUN received, paid and keeps; with --xlsx, every payment and its sources."""
    from quayline.report.answers import settlement
    from quayline.report.facts import Facts
    from quayline.report.workbook import write_workbook
    from quayline.store.folder import RunFolder

    folder = RunFolder(run)
    answer = settlement(folder)
    if xlsx is not None:
        write_workbook(Facts(folder), xlsx)
    if as_json:
        emit({"run": run, "xlsx": xlsx and str(xlsx), "lead": answer.lead, "columns": answer.columns,
              "rows": answer.rows})  # fmt: skip
        return
    table(answer.title, answer.columns, [[v if isinstance(v, str) else figure(v, 2) for v in r] for r in answer.rows])
    click.echo(f"\n{answer.lead}" + (f"\nworkbook: {xlsx}" if xlsx else ""))
