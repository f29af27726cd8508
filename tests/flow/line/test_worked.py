"""The worked lines of the docs, run as they stand on the page; their figures against what can be worked out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from quayline.flow.line.build import simulate
from quayline.flow.line.read import read_line

if TYPE_CHECKING:
    from quayline.flow import Line

PAGE = Path(__file__).resolve().parents[3] / "docs" / "worked_lines.md"
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def names_of(block: int) -> dict[str, Any]:
    """What the block has defined when it has run."""
    names: dict[str, Any] = {}
    exec(compile(BLOCKS[block], f"{PAGE.name}, block {block}", "exec"), names)
    return names


def test_the_page_has_five_lines() -> None:
    assert len(BLOCKS) == 5


@pytest.mark.parametrize(
    ("block", "name", "given", "file"),
    [
        (0, "textbook", (), "textbook"), (1, "launch", (), "launch_ramp"), (2, "paint", (), "paint_repair"),
        (3, "plant", (20,), "body_store"), (4, "body", (2,), "shared_crew"),
    ],
)  # fmt: skip
def test_the_file_is_the_line_drawn_in_python(block: int, name: str, given: tuple[int, ...], file: str) -> None:
    """Word for word, and bit for bit when both are simulated."""
    found = names_of(block)[name]
    drawn: Line = found(*given) if given else found
    line = read_line(PAGE.parent / "lines" / f"{file}.yaml")
    assert line.model_copy(update={"title": ""}) == drawn.written()
    one, other = simulate(line, 400, 50, 2), drawn.simulate(400, 50, 2)
    assert np.array_equal(one.rates, other.rates)
    assert one.stations == other.stations


def test_textbook() -> None:
    rate = names_of(0)["found"].throughput
    assert abs(60 * rate.mean - 6 / 7) < 60 * 1.5 * rate.half_width


def test_launch_ramp() -> None:
    by_day = names_of(1)["by_day"]
    assert by_day[0] < by_day[1] <= by_day[2] + 5
    assert 0.9 * 480 < by_day[2] <= 480


def test_paint_repair_loop() -> None:
    names = names_of(2)
    assert names["found"].throughput.mean * 60 == pytest.approx(0.95, rel=0.03)
    coat = next(s for s in names["found"].stations if s.id == "top-coat")
    assert coat.working > 0.97
    first = names["found"].first
    assert first.num_repairs.mean() == pytest.approx(0.05 / 0.95 + 0.08 / 0.95, rel=0.3)


def test_store_study() -> None:
    shares = list(names_of(3)["study"].values())
    assert shares == sorted(shares)
    assert shares[0] < 0.95
    assert shares[-1] > shares[0] + 0.03


def test_shared_crew() -> None:
    rates = names_of(4)["crew"]
    assert rates[1] < rates[2] < rates[3] < 3600 / 60
