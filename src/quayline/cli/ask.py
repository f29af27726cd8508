"""`quayline where` and `why`: one car, one order."""

from __future__ import annotations

import click

from quayline.cli.common import as_json, emit


@click.command()
@click.argument("run", type=click.Path(exists=True))
@click.argument("car")
@as_json
def where(run: str, car: str, as_json: bool) -> None:
    """Tell the story of CAR (order number or VIN) in RUN (a run's folder)."""
    from quayline.store.folder import RunFolder
    from quayline.study.why import story

    told = story(RunFolder(run), car)
    if as_json:
        emit({"order": told.order, "events": told.events})
        return
    order = told.order
    click.echo(
        f"order {order['order_id']}: {order['variant']}, {order['colour']}"
        f"{', ' + order['options'] if order['options'] else ''}, for {order['market']}; {order['state']}"
    )
    click.echo(f"VIN {order['vin'] or 'none: not built'} (synthetic)")
    for when, what in told.events:
        click.echo(f"  {when:<16}  {what}")


@click.command()
@click.argument("run", type=click.Path(exists=True))
@click.argument("order")
@as_json
def why(run: str, order: str, as_json: bool) -> None:
    """Say why ORDER (number or VIN) in RUN is late, short or unbuilt, with the figures behind it."""
    from quayline.store.folder import RunFolder
    from quayline.study.why import find_order
    from quayline.study.why import why as explain

    folder = RunFolder(run)
    lines = explain(folder, order)
    if as_json:
        emit({"order": find_order(folder, order), "why": lines})
    else:
        click.echo("\n  ".join(lines))
