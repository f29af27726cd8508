"""`quayline runs`: what is there."""

from __future__ import annotations

from pathlib import Path

import click

from quayline.cli.common import as_json, emit, figure, table


@click.command()
@click.option("--out", type=click.Path(path_type=Path), default=Path("runs"), show_default=True, help="Their folder.")
@as_json
def runs(out: Path, as_json: bool) -> None:
    """List the finished runs."""
    from quayline.store.folder import find_runs

    found = find_runs(out)
    if as_json:
        emit({"runs": [{"run": str(r.path), **{k: r.manifest[k] for k in ("scenario", "seed")}} for r in found]})
        return
    table(f"runs in {out}", ["run", "title", "seed", "built", "s"], [
        [r.path.name, r.manifest["title"], str(r.manifest["seed"]),
         figure(r.summary["groups"]["all"]["cars_built"]), figure(r.times["wall_s"], 1)]
        for r in found
    ])  # fmt: skip
