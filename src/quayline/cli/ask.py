"""`quayline where` and `why`: one car, one order."""

from __future__ import annotations

from typing import Literal

import click

from quayline.cli.common import as_json, emit, figure, table


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
@click.argument("order", required=False)
@click.option("--unbuilt", "states", flag_value="unbuilt", help="All unbuilt orders, by what kept them.")
@click.option("--late", "states", flag_value="late",
              help="All orders whose car left the line and is late, or may not go, by what kept them.")
@click.option("--in-line", "states", flag_value="in-line", help="Each car that is still in the line at the end.")
@click.option("--scrapped", "states", flag_value="scrapped", help="Each car that a gate scrapped.")
@as_json
def why(
    run: str, order: str | None, states: Literal["unbuilt", "late", "in-line", "scrapped"] | None, as_json: bool
) -> None:
    """Say why ORDER (number or VIN) in RUN is late, short or unbuilt: the answer, the evidence, what more is worth.

    With --unbuilt or --late: all such orders by what kept them, dearest first. With --in-line or --scrapped: each such
    order, with where its car is or was. No order is in two of these.
    """
    from quayline.store.folder import RunFolder
    from quayline.study.why import find_order, kept, missed
    from quayline.study.why import why as explain

    if (order is None) == (states is None):
        raise click.UsageError("say which order (a number or a VIN), or give one of --unbuilt, --late, --in-line, "
                               "--scrapped")  # fmt: skip
    folder = RunFolder(run)
    if states == "in-line" or states == "scrapped":
        rows = kept(folder, states)
        if as_json:
            emit({states: rows})
        else:
            click.echo(click.style(f"Orders {states}: {len(rows):,}", bold=True))
            for row in rows:
                click.echo("  {order_id:>8}  {variant} for {market}: {reason_text}".format(**row))
        return
    if states:
        rows = missed(folder, states)
        if as_json:
            emit({states: rows})
        else:
            cells = [[row["words"], figure(row["orders"]), figure(row["marginal_usd"]), row["unit"] or "–",
                      str(row["first"])] for row in rows]  # fmt: skip
            table(f"Orders {states}", ["kept by", "orders", "USD one more", "unit", "such as order"], cells)
        return
    assert order is not None
    lines = explain(folder, order)
    if as_json:
        emit({"order": find_order(folder, order), "why": lines})
    else:
        click.echo("\n  ".join(lines))
