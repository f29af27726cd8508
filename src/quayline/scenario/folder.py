"""A scenario's folder: reads its files and nothing outside of it."""

from __future__ import annotations

import stat
from pathlib import Path, PurePosixPath

from quayline.base.errors import Fault, ScenarioError

MAX_FILE_BYTES = 8 * 2**20
MAX_FILES = 200
OVERRIDES = "overrides.set"


class Folder:
    """Reads text files below `root`, remembers the bytes, and refuses paths that lead out."""

    def __init__(self, root: Path):
        if not root.is_dir():
            raise ScenarioError([Fault(str(root), 0, 0, "", "expected a folder with a scenario, found none")])
        self.root = root.resolve()
        self.faults: list[Fault] = []
        self.contents: dict[str, bytes] = {}

    def yaml_names(self) -> list[str]:
        """The YAML files in the top level, sorted."""
        names = sorted(
            child.name
            for child in self.root.iterdir()
            if child.suffix in (".yaml", ".yml") and not child.name.startswith(".")
        )
        if not names:
            self.faults.append(Fault(str(self.root.name), 0, 0, "", "expected at least one .yaml file, found none"))
        if len(names) > MAX_FILES:
            message = f"expected at most {MAX_FILES} .yaml files, found {len(names)}"
            self.faults.append(Fault(str(self.root.name), 0, 0, "", message))
        return names[:MAX_FILES]

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

    def exists(self, name: str) -> bool:
        return (self.root / name).exists()

    def read(self, name: str) -> str | None:
        """The text of a file without problem, or None with a fault."""
        try:
            content = (self.root / name).read_bytes()
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
