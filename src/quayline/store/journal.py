"""The log of a folder of runs: who made or changed what, in lines that are only added and that chain by digest."""

from __future__ import annotations

import dataclasses
import fcntl
import getpass
import hashlib
import json
import os
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from quayline.base.errors import RunError
from quayline.store.folder import digest, find_runs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LOG = "log.jsonl"
FIRST = "0" * 64
"""What the first line is chained to."""
RAN = "run"
"""What makes a run: all else in the log leaves runs as they are."""


@dataclass(frozen=True)
class Entry:
    """One line: `what` was done to `subject` (the name of a run) by `who`, with which changes of its scenario.

    `before`, `after`: digests of what was there and of what is there now ("": nothing); of a run the SHA-256 of its
    manifest, which holds those of its files. `link`: the SHA-256 of the line before's link and of this line's facts.
    """

    number: int
    at: str
    who: str
    what: str
    subject: str
    changes: tuple[str, ...]
    before: str
    after: str
    link: str = ""

    def linked(self, before: str) -> Entry:
        """This entry, chained to the link of the one before."""
        facts = {key: value for key, value in dataclasses.asdict(self).items() if key != "link"}
        told = json.dumps(facts, sort_keys=True, ensure_ascii=False)
        return dataclasses.replace(self, link=hashlib.sha256(f"{before}\n{told}".encode()).hexdigest())


def state_of(run: Path) -> str:
    """The digest of a run as the log knows it; "" where there is none."""
    manifest = run / "manifest.json"
    return digest(manifest) if manifest.is_file() else ""


def note(out: Path, what: str, subject: str, changes: tuple[str, ...], before: str, after: str) -> Entry:
    """Adds one line to the log of `out`, for this moment and user; RunError where it cannot be written or read.

    `who` is the login name and the machine: what the system says, not a proof.
    """
    try:
        with (out / LOG).open("a+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            file.seek(0)
            lines = file.read().splitlines()
            last = _entry(lines[-1]) if lines else None
            number, link = (last.number + 1, last.link) if last else (1, FIRST)
            at = datetime.now(UTC).isoformat(timespec="seconds")
            entry = Entry(number, at, _who(), what, subject, changes, before, after).linked(link)
            file.write(json.dumps(dataclasses.asdict(entry), ensure_ascii=False) + "\n")
            file.flush()
            os.fsync(file.fileno())
    except (OSError, ValueError) as fault:
        raise RunError(f"{out / LOG}: cannot be written on: {fault}") from fault
    return entry


def _who() -> str:
    try:
        user = getpass.getuser()
    except (KeyError, OSError):  # a number without a name, as in a container
        user = f"uid-{os.getuid()}"
    return f"{user}@{socket.gethostname()}"


def entries(out: Path) -> list[Entry]:
    """All lines of the log, oldest first; none where there is no log. Raises RunError at a line that is none."""
    path = out / LOG
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    found = []
    for k, line in enumerate(lines):
        try:
            found.append(_entry(line))
        except ValueError as fault:
            raise RunError(f"{path}, line {k + 1}: not a line of the log ({fault})") from None
    return found


def _entry(line: str) -> Entry:
    facts: Any = json.loads(line)
    names = {field.name: field.type for field in dataclasses.fields(Entry)}
    if not isinstance(facts, dict) or set(facts) != set(names) or not isinstance(facts["changes"], list):
        raise ValueError(f"expected an object with {', '.join(names)}")
    return Entry(**{**facts, "changes": tuple(facts["changes"])})


def broken(out: Path) -> Iterator[str]:
    """What is wrong: lines changed, taken out, put in or out of order, and runs that are not as their last line says.

    The chain alone does not see that its last lines were cut off; a run that they made, or an older state of one,
    does. To see it always, keep the last link elsewhere.
    """
    link, states = FIRST, dict[str, str]()
    for k, entry in enumerate(entries(out)):
        if entry.number != k + 1:
            yield f"line {k + 1}: numbered {entry.number}"
        if entry.linked(link).link != entry.link:
            yield f"line {k + 1}: not what was written, or not after the line before it"
        link = entry.link
        if entry.what == RAN:
            if entry.before != states.get(entry.subject, ""):
                yield f"line {k + 1}: {entry.subject} was not in the state that the log knew"
            states[entry.subject] = entry.after
    there = {run.path.name: state_of(run.path) for run in find_runs(out)}
    for name in sorted({*there, *states}):
        if name not in there:
            yield f"{name}: logged, but no longer there"
        elif name not in states:
            yield f"{name}: there, but no line says who made it"
        elif there[name] != states[name]:
            yield f"{name}: not as the log knows it"
