"""The command `quayline`: names of commands at once, their code only when one is called."""

from __future__ import annotations

import dataclasses
import json
import sys
from importlib import import_module

import click

_COMMANDS = {
    "run": ("run", "Run a scenario from order to delivery into a folder."),
    "check": ("scenario", "Say everything that is wrong in a scenario."),
    "new": ("scenario", "Write a small commented scenario to start from."),
    "schema": ("scenario", "Print the JSON Schema of what a person writes, for editors."),
    "plan": ("answers", "What is built each month for whom."),
    "balance": ("balance", "Tasks onto stations, from one small file; people and work of a scenario."),
    "sequence": ("answers", "What sequencing each day gained."),
    "simulate": ("simulate", "Whether the line can: built, lost to what, what would move it."),
    "ship": ("answers", "Sailings with their fill, days of each leg, cars that missed their ship."),
    "line": ("line", "Simulate a line on its own, from one small file."),
    "footprint": ("footprint", "CO2 of a car by stage, beside the published line-up."),
    "product": ("product", "CO2 of products and where it comes from, from one file of activities."),
    "pathway": ("pathway", "The plant's cheapest path to its CO2 targets."),
    "where": ("ask", "A car's story, by order number or VIN."),
    "why": ("ask", "Why an order is late, short or unbuilt."),
    "futures": ("futures", "Line modes settled before the future is known, and what knowing it is worth."),
    "promise": ("promise", "The delivery date for a new order."),
    "replan": ("replan", "Make the plan of a run again on a later day."),
    "replay": ("replan", "Replay a programme as its rules became known."),
    "bands": ("bands", "How far a forecast may be trusted, from past ones."),
    "front": ("front", "The best contribution for each total of CO2, and what a tonne less costs."),
    "saved": ("saved", "What one run saved against another, and from when."),
    "compare": ("compare", "Two runs side by side."),
    "verify": ("verify", "Prove a finished run again from its files."),
    "report": ("report", "Write the report of a finished run again."),
    "settle": ("settle", "What each party received, paid and keeps; as a workbook with --xlsx."),
    "export": ("export", "Write the tables of a finished run as CSV files."),
    "pact": ("pact", "Product footprints in and out, as PACT v3 exchanges them."),
    "runs": ("runs", "List the finished runs of a folder."),
    "log": ("log", "Who made or changed which run, and whether the log holds."),
}


class LazyGroup(click.Group):
    """A group whose commands are imported when called: `--help` needs none of the engines."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Commands in the order of work, not of the alphabet."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported now."""
        if cmd_name not in _COMMANDS:
            return None
        module, _ = _COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"quayline.cli.{module}"), cmd_name.replace("-", "_"))
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in _COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, with the nearest name for a misspelt command."""
        from difflib import get_close_matches

        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            near = get_close_matches(args[0], _COMMANDS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            ctx.fail(f"No such command {args[0]!r}.{hint}")
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="quayline")
def cli() -> None:
    """From the build line to the quay: plan, simulate and account for building and exporting a vehicle."""


def main() -> None:
    """Entry point. Exit codes: 0 done, 1 no feasible answer or a proof failed, 2 wrong input, 3 a defect of ours."""
    from quayline.base.errors import BrokenLawError, InfeasibleError, RunError, ScenarioError

    try:
        cli.main(standalone_mode=False)
    except click.ClickException as fault:
        fault.show()
        sys.exit(fault.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped; a run goes on from its last finished stage when called again", err=True)
        sys.exit(130)
    except ScenarioError as fault:
        if "--json" in sys.argv:
            click.echo(json.dumps({"faults": [dataclasses.asdict(one) for one in fault.faults]}))
        click.echo(str(fault), err=True)
        num = len(fault.faults)
        click.echo(f"{num} fault{'s' if num > 1 else ''}; nothing was run", err=True)
        sys.exit(2)
    except RunError as fault:
        click.echo(str(fault), err=True)
        sys.exit(2)
    except InfeasibleError as fault:
        click.echo(f"no feasible answer: {fault}", err=True)
        sys.exit(1)
    except BrokenLawError as fault:
        click.echo(f"a law does not hold, so nothing was stored; this is a defect of Quayline:\n{fault}", err=True)
        sys.exit(3)
    except BrokenPipeError:
        sys.exit(141)


if __name__ == "__main__":
    main()
