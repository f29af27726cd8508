"""`quayline verify`: the proofs of a run, from its files alone."""

from __future__ import annotations

import sys

import click

from quayline.cli.common import as_json, emit


@click.command()
@click.argument("run", type=click.Path(exists=True))
@as_json
def verify(run: str, as_json: bool) -> None:
    """Prove RUN again: digests, tables, conservation laws, and every engine's checker (exit code 1 if one fails)."""
    from quayline.store.folder import RunFolder
    from quayline.study.verify import verify as prove

    found: dict[str, list[str]] = {}
    for name, faults in prove(RunFolder(run)):
        found[name] = faults
        if not as_json:
            click.echo(f"  {name:<10} {'holds' if not faults else f'{len(faults)} faults'}")
            for fault in faults[:20]:
                click.echo(f"    {fault}")
    right = not any(found.values())
    if as_json:
        emit({"run": run, "verified": right, "proofs": found})
    sys.exit(0 if right else 1)
