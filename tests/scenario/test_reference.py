"""The reference page is what the schema says today."""

from __future__ import annotations

from pathlib import Path

from quayline.scenario.grammar import Shape, grammar
from quayline.scenario.reference import page
from quayline.scenario.schema import Scenario

PAGE = Path(__file__).resolve().parents[2] / "docs" / "scenario.md"


def names_below(shape: Shape) -> set[str]:
    """The names of all things that a scenario may hold."""
    below = [*shape.keys.values(), *shape.branches.values(), *([shape.item] if shape.item else [])]
    return ({shape.name} if shape.name else set()).union(*map(names_below, below))


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == page(), "run: python -m quayline.scenario.reference > docs/scenario.md"


def test_every_thing_has_one_section_and_every_link_an_end() -> None:
    text = page()
    headings = [line.removeprefix("### ") for line in text.splitlines() if line.startswith("### ")]
    assert sorted(headings) == sorted(names_below(grammar(Scenario)))
    links = {part.split(")")[0] for part in text.split("](#")[1:]}
    assert links == {heading.lower() for heading in headings}
