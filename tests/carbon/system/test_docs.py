"""The page on product systems: its code runs and prints what it says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.conftest import ROOT

if TYPE_CHECKING:
    import pytest

PAGE = (ROOT / "docs" / "product_systems.md").read_text(encoding="utf-8")
CODE_AND_OUTPUT = re.compile(r"```python\n(.*?)```\n\n```\n(.*?)```", re.DOTALL)


def test_the_examples_print_what_the_page_says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    names: dict[str, object] = {}
    blocks = CODE_AND_OUTPUT.findall(PAGE)
    assert len(blocks) == 2
    for code, output in blocks:
        exec(code, names)
        assert capsys.readouterr().out == output
