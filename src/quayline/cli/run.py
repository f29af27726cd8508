"""`quayline run`: the main job."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from quayline.cli.common import Progress, as_json, emit, figure, load_scenario, run_options

if TYPE_CHECKING:
    from pathlib import Path

    from quayline.store.folder import RunFolder


@click.command()
@click.argument("scenario")
@run_options
@click.option("--fresh", is_flag=True, help="Compute everything again, even if this very run is there.")
@as_json
def run(scenario: str, out: Path, seed: int, settings: tuple[str, ...], fresh: bool, as_json: bool) -> None:
    """Run SCENARIO (a folder, or a shipped name such as busan) from order to delivery.

    The answer is a folder under --out: every stage's tables, the ledger with one row an order, and report.html.
    A run that was stopped goes on from its last finished stage.
    """
    from quayline.report.page import write_report
    from quayline.study.execute import execute

    loaded = load_scenario(scenario, settings)
    with Progress() as progress:
        folder = execute(loaded, out, seed, watcher=progress, fresh=fresh)
        is_new = bool(progress.stages)
        progress.began("report")
        page = folder.path / "report.html"
        if fresh or not page.is_file():
            write_report(folder, page)
    if as_json:
        emit(_facts(folder))
    else:
        _tell(folder, page, is_new)


def _facts(folder: RunFolder) -> dict[str, Any]:
    """The answer for machines; verified: the laws held when it was stored, and no file has changed since."""
    everything = folder.summary["groups"]["all"]
    return {
        "run": str(folder.path), "cars_ordered": everything["cars_ordered"], "cars_built": everything["cars_built"],
        "cars_delivered": everything["cars_delivered"], "kgco2e_per_car": everything["customer_kgco2e_per_car"],
        "stages": folder.times["stages_s"], "wall_s": folder.times["wall_s"], "peak_mb": folder.times["peak_mb"],
        "verified": not folder.damages(), "summary": folder.summary,
    }  # fmt: skip


def _tell(folder: RunFolder, page: Path, is_new: bool) -> None:
    for name, group in folder.summary["groups"].items():
        title = "All cars of the plant" if name == "all" else f"Agreement {name}"
        click.echo(click.style(f"\n{title}", bold=True))
        click.echo(
            f"  ordered {figure(group['cars_ordered'])}, built {figure(group['cars_built'])}, delivered "
            f"{figure(group['cars_delivered'])}, late {figure(group['cars_late'])}, "
            f"unbuilt {figure(group['cars_unbuilt'])}"
            + (f", in the line {figure(group['cars_in_line'])}" if group["cars_in_line"] else "")
            + (f", scrapped {figure(group['cars_scrapped'])}" if group["cars_scrapped"] else "")
        )
        click.echo(
            f"  landed {figure(group['landed_usd_per_car'])} USD a car, margin {figure(group['margin_usd_per_car'])} "
            f"USD, {figure(group['customer_kgco2e_per_car'])} kgCO2e to the customer"
        )
    made = folder.summary["plan"]
    click.echo(f"\nplan: {made['status']}, proven gap {made['gap']:.2%}")
    outside = folder.summary["cars_outside_horizon"]
    if outside:
        click.echo(f"\n{figure(outside)} cars of the demand have their standard build day outside the horizon")
    if not is_new:
        click.echo("\nthis very run was there already and nothing was computed; what it took then:")
    click.echo(f"\n{figure(folder.times['wall_s'], 1)} s, {figure(folder.times['peak_mb'])} MB; run {folder.path}")
    click.echo(f"report: {page}")
