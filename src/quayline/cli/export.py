"""`quayline export`: a run's tables for other programs."""

from __future__ import annotations

from pathlib import Path

import click

from quayline.cli.common import as_json, emit


@click.command()
@click.argument("run", type=click.Path(exists=True))
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--stage", "stages", multiple=True, help="Only this stage's tables, such as ledger (default: all).")
@click.option("--for", "party", help="Only what this party may see: its cars, what it pays and receives.")
@as_json
def export(run: str, folder: Path, stages: tuple[str, ...], party: str | None, as_json: bool) -> None:
    """Write the tables of RUN as CSV files into FOLDER, with a list of all columns, their types and meaning."""
    from quayline.records.stages import RECORDS
    from quayline.store.folder import RunFolder
    from quayline.store.spreadsheet import export_csv
    from quayline.study.party import view

    if unknown := [stage for stage in stages if stage not in RECORDS]:
        raise click.UsageError(f"there is no stage {', '.join(unknown)}; expected {', '.join(RECORDS)}")
    finished = RunFolder(run)
    seen = view(finished, party) if party else None
    files = export_csv(finished, folder, stages or tuple(RECORDS), seen)
    if as_json:
        emit({"folder": str(folder), "files": [path.name for path in files]})
        return
    click.echo(f"{len(files)} files in {folder}; their columns are told in columns.csv")
