"""`quayline report`: the page of a finished run."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.argument("run", type=click.Path(exists=True))
@click.option("--out", type=click.Path(path_type=Path), help="Where to write it (default: report.html in the run).")
def report(run: str, out: Path | None) -> None:
    """Write the report of RUN as one HTML file that needs no network."""
    from quayline.report.page import write_report
    from quayline.store.folder import RunFolder

    folder = RunFolder(run)
    page = out or folder.path / "report.html"
    write_report(folder, page)
    click.echo(f"report: {page}")
