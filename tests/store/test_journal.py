"""The log of a folder of runs: it is added to, never changed, and says so when it was."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from quayline.base.errors import RunError
from quayline.store.journal import LOG, broken, entries, note

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """A log of four lines that say nothing of runs."""
    for k in range(4):
        note(tmp_path, f"replan on 2026-03-0{k + 1}", "a-run", (f"rules.duty[us,kr].2026-04-01={k} %",), "aa", "bb")
    return tmp_path


def _lines(log: Path) -> list[str]:
    return (log / LOG).read_text().splitlines()


def _write(log: Path, lines: list[str]) -> None:
    (log / LOG).write_text("".join(f"{line}\n" for line in lines))


def test_lines_are_numbered_chained_and_left_as_they_were(log: Path) -> None:
    """What was written first stays to the last bit when more is written."""
    before = (log / LOG).read_bytes()
    note(log, "replan on 2026-03-09", "ümlaut", (), "", "")
    assert (log / LOG).read_bytes().startswith(before)
    found = entries(log)
    assert [entry.number for entry in found] == [1, 2, 3, 4, 5]
    assert len({entry.link for entry in found}) == 5
    assert list(broken(log)) == []


@pytest.mark.parametrize("field", ["at", "who", "what", "subject", "before", "after", "link"])
@pytest.mark.parametrize("at", [0, 2, 3])
def test_a_changed_line_is_found(log: Path, field: str, at: int) -> None:
    """Any fact of any line, the last one too."""
    lines = _lines(log)
    lines[at] = json.dumps({**json.loads(lines[at]), field: "else"})
    _write(log, lines)
    assert any(f"line {at + 1}: not what was written" in fault for fault in broken(log))


def test_a_changed_setting_is_found(log: Path) -> None:
    """Another duty than the one that was asked about."""
    lines = _lines(log)
    _write(log, [lines[0].replace("=0 %", "=9 %"), *lines[1:]])
    assert next(broken(log)).startswith("line 1: not what was written")


def test_lines_taken_out_turned_round_or_put_in_are_found(log: Path) -> None:
    """In front, in the middle; at the end only a run tells (below)."""
    lines = _lines(log)
    for wrong in (lines[1:], [*lines[:1], *lines[2:]], [lines[1], lines[0], *lines[2:]], [*lines[:2], *lines[1:]]):
        _write(log, wrong)
        assert list(broken(log))
    _write(log, lines[:3])
    assert list(broken(log)) == []


def test_a_forged_line_breaks_the_chain_behind_it(log: Path) -> None:
    """Right in itself and after the line before it: the next line knows another."""
    first, second, *_ = entries(log)
    forged = dataclasses.asdict(dataclasses.replace(second, who="nobody@nowhere").linked(first.link))
    lines = _lines(log)
    _write(log, [lines[0], json.dumps(forged), *lines[2:]])
    assert list(broken(log)) == ["line 3: not what was written, or not after the line before it"]


def test_a_line_that_is_none_is_named(log: Path) -> None:
    """With its place and what was expected; nothing is written behind it."""
    _write(log, [*_lines(log), '{"number": 5}'])
    with pytest.raises(RunError, match=r"line 5: .*expected an object with number, at, who"):
        entries(log)
    with pytest.raises(RunError, match="cannot be written on"):
        note(log, "replan on 2026-03-09", "a-run", (), "", "")
    assert len(_lines(log)) == 5


def test_several_processes_write_one_chain(tmp_path: Path) -> None:
    """Each line is whole and after the one before."""
    code = (
        "import sys, pathlib; from quayline.store.journal import note\n"
        "for k in range(25): note(pathlib.Path(sys.argv[1]), 'replan', sys.argv[2], (), '', str(k))"
    )
    running = [subprocess.Popen([sys.executable, "-c", code, str(tmp_path), name]) for name in "abc"]
    assert [one.wait() for one in running] == [0, 0, 0]
    assert [entry.number for entry in entries(tmp_path)] == list(range(1, 76))
    assert list(broken(tmp_path)) == []
