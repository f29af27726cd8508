"""`quayline simulate`: whether the line can: built, lost to what, where the bottleneck is, what would move it."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from quayline.cli.common import as_json, emit, figure, open_run, run_options, table

if TYPE_CHECKING:
    from datetime import datetime

    from quayline.flow.sensitivity import Sensitivity
    from quayline.study.simulated import Bench, Bottleneck, Span

_TRACES = (".parquet", ".csv", ".json", ".sqlite")
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("scenario")
@click.option("--replications", type=click.IntRange(1, 1024), default=8, show_default=True)
@click.option("--half-width", type=click.FloatRange(0, 1, min_open=True, max_open=True),
              help="Add replications until the 95 % interval of cars an hour is this narrow, as a share.")
@click.option("--from", "first", type=_DAY, help="First day (default: of the year with the most cars planned).")
@click.option("--to", "last", type=_DAY, help="Last day (default: the last of that year).")
@click.option("--what-if", "changes", multiple=True, metavar="PATH=VALUE",
              help="Change the line, not the plan, as in --what-if line.paint.top-coat.mtbf=+20%.")
@click.option("--trace", is_flag=False, flag_value="trace.parquet", type=click.Path(dir_okay=False, path_type=Path),
              help="Write what each car did at each station: FILE.parquet, .csv, or as an event log (OCEL 2.0) .json "
              "or .sqlite; without --to of seven days.")
@run_options
@as_json
def simulate(
    scenario: str, replications: int, half_width: float | None, first: datetime | None, last: datetime | None,
    changes: tuple[str, ...], trace: Path | None, out: Path, seed: int, settings: tuple[str, ...], as_json: bool,
) -> None:  # fmt: skip
    """Say whether the line can: built, lost to what, where the bottleneck is, what would move it.

    SCENARIO is a folder, a shipped name, or the folder of a finished run. Its plan and sequence go through the line
    again, in replications with other defects, work times and breakdowns.
    """
    from quayline.flow.replications import paired
    from quayline.study.simulated import Bench, Span

    if trace and trace.suffix not in _TRACES:
        raise click.UsageError(f"--trace {trace.name}: expected a name that ends in {', '.join(_TRACES)}")
    folder = open_run(scenario, out, seed, settings)
    bench = Bench(folder)
    other = Bench(folder, changes) if changes else None
    span = bench.busiest_year()
    span = Span(first.date() if first else span.from_on, last.date() if last else span.to_on)
    if span.to_on < span.from_on:
        raise click.UsageError(f"--to {span.to_on} lies before --from {span.from_on}")
    if trace:
        _write_trace(bench, span if last else bench.first_week(span), trace)
    with Share("replications") as told:
        figures = bench.replications(span, replications, half_width, told)
    gains: dict[str, Any] = {}
    if other:
        with Share("what if") as told:
            changed = other.replications(span, len(figures["jph"]), told=told)
        gains = {name: paired(changed[name], figures[name]) for name in figures}
    with Share("what would move it") as told:
        levers = bench.levers(span, min(replications, 8), told)
    answer = _answer(bench, span, figures, gains, levers, changes)
    if as_json:
        emit({"run": str(folder.path), **answer})
        return
    _tell(bench, span, answer)
    click.echo(f"\nrun: {folder.path}")


def _write_trace(bench: Bench, span: Span, path: Path) -> None:
    from quayline.store.ocel import write_log
    from quayline.study.event_log import event_log

    rows = bench.trace(span)
    if path.suffix in (".json", ".sqlite"):
        write_log(event_log(bench, rows), path)
    else:
        (rows.write_csv if path.suffix == ".csv" else rows.write_parquet)(path)
    click.echo(f"  {path}: {rows.height:,} visits to stations, {span.from_on} to {span.to_on}", err=True)


class Share:
    """Tells on standard error how much of a longer work is done, and the time to go."""

    def __init__(self, what: str):
        self.what = what

    def __enter__(self) -> Share:
        from rich.console import Console

        self.began = time.monotonic()
        self.console = Console(stderr=True, highlight=False)
        self.status = self.console.status(f"{self.what} …") if self.console.is_terminal else None
        if self.status:
            self.status.start()
        return self

    def __call__(self, done: int, of: int) -> None:
        if self.status:
            left_s = (time.monotonic() - self.began) / done * (of - done)
            self.status.update(f"{self.what}: {done} of {of}, {left_s:,.0f} s to go")

    def __exit__(self, *_: object) -> None:
        if self.status:
            self.status.stop()
        self.console.print(f"  {self.what:<20} {time.monotonic() - self.began:6.1f} s")


def _answer(
    bench: Bench, span: Span, figures: dict[str, list[float]], gains: dict[str, Any], levers: Sensitivity,
    changes: tuple[str, ...],
) -> dict[str, Any]:  # fmt: skip
    import numpy as np

    from quayline.flow.statistics import estimate

    lost, left = bench.losses(span)
    found = bench.bottleneck(span)
    return {
        "from": span.from_on, "to": span.to_on, "replications": len(figures["jph"]),
        "figures": {name: _interval(estimate(np.array(values))) for name, values in figures.items()},
        "lost_cars": [vars(row) for row in lost],
        "cars_not_built_at": left,
        "bottleneck": _reign(found),
        "line_can_jph": _interval(levers.jph),
        "one_per_cent_faster": [
            {"section": gain.section, "station": gain.station, "jph": _interval(gain.jph),
             "is_seen": gain.jph.is_seen, "is_best": gain in levers.best} for gain in levers.gains
        ],
        "what_if": {"changes": changes, "gains": {name: _interval(gain) for name, gain in gains.items()}},
    }  # fmt: skip


def _interval(found: Any) -> dict[str, float | None]:
    """JSON has no infinity or NaN: what is not known is null."""
    mean, half = (x if abs(x) < float("inf") else None for x in (found.mean, found.half_width))
    return {"mean": mean, "half_width": half}


def _reign(found: Bottleneck) -> dict[str, Any]:
    stations = [{**vars(station), "is_rival": station in found.rivals} for station in found.stations]
    return {"stations": stations, "on": found.on, "by_hour": dict(found.by_hour),
            "by_hour_of_shift": found.by_hour_of_shift}  # fmt: skip


_SHOWN = (
    ("cars_built", "cars built", 1, 0), ("cars_not_built", "cars planned but not built", 1, 0),
    ("jph", "cars an hour of work", 1, 2), ("lead_h_p50", "lead time, hours by the clock, median", 1, 1),
    ("lead_h_p95", "… exceeded by one car in twenty", 1, 1), ("wip_cars", "cars in the plant", 1, 0),
    ("ftt_share", "first time through, %", 100, 1), ("in_sequence_share", "never overtaken by assembly, %", 100, 1),
    ("displaced_cars", "places out of sequence, mean", 1, 1),
)  # fmt: skip


def _tell(bench: Bench, span: Span, answer: dict[str, Any]) -> None:
    gains = answer["what_if"]["gains"]
    rows = [
        [text, _shown(answer["figures"][name], scale, digits),
         *([_shown(gains[name], scale, digits + 1, sign=True)] if gains else [])]
        for name, text, scale, digits in _SHOWN
    ]  # fmt: skip
    title = (f"{bench.scenario.plant.name}, {span.from_on} to {span.to_on}: {answer['replications']} replications, "
             "95 % intervals")  # fmt: skip
    click.echo(click.style(title, bold=True))
    for said in _verdict(answer):
        click.echo(f"  {said}")
    table("", ["", "as it is", *(["with the change"] if gains else [])], rows)
    names = ("paced", "failures", "andon", "overload", "blocked", "empty", "cars")
    lost = [[row["section"], *(figure(row[name]) for name in names)] for row in answer["lost_cars"]]
    click.echo(click.style("\nLost, in cars of each moving line (first replication)", bold=True))
    table("", ["line", "at its speed", "failures", "andon", "overload", "blocked", "no car", "built"], lost)
    if left := answer["cars_not_built_at"]:
        click.echo(f"\nplanned but not off the line by {span.to_on}: "
                   + ", ".join(f"{cars} {_where(where)}" for where, cars in left.items()))  # fmt: skip
    _tell_bottleneck(answer)


_LOST = {
    "failures": "failures", "andon": "andon", "overload": "overload", "blocked": "a full way out", "empty": "no car",
}  # fmt: skip


def _where(place: str) -> str:
    """The place in words; one in brackets is none in the line."""
    return place.strip("()") if place.startswith("(") else f"at {place}"


def _verdict(answer: dict[str, Any]) -> list[str]:
    """The answer in three sentences: built, lost to what at the last moving line, the bottleneck and what moves it."""
    figures = answer["figures"]
    said = [f"Built {_shown(figures['cars_built'], 1, 0)} cars; {_shown(figures['cars_not_built'], 1, 0)} planned ones "
            f"are not off the line by {answer['to']}."]  # fmt: skip
    if answer["lost_cars"]:
        last = answer["lost_cars"][-1]
        reasons = sorted(((last[name], words) for name, words in _LOST.items() if last[name] >= 0.5), reverse=True)
        told = ", ".join(f"{figure(cars)} to {words}" for cars, words in reasons) or "nothing"
        said.append(f"Lost at {last['section']}, of {figure(last['paced'])} cars at its speed: {told}.")
    if stations := answer["bottleneck"]["stations"]:
        rivals = [row for row in stations if row["is_rival"]]
        said.append(f"Bottleneck: {' or '.join(_reigns(row, answer) for row in rivals)}.")
    if gains := answer["one_per_cent_faster"]:
        said.append(_best_gain(gains, answer))
    return said


def _reigns(row: dict[str, Any], answer: dict[str, Any]) -> str:
    """A station with its share of time as the bottleneck, and how much of it is alone or shifting with another."""
    whole, sole = row["sole_share"] + row["shifting_share"], row["sole_share"]
    return f"{_place(row, answer)} {whole:.0%} of the time ({sole:.0%} alone, {row['shifting_share']:.0%} shifting)"


def _best_gain(gains: list[dict[str, Any]], answer: dict[str, Any]) -> str:
    """What gains most, and what cannot be told apart from it."""
    best = [row for row in gains if row["is_best"]]
    if not best:
        return "One per cent less time at any station: no difference seen; more replications narrow the intervals."
    first, *alike = best
    more = _shown(first["jph"], 1, 3, sign=True)
    said = f"One per cent less time at {_place(first, answer)}: {more} cars an hour, if cars always wait"
    if alike:
        said += f"; not to be told apart from {', '.join(_place(row, answer) for row in alike)}"
    return f"{said}."


def _place(row: dict[str, Any], answer: dict[str, Any]) -> str:
    """Section and station; once where they have one name, and for a moving line, which is one unit."""
    is_unit = row["section"] == row["station"] or row["section"] in [line["section"] for line in answer["lost_cars"]]
    return row["section"] if is_unit else f"{row['section']}, {row['station']}"


def _by_hour(reign: dict[str, str]) -> str:
    """Which section is the bottleneck in which hours: hours in a row with the same one told once."""
    runs: list[list[str]] = []  # section, first hour, last hour
    for hour, where in reign.items():
        if runs and runs[-1][0] == where:
            runs[-1][2] = hour
        else:
            runs.append([where, hour, hour])
    return ", ".join(f"{first}{'' if first == last else f' to {last}'} {where}" for where, first, last in runs)


def _tell_bottleneck(answer: dict[str, Any]) -> None:
    can, reign = answer["line_can_jph"], answer["bottleneck"]
    click.echo(f"\nWith cars always waiting the line builds {_shown(can, 1, 2)} an hour of work. Bottleneck by active "
               "period:")  # fmt: skip
    click.echo("  " + ", ".join(_reigns(row, answer) for row in reign["stations"]))
    click.echo(f"  by hour of work of {reign['on']}: {_by_hour(reign['by_hour'])}")
    by_shift = {str(hour): where or "no work" for hour, where in enumerate(reign["by_hour_of_shift"], 1)}
    click.echo(f"  by hour of the shift, over all shifts: {_by_hour(by_shift)}")
    rows = [
        [_place(row, answer), _shown(row["jph"], 1, 3, sign=True), "" if row["is_seen"] else "no difference seen"]
        for row in answer["one_per_cent_faster"][:5]
    ]
    click.echo(click.style("\nWhat would move it: cars an hour for one per cent less time", bold=True))
    table("", ["station", "gain", ""], rows)


def _shown(found: dict[str, float | None], scale: float, digits: int, sign: bool = False) -> str:
    mean, half = found["mean"], found["half_width"]
    if mean is None:
        return "–"
    text = f"{scale * mean:{'+' if sign else ''},.{digits}f}"
    return text if half is None else f"{text} ± {scale * half:,.{digits}f}"
