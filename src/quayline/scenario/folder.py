"""A scenario's folder: reads its files and nothing outside of it."""

from __future__ import annotations

import stat
from abc import ABC, abstractmethod
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from quayline.base.errors import Fault, ScenarioError

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_FILE_BYTES = 8 * 2**20
MAX_FILES = 200
OVERRIDES = "overrides.set"


class Folder(ABC):
    """Reads text files of a folder called `title`, remembers the bytes, and refuses paths that lead out."""

    def __init__(self, title: str, faults: list[Fault] | None = None):
        self.title = title
        self.faults: list[Fault] = [] if faults is None else faults
        self.contents: dict[str, bytes] = {}

    @abstractmethod
    def names(self, below: str = "") -> list[str]:
        """The YAML files in the top level, or in the subfolder `below`, sorted."""

    @abstractmethod
    def exists(self, name: str) -> bool:
        """Whether there is anything of that name."""

    @abstractmethod
    def problem(self, name: str) -> str:
        """Why `name` is no file that may be read, or ''."""

    @abstractmethod
    def content(self, name: str) -> bytes:
        """The bytes of a file without problem; OSError if it has one all the same."""

    def yaml_names(self) -> list[str]:
        """The YAML files in the top level, at most `MAX_FILES`; a fault where there are none or more."""
        names = self.names()
        if not names:
            self.faults.append(Fault(self.title, 0, 0, "", "expected at least one .yaml file, found none"))
        if len(names) > MAX_FILES:
            message = f"expected at most {MAX_FILES} .yaml files, found {len(names)}"
            self.faults.append(Fault(self.title, 0, 0, "", message))
        return names[:MAX_FILES]

    def read(self, name: str) -> str | None:
        """The text of a file without problem, or None with a fault."""
        try:
            content = self.content(name)
        except OSError as fault:
            self.faults.append(Fault(name, 0, 0, "", f"cannot be read: {fault.strerror}"))
            return None
        self.contents[name] = content
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as fault:
            before = content[: fault.start]
            line = before.count(b"\n") + 1
            column = fault.start - (before.rfind(b"\n") + 1) + 1
            message = f"expected text in UTF-8, got the byte 0x{content[fault.start]:02x}"
            self.faults.append(Fault(name, line, column, "", message))
            return None
        return text


class OpenFolder(Folder):
    """A folder on disk."""

    def __init__(self, root: Path, faults: list[Fault] | None = None):
        if not root.is_dir():
            raise ScenarioError([Fault(str(root), 0, 0, "", "expected a folder with a scenario, found none")])
        self.root = root.resolve()
        super().__init__(self.root.name, faults)

    def names(self, below: str = "") -> list[str]:
        """The YAML files in the top level, or in the subfolder `below`, sorted."""
        folder = self.root / below
        if not folder.is_dir():
            return []
        prefix = f"{below}/" if below else ""
        return sorted(
            prefix + child.name
            for child in folder.iterdir()
            if child.suffix in (".yaml", ".yml") and not child.name.startswith(".")
        )

    def exists(self, name: str) -> bool:
        """Whether there is anything of that name."""
        return (self.root / name).exists()

    def problem(self, name: str) -> str:
        """Why `name` is no file that may be read, or ''."""
        pure = PurePosixPath(name)
        if not name or "\0" in name or "\\" in name or ":" in name or pure.is_absolute() or ".." in pure.parts:
            return f"expected the name of a file in the scenario's folder, got {name!r}"
        path = self.root / name
        try:
            target = path.resolve()
            if not target.is_relative_to(self.root):
                return f"{name!r} leads out of the scenario's folder"
            status = target.stat()
        except FileNotFoundError:
            return f"there is no file {name!r} in the scenario's folder"
        except (OSError, RuntimeError) as fault:
            return f"{name!r} cannot be read: {fault.__class__.__name__}"
        if not stat.S_ISREG(status.st_mode):
            return f"{name!r} is no regular file"
        if status.st_size > MAX_FILE_BYTES:
            return f"{name!r} has {status.st_size} bytes, at most {MAX_FILE_BYTES} are accepted"
        return ""

    def content(self, name: str) -> bytes:
        """The bytes of a file without problem; OSError if it has one all the same."""
        return (self.root / name).read_bytes()


class KeptFolder(Folder):
    """The files of a scenario that was read before, in memory."""

    def __init__(self, title: str, files: Iterable[tuple[str, bytes]]):
        super().__init__(title)
        self.kept = dict(files)

    def names(self, below: str = "") -> list[str]:
        """The YAML files in the top level, or in the subfolder `below`, sorted."""
        here = [name for name in self.kept if str(PurePosixPath(name).parent) == (below or ".")]
        return sorted(name for name in here if name.endswith((".yaml", ".yml")))

    def exists(self, name: str) -> bool:
        """Whether there is anything of that name."""
        return name in self.kept

    def problem(self, name: str) -> str:
        """Why `name` is no file that may be read, or ''."""
        return "" if name in self.kept else f"there is no file {name!r} in the scenario's folder"

    def content(self, name: str) -> bytes:
        """The bytes of a file without problem."""
        return self.kept[name]
