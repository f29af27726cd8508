"""`quayline footprint`: what a car carries, what that rests on, and how it stands beside others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from quayline.cli.common import as_json, emit, figure, open_run, run_options, table

if TYPE_CHECKING:
    from pathlib import Path

    from quayline.report.answers import Answer
    from quayline.report.facts import Facts


@click.command()
@click.argument("scenario")
@click.option("--car", help="The bill of one car, by order number or VIN.")
@click.option("--variant", help="The mean bill of a variant built in this plant.")
@click.option("--compare", metavar="CAR,CAR", help="Beside these cars of the line-up; `all` for every one.")
@run_options
@as_json
def footprint(
    scenario: str, car: str | None, variant: str | None, compare: str | None, out: Path, seed: int,
    settings: tuple[str, ...], as_json: bool,
) -> None:  # fmt: skip
    """CO2 of a car by stage, each amount with its factor and source, beside the published line-up.

    SCENARIO is a folder, a shipped name, or the folder of a finished run.
    """
    from rich.markup import escape

    from quayline.report import footprint as answers
    from quayline.report.facts import Facts

    if car is not None and variant is not None:
        raise click.UsageError("--car and --variant ask for two bills; give one of them")
    facts = Facts(open_run(scenario, out, seed, settings))
    order_id = None if car is None else _order(facts, car)
    variant_idx = None if variant is None else _variant(facts, variant)
    if as_json:
        emit(answers.as_json(facts, variant_idx, order_id))
        return
    shown: list[Answer] = []
    if car is not None or variant is not None:
        shown.append(answers.bill(facts, variant_idx, order_id))
    if variant is not None:
        shown.append(answers.levers(facts, variant_idx))
    if compare is not None:
        names = [] if compare == "all" else [name.strip() for name in compare.split(",")]
        shown.append(answers.line_up(facts, names))
    for answer in shown or [answers.means(facts), answers.claims(facts), answers.levers(facts)]:
        rows = [[escape(v) if isinstance(v, str) else figure(v, answer.digits) for v in row] for row in answer.rows]
        if rows:
            table(answer.title, answer.columns, rows)
        click.echo(f"{answer.lead}\n")
    click.echo(f"run: {facts.run.path}")


def _order(facts: Facts, car: str) -> int:
    """The order number of a built car given by it or by its identification number."""
    from quayline.base.errors import RunError

    book = facts.book.filter(facts.book["vin"].is_not_null())
    mine = book.filter((book["vin"] == car) | (book["order_id"].cast(str) == car))
    if not mine.height:
        raise RunError(f"no built car has the order or identification number {car!r}")
    return int(mine["order_id"][0])


def _variant(facts: Facts, name: str) -> int:
    from difflib import get_close_matches

    from quayline.base.errors import RunError

    names = [variant.id for variant in facts.scenario.vehicles.variants]
    if name not in names:
        near = get_close_matches(name, names, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}"
        raise RunError(f"no variant is called {name!r}; {hint}")
    at = names.index(name)
    classes = facts.run.table("carbon", "classes")
    if not classes.filter(classes["variant_idx"] == at, classes["plant_idx"] == 0).height:
        raise RunError(f"no {name} was built in this plant")
    return at
