"""`quayline saved`: what one run saved against another, and from when."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import click

from quayline.cli.common import as_json, emit, figure, open_run, run_options, table

if TYPE_CHECKING:
    from pathlib import Path

    from quayline.study.saved import Saved


@click.command()
@click.argument("left")
@click.argument("right")
@run_options
@as_json
def saved(left: str, right: str, out: Path, seed: int, settings: tuple[str, ...], as_json: bool) -> None:
    """Show what LEFT saved against RIGHT by market and rule of duty, by month, and from which month for good.

    Each is a scenario, with overlays, or the folder of a finished run:
    quayline saved "busan + other-plants" "busan + other-plants + no-busan-polestar"
    """
    from quayline.study.saved import saved as compute

    runs = [open_run(where, out, seed, settings) for where in (left, right)]
    found = compute(*runs)
    if as_json:
        emit({"left": str(runs[0].path), "right": str(runs[1].path), **dataclasses.asdict(found)})
        return
    _tell(found)
    click.echo(f"runs: {runs[0].path}, {runs[1].path}")


def _tell(found: Saved) -> None:
    columns = ["market: rule on arrival", "cars", "cars without", "earned more, USD", "duty saved", "freight saved",
               "t CO2e saved"]  # fmt: skip
    table("What was saved, before labour and overhead of the plant", columns, [
        [f"{r.market}: {r.rule or '–'}", figure(r.left_cars), figure(r.right_cars), figure(r.contribution_usd),
         figure(r.duty_usd), figure(r.freight_usd), figure(r.kgco2e / 1000)]
        for r in found.rules
    ])  # fmt: skip
    click.echo()
    table("By month of delivery", ["month", "on its cars, USD", "on line and overhead", "all so far"], [
        [m.month, figure(m.cars_usd), figure(m.line_usd), figure(m.total_usd)] for m in found.months
    ])  # fmt: skip
    when = f"It is ahead for good from {found.ahead_from} on." if found.ahead_from else "It ends behind."
    click.echo(f"\n{when}")
