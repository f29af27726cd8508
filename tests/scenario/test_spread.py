"""How wide a figure is: forms, bounds, groups, and every fault named."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quayline.base.errors import ScenarioError
from quayline.base.units import UnitError
from quayline.scenario.loader import load
from quayline.scenario.spread import Spread, parse
from quayline.scenario.template import new

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("gsd 1.15", Spread("lognormal", 1.15, 1.15)),
        ("gsd 1.1 with polestar-4-lca", Spread("lognormal", 1.1, 1.1, "polestar-4-lca")),
        ("sd 8 %", Spread("normal", 4.0, 4.0)),
        ("41 to 89", Spread("triangular", 41, 89)),
        ("0.041 to 0.089 tCO2e/kWh with cells", Spread("triangular", 41, 89, "cells")),
        ("uniform 41 to 89", Spread("uniform", 41, 89)),
    ],
)
def test_forms(text: str, expected: Spread) -> None:
    found = parse(text, 50.0, "kgCO2e/kWh")
    assert (found.form, found.group) == (expected.form, expected.group)
    assert (found.low, found.high) == (pytest.approx(expected.low), pytest.approx(expected.high))


@pytest.mark.parametrize(
    "text", ["gsd 0.9", "gsd 1", "sd 0 %", "sd -3 %", "89 to 41", "60 to 89", "about 50", "41 to 89 km", "gsd", "1.2"]
)
def test_faults(text: str) -> None:
    with pytest.raises(UnitError, match="expected"):
        parse(text, 50.0, "kgCO2e/kWh")


def test_a_figure_of_nothing_has_no_relative_spread() -> None:
    for text in ("gsd 1.2", "sd 10 %"):
        with pytest.raises(UnitError, match="not 0"):
            parse(text, 0.0, "kg")


def test_the_loader_reads_it_and_names_file_and_line(tmp_path: Path) -> None:
    new(tmp_path / "s")
    file = tmp_path / "s" / "carbon.yaml"
    figures = {figure.path: figure for figure in load(tmp_path / "s").figures}
    assert figures["carbon.materials[steel].factor"].spread == Spread("lognormal", 1.15, 1.15, "metals")
    assert figures["carbon.materials[aluminium].factor"].spread == Spread("triangular", 6, 16)
    file.write_text(file.read_text().replace("spread: 6 to 16", "spread: 12 to 16"))
    place = r"carbon.yaml:\d+:\d+: carbon.materials\[aluminium\].factor: expected low to"
    with pytest.raises(ScenarioError, match=place):
        load(tmp_path / "s")
