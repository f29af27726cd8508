"""Reads a line's file, or raises every fault that it has, each with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quayline.base.errors import Fault, ScenarioError
from quayline.flow.line.mix import levelled
from quayline.flow.line.model import LineFile
from quayline.flow.line.rules import faults, faults_of_whole
from quayline.scenario.folder import MAX_FILE_BYTES, KeptFolder
from quayline.scenario.source import Source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def read_line(path: Path, overrides: Mapping[str, str] | None = None) -> LineFile:
    """The line in the YAML file `path`, with `overrides` (path: value) on top.

    Raises ScenarioError with every fault: what was found, what was expected, file and line.
    """
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise ScenarioError([Fault(str(path), 0, 0, "", f"cannot be read: {fault.strerror}")]) from fault
    if len(content) > MAX_FILE_BYTES:
        raise ScenarioError([Fault(str(path), 0, 0, "", f"has {len(content)} bytes, expected {MAX_FILE_BYTES}")])
    return parsed(path.name, content, overrides or {})


def parsed(name: str, content: bytes, overrides: Mapping[str, str]) -> LineFile:
    """The line that a file of that name and content holds; raises ScenarioError with every fault."""
    source = Source(KeptFolder(name.removesuffix(".yaml"), ((name, content),)), LineFile, (), overrides)
    return with_mix(source.build(LineFile, all_faults, faults_of_parts))


def all_faults(line: LineFile) -> list[tuple[tuple[str | int, ...], str]]:
    """Faults of a line as it is written: between its parts, else those of the whole."""
    return faults_of_parts(line) or faults_of_whole(with_mix(line))


def faults_of_parts(line: LineFile) -> list[tuple[tuple[str | int, ...], str]]:
    """Faults of shares, of names and of order."""
    named = line.model_copy(update={"mix": [*line.mix, *(kind.id for kind in line.types)]})
    if line.types and line.mix:
        return [(("types",), "expected a mix or types by share, got both"), *faults(named)]
    try:
        with_mix(line)
    except ValueError as fault:
        return [(("types",), str(fault)), *faults(named)]
    return faults(named)


def with_mix(line: LineFile) -> LineFile:
    """The line with the order of its types, where it gives shares; raises ValueError for those that cannot be."""
    if not line.types:
        return line
    return line.model_copy(update={"mix": levelled({kind.id: kind.share for kind in line.types}), "types": []})
