"""What-if changes of the line become settings of the scenario; what is wrong is said with the nearest name."""

from __future__ import annotations

import pytest

from quayline.base.errors import ScenarioError
from quayline.scenario.loader import load
from quayline.study.line_change import changed, line_settings


@pytest.fixture(scope="module")
def busan():
    return load("busan")


@pytest.mark.parametrize(
    ("change", "path", "value"),
    [
        ("line.paint.top-coat.mtbf=+20%", "plant.shops[paint].sections[top-coat].reliability.mtbf", "24 h"),
        ("line.paint.top-coat.mttr=-50 %", "plant.shops[paint].sections[top-coat].reliability.mttr", "180 s"),
        ("line.body.framing.framer.cycle=50 s", "plant.shops[body].sections[framing].stations[framer].cycle", "50 s"),
        ("line.body.framing.framer.buffer=+2", "plant.shops[body].sections[framing].stations[framer].buffer", "3"),
        ("line.assembly.final.andon_share=+100%", "plant.shops[assembly].sections[final].andon_share", "0.007"),
        ("line.test.release-check.spot.bays=+1", "plant.shops[test].sections[release-check].repairs[spot].bays", "4"),
    ],
)
def test_a_change_becomes_a_setting(busan, change: str, path: str, value: str) -> None:
    assert line_settings(busan, [change]) == {path: value}


def test_the_changed_scenario_has_the_figure(busan) -> None:
    other = changed(busan, ["line.paint.top-coat.mtbf=+20%"])
    assert other.plant.shops[1].sections[5].reliability.mtbf_h == 24.0
    assert changed(busan, []) is busan


def test_a_value_that_cannot_be_is_told_as_it_was_typed(busan) -> None:
    """All of them at once, none in the words of the scenario's own paths."""
    typed = ["line.paint.top-coat.mtbf=5 kg", "line.body.framing.framer.buffer=-3"]
    with pytest.raises(ScenarioError) as caught:
        changed(busan, typed)
    assert {(fault.file, fault.path) for fault in caught.value.faults} == {("--what-if", change) for change in typed}
    assert any("5 kg" in fault.message for fault in caught.value.faults)


def test_every_fault_at_once(busan) -> None:
    wrong = {
        "line.pant.top-coat.mtbf=+20%": "did you mean 'paint'?",
        "line.paint.topcoat.mtbf=+20%": "did you mean 'top-coat'?",
        "line.paint.top-coat.mtfb=+20%": "did you mean 'mtbf'?",
        "line.paint.top-coat=+20%": "expected line.SHOP.SECTION[.STATION].FIGURE=VALUE",
        "plant.paint.top-coat.mtbf=+20%": "expected line.SHOP",
        "line.paint.top-coat.mtbf": "expected line.SHOP",
        "line.paint.top-coat.mtbf=+2": "expected a percentage or a quantity",
        "line.body.framing.framer.buffer=+50%": "expected a whole number",
        "line.assembly.final.x.mtbf=+2%": "has no stations of its own",
    }
    with pytest.raises(ScenarioError) as caught:
        line_settings(busan, wrong)
    said = {fault.path: fault.message for fault in caught.value.faults}
    assert set(said) == set(wrong)
    for change, words in wrong.items():
        assert words in said[change], change
