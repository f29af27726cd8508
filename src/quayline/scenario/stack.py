"""Scenarios with overlays on top: `busan + no-us-from-my2027 + ./third-shift.yaml`."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from quayline.base.errors import Fault, ScenarioError
from quayline.scenario.folder import Folder, OpenFolder
from quayline.scenario.grammar import nearest
from quayline.scenario.overlay import FOLDER, NAME, read_overlay, stored_as
from quayline.scenario.shipped import SHIPPED, folder_of

if TYPE_CHECKING:
    from quayline.scenario.changes import Change

MAX_OVERLAYS = 20

_PLUS = re.compile(r"\s\+\s")


@dataclass(frozen=True)
class Overlay:
    """An overlay as it was read: its name, what it says of itself, its text and its changes."""

    name: str
    title: str
    content: bytes
    changes: tuple[Change, ...]


class Shelf:
    """The overlays that a scenario can be stacked from: its own (`overlays/` in its folder), the shipped, files."""

    def __init__(self, folder: Folder):
        self.folder = folder
        self.as_given: dict[str, str] = {}  # file as stored -> as the user wrote it
        self.faults = folder.faults

    def names(self) -> list[str]:
        """All that can be stacked by name."""
        own = [name.removeprefix(f"{FOLDER}/").removesuffix(".yaml") for name in self.folder.names(FOLDER)]
        return sorted({*own, *(file.stem for file in (SHIPPED / FOLDER).glob("*.yaml"))})

    def take(self, given: str, place: tuple[str, int, int] = ("", 0, 0), path: str = "") -> Overlay | None:
        """The overlay `given` by name or path, read; None where `faults` gets what is wrong with it."""
        is_path = given.endswith((".yaml", ".yml")) or os.sep in given
        name = Path(given).stem if is_path else given
        at = place if place[0] else (given[:80], 0, 0)
        if not NAME.fullmatch(name):
            message = f"expected an overlay's name of small letters, digits and hyphens, got {name[:60]!r}"
            self.faults.append(Fault(*at, path, message))
            return None
        file, content = stored_as(name), None
        if is_path and not place[0]:
            self.as_given[file] = given
            if not Path(given).is_file():
                self.faults.append(Fault(given, 0, 0, "", "expected an overlay's file, found none"))
                return None
            outside = OpenFolder(Path(given).parent, self.faults)
            content = self._read(outside, Path(given).name, given)
        elif self.folder.exists(file):
            content = self._read(self.folder, file, file)
        elif (SHIPPED / file).is_file():
            content = self._read(OpenFolder(SHIPPED, self.faults), file, file)
        else:
            names = self.names()
            message = f"no overlay is called {name!r}, expected {', '.join(names)} or a path{nearest(name, names)}"
            self.faults.append(Fault(*at, path, message))
        if content is None:
            return None
        title, changes = read_overlay(content, file, name, self.faults)
        return Overlay(name, title, content.encode(), tuple(changes))

    def _read(self, folder: Folder, name: str, shown: str) -> str | None:
        if problem := folder.problem(name):
            self.faults.append(Fault(shown, 0, 0, "", problem))
            return None
        return folder.read(name)


def split(where: str | Path) -> tuple[str | Path, list[str]]:
    """(base, overlays) of `base + overlay + …`; spaces around the plus, as names may hold one."""
    if isinstance(where, Path) or Path(where).is_dir():
        return where, []
    base, *overlays = (part.strip() for part in _PLUS.split(where))
    if not base or not all(overlays):
        raise ScenarioError([Fault(where[:80], 0, 0, "", "expected SCENARIO + OVERLAY + …, got an empty part")])
    return base, overlays


def overlays(where: str | Path | None = None) -> list[Overlay]:
    """Every overlay that can be stacked on the scenario `where` by name; the shipped ones if None.

    Raises ScenarioError with every fault that one of them has in itself.
    """
    shelf = Shelf(OpenFolder(SHIPPED if where is None else folder_of(where)))
    found = [shelf.take(name) for name in shelf.names()]
    if shelf.faults:
        raise ScenarioError(shelf.faults)
    return [overlay for overlay in found if overlay is not None]
