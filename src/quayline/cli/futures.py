"""`quayline futures`: line modes settled before the future is known."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import click

from quayline.cli.common import as_json, emit, figure, load_scenario, plan_options, table
from quayline.cli.share import share

if TYPE_CHECKING:
    from quayline.study.futures import FuturesAnswer


@click.command()
@click.argument("scenario")
@click.option("--cvar", "tail", type=share, metavar="SHARE", default="10%", show_default=True,
              help="The worst part of the probability whose mean is the conditional value at risk.")
@click.option("--weight", type=share, metavar="SHARE", default="0%", show_default=True,
              help="Weight of that mean beside the expected contribution.")
@plan_options
@as_json
def futures(scenario: str, tail: float, weight: float, seed: int, settings: tuple[str, ...], as_json: bool) -> None:
    """Settle the line modes of SCENARIO for all its futures at once; volumes, hours and ships follow in each.

    The futures are those of the scenario's key `futures`. Says what each brings, what planning for all of them is
    worth over planning for their mean (value of the stochastic solution), and what knowing the future first could be
    worth at most (expected value of perfect information).
    """
    from quayline.plan.uncertainty.risk import Risk
    from quayline.study.futures import futures_of, plan_futures
    from quayline.study.run import Params

    answer = plan_futures(futures_of(load_scenario(scenario, settings)), Risk(tail, weight), Params(), seed)
    if as_json:
        worth = ("stochastic_usd", "stochastic_most_usd", "information_usd", "information_most_usd")
        emit({**dataclasses.asdict(answer), **{name: getattr(answer, name) for name in worth}})
    else:
        _tell(answer)


def _tell(answer: FuturesAnswer) -> None:
    columns = ["future", "probability", "modes for all, USD", "modes of the mean, USD", "own modes, USD"]
    table("Contribution by future", columns, [
        [o.future, f"{o.probability:.0%}", figure(o.together_usd), figure(o.mean_value_usd), figure(o.alone_usd)]
        for o in answer.outcomes
    ])  # fmt: skip
    risk = answer.risk
    click.echo(f"\nmodes for all futures: {answer.modes}")
    click.echo(f"modes of the mean-value plan: {answer.mean_value_modes}\n")
    if risk.weight:
        click.echo(f"figures below: {1 - risk.weight:.0%} expected value, {risk.weight:.0%} mean of the worst "
                   f"{risk.tail_share:.0%}")  # fmt: skip
    table("What it is worth", ["", "USD"], [
        ["expected contribution", figure(answer.expected_usd)],
        [f"mean of the worst {risk.tail_share:.0%} (CVaR)", figure(answer.cvar_usd)],
        ["one plan for all futures (RP)", figure(answer.together_usd)],
        ["  no such plan can bring more than", figure(answer.bound_usd)],
        ["mean-value plan in these futures (EEV)", figure(answer.mean_value_usd)],
        ["each future known first (WS)", figure(answer.alone_usd)],
        ["  no plans can bring more than", figure(answer.alone_bound_usd)],
        ["value of the stochastic solution (RP - EEV)", figure(answer.stochastic_usd)],
        ["  it is at most", figure(answer.stochastic_most_usd)],
        ["expected value of perfect information (WS - RP)", figure(answer.information_usd)],
        ["  it is at most", figure(answer.information_most_usd)],
    ])  # fmt: skip
    if answer.is_stopped:
        click.echo("the search was stopped by its limit before its gap was closed")
