"""The scenarios that come with Quayline."""

from __future__ import annotations

import os
from pathlib import Path

from quayline.base.errors import Fault, ScenarioError
from quayline.scenario.grammar import nearest

SHIPPED = Path(__file__).parent / "shipped"


def shipped_names() -> tuple[str, ...]:
    """The names that `load` takes beside folders."""
    if not SHIPPED.is_dir():
        return ()
    return tuple(sorted(child.name for child in SHIPPED.iterdir() if (child / "scenario.yaml").is_file()))


def folder_of(where: str | Path) -> Path:
    """The folder that `where` means: an existing one or a path with a separator, else a shipped scenario."""
    path = Path(where)
    separators = [mark for mark in (os.sep, os.altsep) if mark]
    if isinstance(where, Path) or path.is_dir() or any(mark in where for mark in separators):
        return path
    if where in shipped_names():
        return SHIPPED / where
    names = shipped_names()
    message = f"expected a folder or one of {', '.join(names)}, got {where!r}{nearest(where, names)}"
    if "+" in where:
        message += " (spaces around the + put an overlay on a scenario)"
    raise ScenarioError([Fault(where, 0, 0, "", message)])
