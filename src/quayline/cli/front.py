"""`quayline front`: what each tonne of CO2 less would cost."""

from __future__ import annotations

import dataclasses

import click

from quayline.cli.common import as_json, emit, figure, load_scenario, plan_options, table


@click.command()
@click.argument("scenario")
@click.option("--points", type=click.IntRange(2, 100), default=8, show_default=True, help="Most points of the front.")
@plan_options
@as_json
def front(scenario: str, points: int, seed: int, settings: tuple[str, ...], as_json: bool) -> None:
    """Show the best contribution of SCENARIO for each total of CO2 that its cars carry to their customers.

    From the least tonnes to those of the best plan; between two points, what is built more and which modes change.
    """
    from quayline.study.front import front as rows_of
    from quayline.study.run import Params

    rows = rows_of(load_scenario(scenario, settings), points, Params(), seed)
    if as_json:
        emit({"points": [dataclasses.asdict(row) for row in rows]})
        return
    columns = ["point", "t CO2e", "contribution, USD", "USD a tonne", "one more tonne, USD", "cars"]
    table("Contribution against tonnes", columns, [
        [str(k), figure(r.tonnes), figure(r.contribution_usd), figure(r.usd_per_t), figure(r.marginal_usd_per_t, 2),
         figure(r.cars)]
        for k, r in enumerate(rows, 1)
    ])  # fmt: skip
    click.echo(f"\n1: {rows[0].modes}")
    for k, row in enumerate(rows[1:], 2):
        click.echo(f"{k}: {row.change}")
