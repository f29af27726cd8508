"""The scenarios that come with Quayline."""

from __future__ import annotations

import os
from pathlib import Path

from quayline.base.errors import Fault, ScenarioError
from quayline.scenario.grammar import nearest

_SHIPPED = Path(__file__).parent / "shipped"


def shipped_names() -> tuple[str, ...]:
    """The names that `load` takes beside folders."""
    if not _SHIPPED.is_dir():
        return ()
    return tuple(sorted(child.name for child in _SHIPPED.iterdir() if any(child.glob("*.yaml"))))


def folder_of(where: str | Path) -> Path:
    """The folder that `where` means: an existing one or a path with a separator, else a shipped scenario."""
    path = Path(where)
    separators = [mark for mark in (os.sep, os.altsep) if mark]
    if isinstance(where, Path) or path.is_dir() or any(mark in where for mark in separators):
        return path
    if where in shipped_names():
        return _SHIPPED / where
    names = shipped_names()
    message = f"expected a folder or one of {', '.join(names)}, got {where!r}{nearest(where, names)}"
    raise ScenarioError([Fault(where, 0, 0, "", message)])
