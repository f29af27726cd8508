"""All faults of a file in one go: what can be read is checked though another place cannot, and nothing is made up."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.flow.line.test_file import told

from quayline.balance.tasks.read import read_tasks
from quayline.base.errors import ScenarioError
from quayline.flow.line.read import read_line
from quayline.scenario.yaml_map import Node, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

DOCS = Path(__file__).parents[3] / "docs"
LINES = sorted((DOCS / "lines").glob("*.yaml"))


def test_names_are_told_beside_what_cannot_be_read(tmp_path: Path) -> None:
    assert told(tmp_path, """quayline: 1
line: bad
hours: dya
calendars: [{id: day, shifts: [{from: 6 h, to: 14 h}]}]
stations:
  - {id: weld, work: 50, buffer: 1}
  - {kind: gaet, id: look, work: 5 s}
  - {id: paint, wrok: 5 s, failures: {by: operation, up: {kind: constant, mean: 1 h}, down: 5 min, crew: nobody}}
  - {id: trim, work: 5 s, comeback_places: 2}
  - kind: gate
    id: last
    work: 5 s
    repairs: [{id: r, work: 1 min, share: 5 %, rejoin: look}, {id: s, work: 1 min, share: 5 %, rejoin: wedl}]
carriers: [{id: skids, number: 3, load: weld, unload: tirm}]
""") == [
        "line.yaml:3:8: hours: no calendar is called 'dya', expected day; did you mean 'day'?",
        "line.yaml:6:22: stations[weld].work: expected a quantity in s, got 50 without a unit",
        "line.yaml:7:12: stations[1]: expected kind branches or gate or moving line or station or store, got 'gaet'; "
        "did you mean 'gate'?",
        "line.yaml:8:17: stations[paint]: unknown key 'wrok', expected id, work, by_type, servers, buffer, transfer, "
        "failures, learning, maintenance, hours, comeback_places, kind; did you mean 'work'?",
        "line.yaml:8:93: stations[paint].failures.down: expected a mapping with kind constant or empirical or "
        "exponential or gamma or geometric or lognormal or triangular or uniform or weibull, got '5 min'",
        "line.yaml:8:106: stations[paint].failures.crew: no crew is called 'nobody': there is none",
        "line.yaml:9:44: stations[trim].comeback_places: no repair rejoins at trim",
        "line.yaml:13:104: stations[last].repairs[s].rejoin: no station at or before last is called 'wedl', "
        "expected weld, look, paint, trim, last; did you mean 'weld'?",
        "line.yaml:14:55: carriers[skids].unload: no station on the row is called 'tirm', "
        "expected weld, look, paint, trim, last; did you mean 'trim'?",
    ]  # fmt: skip


def test_what_hangs_on_it_waits(tmp_path: Path) -> None:
    """A name that may be that of what cannot be read is no fault yet, nor is a share that does not add up with it."""
    for text, words in (
        ("stations: [{id: a, work: 1 s, failures: {by: operation, up: {kind: constant, mean: 1 h}, "
         "down: {kind: constant, mean: 1 s}, crew: fitters}}]\ncrews: fitters\nhours: dya", ["crews", "hours"]),
        ("stations: [{id: a, work: 1 s}, {kind: gate, id: g, work: 1 s, repairs: [{id: r, work: 1 s, share: 100 %, "
         "detection_share: half, rejoin: a}]}]", ["detection_share"]),
        ("types: [{id: a, share: 70}, {id: b, share: 30 %}]\nstations: [{id: s, work: 1 s}]", ["types"]),
        ("types: [{share: 70 %}, {id: b, share: 30 %}]\n"
         "stations: [{id: s, work: 1 s, by_type: [{type: a, mean: 2 s}]}]", ["types"]),
        ("stations: [{work: 1 s}, {kind: gate, id: g, work: 1 s, "
         "repairs: [{id: r, work: 1 s, share: 5 %, rejoin: a}]}]", ["stations[0]"]),
        ("mix: [a, 'B?']\nstations:\n  - {id: s, work: 1 s, buffer: 1}\n  - kind: branches\n    id: two\n    "
         "route: type\n    branches: [{types: [a], stations: [{id: l, work: 1 s}]}, "
         "{types: [b], stations: [{id: r, work: 1 s}]}]\n  - {id: e, work: 1 s}", ["mix"]),
    ):  # fmt: skip
        faults = told(tmp_path, f"quayline: 1\nline: x\n{text}\n")
        assert len(faults) == len(words)
        assert all(word in fault for word, fault in zip(words, faults, strict=True))


def scalars(node: Node, key: str = "") -> Iterator[tuple[Node, str]]:
    """Every scalar of a file with the key that leads to it."""
    if isinstance(node.value, dict):
        for name, child in node.value.items():
            yield from scalars(child, name)
    elif isinstance(node.value, list):
        for child in node.value:
            yield from scalars(child, key)
    else:
        yield node, key


def garbled(path: Path) -> Iterator[tuple[str, int, str]]:
    """(the file with one of its values unreadable, the line of it, its key), for each value that defines no name."""
    text = path.read_text("utf-8")
    root = read_yaml(text, path.name, [])
    assert root is not None
    for node, key in scalars(root):
        _, line, column = node.place
        if key in ("id", "mix", "line", "title"):
            continue
        lines = text.splitlines(keepends=True)
        row = lines[line - 1]
        end = column - 1 + len(node.text)
        assert row[column - 1 : end] == node.text
        lines[line - 1] = row[: column - 1] + "'?!'" + row[end:]
        yield "".join(lines), line, key


@pytest.mark.parametrize("path", LINES, ids=lambda path: path.stem)
def test_one_value_that_cannot_be_read_is_one_fault(path: Path, tmp_path: Path) -> None:
    num = 0
    for text, line, key in garbled(path):
        faults = told(tmp_path, text)
        assert len(faults) == 1, (key, faults)
        assert faults[0].startswith(f"line.yaml:{line}:"), (key, faults)
        assert "unread-" not in faults[0]
        num += 1
    assert num >= 6


@pytest.mark.parametrize("path", LINES, ids=lambda path: path.stem)
def test_and_a_name_that_nobody_has_is_told_beside_it(path: Path, tmp_path: Path) -> None:
    """At the end of each file two stations that nobody has: told whatever else cannot be read."""
    more = "carriers: [{id: more, number: 1, load: nobody-a, unload: nobody-b}]\n"
    clean = path.read_text("utf-8")
    assert "carriers:" not in clean
    (tmp_path / "clean.yaml").write_text(clean, "utf-8")
    read_line(tmp_path / "clean.yaml")
    for text, _, key in garbled(path):
        faults = told(tmp_path, text + more)
        assert len(faults) == 3, (key, faults)
        assert ["nobody-a" in fault or "nobody-b" in fault for fault in faults] == [False, True, True]


def test_task_files_too(tmp_path: Path) -> None:
    path = tmp_path / "tasks.yaml"
    path.write_text("""quayline: 1
line: x
takt: 9
tasks:
  - {id: a, time: 5 s, after: b}
  - {id: b, time: 5, after: nobody}
  - {id: c, time: 5 s, after: a x}
""", "utf-8")  # fmt: skip
    with pytest.raises(ScenarioError) as raised:
        read_tasks(path)
    found: Any = [(fault.line, fault.message.split(",")[0]) for fault in raised.value.faults]
    assert found == [
        (3, "expected a quantity in s"), (6, "expected a quantity in s"), (6, "no task is called 'nobody'"),
        (7, "no task is called 'x'"),
    ]  # fmt: skip
