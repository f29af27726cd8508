"""What a declaration needs of the rest of the scenario: refused with the place and the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quayline.base.errors import ScenarioError
from quayline.scenario.loader import load

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(("path", "value", "words"), [
    ("disclosure.company", "northwin", "did you mean 'northwind'?"),
    ("disclosure.products[volt-60].variant", "volt-6", "did you mean 'volt-60'?"),
    ("disclosure.company", "lakeside", "'lakeside' does not pay the freight of 'volt', 'northwind' does"),
    ("disclosure.company_ids", "[northwind]", "[uU][rR][nN]"),
    ("disclosure.products[volt-60].ids", "['urn:a:b', 'URN:a:B']", "stands here twice"),
    ("disclosure.responsible_to", "life", "gate"),
    ("disclosure.standards", "[]", "at least 1"),
])  # fmt: skip
def test_wrong_declarations(starter: Path, path: str, value: str, words: str) -> None:
    with pytest.raises(ScenarioError) as wrong:
        load(starter, {path: value})
    assert words in str(wrong.value)


def test_a_maker_may_declare_to_its_gate(starter: Path) -> None:
    changed = load(starter, {"disclosure.company": "lakeside", "disclosure.responsible_to": "gate"})
    assert changed.disclosure is not None
    assert changed.disclosure.company == "lakeside"
