"""`quayline pact`: product footprints in and out, as PACT exchanges them."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from quayline.cli.common import as_json, emit, table

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_preceding = click.option("--preceding", multiple=True, type=click.Path(exists=True), metavar="RUN",
                          help="An earlier run whose footprints these follow; may be given again.")  # fmt: skip


@click.group()
def pact() -> None:
    """Exchange product footprints (PACT v3)."""


@pact.command(short_help="Write the footprints of a run: JSON, CSV and XLSX.")
@click.argument("run", type=click.Path(exists=True))
@click.option("--out", type=click.Path(path_type=Path), help="Folder to write (default: RUN-pact).")
@_preceding
@as_json
def export(run: str, out: Path | None, preceding: tuple[str, ...], as_json: bool) -> None:
    """Write the product footprints that the scenario of RUN declares: JSON for companies, CSV and XLSX for people."""
    from quayline.report.facts import Facts
    from quayline.report.pact import footprints
    from quayline.report.pact_files import export_footprints
    from quayline.store.folder import RunFolder

    facts, earlier = Facts(RunFolder(run)), [Facts(RunFolder(one)) for one in preceding]
    folder = out or Path(f"{run.rstrip('/')}-pact")
    files = export_footprints(facts, folder, earlier)
    made = footprints(facts)
    if as_json:
        emit({"folder": str(folder), "files": [path.name for path in files], "ids": [str(one.id) for one in made]})
        return
    rows = [
        [one.product_name_company, f"{one.pcf.geography_country} {one.pcf.reference_period_start:%Y}",
         f"{one.pcf.pcf_excluding_biogenic_uptake:,.0f}", _shown(one.pcf.outbound_logistics_ghg_emissions), str(one.id)]
        for one in made
    ]  # fmt: skip
    columns = ["product", "built in", "kgCO2e to gate", "outbound", "id"]
    table(f"Footprints of {made[0].company_name}", columns, rows)
    click.echo(f"\n{len(files)} files in {folder}; footprints.json holds all of them as a data owner lists them")


@pact.command(short_help="Say everything that is wrong in a supplier's file.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@as_json
def check(file: Path, as_json: bool) -> None:
    """Say everything that is wrong in FILE, a footprint that a supplier sent. Exit code 2 if anything is."""
    from quayline.base.pact_file import MAX_BYTES, read_footprints

    with file.open("rb") as opened:
        found = read_footprints(opened.read(MAX_BYTES + 1))
    if as_json:
        emit({
            "file": str(file), "footprints": [one.to_json() for one in found.footprints.values()],
            "faults": [{"path": at, "message": message} for at, message in found.faults],
            "remarks": [{"path": at, "message": message} for at, message in found.remarks],
        })  # fmt: skip
    else:
        for at, message in found.faults:
            click.echo(f"{file}: {at}: {message}", err=True)
        for one in found.footprints.values():
            pcf = one.pcf
            start, end = one.validity()
            click.echo(
                f"{one.company_name}: {one.product_name_company} ({one.product_ids[0]}), {one.status.lower()}\n"
                f"  {pcf.pcf_excluding_biogenic_uptake} kgCO2e for {pcf.declared_unit_amount} "
                f"{pcf.declared_unit_of_measurement} of {pcf.product_mass_per_declared_unit} kg, "
                f"valid from {start:%Y-%m-%d} to {end:%Y-%m-%d}"
            )
        for at, message in found.remarks:
            click.echo(f"  remark: {at}: {message}")
    if found.faults:
        num = len(found.faults)
        click.echo(f"{num} fault{'s' if num > 1 else ''}", err=True)
        sys.exit(2)


@pact.command(short_help="Serve the footprints of a run to a data recipient.")
@click.argument("run", type=click.Path(exists=True))
@click.option("--host", default="127.0.0.1", show_default=True, help="Another address needs a certificate.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True)
@click.option("--tls-certificate", "certificate", type=_FILE, help="Chain in PEM; then HTTPS only.")
@click.option("--tls-key", "key", type=_FILE, help="Its private key in PEM.")
@_preceding
@click.option("--announce", is_flag=True, help="Tell the recipient at the start which footprints there are.")
def serve(
    run: str, host: str, port: int, certificate: Path | None, key: Path | None, preceding: tuple[str, ...],
    announce: bool,
) -> None:  # fmt: skip
    """Serve the footprints of RUN to one data recipient, until stopped: REST by PACT v3 with OAuth2.

    The recipient's name and secret are QUAYLINE_PACT_CLIENT_ID and …_SECRET of the environment, else a new pair that
    is shown once. Events are answered where QUAYLINE_PACT_CALLBACK_URL, …_ID and …_SECRET say.
    """
    import os

    from quayline.report.facts import Facts
    from quayline.report.pact_lifecycle import lifecycle
    from quayline.store.folder import RunFolder
    from quayline.web.pact.app import pact_app
    from quayline.web.pact.credentials import client_of, is_loopback, recipient_of
    from quayline.web.pact.outbox import Outbox
    from quayline.web.pact.serve import listen, server_of

    if (certificate is None) != (key is None):
        raise click.UsageError("--tls-certificate and --tls-key go together")
    if certificate is None and not is_loopback(host):
        raise click.UsageError(f"--host {host} is not this machine: it needs --tls-certificate and --tls-key")
    client, recipient = client_of(os.environ), recipient_of(os.environ)
    if announce and recipient is None:
        raise click.UsageError("--announce needs QUAYLINE_PACT_CALLBACK_URL")
    made, deprecated = lifecycle(Facts(RunFolder(run)), [Facts(RunFolder(one)) for one in preceding])
    app = pact_app([*made, *deprecated], client, Outbox(recipient) if recipient else None, announce=announce)
    server = server_of(app, certificate, key)
    listening = listen(host, port)
    scheme, port = "http" if certificate is None else "https", listening.getsockname()[1]
    click.echo(f"{len(made)} footprints of {made[0].company_name} at {scheme}://{host}:{port}/3/footprints", err=True)
    if client.is_new:
        click.echo(f"client {client.id}\nsecret {client.secret}", err=True)
    if recipient is None:
        click.echo("requests by event are refused: QUAYLINE_PACT_CALLBACK_URL is not set", err=True)
    with listening:
        server.run(sockets=[listening])


def _shown(value: object) -> str:
    return "–" if value is None else f"{value:,.0f}"
