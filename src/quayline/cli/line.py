"""`quayline line`: a line on its own, from one small file."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import click

from quayline.cli.common import as_json, busy, emit, figure, overrides, table

if TYPE_CHECKING:
    from quayline.flow.line.model import LineFile
    from quayline.flow.line.result import LineResult
    from quayline.flow.statistics import Estimate


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--parts", type=click.IntRange(min=200), default=20_000, show_default=True, help="Of each replication.")
@click.option("--warmup", type=click.IntRange(min=0), help="Parts that do not count (default: found by MSER-5).")
@click.option("--replications", type=click.IntRange(1, 1024), default=16, show_default=True)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Of all random numbers.")
@click.option("--half-width", type=click.FloatRange(0, 1, min_open=True, max_open=True),
              help="Add replications until the 95 % interval is this narrow, as a share (0.005 is half a per cent).")
@click.option("--set", "settings", multiple=True, metavar="PATH=VALUE", help="Change a figure of the file.")
@as_json
def line(
    file: Path, parts: int, warmup: int | None, replications: int, seed: int, half_width: float | None,
    settings: tuple[str, ...], as_json: bool,
) -> None:  # fmt: skip
    """Simulate the line in FILE: throughput with its interval, lead time, bottleneck.

    FILE is a row of stations with all that a line may have: gates with repairs, stores, moving lines, branches,
    sub-lines, carriers, crews, calendars, types of part. docs/line.md says what may stand in it.
    """
    from quayline.flow.line.build import simulate
    from quayline.flow.line.read import read_line

    described = read_line(file, overrides(settings))
    if warmup is not None and warmup > parts - 100:
        raise click.UsageError(f"--warmup {warmup} leaves less than 100 of {parts} parts")
    try:
        with busy(f"{replications} replications of {parts:,} parts"):
            found = simulate(described, parts, warmup, replications, seed, half_width)
    except ValueError as fault:
        raise click.UsageError(str(fault)) from fault
    if as_json:
        emit(_as_dict(described, found))
        return
    _tell(described, found)


def _tell(described: LineFile, found: LineResult) -> None:
    rate, lead = found.throughput, found.lead_s
    click.echo(f"{described.title or described.line}: {3600 * rate.mean:,.3f}{_half(rate, 3600, 3)} parts/h")
    click.echo(f"lead time {lead.mean:,.1f}{_half(lead, 1, 1)} s, {found.wip:,.1f} parts in the line")
    if found.scrapped:
        click.echo(f"scrapped: {100 * found.scrapped:.2f} % of the parts")
    click.echo(_basis(found))
    click.echo(f"bottleneck: {found.bottleneck}")
    table("stations, % of their time", ["station", "working", "down", "blocked", "starved", "queue, parts"], [
        [s.id, *(figure(100 * share, 1) for share in (s.working, s.down, s.blocked, s.starved)), figure(s.queue, 2)]
        for s in found.stations
    ])  # fmt: skip
    if found.bays:
        rows = [[bays.id, figure(bays.waiting, 2), figure(bays.most)] for bays in found.bays]
        table("repair bays", ["gate/bays", "parts that wait, mean", "most"], rows)
    if found.crews:
        rows = [[crew.id, figure(100 * crew.busy, 1), figure(crew.waiting, 2)] for crew in found.crews]
        table("crews", ["crew", "busy, %", "failures that wait, mean"], rows)


def _half(found: Estimate, scale: float, digits: int) -> str:
    """Half the width of an interval, if there is one."""
    return f" ± {scale * found.half_width:,.{digits}f}" if math.isfinite(found.half_width) else ""


def _basis(found: LineResult) -> str:
    """What the figures and their intervals rest on."""
    how = "found by MSER-5" if found.is_warmup_found else "as given"
    left_out = f"the first {found.warmup:,} left out ({how})"
    num = found.throughput.num_values
    if len(found.rates) > 1:
        return f"95 % intervals from {num} replications of {found.parts:,} parts, {left_out}"
    if num < 2:
        return f"one replication of {found.parts:,} parts, {left_out}: too few for an interval"
    return f"95 % interval of the rate from {num} batches of one replication of {found.parts:,} parts, {left_out}"


def _as_dict(described: LineFile, found: LineResult) -> dict[str, object]:
    return {
        "line": described.line, "parts": found.parts, "warmup": found.warmup, "replications": len(found.rates),
        "seed": found.seed,
        "throughput_per_h": _interval(found.throughput, 3600.0), "lead_s": _interval(found.lead_s, 1.0),
        "wip_parts": found.wip, "bottleneck": found.bottleneck,
        "scrapped": found.scrapped,
        "stations": [vars(s) for s in found.stations], "bays": [vars(b) for b in found.bays],
        "crews": [vars(c) for c in found.crews],
    }  # fmt: skip


def _interval(found: Estimate, scale: float) -> dict[str, float | None]:
    """JSON has no infinity: a half width that is not known is null."""
    half = scale * found.half_width
    return {"mean": scale * found.mean, "half_width": half if half < float("inf") else None}
