"""The folder of one run: stages appear whole, the run appears when all of them are there."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import shutil
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from quayline.base.errors import RunError
from quayline.scenario.loader import load
from quayline.store.codec import read_record, write_record

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from quayline.scenario.schema import Scenario

_ROUND = re.compile(r"^([a-z]+)(?:-(\d+))?$")
_UNSEALED = {"manifest.json", "times.json", "report.html"}
"""Files of a run that its digests do not cover: the digests themselves, the clock, and what is drawn from the run."""


def digest(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


class Workshop:
    """An unfinished run: keeps every finished stage, and becomes the run's folder at the end."""

    def __init__(self, out: Path, name: str):
        self.final = out / name
        self.path = out / f".{name}.part"

    @contextmanager
    def opened(self, fresh: bool = False) -> Iterator[Workshop]:
        """Hold the workshop for this process alone, empty if `fresh`; raises RunError when another holds it."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise RunError(f"{self.path.parent}: no run can be written here: {fault}") from fault
        lock = self.path.parent / f"{self.path.name}.lock"
        with lock.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise RunError(f"{self.final}: another process is computing this very run") from None
            if fresh:
                shutil.rmtree(self.path)
                self.path.mkdir()
            try:
                yield self
            finally:
                lock.unlink(missing_ok=True)

    def keep(self, key: str, compute: Callable[[], Any]) -> tuple[Any, bool]:
        """The record of stage `key` (`plan`, `plan-2`…): from disk if finished before, else computed and stored.

        Returns the record and whether it was found on disk.
        """
        stage = _stage(key)
        folder = self.path / key
        if folder.is_dir():
            return read_record(stage, folder), True
        record = compute()
        self._appear(folder, lambda path: write_record(record, path))
        return record, False

    def put_files(self, folder: str, files: tuple[tuple[str, bytes], ...]) -> None:
        """Store `files` (name, content) under `folder`, once."""
        if not (self.path / folder).is_dir():
            self._appear(self.path / folder, lambda path: _write_files(path, files))

    def finish(self, manifest: dict[str, Any], times: dict[str, Any]) -> Path:
        """Seal the run with the digests of its files and give it its name; an equal older run is replaced."""
        sealed = {str(p.relative_to(self.path)): digest(p) for p in sorted(self.path.rglob("*")) if p.is_file()}
        sealed = {name: value for name, value in sealed.items() if name not in _UNSEALED}
        _write_json(self.path / "times.json", times)
        _write_json(self.path / "manifest.json", {**manifest, "files": sealed})
        if self.final.exists():
            old = self.final.with_name(f".{self.final.name}.old")
            shutil.rmtree(old, ignore_errors=True)
            os.replace(self.final, old)
            os.replace(self.path, self.final)
            shutil.rmtree(old)
        else:
            os.replace(self.path, self.final)
        return self.final

    def _appear(self, folder: Path, fill: Callable[[Path], object]) -> None:
        making = folder.with_name(f".{folder.name}.making")
        shutil.rmtree(making, ignore_errors=True)
        making.mkdir(parents=True)
        fill(making)
        os.replace(making, folder)


class RunFolder:
    """A finished run on disk, read only."""

    def __init__(self, path: Path | str):
        self.path = Path(path)
        try:
            self.manifest: dict[str, Any] = json.loads((self.path / "manifest.json").read_text())
            self.times: dict[str, Any] = json.loads((self.path / "times.json").read_text())
        except (OSError, ValueError) as fault:
            raise RunError(f"{self.path}: no finished run is here; `quayline run` makes one ({fault})") from fault

    def __repr__(self) -> str:
        return f"RunFolder({str(self.path)!r})"

    def record(self, stage: str) -> Any:
        """The record of `stage`, of the last round where there were several."""
        return read_record(stage, self._folder(stage))

    def has(self, stage: str) -> bool:
        """Whether the run has that stage: the path of the plant is left out where the scenario has no levers."""
        return any(p.is_dir() and _ROUND.match(p.name) and _stage(p.name) == stage for p in self.path.iterdir())

    def _folder(self, stage: str) -> Path:
        keys = [p.name for p in self.path.iterdir() if p.is_dir() and _ROUND.match(p.name) and _stage(p.name) == stage]
        if not keys:
            raise RunError(f"{self.path}: stage {stage} is missing")
        return self.path / max(keys, key=_round)

    def table(self, stage: str, name: str) -> pl.DataFrame:
        """One table of a stage, of the last round where there were several."""
        try:
            return pl.read_parquet(self._folder(stage) / f"{name}.parquet")
        except (OSError, pl.exceptions.PolarsError) as fault:
            raise RunError(f"{self.path}: table {stage}/{name} cannot be read: {fault}") from fault

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario as it was run."""
        return load(self.scenario_files())

    def scenario_files(self) -> Path:
        """The folder of the scenario as it was run."""
        return self.path / "scenario"

    @property
    def summary(self) -> dict[str, Any]:
        """The headline figures of the run."""
        try:
            facts: dict[str, Any] = json.loads((self.path / "summary" / "summary.json").read_text())
        except (OSError, ValueError) as fault:
            raise RunError(f"{self.path}: the summary cannot be read: {fault}") from fault
        return facts

    def damages(self) -> list[str]:
        """Every file that is missing, added or not as it was sealed."""
        sealed: dict[str, str] = self.manifest["files"]
        there = {str(p.relative_to(self.path)) for p in self.path.rglob("*") if p.is_file()} - _UNSEALED
        found = [f"{name}: missing" for name in sealed if name not in there]
        found += [f"{name}: not part of the run" for name in sorted(there - set(sealed))]
        return found + [
            f"{name}: changed since the run" for name, value in sealed.items()
            if name in there and digest(self.path / name) != value
        ]  # fmt: skip


def find_runs(out: Path) -> list[RunFolder]:
    """All finished runs under `out`, by name."""
    if not out.is_dir():
        return []
    return [RunFolder(p) for p in sorted(out.iterdir()) if (p / "manifest.json").is_file() and p.name[0] != "."]


def _write_files(path: Path, files: tuple[tuple[str, bytes], ...]) -> None:
    for name, content in files:
        (path / name).parent.mkdir(exist_ok=True)
        (path / name).write_bytes(content)


def _stage(key: str) -> str:
    match = _ROUND.match(key)
    if match is None:
        raise ValueError(f"{key!r} is no stage")
    return match[1]


def _round(key: str) -> int:
    match = _ROUND.match(key)
    return int(match[2] or 1) if match else 0


def _write_json(path: Path, value: dict[str, Any]) -> None:
    making = path.with_name(f".{path.name}.making")
    making.write_text(json.dumps(value, indent=1, sort_keys=True) + "\n")
    os.replace(making, path)
