"""Reads a line's file, or raises every fault that it has, each with its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quayline.base.errors import Fault, ScenarioError
from quayline.flow.line.model import Breakdowns, Constant, LineFile, Triangular, Uniform
from quayline.scenario.folder import MAX_FILE_BYTES, KeptFolder
from quayline.scenario.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from quayline.flow.line.model import Law

    Found = Iterator[tuple[tuple[str | int, ...], str]]


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
    source = Source(KeptFolder(path.stem, ((path.name, content),)), LineFile, (), overrides or {})
    return source.build(LineFile, lambda line: list(faults(line)))


def faults(line: LineFile) -> Found:
    """What must hold between the parts of a line, as (path in written names, message)."""
    seen: set[str] = set()
    for k, station in enumerate(line.stations):
        at = ("stations", k)
        if station.id in seen:
            yield (*at, "id"), f"{station.id!r} stands twice"
        seen.add(station.id)
        yield from _law((*at, "work"), station.work)
        if station.failures:
            yield from _failures((*at, "failures"), station.failures)
        if station.servers > 1 and line.blocking == "before service":
            yield (*at, "servers"), "blocking before service is for one server a station"
        if station.servers > 1 and line.mix:
            yield (*at, "servers"), "parts overtake on parallel servers, so types of part ask for one server a station"
        types = [row.type for row in station.by_type]
        for j, name in enumerate(types):
            if name not in line.mix or name in types[:j]:
                yield (*at, "by_type", j, "type"), f"expected each of {', '.join(line.mix) or 'no type'} once at most"
    if line.arrivals:
        yield from _law(("arrivals",), line.arrivals)


def _law(at: tuple[str | int, ...], law: Law) -> Found:
    if isinstance(law, Triangular) and not law.low_s <= law.mode_s <= law.high_s:
        yield at, f"expected low <= mode <= high, got {law.low_s:g}, {law.mode_s:g}, {law.high_s:g} s"
    elif isinstance(law, Uniform | Triangular) and law.low_s >= law.high_s:
        yield at, f"expected low below high, got {law.low_s:g} and {law.high_s:g} s"
    elif law.mean_s <= 0:
        yield at, "expected a time above 0 s"


def _failures(at: tuple[str | int, ...], failures: Breakdowns) -> Found:
    yield from _law((*at, "up"), failures.up)
    if not isinstance(failures.down, Constant) or failures.down.mean_s == 0:
        yield from _law((*at, "down"), failures.down)
