"""Rules of the bill of a car: every gap and every double is told before a run, with its path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from tests.carbon.made import full, with_carbon

from quayline.base.errors import ScenarioError
from quayline.scenario.loader import load
from quayline.scenario.rules import rule_faults
from quayline.scenario.template import new

if TYPE_CHECKING:
    from pathlib import Path

    from quayline.scenario.schema import Scenario

BASE = full()
CARBON = BASE.carbon


def _words(scenario: Scenario) -> str:
    return "\n".join(f"{'.'.join(map(str, path))}: {message}" for path, message in rule_faults(scenario))


def _one(things: list[Any], at: int, **changes: Any) -> list[Any]:
    return [thing.model_copy(update=changes) if k == at else thing for k, thing in enumerate(things)]


def _with(scenario: Scenario, field: str, at: int, **changes: Any) -> Scenario:
    return with_carbon(scenario, **{field: _one(getattr(scenario.carbon, field), at, **changes)})


def test_the_full_bill_is_sound() -> None:
    assert _words(BASE.model_copy(update={"alternates": []})) == ""


ALUMINIUM = next(k for k, m in enumerate(CARBON.materials) if m.mix)


@pytest.mark.parametrize(
    ("field", "at", "changes", "words"),
    [
        ("materials", ALUMINIUM, {"factor_kgco2e_per_kg": 3.0}, "a factor or a mix of products, one of the two"),
        ("materials", ALUMINIUM, {"mix": []}, "a factor or a mix of products, one of the two"),
        ("materials", ALUMINIUM, {"mix": CARBON.materials[ALUMINIUM].mix[:1]}, "shares add up to 0.7, expected 1"),
        ("materials", ALUMINIUM, {"credit_kgco2e_per_kg": None}, "both or neither of recovered_share and credit"),
        ("batteries", 0, {"factor_kgco2e_per_kwh": 3.0}, "a factor or a product, one of the two"),
        ("batteries", 0, {"product": "ore"}, "'ore' is counted in kg, expected kWh"),
        ("material_use", 0, {"mass_kg": 5000.0}, "its materials in carbon.material_use weigh"),
        ("inputs", 0, {"unit": "kWh"}, "'ore' is counted in kg, got 'kWh'"),
        ("inputs", 0, {"of": "oar"}, "no product or grid is called 'oar'; did you mean 'ore'?"),
        ("inputs", 1, {"unit": "kg"}, "'grid-us' is counted in kWh, got 'kg'"),
        ("products", 0, {"id": "grid-xx"}, "begins with 'grid-'"),
        ("ships", 0, {"cargo_per_ceu_kg": None}, "sharing by ceu needs cargo_per_ceu"),
        ("grid_hours", 0, {"hour": 24}, "no hour 24 of month 1 exists"),
        ("grid_hours", 0, {"ratio": 90.0}, "the mean of the year is"),
        ("levers", 0, {"swaps": []}, "changes nothing"),
        ("levers", 0, {"saved_usd_per_car": 3.0}, "expected cost or saved, not both"),
        ("levers", 3, {"ship": "smal"}, "no ship is called 'smal'; did you mean 'small'?"),
        ("claims", 1, {"beside": ["nearer"]}, "no car in the line-up is called 'nearer'; did you mean 'near'?"),
        ("claims", 1, {"market": "oversea"}, "no market is called 'oversea'"),
    ],
)
def test_each_gap_is_told(field: str, at: int, changes: dict[str, Any], words: str) -> None:
    assert words in _words(_with(BASE, field, at, **changes))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rail_kgco2e_per_tkm": None}, "no factor for rail in carbon.rail"),
        ({"air_kgco2e_per_tkm": None}, "no factor for air in carbon.air"),
        ({"grid_hours": CARBON.grid_hours[1:]}, "1 of 288 hours are missing"),
        ({"use": CARBON.use.model_copy(update={"markets": CARBON.use.markets * 2})}, "2 rows for overseas"),
        ({"materials": [m.model_copy(update={"recovered_share": None, "credit_kgco2e_per_kg": None})
                        for m in CARBON.materials]}, "substitution needs a material"),
    ],
)  # fmt: skip
def test_each_lack_is_told(changes: dict[str, Any], words: str) -> None:
    assert words in _words(with_carbon(BASE, **changes))


def test_a_lane_has_emissions_or_a_ship() -> None:
    for update in ({"ship": None}, {"emissions_kgco2e_per_tkm": 0.03}):
        lanes = _one(BASE.logistics.lanes, 0, **update)
        scenario = BASE.model_copy(update={"logistics": BASE.logistics.model_copy(update={"lanes": lanes})})
        assert "expected emissions or a ship, one of the two" in _words(scenario)


def test_a_swap_needs_a_mix_and_an_adjustment_another_boundary() -> None:
    lever = CARBON.levers[0]
    swap = lever.swaps[0].model_copy(update={"material": "steel"})
    assert "'steel' has a factor and no mix" in _words(_with(BASE, "levers", 0, swaps=[swap]))
    near = next(k for k, car in enumerate(CARBON.line_up) if car.id == "near")
    assert "is published to the customer already" in _words(_with(BASE, "line_up", near, boundary="customer"))


def test_the_loader_tells_them_with_file_and_line(tmp_path: Path) -> None:
    new(tmp_path / "s")
    file = tmp_path / "s" / "carbon.yaml"
    file.write_text(file.read_text().replace("beside: [same-class]", "beside: [other-class]"))
    with pytest.raises(ScenarioError, match=r"carbon.yaml:\d+:\d+: .*no car in the line-up is called 'other-class'"):
        load(tmp_path / "s")


def test_products_that_feed_on_themselves_are_told_before_a_run() -> None:
    """Ore that takes more metal than it gives: a loop without a surplus."""
    from tests.carbon.made import programme

    made = programme(BASE, 20)
    greedy = _with(BASE, "inputs", 3, amount=0.6)
    with pytest.raises(ScenarioError, match="use up"):
        made.account(greedy)
