"""`quayline promise`: the delivery date for a new order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from quayline.cli.common import as_json, emit, figure

if TYPE_CHECKING:
    from datetime import datetime

    from quayline.plan.promising.promise import Promise


@click.command()
@click.argument("run", type=click.Path(exists=True))
@click.option("--market", required=True, help="Where the customer is (a market's id).")
@click.option("--variant", required=True, help="What the customer wants (a variant's id).")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="Day of the order; none: the first of the horizon.")
@click.option("--cars", "num_cars", type=click.IntRange(1, 10_000), default=1, show_default=True,
              help="Orders, promised one after the other.")  # fmt: skip
@as_json
def promise(run: str, market: str, variant: str, on: datetime | None, num_cars: int, as_json: bool) -> None:
    """Promise a delivery date for a new order in RUN (a run's folder), without planning again.

    First from planned cars that are not sold, then from what the line, the ships and the yards have left.
    """
    import dataclasses

    from quayline.store.folder import RunFolder
    from quayline.study.promise import open_book, promises

    made = promises(open_book(RunFolder(run)), market, variant, on.date() if on else None, num_cars)
    if as_json:
        rows = [{**dataclasses.asdict(p), "contribution_usd": p.contribution_usd} for p in made]
        emit({"run": run, "market": market, "variant": variant, "promises": rows})
        return
    for one in made:
        _tell(one)


def _tell(made: Promise) -> None:
    if made.delivery_on is None:
        click.echo("no delivery can be promised: " + "; ".join(made.holds))
        return
    source = f"planned car of order {made.order_id}" if made.source == "planned" else "a car on top of the plan"
    ship = f", on sailing {made.sailing_idx}" if made.sailing_idx is not None else ""
    day = click.style(f"delivery on {made.delivery_on}", bold=True)
    click.echo(f"{day}: {source}, built on {made.build_on}{ship}")
    parts = ", ".join(f"{name} {figure(usd)}" for name, usd in made.costs_usd.items())
    click.echo(f"  price {figure(made.price_usd)} USD, contribution {figure(made.contribution_usd)} USD ({parts})")
    if made.holds:
        click.echo("  not earlier: " + "; ".join(made.holds))
