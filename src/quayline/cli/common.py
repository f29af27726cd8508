"""What commands share: finding a run, settings, progress, and printing for people or machines."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click
from click.core import ParameterSource

from quayline.base.kernel_cache import has_kernels

if TYPE_CHECKING:
    from quayline.scenario.schema import Scenario
    from quayline.store.folder import RunFolder

F = TypeVar("F", bound=Callable[..., Any])

as_json = click.option("--json", "as_json", is_flag=True, help="One JSON object as the last line, for machines.")


def run_options(command: F) -> F:
    """Options of every command that may have to run a scenario."""
    out = click.option("--out", type=click.Path(file_okay=False, path_type=Path), default=Path("runs"),
                       show_default=True, help="Folder of the runs.")  # fmt: skip
    return out(plan_options(command))


def plan_options(command: F) -> F:
    """Options of every command that plans a scenario."""
    for option in (
        click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Of all random numbers."),
        click.option("--set", "settings", multiple=True, metavar="PATH=VALUE",
                     help="Change a figure of the scenario, as in --set plant.availability_share=85%."),
    ):  # fmt: skip
        command = option(command)
    return command


def load_scenario(where: str, settings: tuple[str, ...]) -> Scenario:
    """The scenario `where` (with overlays) and `--set` settings."""
    from quayline.scenario.loader import load

    return load(where, overrides(settings))


def overrides(settings: tuple[str, ...]) -> dict[str, str]:
    """Value by path of `--set` settings; click.UsageError for one without `=`."""
    from quayline.scenario.overlay import split_setting

    found: dict[str, str] = {}
    for setting in settings:
        parts = split_setting(setting)
        if parts is None:
            raise click.UsageError(f"--set takes PATH=VALUE, got {setting!r}")
        found.pop(parts[0], None)  # the last of several stands, in its own place
        found[parts[0]] = parts[1]
    return found


def finished_run(where: str) -> RunFolder | None:
    """The finished run in folder `where`, None where there is none.

    Raises click.UsageError for `--set` and `--seed`, which a finished run would ignore.
    """
    from quayline.store.folder import RunFolder

    if not (Path(where) / "manifest.json").is_file():
        return None
    context = click.get_current_context()
    given = [name for name in ("settings", "seed") if context.get_parameter_source(name) is ParameterSource.COMMANDLINE]
    if given:
        option = {"settings": "--set", "seed": "--seed"}[given[0]]
        raise click.UsageError(f"{where} is a finished run, which {option} cannot change; give its scenario")
    return RunFolder(where)


def open_run(where: str, out: Path, seed: int, settings: tuple[str, ...]) -> RunFolder:
    """The finished run in folder `where`, or the run of the scenario of that name (computed when it is not there)."""
    if run := finished_run(where):
        return run
    from quayline.study.execute import execute

    with Progress() as progress:
        return execute(load_scenario(where, settings), out, seed, watcher=progress)


def emit(value: dict[str, Any]) -> None:
    """One JSON object on one line of standard output."""
    click.echo(json.dumps(value, default=str))


class Progress:
    """Shows on standard error which stage runs, and what each took; one line a stage when that is no terminal."""

    def __enter__(self) -> Progress:
        from rich.console import Console

        self.stages: list[str] = []
        self.console = Console(stderr=True, highlight=False)
        self.status = self.console.status("starting") if sys.stderr.isatty() else None
        if self.status:
            self.status.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self.status:
            self.status.stop()

    def began(self, stage: str) -> None:
        """A stage begins."""
        if self.status:
            self.status.update(f"{stage} …")

    def ended(self, stage: str, wall_s: float, was_kept: bool) -> None:
        """A stage has ended."""
        self.stages.append(stage)
        self.console.print(f"  {stage:<12} {'kept from before' if was_kept else f'{wall_s:6.1f} s'}")


@contextmanager
def busy(what: str) -> Iterator[None]:
    """Shows on a terminal's standard error what is being done, until it is done."""
    from rich.console import Console

    console = Console(stderr=True, highlight=False)
    if not console.is_terminal:
        yield
        return
    first = "" if has_kernels() else "; first the kernels are compiled, once after an installation: about a minute"
    with console.status(f"{what}{first} …"):
        yield


def table(title: str, columns: list[str], rows: list[list[str]]) -> None:
    """Print a table for people; the first column to the left, all others to the right."""
    from rich.console import Console
    from rich.table import Table

    grid = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for k, column in enumerate(columns):
        grid.add_column(column, justify="right" if k else "left", header_style="dim", no_wrap=bool(k))
    for row in rows:
        grid.add_row(*row)
    Console(highlight=False, width=None if sys.stdout.isatty() else 160).print(grid)


def figure(value: float | None, digits: int = 0) -> str:
    """A figure for people: thousands apart, a dash where there is none."""
    return "–" if value is None else f"{round(value, digits) + 0.0:,.{digits}f}"  # + 0.0: no -0
