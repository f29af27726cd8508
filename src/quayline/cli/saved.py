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
@click.option("--months", is_flag=True, help="Month by month, not year by year.")
@as_json
def saved(
    left: str, right: str, out: Path, seed: int, settings: tuple[str, ...], months: bool, as_json: bool
) -> None:  # fmt: skip
    """Show what LEFT saved against RIGHT by market and rule of duty, by year, and from which month for good.

    Each is a scenario, with overlays, or the folder of a finished run:
    quayline saved "busan + other-plants" "busan + other-plants + no-busan-polestar"
    """
    from quayline.study.saved import saved as compute

    runs = [open_run(where, out, seed, settings) for where in (left, right)]
    found = compute(*runs)
    if as_json:
        emit({"left": str(runs[0].path), "right": str(runs[1].path), **dataclasses.asdict(found)})
        return
    _tell(found, months)
    click.echo(f"runs: {runs[0].path}, {runs[1].path}")


def _tell(found: Saved, by_month: bool) -> None:
    columns = ["market: rule on arrival", "cars", "cars without", "earned more, USD", "duty saved", "freight saved",
               "t CO2e saved"]  # fmt: skip
    table(f"What was saved on {', '.join(found.models)}, before the line's costs", columns, [
        [f"{r.market}: {r.rule or 'no duty on record'}" if r.market else "all other models", figure(r.left_cars),
         figure(r.right_cars), figure(r.contribution_usd), figure(r.duty_usd), figure(r.freight_usd),
         figure(r.kgco2e / 1000)]
        for r in sorted(found.rules, key=lambda r: r.market == "")
    ])  # fmt: skip
    click.echo()
    length, name = (7, "month") if by_month else (4, "year")
    ends = {m.month[:length]: m for m in found.months}
    sums = {
        at: [sum(getattr(m, part) for m in found.months if m.month.startswith(at))
             for part in ("cars_usd", "others_usd", "line_usd")]
        for at in ends
    }  # fmt: skip
    table(f"By {name}, USD", [name, "on these models", "on the others", "on the line", "all so far"], [
        [at, *map(figure, sums[at]), figure(end.total_usd)] for at, end in ends.items()
    ])  # fmt: skip
    if not found.months:
        return
    end, (own, others, line) = found.months[-1], (sum(part) for part in zip(*sums.values(), strict=True))
    word = "Saved" if end.total_usd >= 0 else "Lost"
    parts = (f"{_million(own)} on {', '.join(found.models)}", f"{_million(others)} on other models",
             f"{_million(line)} on the line")  # fmt: skip
    click.echo(f"\n{word} {_million(abs(end.total_usd))} by the end of {end.month}: {', '.join(parts)}.")
    open_ = f"by more than the {_million(found.open_usd)} that the two plans leave open to their bounds"
    when = f"from {found.ahead_from} on" if found.ahead_from else "never for good"
    click.echo(f"Ahead, on these models and the line and {open_}: {when}.")


def _million(usd: float) -> str:
    return f"{usd / 1e6:,.1f} million USD"
