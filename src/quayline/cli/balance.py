"""`quayline balance`: tasks onto stations from one small file, or the people and work of a scenario."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from quayline.cli.answers import show
from quayline.cli.common import as_json, emit, figure, open_run, overrides, run_options, table

if TYPE_CHECKING:
    from quayline.balance.tasks.solve import Assignment

FILES = (".yaml", ".yml", ".csv", ".alb", ".in2")


@click.command()
@click.argument("where")
@click.option("--takt", metavar="TIME", help="Between two cars, as in 80s: the fewest stations are found.")
@click.option("--stations", type=click.IntRange(1, 1000), help="How many there are: the least takt is found.")
@click.option("--cover-heaviest", is_flag=True, help="Keep the takt for every model, not only for the mean car.")
@click.option("--drift", type=click.FloatRange(min=0), default=0.1, show_default=True,
              help="How far behind a worker may be, as a share of the takt: for models that overload a station.")
@click.option("--steps", type=click.IntRange(min=1), default=20_000_000, show_default=True,
              help="Of the longest search for one number of stations.")
@run_options
@as_json
def balance(
    where: str, takt: str | None, stations: int | None, cover_heaviest: bool, drift: float, steps: int, out: Path,
    seed: int, settings: tuple[str, ...], as_json: bool,
) -> None:  # fmt: skip
    """Tasks onto stations, or people and work content at each line speed.

    WHERE is a file of tasks (.yaml, .csv, .alb, .IN2), or a scenario: a folder, a shipped name, a finished run.
    """
    if Path(where).suffix.lower() not in FILES:
        if takt or stations or cover_heaviest:
            raise click.UsageError(f"--takt, --stations and --cover-heaviest are for a file of tasks, got {where!r}")
        from quayline.report.answers import balance as by_section

        show(open_run(where, out, seed, settings), by_section, as_json)
        return
    found = _assigned(Path(where), takt, stations, cover_heaviest, steps, seed, settings)
    if as_json:
        emit(_as_dict(found, drift))
    else:
        _show(found, drift)


def _assigned(
    path: Path, takt: str | None, stations: int | None, cover_heaviest: bool, steps: int, seed: int,
    settings: tuple[str, ...],
) -> Assignment:  # fmt: skip
    from quayline.balance.params import TaskParams
    from quayline.balance.tasks.read import read_tasks
    from quayline.balance.tasks.solve import assign_file
    from quayline.base.units import parse

    if takt and stations:
        raise click.UsageError("give either --takt or --stations")
    given = read_tasks(path, overrides(settings))
    if takt or stations:
        try:
            takt_s = parse(takt, "s") if takt else None
        except ValueError as fault:
            raise click.UsageError(f"--takt: {fault}") from fault
        if takt_s is not None and takt_s <= 0:
            raise click.UsageError(f"--takt: expected a time above 0 s, got {takt!r}")
        given = given.model_copy(update={"takt_s": takt_s, "stations": stations})
    return assign_file(given, TaskParams(max_steps=steps, covers_heaviest=cover_heaviest), seed)


def _show(found: Assignment, drift: float) -> None:
    from quayline.balance.tasks import measures

    rows = measures.stations(found)
    proof = "proven" if found.is_proven else f"no fewer than {found.bound:g} {'s' * (found.sought == 'takt')}".strip()
    click.echo(f"{found.num_stations} stations at a takt of {found.takt_s:g} s; least {found.sought}: {proof}")
    click.echo(f"idle {100 * measures.idle_share(found):.1f} % of the stations' time, smoothness index "
               f"{measures.smoothness_s(found):,.1f} s, models differ by {measures.horizontal_s(found):,.1f} s at a "
               f"station; {found.steps:,} steps, {found.states:,} states")  # fmt: skip
    models = found.work.models if len(found.work.models) > 1 else ()
    table("stations, s of work", ["station", "mean car", "idle", *models, "tasks"], [
        [str(r.number), figure(r.load_s, 1), figure(r.idle_s, 1),
         *(figure(t, 1) for t in (r.by_model_s if models else ())), " ".join(r.tasks)]
        for r in rows
    ])  # fmt: skip
    if over := measures.overloads(found, drift):
        table(f"models over the takt, with all their options; late by {drift:.0%} of it after",
              ["station, model", "work s", "over s", "cars in a row"],
              [[f"{o.station}, {o.model}", figure(o.work_s, 1), figure(o.drift_s, 1), str(o.cars)]
               for o in over])  # fmt: skip


def _as_dict(found: Assignment, drift: float) -> dict[str, object]:
    from quayline.balance.tasks import measures

    return {
        "takt_s": found.takt_s, "num_stations": found.num_stations, "sought": found.sought, "bound": found.bound,
        "is_proven": found.is_proven, "steps": found.steps, "states": found.states,
        "idle_share": measures.idle_share(found), "smoothness_s": measures.smoothness_s(found),
        "horizontal_s": measures.horizontal_s(found), "models": list(found.work.models),
        "stations": [vars(row) for row in measures.stations(found)],
        "overloads": [vars(row) for row in measures.overloads(found, drift)],
    }  # fmt: skip
