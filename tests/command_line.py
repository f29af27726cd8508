"""Calls the command line as a user does, in this process."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import pytest

from quayline.cli.main import main


@dataclass(frozen=True)
class Answer:
    """What a command printed and how it ended."""

    code: int
    out: str
    err: str


@pytest.fixture
def quayline(capsys, monkeypatch):
    """A function that runs `quayline ARGS` and gives its answer."""

    def call(*args: object) -> Answer:
        monkeypatch.setattr(sys, "argv", ["quayline", *map(str, args)])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        printed = capsys.readouterr()
        return Answer(code, printed.out, printed.err)

    return call
