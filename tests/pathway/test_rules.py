"""What is wrong in a scenario's levers is said, with its place and what was expected."""

from __future__ import annotations

import pytest

from quayline.base.errors import ScenarioError
from quayline.scenario.loader import load


@pytest.mark.parametrize(("setting", "value", "words"), [
    ("pathway.levers[heat-pumps].use", "boothair", "did you mean 'booth-air'"),
    ("pathway.levers[roof-solar].site", "rof", "did you mean 'roof'"),
    ("pathway.levers[ppa].profile", "wind", "no profile is called 'wind'"),
    ("pathway.levers[heat-pumps].units", "3", "meet more than the whole use"),
    ("pathway.levers[heat-pumps].needs", "[certificates]", "is never in place"),
    ("pathway.levers[heat-pumps].needs", "[heat-pumps]", "no other lever"),
    ("pathway.uses[ovens].share", "70 %", "add up to 1.1"),
    ("pathway.uses[ovens].shop", "pant", "did you mean 'paint'"),
    ("pathway.uses[ovens].carrier", "electricity", "is no use of gas"),
    ("pathway.grid_paths[late].weight_share", "40 %", "weights add up to 1.1"),
    ("pathway.grid_years[late,2026].year", "2028", "no factor of 'late' before 2028"),
    ("pathway.from_year", "2050", "not within the plant's path"),
    ("pathway.surplus", "0.2 USD/kWh", "all would be sold"),
    ("pathway.profiles[sun].yield_share", "90 %", "at most 0.6"),
    ("pathway.profiles[sun].kind", "hours", "each hour from 0 to 8759"),
    ("pathway.profiles[sun].months", "[{month: 1, level: 50 %}]", "each month from 1 to 12"),
    ("pathway.sites[roof].tenants", "[{owner: x, area: 20000 m^2}]", "more than the site has"),
    ("pathway.levers[ppa].price", "75 USD", "USD/kWh"),
    ("pathway.levers[battery].efficiency_share", "0", "expected more than 0"),
])  # fmt: skip
def test_a_fault_is_named(starter, setting, value, words):
    with pytest.raises(ScenarioError) as caught:
        load(starter, {setting: value})
    assert words in str(caught.value)


def test_hours_of_ones_own(starter, tmp_path):
    """A profile of 8,760 rows is taken as it stands."""
    from quayline.carbon.pathway.profiles import hours_of

    folder = tmp_path / "own"
    folder.mkdir()
    for file in starter.iterdir():
        if file.is_file():
            (folder / file.name).write_bytes(file.read_bytes())
    (folder / "hours.csv").write_text("hour,output_share\n" + "\n".join(f"{h},{(h % 24) / 100}" for h in range(8760)))
    text = (folder / "pathway.yaml").read_text()
    begin, end = text.index("    - id: sun\n"), text.index("  levers:")
    own = "    - id: sun\n      kind: hours\n      hours: {table: hours.csv}\n\n"
    (folder / "pathway.yaml").write_text(text[:begin] + own + text[end:])
    scenario = load(folder)
    output = hours_of(scenario, scenario.pathway.profiles[0])
    assert output[25] == pytest.approx(0.01)
    assert len(output) == 8760


def test_sun_and_wind_give_the_yield_they_are_told(starter):
    """The mean is the yield, nights are dark, no hour is above the peak, and every call gives the same hours."""
    from quayline.carbon.pathway.profiles import hours_of

    scenario = load(starter)
    sun = scenario.pathway.profiles[0]
    wind = sun.model_copy(update={"id": "wind", "kind": "wind", "yield_share": 0.3, "months": [
        month.model_copy(update={"level": 1.0}) for month in sun.months]})  # fmt: skip
    for profile in (sun, wind):
        output = hours_of(scenario, profile)
        assert output.mean() == pytest.approx(profile.yield_share, rel=1e-6)
        assert 0 <= output.min() <= output.max() <= 1
        assert (output == hours_of(scenario, profile)).all()
    by_hour = hours_of(scenario, sun).reshape(365, 24)
    assert by_hour[:, [0, 1, 2, 22, 23]].max() == 0.0
    assert by_hour[150:210].sum() > 1.5 * (by_hour[-30:].sum() + by_hour[:30].sum())
