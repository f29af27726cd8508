"""Reads tasks from a file: YAML with its tables, one CSV table, or the formats of the public instances (.alb, .IN2)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from quayline.base.errors import Fault, ScenarioError
from quayline.scenario.folder import MAX_FILE_BYTES, KeptFolder
from quayline.scenario.rules.common import ids
from quayline.scenario.rules.tasks import task_faults
from quayline.scenario.source import Source
from quayline.scenario.tasks import TaskFile

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    Found = list[tuple[tuple[str | int, ...], str]]

_LINE_NAME = re.compile(r"[^a-z0-9]+")
_TABLE = re.compile(r"table:\s*[\"']?([\w.-]+\.csv)")


def read_tasks(path: Path, overrides: Mapping[str, str] | None = None) -> TaskFile:
    """The line in the file `path`, with `overrides` (path: value) on top.

    Raises ScenarioError with every fault: what was found, what was expected, file and line.
    """
    content = _content(path)
    kind = path.suffix.lower()
    if kind in (".alb", ".in2"):
        content = (_from_alb if kind == ".alb" else _from_in2)(path.name, content.decode("latin-1")).encode()
        files = [(f"{path.stem}.yaml", content)]
    elif kind == ".csv":
        name = _line_name(path)
        head = f"quayline: 1\nline: {name}\ntasks: {{table: {path.name}}}\n"
        files = [(f"{name}.yaml", head.encode()), (path.name, content)]
    elif kind in (".yaml", ".yml"):
        files = [(path.name, content)]
        for name in dict.fromkeys(_TABLE.findall(content.decode("utf-8", "replace"))):
            if (path.parent / name).is_file():
                files.append((name, _content(path.parent / name)))
    else:
        raise ScenarioError([Fault(str(path), 0, 0, "", "expected a file .yaml, .csv, .alb or .IN2")])
    source = Source(KeptFolder(path.stem, files), TaskFile, (), overrides or {})
    return source.build(TaskFile, faults, faults)


def faults(given: TaskFile) -> Found:
    """What must hold between the parts of the file, as (path in written names, message)."""
    found = list(task_faults((), given, ids(given.models), ids(given.options)))
    if given.takt_s is not None and given.stations is not None:
        found.append((("stations",), "expected either a takt or a number of stations, got both"))
    return found


def _content(path: Path) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as fault:
        raise ScenarioError([Fault(str(path), 0, 0, "", f"cannot be read: {fault.strerror}")]) from fault
    if len(content) > MAX_FILE_BYTES:
        raise ScenarioError(
            [Fault(str(path), 0, 0, "", f"has {len(content)} bytes, expected at most {MAX_FILE_BYTES}")]
        )
    return content


def _line_name(path: Path) -> str:
    return _LINE_NAME.sub("-", path.stem.lower()).strip("-") or "line"


def _from_in2(name: str, text: str) -> str:
    """Number of tasks, a time a line, arcs `i,j` up to -1,-1 (Scholl's instances)."""
    lines = [(k, line.strip()) for k, line in enumerate(text.splitlines(), 1) if line.strip()]
    wrong: list[Fault] = []
    num = _whole(name, lines[:1], "the number of tasks", wrong)
    times = [_whole(name, [row], "the time of a task", wrong) for row in lines[1 : num + 1]]
    if len(times) < num:
        wrong.append(Fault(name, len(text.splitlines()), 0, "", f"expected {num} times, found {len(times)}"))
    arcs = []
    for at, line in lines[num + 1 :]:
        pair = _arc(name, at, line, num, wrong)
        if pair == (-1, -1):
            break
        arcs.append(pair)
    return _as_yaml(name, times, arcs, None, wrong)


def _from_alb(name: str, text: str) -> str:
    """Sections `<name>` with lines `task time` and `i,j` (Otto, Otto and Scholl, EJOR 228 (2013) 33-45)."""
    parts: dict[str, list[tuple[int, str]]] = {}
    rows: list[tuple[int, str]] = []
    for at, line in enumerate(text.splitlines(), 1):
        if line.startswith("<"):
            rows = parts.setdefault(line.strip(" <>\t"), [])
        elif line.strip():
            rows.append((at, line.strip()))
    wrong: list[Fault] = []
    num = _whole(name, parts.get("number of tasks", [])[:1], "the section <number of tasks>", wrong)
    takt = _whole(name, parts.get("cycle time", [])[:1], "the section <cycle time>", wrong)
    times = [0] * num
    for k, (at, line) in enumerate(parts.get("task times", [])):
        task, _, time = line.partition(" ")
        if k >= num or _whole(name, [(at, task)], "the number of a task", wrong) != k + 1:
            wrong.append(Fault(name, at, 1, "", f"expected the times of tasks 1 to {num} in order, got {line!r}"))
            break
        times[k] = _whole(name, [(at, time.strip())], "the time of a task", wrong)
    if len(parts.get("task times", [])) < num:
        wrong.append(Fault(name, 0, 0, "", f"expected {num} times, found {len(parts.get('task times', []))}"))
    arcs = [_arc(name, at, line, num, wrong) for at, line in parts.get("precedence relations", [])]
    return _as_yaml(name, times, arcs, takt, wrong)


def _whole(name: str, rows: list[tuple[int, str]], what: str, wrong: list[Fault]) -> int:
    if rows and rows[0][1].isdigit():
        return int(rows[0][1])
    at, found = rows[0] if rows else (0, "nothing")
    wrong.append(Fault(name, at, 1 if rows else 0, "", f"expected {what} as a whole number, got {found!r}"))
    return 0


def _arc(name: str, at: int, line: str, num: int, wrong: list[Fault]) -> tuple[int, int]:
    found = re.fullmatch(r"(-?\d+)\s*,\s*(-?\d+)", line)
    pair = (int(found[1]), int(found[2])) if found else (0, 0)
    if pair != (-1, -1) and not (1 <= pair[0] <= num and 1 <= pair[1] <= num):
        wrong.append(Fault(name, at, 1, "", f"expected two tasks from 1 to {num} as 'i,j', got {line!r}"))
    return pair


def _as_yaml(name: str, times: list[int], arcs: list[tuple[int, int]], takt: int | None, wrong: list[Fault]) -> str:
    """The instance in this project's own words, a unit of time as a second."""
    if wrong:
        raise ScenarioError(wrong)
    after: dict[int, list[int]] = {}
    for i, j in arcs:
        after.setdefault(j, []).append(i)
    rows = ["quayline: 1", f"line: {_LINE_NAME.sub('-', name.lower()).strip('-')}"]
    if takt is not None:
        rows.append(f"takt: {takt} s")
    rows.append("tasks:")
    rows += [
        f'  - {{id: "{j}", time: {time} s, after: "{" ".join(map(str, dict.fromkeys(after.get(j, []))))}"}}'
        for j, time in enumerate(times, 1)
    ]
    return "\n".join(rows) + "\n"
