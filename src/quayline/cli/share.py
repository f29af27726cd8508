"""A share on the command line: `10%` or `0.1`."""

from __future__ import annotations

import click


def share(text: str) -> float:
    """The share that `text` says, 0 to 1; click.BadParameter where it says none."""
    try:
        value = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    except ValueError:
        raise click.BadParameter(f"{text!r} is no share, expected a number such as 10% or 0.1") from None
    if not 0 <= value <= 1:
        raise click.BadParameter(f"{text!r} is outside 0% to 100%")
    return value
