"""`quayline product`: what a product carries and where it comes from, from a file of activities."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from quayline.cli.common import as_json, emit, figure, table

if TYPE_CHECKING:
    from typing import Any

    from quayline.carbon.system import ProductSystem, Step
    from quayline.carbon.uncertainty import Interval


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--of", "product", help="The tree of what this product carries (default: every product in a line).")
@click.option("--beside", "other", help="How sure it is that the product of --of carries less than this one.")
@click.option("--cutoff", type=click.FloatRange(0, 1), default=0.01, show_default=True,
              help="Least share of the whole that a branch is opened for.")
@click.option("--depth", type=click.IntRange(min=0), help="Deepest branch (default: as far as the cut-off goes).")
@click.option("--draws", type=click.IntRange(min=2), default=1000, show_default=True, help="Of uncertain amounts.")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Of all random numbers.")
@as_json
def product(
    files: tuple[Path, ...], product: str | None, other: str | None, cutoff: float, depth: int | None, draws: int,
    seed: int, as_json: bool,
) -> None:  # fmt: skip
    """CO2 of the products that FILES describe: one CSV of activities, or Brightway's datapackages, zip or folder."""
    from quayline.carbon.system import contributions
    from quayline.carbon.system.measures import carried, compared

    if other is not None and product is None:
        raise click.UsageError("--beside needs --of")
    system = _read(files)
    asked = [_known(system, name) for name in (product, other) if name is not None] or list(system.products)
    found = carried(system, asked, draws, seed)
    steps = contributions(system, {asked[0]: 1.0}, cutoff, depth) if product is not None else []
    beside = None if other is None else compared(system, asked[0], asked[1], draws, seed)
    if as_json:
        emit({
            "products": [{**vars(row), "drawn": row.drawn and vars(row.drawn)} for row in found],
            "steps": [{**vars(step), "product": system.products[step.product_idx]} for step in steps],
            "beside": beside and {"more": vars(beside[0]), "lower": vars(beside[1])},
        })  # fmt: skip
        return
    table("kgCO2e of one unit", ["product", "unit", "fossil", "biogenic", "middle 90 % of the draws"], [
        [row.product, row.unit, _sized(row.fossil_kgco2e), _sized(row.biogenic_kgco2e), _width(row.drawn)]
        for row in found
    ])  # fmt: skip
    if steps:
        _print_tree(system, steps)
    if beside is not None:
        more, lower = beside
        click.echo(f"{asked[1]} carries {_width(more)} kgCO2e more; {asked[0]} is lower in {lower.share:.1%} of "
                   f"{lower.num_draws:,} draws (standard error {lower.standard_error:.1%})")  # fmt: skip


def _read(files: tuple[Path, ...]) -> ProductSystem:
    from quayline.carbon.system import read_csv, read_datapackages

    if files[0].suffix != ".csv":
        return read_datapackages(files)
    if len(files) > 1:
        raise click.UsageError("expected one CSV file, or datapackages")
    return read_csv(files[0])


def _known(system: ProductSystem, name: str) -> str:
    from quayline.scenario.grammar import nearest

    if name not in system.product_idx:
        raise click.UsageError(f"no product is called {name!r}{nearest(name, system.products)}")
    return name


def _width(found: Interval | None) -> str:
    return "–" if found is None else f"{_sized(found.low)} to {_sized(found.high)}"


def _sized(value: float) -> str:
    """About four digits that count; thousands in full."""
    return "0" if value == 0 else figure(value, next((3 - k for k in (3, 2, 1, 0) if abs(value) >= 10**k), 4))


def _print_tree(system: ProductSystem, steps: list[Step]) -> None:
    rows: list[list[Any]] = []
    for step in steps:
        name = "  " * step.depth + system.products[step.product_idx]
        amount = f"{_sized(step.amount)} {system.units[step.product_idx]}"
        rows.append([name, amount, *(_sized(part.total) for part in (step.carried, step.direct, step.beyond))])
    table("where it comes from, kgCO2e", ["product", "amount", "carries", "emits itself", "inputs not opened"], rows)
