"""`quayline log`: who made or changed what in a folder of runs."""

from __future__ import annotations

import dataclasses
import sys
from pathlib import Path

import click

from quayline.cli.common import as_json, emit, table


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs"), show_default=True, help="Their folder.")
@click.option("--run", "subject", help="Only lines on this run (its name).")
@as_json
def log(out: Path, subject: str | None, as_json: bool) -> None:
    """Show the log of a folder of runs, oldest first, and prove it: its chain, and every run against its last line.

    Exit code 1 where a line or a run is not as it was written.
    """
    from quayline.store.journal import broken, entries

    found, faults = entries(out), list(broken(out))
    shown = [one for one in found if subject in (None, one.subject)]
    if as_json:
        emit({"entries": [dataclasses.asdict(one) for one in shown], "faults": faults})
    else:
        table(f"log of {out}", ["", "when", "who", "what", "run", "before", "after", "changes"], [
            [str(e.number), e.at, e.who, e.what, e.subject, e.before[:8] or "–", e.after[:8] or "–",
             " ".join(e.changes)] for e in shown
        ])  # fmt: skip
        for fault in faults:
            click.echo(fault, err=True)
        click.echo(f"\n{len(found)} lines; " + ("the chain holds" if not faults else f"{len(faults)} faults")
                   + (f"; last link {found[-1].link}" if found else ""))  # fmt: skip
    sys.exit(1 if faults else 0)
